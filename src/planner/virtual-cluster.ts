import { DrillError, invariant, revive } from '../base/errors.js';
import type { Catalog } from '../catalog/index.js';
import { Coordinator, memoryJournal, type Journal, type Outcome, type Reply } from '../coordinator/index.js';
import { isEnded } from '../job/index.js';
import { generateCatalog, nodeHardware, targetPlacement, type Scenario } from '../scenario/index.js';
import type { Statement } from '../sql/index.js';
import { Recorder } from '../world/recorder.js';
import { resultOf } from '../world/result-of.js';
import type { RunResult } from '../world/result.js';
import type { VirtualRepository } from '../world/virtual/virtual-repository.js';
import type { Fault } from '../world/faults.js';
import { VirtualStorages } from '../world/virtual/virtual-storages.js';
import type { TraceRecord } from '../world/virtual/node-work-options.js';
import { VirtualWorld, type VirtualWorldOptions } from '../world/virtual/virtual-world.js';
import type { Witness } from '../world/virtual/witness.js';

/** The calendar at the beginning of every simulation: 2020-01-01T00:00:00Z. */
export const SIMULATION_EPOCH_MS = 1_577_836_800_000;

export interface VirtualClusterOptions {
  /** The cluster to run on, where it is not the scenario's own; its nodes are like the scenario's first. */
  readonly catalog?: Catalog;
  /** The storages of another cluster, which may have written to them. */
  readonly storages?: VirtualStorages;
  /** What an earlier coordinator of the cluster left; without one, nothing is remembered beyond the cluster. */
  readonly journal?: Journal;
  /**
   * Whether nodes have threads as in a real run, where all of a backup is done by those for uploads: as many snapshot tasks
   * at once as there are of these. Default: `snapshotWorkers` of their own, as in Doris.
   */
  readonly asRun?: boolean;
  /** Keep a ledger of what workers wait for: see `attributionOf`. */
  readonly attribute?: boolean;
  /** Told of every finished operation. */
  readonly trace?: (record: TraceRecord) => void;
  /** Told the rates of all flows whenever time goes on. */
  readonly onRates?: NonNullable<VirtualWorldOptions['onRates']>;
  readonly witness?: Witness;
}

/** A scenario's cluster in virtual time, with its coordinator and its repository. */
export interface VirtualCluster {
  readonly scenario: Scenario;
  readonly catalog: Catalog;
  readonly world: VirtualWorld;
  readonly coordinator: Coordinator;
  readonly storages: VirtualStorages;
  /** The scenario's own. */
  readonly repository: VirtualRepository;
}

export function virtualCluster(scenario: Scenario, options: VirtualClusterOptions = {}): VirtualCluster {
  const { repository: spec, engine } = scenario;
  const catalog = options.catalog ?? generateCatalog(scenario);
  const storages = options.storages ?? new VirtualStorages();
  const world = virtualWorld(scenario, { ...options, catalog, storages });
  const coordinator = new Coordinator({
    catalog,
    world,
    settings: engine,
    journal: priced(options.journal ?? memoryJournal(), world),
    repositories: [{ name: spec.name, readOnly: spec.readOnly, spec: spec.storage }],
    placement: targetPlacement(scenario, catalog.nodeNames.length),
  });
  coordinator.start();
  return {
    scenario,
    catalog,
    world,
    coordinator,
    storages,
    repository: storages.repository(spec.name, spec.storage),
  };
}

export interface VirtualWorldOptionsOf extends Pick<
  VirtualClusterOptions,
  'asRun' | 'attribute' | 'trace' | 'onRates' | 'witness'
> {
  /** The scenario's own, or one whose nodes are all like the scenario's first. */
  readonly catalog: Catalog;
  readonly storages: VirtualStorages;
}

/** The world of a scenario; with `faults`, even none, one in which messages may be lost. */
export function virtualWorld(
  scenario: Scenario,
  options: VirtualWorldOptionsOf,
  faults?: readonly Fault[],
): VirtualWorld {
  const { repository, cluster, engine, seed } = scenario;
  const { catalog, storages, asRun, attribute, trace, onRates, witness } = options;
  const isOwn = catalog.nodeNames.every((name, i) => cluster.nodes[i]?.name === name);
  return new VirtualWorld({
    catalog,
    workers: asRun === true ? withThreadsAsRun(engine) : engine,
    storages,
    epochMs: SIMULATION_EPOCH_MS,
    prices: {
      nodes: isOwn ? nodeHardware(scenario) : catalog.nodeNames.map(() => cluster.nodes[0]!.hardware),
      host: cluster.host,
      repository: repository.limits,
      coordinator: cluster.coordinator,
      seed,
    },
    attribute: attribute ?? false,
    ...(faults ? { faults: { list: faults, retries: engine, leaseMs: engine.lostAfterMs / 2 } } : {}),
    ...(trace ? { trace } : {}),
    ...(onRates ? { onRates } : {}),
    ...(witness ? { witness } : {}),
  });
}

const withThreadsAsRun = (engine: Scenario['engine']): Scenario['engine'] => ({
  ...engine,
  snapshotWorkers: Math.min(engine.snapshotWorkers, engine.uploadWorkers),
});

/** A journal whose writes of jobs take the coordinator the time that they cost. */
function priced(journal: Journal, world: VirtualWorld): Journal {
  return {
    read: () => journal.read(),
    write(changes) {
      journal.write(changes);
      if (changes.some(({ kind }) => kind === 'job')) world.persisted();
    },
  };
}

/** Runs one statement to the end of its job. Throws what is wrong with the statement; a job that fails is a result. */
export function runStatement(cluster: VirtualCluster, statement: Statement): RunResult {
  const { coordinator, world, catalog, scenario } = cluster;
  let accepted: Outcome<Reply> | undefined;
  let recorder: Recorder | undefined;
  coordinator.execute(statement, {}, (outcome) => {
    accepted = outcome;
    if (!outcome.ok || outcome.value.kind !== 'accepted') return;
    recorder = new Recorder(world.now());
    world.record(outcome.value.jobId, recorder);
  });
  world.run(() => accepted !== undefined);
  invariant(accepted, 'a statement was never answered');
  if (!accepted.ok) throw revive(accepted.error);
  invariant(
    accepted.value.kind === 'accepted',
    'a statement without a job was to be run to the end of its job',
  );
  const { jobId } = accepted.value;
  if (!world.run(() => coordinator.isSettled(jobId))) throw stuck(coordinator, jobId);
  return resultOf({
    world: 'virtual',
    statement,
    ...coordinator.recordOf(jobId)!,
    recorder: recorder!,
    nodeNames: catalog.nodeNames,
    requests: world.requests,
    settings: scenario.engine,
  });
}

function stuck(coordinator: Coordinator, jobId: number): DrillError {
  const job = coordinator.job(jobId)!;
  const what = isEnded(job) ? 'a node never dropped what it held' : `the job stopped in ${job.state}`;
  return new DrillError('INTERNAL', `nothing is left to happen, and ${what}`);
}
