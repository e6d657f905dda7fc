import { plural } from '../base/text.js';
import { VERSION } from '../base/version.js';
import {
  knowsRepository,
  withHardware,
  type LoadedScenario,
  type MeasuredHardware,
} from '../scenario/index.js';
import type { DrillReport, VariantReport } from '../world/result.js';
import { simulate } from './simulate.js';

/** Measured hardware, and the file that it is from. */
export interface HardwareFile {
  readonly file: string;
  readonly measured: MeasuredHardware;
}

/** Everything in a report that is said of the scenario, before anything was run. */
export function reportHeader(
  loaded: LoadedScenario,
  command: string,
  hardware?: HardwareFile,
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
    ...(hardware ? { hardware: { file: hardware.file, about: aboutHardware(loaded, hardware) } } : {}),
    command,
  };
}

/** When and where it was measured, and whether it says anything of the scenario's repositories. */
function aboutHardware({ variants }: LoadedScenario, { measured }: HardwareFile): string {
  const { machine, date } = measured.origin;
  const when = date === undefined ? '' : ` on ${date}`;
  const where = machine === undefined ? '' : `: ${machine.cpu}, ${plural(machine.cores, 'core')}`;
  const { type, durable } = measured.repository;
  const ignored = variants.some(({ scenario }) => !knowsRepository(scenario, measured));
  const kind = durable === false ? `${type} and not durable` : type;
  const repository = ignored
    ? `; its repository is ${kind} and was not used where the scenario's is not`
    : '';
  return `measured${when}${where}${repository}`;
}

/**
 * That the nodes of a cluster share one machine is right for `drill run`, and hardly what is planned: so a plan says it,
 * unless the scenario says anything of hosts itself.
 */
function aboutHosts({ variants }: LoadedScenario, { measured }: HardwareFile): string {
  if (measured.host.nodes !== 'all') return '';
  const isUnsaid = variants.some(({ scenario: { cluster } }) => {
    const { nodesPerHost, cores, diskBytesPerSec } = cluster.host;
    return (
      cluster.nodes.length > 1 && nodesPerHost === 1 && cores === Infinity && diskBytesPerSec === Infinity
    );
  });
  return isUnsaid
    ? '; all nodes share its machine; where each has its own, write host: { nodes: 1 } in it'
    : '';
}

export interface PlanOptions {
  /** Predict with what was measured, where that is slower than what the scenario says. */
  readonly hardware?: HardwareFile | undefined;
  /** Told before each variant is simulated. */
  readonly onVariant?: (name: string, index: number, count: number) => void;
}

/**
 * Predicts every variant of a scenario. The report is a pure function of the scenario and `command`: run twice, it is the
 * same byte for byte.
 */
export function plan(
  loaded: LoadedScenario,
  command: string,
  { hardware, onVariant }: PlanOptions = {},
): DrillReport {
  const variants = loaded.variants.map(({ name, scenario }, i): VariantReport => {
    onVariant?.(name, i, loaded.variants.length);
    const priced = hardware ? withHardware(scenario, hardware.measured) : scenario;
    return { name, nodes: scenario.cluster.nodes.length, predicted: simulate(priced) };
  });
  const header = reportHeader(loaded, command, hardware);
  if (!hardware || !header.hardware) return { ...header, variants };
  const about = `${header.hardware.about}${aboutHosts(loaded, hardware)}`;
  return { ...header, hardware: { ...header.hardware, about }, variants };
}
