import { VERSION } from '../base/version.js';
import type { LoadedScenario } from '../scenario/index.js';
import type { DrillReport, VariantReport } from '../world/result.js';
import { simulate } from './simulate.js';

/** Everything in a report that is said of the scenario, before anything was run. */
export function reportHeader(
  loaded: LoadedScenario,
  command: string,
): Omit<DrillReport, 'variants' | 'machine'> {
  const { name, description, seed, engine, windowMs } = loaded.variants[0]!.scenario;
  return {
    tool: { name: 'backup-drill', version: VERSION },
    scenario: {
      name,
      description,
      file: loaded.file,
      seed,
      digest: loaded.digest,
      preset: engine.preset,
      ...(windowMs === undefined ? {} : { windowMs }),
    },
    command,
  };
}

/**
 * Predicts every variant of a scenario. The report is a pure function of the scenario and `command`: run twice, it is the
 * same byte for byte. `onVariant` is told before each variant is simulated.
 */
export function plan(
  loaded: LoadedScenario,
  command: string,
  onVariant?: (name: string, index: number, count: number) => void,
): DrillReport {
  const variants = loaded.variants.map(({ name, scenario }, i): VariantReport => {
    onVariant?.(name, i, loaded.variants.length);
    return { name, nodes: scenario.cluster.nodes.length, predicted: simulate(scenario) };
  });
  return { ...reportHeader(loaded, command), variants };
}
