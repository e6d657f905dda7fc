import { plural } from '../base/text.js';
import { VERSION } from '../base/version.js';
import {
  faultText,
  knowsRepository,
  withHardware,
  type LoadedScenario,
  type MeasuredHardware,
  type Scenario,
} from '../scenario/index.js';
import type { DrillReport, VariantReport } from '../world/result.js';
import { consult, type ConsultOptions } from './consult.js';
import type { PlanRunner } from './runner.js';
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
 * Predicts every variant of a scenario by one run. The report is a pure function of the scenario and `command`: run twice,
 * it is the same byte for byte.
 */
export function plan(loaded: LoadedScenario, command: string, options: PlanOptions = {}): DrillReport {
  const variants = loaded.variants.map((variant, i): VariantReport => {
    options.onVariant?.(variant.name, i, loaded.variants.length);
    const { name, scenario } = variant;
    const predicted = simulate(priced(scenario, options));
    return { name, ...aboutVariant(scenario), predicted };
  });
  return { ...planHeader(loaded, command, options), variants };
}

/**
 * Predicts every variant of a scenario, with how sure that is, what holds it back, which limits it meets and what would
 * help. The report is a pure function of the scenario, `command` and the options: what `runner` runs on changes nothing.
 * Throws as `consult` does.
 */
export async function planAhead(
  loaded: LoadedScenario,
  command: string,
  runner: PlanRunner,
  options: PlanOptions & ConsultOptions = {},
): Promise<DrillReport> {
  const count = loaded.variants.length;
  // What would help is asked of one scenario; with several, the differences between them are what was asked for.
  const asked = count > 1 ? { ...options, advise: options.advise ?? false, share: 1 / count } : options;
  const variants: VariantReport[] = [];
  for (const [i, { name, scenario }] of loaded.variants.entries()) {
    options.onVariant?.(name, i, count);
    const said = await consult(priced(scenario, options), runner, asked);
    variants.push({ name, ...aboutVariant(scenario), ...said });
  }
  return { ...planHeader(loaded, command, options), variants };
}

/** What a report says of a variant before it was simulated. */
function aboutVariant({ cluster, faults = [] }: Scenario): Pick<VariantReport, 'nodes' | 'faults'> {
  const names = cluster.nodes.map(({ name }) => name);
  const texts = faults.map((fault) => faultText(fault, names));
  return { nodes: names.length, ...(texts.length > 0 ? { faults: texts } : {}) };
}

const priced = (scenario: Scenario, { hardware }: PlanOptions): Scenario =>
  hardware ? withHardware(scenario, hardware.measured) : scenario;

function planHeader(
  loaded: LoadedScenario,
  command: string,
  { hardware }: PlanOptions,
): ReturnType<typeof reportHeader> {
  const header = reportHeader(loaded, command, hardware);
  if (!hardware || !header.hardware) return header;
  const about = `${header.hardware.about}${aboutHosts(loaded, hardware)}`;
  return { ...header, hardware: { ...header.hardware, about } };
}
