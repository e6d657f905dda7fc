import { statSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { DrillError } from '../base/errors.js';
import { plural } from '../base/text.js';
import { bindBackup, type Catalog } from '../catalog/index.js';
import type { Journal } from '../coordinator/index.js';
import { reportHeader, simulate, type HardwareFile } from '../planner/index.js';
import type { StorageSpec } from '../repository/index.js';
import {
  generateCatalog,
  scenarioStatement,
  withHardware,
  type LoadedScenario,
  type Scenario,
} from '../scenario/index.js';
import type { BackupStatement } from '../sql/index.js';
import type { ClusterThreads } from '../world/real/cluster-threads.js';
import { requireSpace } from '../world/real/dataset.js';
import type { DrillReport, RestoreReport, RunResult, VariantReport } from '../world/result.js';
import type { DrillListener } from './listener.js';
import { machine, type Machine } from './machine.js';
import { openRepository } from './open-repository.js';
import {
  clusterOptions,
  openClusterJournal,
  openJournalAt,
  prepareCluster,
  requireReal,
  startClusterThreads,
  storageOf,
  type OpenJournal,
} from './prepare.js';
import { proveBackup } from './prove.js';
import { runRealJob, type RealJobOptions } from './real-job.js';
import {
  closeWorkspace,
  durableWorkspace,
  leaveWorkspace,
  openDurableWorkspace,
  openWorkspace,
  shrinkWorkspace,
  workspaceFor,
  type Workspace,
} from './workspace.js';

export interface DrillOptions {
  /** For everything that a drill writes: data sets, clusters, its own repository. */
  readonly workDirectory: string;
  /** Instead of it: a directory in which a run that was killed is taken up where it was. */
  readonly dataDirectory?: string | undefined;
  /** A repository's location to use instead of the drill's own; nothing in it is ever removed. */
  readonly repositoryDirectory?: string | undefined;
  /** Whether to verify, restore and compare afterwards. */
  readonly prove: boolean;
  /** What was measured of this machine and its repository: for the prediction, not for the run. */
  readonly hardware?: HardwareFile | undefined;
  /** Leave the run's clusters to whoever measures more runs: see `setRunsAside`. */
  readonly leaveClusters?: boolean;
  readonly command: string;
  readonly signal: AbortSignal;
  readonly listener: DrillListener;
  /** Told of the cluster while the backup runs; what it returns is called, and waited for, before the cluster stops. */
  readonly onCluster?: RealJobOptions['onCluster'];
}

/**
 * Runs a scenario for real, each variant after the other: makes the data, backs it up, verifies the repository, restores
 * it into another cluster, compares every byte, and predicts the same in virtual time. A job that fails is part of the
 * report; anything else that is wrong is thrown.
 */
export async function runDrill(loaded: LoadedScenario, options: DrillOptions): Promise<DrillReport> {
  const variants: VariantReport[] = [];
  if (options.dataDirectory !== undefined && loaded.variants.length > 1) throw onlyOneVariant();
  const workspaces: Workspace[] = [];
  try {
    for (const { name, scenario } of loaded.variants) {
      variants.push(await runVariant(name, scenario, loaded.digest, options, workspaces));
      if (options.signal.aborted) break;
    }
  } finally {
    for (const workspace of workspaces) {
      const isLeft = options.leaveClusters === true || workspace.journals;
      (isLeft ? leaveWorkspace : closeWorkspace)(workspace);
    }
  }
  const about: Machine = machine();
  return { ...reportHeader(loaded, options.command, options.hardware), machine: about, variants };
}

const onlyOneVariant = (): DrillError =>
  new DrillError('USAGE', '--data-dir is for one run, and this scenario is several', {
    hint: 'choose one of them with --set, or leave out --data-dir',
  });

/** One variant on its way through the phases. */
interface VariantRun {
  readonly name: string;
  readonly scenario: Scenario;
  readonly statement: BackupStatement;
  readonly catalog: Catalog;
  readonly workspace: Workspace;
  readonly storage: StorageSpec;
  readonly threads: ClusterThreads;
  readonly options: DrillOptions;
}

async function runVariant(
  name: string,
  scenario: Scenario,
  digest: string,
  options: DrillOptions,
  /** Those that are open: this one's is added, to be closed when nothing is measured any more. */
  workspaces: Workspace[],
): Promise<VariantReport> {
  requireReal(scenario);
  const { dataDirectory } = options;
  const workspace =
    dataDirectory === undefined
      ? workspaceFor(options.workDirectory, scenario.name, name)
      : durableWorkspace(dataDirectory);
  const storage = storageOf(scenario, workspace, options.repositoryDirectory);
  // They load as long as it takes to read the statement, to predict the run and to make the cluster, and beside that.
  const threads = startClusterThreads(scenario, workspace, scenario.engine.uploadWorkers);
  try {
    const statement = requireBackup(scenario);
    // Predicting first also finds everything that is wrong with the statement before anything is made or removed.
    const predicted = simulate(asPriced(scenario, options), { asRun: true });
    const catalog = generateCatalog(scenario);
    const run: VariantRun = { name, scenario, statement, catalog, workspace, storage, threads, options };
    return await runPredicted(run, predicted, digest, workspaces);
  } finally {
    await threads.close();
  }
}

async function runPredicted(
  run: VariantRun,
  predicted: RunResult,
  digest: string,
  workspaces: Workspace[],
): Promise<VariantReport> {
  const { name, scenario, workspace, storage, threads, options } = run;
  const { journals } = workspace;
  (journals ? openDurableWorkspace : openWorkspace)(workspace);
  workspaces.push(workspace);
  void threads.warmUp();
  // Those that are up begin, before this thread is busy again.
  await setImmediate();
  const open: OpenJournal[] = [];
  try {
    const clusterJournal = await openClusterJournal(workspace, digest);
    open.push(clusterJournal);
    const restoredJournal = await openJournalAt(journals?.restored, digest);
    open.push(restoredJournal);
    await openRepository(storage, scenario.repository.name);
    const isBorrowed = journals === undefined;
    const datasetDirectory = await prepareCluster({ ...run, ...options, variant: name, isBorrowed });
    requireRoom(run, predicted.totals.sizeBytes);
    const measured = await backUp(run, clusterJournal);
    const isDone = measured.job.state === 'FINISHED';
    const restore = options.prove && isDone ? await prove(run, datasetDirectory, restoredJournal) : undefined;
    const nodes = scenario.cluster.nodes.length;
    return { name, nodes, predicted, measured, ...(restore ? { restore } : {}) };
  } finally {
    for (const journal of open) await journal.close();
    if (!journals) shrinkWorkspace(workspace);
  }
}

/** The scenario as it is predicted. Without a data directory, the journal of a run is in memory and costs nothing. */
function asPriced(scenario: Scenario, { hardware, dataDirectory }: DrillOptions): Scenario {
  if (!hardware) return scenario;
  const { measured } = hardware;
  const coordinator =
    dataDirectory === undefined ? { ...measured.coordinator, persistMs: 0 } : measured.coordinator;
  return withHardware(scenario, { ...measured, coordinator });
}

function requireBackup(scenario: Scenario): BackupStatement {
  const statement = scenarioStatement(scenario);
  if (statement.kind === 'backup') return statement;
  const message = `drill run runs a BACKUP, and the scenario's statement is a ${statement.kind.toUpperCase()}`;
  throw new DrillError('NOT_SUPPORTED', message, { hint: 'drill serve and drill sql run any statement' });
}

function requireRoom({ scenario, workspace, storage, options }: VariantRun, sizeBytes: number): void {
  const restoredBytes = options.prove ? sizeBytes * scenario.restore.replication : 0;
  if (storage.kind === 's3') return requireSpace(workspace.run, restoredBytes, 'the restored copy');
  const isOneDisk = statSync(storage.directory).dev === statSync(workspace.run).dev;
  if (isOneDisk) requireSpace(workspace.run, sizeBytes + restoredBytes, 'the backup with its restored copy');
  else {
    requireSpace(storage.directory, sizeBytes, 'the backup');
    requireSpace(workspace.run, restoredBytes, 'the restored copy');
  }
}

function backUp(
  { name: variant, scenario, statement, catalog, workspace, storage, threads, options }: VariantRun,
  journal: Journal,
): Promise<RunResult> {
  const { cluster, engine } = scenario;
  const { listener, signal, onCluster } = options;
  listener.onPhase('backup', variant, `${plural(cluster.nodes.length, 'node')}, preset ${engine.preset}`);
  return runRealJob({
    ...clusterOptions(scenario, catalog, workspace, storage),
    workersPerNode: engine.uploadWorkers,
    threads,
    statement,
    journal,
    signal,
    onProgress: (snapshot) => listener.onProgress({ ...snapshot, phase: 'backup', variant }),
    ...(onCluster ? { onCluster } : {}),
  });
}

function prove(run: VariantRun, datasetDirectory: string, journal: Journal): Promise<RestoreReport> {
  const { name: variant, scenario, statement, catalog, workspace, storage, options } = run;
  const { unsupportedTables } = scenario.engine;
  const selection = bindBackup(catalog, statement, { sessionDatabase: undefined, unsupportedTables });
  return proveBackup({
    variant,
    scenario,
    statement,
    catalog,
    selection,
    datasetDirectory,
    storage,
    targetDirectory: workspace.restoredCluster,
    journal,
    listener: options.listener,
    signal: options.signal,
  });
}
