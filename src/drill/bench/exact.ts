import { DrillError } from '../../base/errors.js';
import type { NodeTask, Operation } from '../../node/index.js';
import { simulateAttributed } from '../../planner/index.js';
import type { Benchmark, Kind } from '../../regression/index.js';
import { loadScenario, scenarioStatement, type LoadedScenario, type Scenario } from '../../scenario/index.js';
import { UNLIMITED_NODE, UNLIMITED_REPOSITORY } from '../../world/hardware.js';
import { count, emptyTally } from '../../world/tally.js';
import type { TraceRecord } from '../../world/virtual/node-work-options.js';
import { requireReal } from '../prepare.js';
import { startBackupCluster } from './backup-cluster.js';
import type { ExactRequest } from './protocol.js';

/** In which of a backup's states an operation is done. */
const STATE_OF: Readonly<Partial<Record<Operation['op'], string>>> = {
  link: 'SNAPSHOTING',
  drop: 'SAVE_META',
};
const STATE_OF_TASK: Readonly<Partial<Record<NodeTask['kind'], string>>> = {
  snapshot: 'SNAPSHOTING',
  release: 'SAVE_META',
};
const OTHER_STATE = 'UPLOADING';

/** Measures scenarios by the kinds that are asked for. Throws what is wrong with one, naming it. */
export async function exactBenchmarks(
  { scenarios, kinds }: Pick<ExactRequest, 'scenarios' | 'kinds'>,
  workDirectory: string,
  signal: AbortSignal,
): Promise<Benchmark[]> {
  const all: Benchmark[] = [];
  for (const { file, text } of scenarios) {
    const loaded = loadScenario(text, file);
    if (kinds.includes('virtual')) all.push(...virtualBenchmarks(loaded));
    if (kinds.includes('counted')) all.push(...(await countedBenchmarks(loaded, { workDirectory, signal })));
  }
  return all;
}

type Counts = Record<string, number>;

interface Counted {
  readonly operation: Counts;
  readonly state: Counts;
  readonly node: Counts;
}

const nothingCounted = (): Counted => ({ operation: emptyTally(), state: emptyTally(), node: emptyTally() });

/** Each variant of a scenario, by the name that its benchmarks begin with. */
const variantsOf = ({ variants }: LoadedScenario): readonly (readonly [name: string, scenario: Scenario])[] =>
  variants.map(({ name, scenario }) => [
    name === '' ? scenario.name : `${scenario.name} (${name})`,
    scenario,
  ]);

/** What a scenario's run is in virtual time: the same on any machine, to the last bit. Throws what is wrong with its statement. */
export function virtualBenchmarks(loaded: LoadedScenario): Benchmark[] {
  return variantsOf(loaded).flatMap(([name, scenario]) => {
    const done = nothingCounted();
    const nodeNames = scenario.cluster.nodes.map((node) => node.name);
    const trace = ({ node, operation }: TraceRecord): void => {
      if (operation.op === 'sweep') return;
      count(done.operation, operation.op);
      count(done.state, STATE_OF[operation.op] ?? OTHER_STATE);
      count(done.node, nodeNames[node] ?? `node ${node}`);
    };
    const { result, attribution } = simulateAttributed(scenario, { trace });
    const { totals, states, nodes } = result;
    const duration = {
      state: Object.fromEntries(states.map(({ state, durationMs }) => [state, durationMs])),
      cause: { ...attribution.causeMs },
      node: Object.fromEntries(nodes.map((node) => [node.name, node.endMs])),
    };
    const exact = exactly(`${name}/virtual`, 'virtual');
    return [
      exact('duration', 'ms', totals.durationMs, duration),
      exact('operations', 'operations', sumOf(done.operation), { ...done }),
      exact('requests', 'requests', totals.requests),
      exact('bytes sent', 'bytes', totals.movedBytes),
    ];
  });
}

export interface CountedOptions {
  readonly workDirectory: string;
  readonly signal: AbortSignal;
}

/**
 * What a real run of a scenario's backup asks of its nodes, its repository and the file system; as quickly as it goes, with all
 * rates unlimited, one task at a time, into a local repository of its own. The same in every run. Throws BENCHMARK_FAILED, INTERRUPTED.
 */
export async function countedBenchmarks(
  loaded: LoadedScenario,
  options: CountedOptions,
): Promise<Benchmark[]> {
  const all: Benchmark[] = [];
  for (const [name, scenario] of variantsOf(loaded)) all.push(...(await countRun(name, scenario, options)));
  return all;
}

async function countRun(name: string, scenario: Scenario, options: CountedOptions): Promise<Benchmark[]> {
  const done = nothingCounted();
  const calls: Pick<Counted, 'operation' | 'node' | 'state'> = nothingCounted();
  const nodeNames = scenario.cluster.nodes.map((node) => node.name);
  const cluster = await startBackupCluster(unlimited(scenario), {
    ...options,
    onTally({ node, task, operations, fileCalls }) {
      // Nodes are swept when a coordinator starts, and not by a backup.
      if (task === 'sweep') return;
      const state = STATE_OF_TASK[task] ?? OTHER_STATE;
      for (const [tally, into] of [[operations, done] as const, [fileCalls, calls] as const]) {
        for (const [what, times] of Object.entries(tally)) {
          count(into.operation, what, times);
          count(into.state, state, times);
          count(into.node, nodeNames[node] ?? `node ${node}`, times);
        }
      }
    },
  });
  try {
    const { totals } = await cluster.backUp();
    const exact = exactly(`${name}/counted`, 'counted');
    const files = Math.max(1, totals.files);
    return [
      exact('operations', 'operations', sumOf(done.operation), { ...done }),
      exact('renames per file', 'renames', (done.operation['rename'] ?? 0) / files),
      exact('requests', 'requests', totals.requests),
      exact('bytes sent', 'bytes', totals.movedBytes),
      exact('file calls', 'calls', sumOf(calls.operation), { ...calls }),
      exact('file calls per file', 'calls', sumOf(calls.operation) / files),
    ];
  } finally {
    await cluster.close();
  }
}

/** What is to be measured, and how. */
interface Measured {
  readonly scenarios: ExactRequest['scenarios'];
  readonly kinds: readonly Kind[];
}

/** Refuses what would be found wrong only after minutes: a scenario that cannot be measured, or two of one name. */
export function requireMeasurable({ scenarios, kinds }: Measured): void {
  const files = new Map<string, string>();
  for (const { file, text } of scenarios) {
    for (const [name, scenario] of variantsOf(loadScenario(text, file))) {
      if (scenarioStatement(scenario).kind !== 'backup')
        throw new DrillError('NOT_SUPPORTED', `${name} in ${file} has no BACKUP to measure`);
      if (kinds.includes('counted')) requireRunnable(name, scenario);
      const other = files.get(name);
      if (other !== undefined) {
        throw new DrillError('USAGE', `${other} and ${file} both have a scenario named ${name}`, {
          hint: 'benchmarks go by the names of their scenarios',
        });
      }
      files.set(name, file);
    }
  }
}

function requireRunnable(name: string, scenario: Scenario): void {
  try {
    requireReal(unlimited(scenario));
  } catch (error) {
    if (!(error instanceof DrillError)) throw error;
    throw new DrillError(error.code, `${name} cannot be counted: ${error.message}`, {
      hint: '--kinds virtual measures it in virtual time only',
      cause: error,
    });
  }
}

const exactly =
  (prefix: string, kind: 'virtual' | 'counted') =>
  (what: string, unit: string, value: number, parts?: Benchmark['parts']): Benchmark => ({
    name: `${prefix}/${what}`,
    kind,
    unit,
    better: 'smaller',
    value,
    ...(parts ? { parts } : {}),
  });

const sumOf = (counts: Counts): number => Object.values(counts).reduce((sum, times) => sum + times, 0);

/** The same backup with nothing to wait for, into a local repository. */
function unlimited(scenario: Scenario): Scenario {
  const { cluster, repository, engine } = scenario;
  const { bundleBelowBytes } = repository.storage;
  const bundling = bundleBelowBytes === undefined ? {} : { bundleBelowBytes };
  return {
    ...scenario,
    cluster: { ...cluster, nodes: cluster.nodes.map((node) => ({ ...node, hardware: UNLIMITED_NODE })) },
    repository: {
      ...repository,
      type: 'local',
      isPlaced: true,
      storage: { kind: 'local', directory: '', durable: true, ...bundling },
      limits: UNLIMITED_REPOSITORY,
    },
    // One thread a node: which of several takes a task is chance.
    engine: { ...engine, tickMs: 0, uploadWorkers: 1 },
  };
}
