import { statSync } from 'node:fs';
import path from 'node:path';
import { DrillError } from '../base/errors.js';
import { plural } from '../base/text.js';
import { formatBytes } from '../base/units.js';
import { bindBackup, type Catalog } from '../catalog/index.js';
import { reportHeader, simulate } from '../planner/index.js';
import {
  generateCatalog,
  scenarioStatement,
  targetPlacement,
  type LoadedScenario,
  type Scenario,
} from '../scenario/index.js';
import type { BackupStatement } from '../sql/index.js';
import { layOutCluster, prepareDataset, requireSpace } from '../world/real/dataset.js';
import type { DrillReport, RestoreReport, RunResult, VariantReport } from '../world/result.js';
import { NO_PROGRESS, type DrillListener } from './listener.js';
import { machine, type Machine } from './machine.js';
import { openRepository } from './open-repository.js';
import { proveBackup } from './prove.js';
import { interrupted, runRealJob } from './real-job.js';
import { closeWorkspace, openWorkspace, workspaceFor, type Workspace } from './workspace.js';

export interface DrillOptions {
  /** For everything that a drill writes: data sets, clusters, its own repository. */
  readonly workDirectory: string;
  /** A repository's location to use instead of the drill's own; nothing in it is ever removed. */
  readonly repositoryDirectory?: string | undefined;
  /** Whether to verify, restore and compare afterwards. */
  readonly prove: boolean;
  readonly command: string;
  readonly signal: AbortSignal;
  readonly listener: DrillListener;
}

/** More threads than this on one machine would measure the machine's scheduler. */
const MAX_THREADS = 256;

/**
 * Runs a scenario for real, each variant after the other: makes the data, backs it up, verifies the repository, restores
 * it into another cluster, compares every byte, and predicts the same in virtual time. A job that fails is part of the
 * report; anything else that is wrong is thrown.
 */
export async function runDrill(loaded: LoadedScenario, options: DrillOptions): Promise<DrillReport> {
  const variants: VariantReport[] = [];
  for (const { name, scenario } of loaded.variants) {
    variants.push(await runVariant(name, scenario, options));
    if (options.signal.aborted) break;
  }
  const about: Machine = machine();
  return { ...reportHeader(loaded, options.command), machine: about, variants };
}

/** One variant on its way through the phases. */
interface VariantRun {
  readonly name: string;
  readonly scenario: Scenario;
  readonly statement: BackupStatement;
  readonly catalog: Catalog;
  readonly workspace: Workspace;
  readonly repositoryDirectory: string;
  readonly options: DrillOptions;
}

async function runVariant(name: string, scenario: Scenario, options: DrillOptions): Promise<VariantReport> {
  const statement = requireReal(scenario);
  // Predicting first also finds everything that is wrong with the statement before gigabytes of data are made.
  const predicted = simulate(scenario);
  const workspace = workspaceFor(options.workDirectory, scenario.name, name);
  const repositoryDirectory = options.repositoryDirectory ?? workspace.repository;
  if (options.repositoryDirectory !== undefined) refuseOwnDirectory(options.repositoryDirectory, workspace);
  openWorkspace(workspace);
  try {
    await openRepository(repositoryDirectory, scenario.repository.name);
    const catalog = generateCatalog(scenario);
    const run: VariantRun = { name, scenario, statement, catalog, workspace, repositoryDirectory, options };
    const datasetDirectory = await makeData(run);
    requireRoom(run, predicted.totals.sizeBytes);
    const measured = await backUp(run);
    const isDone = measured.job.state === 'FINISHED';
    const restore = options.prove && isDone ? await prove(run, datasetDirectory) : undefined;
    const nodes = scenario.cluster.nodes.length;
    return { name, nodes, predicted, measured, ...(restore ? { restore } : {}) };
  } finally {
    closeWorkspace(workspace);
  }
}

/** Refuses what cannot be run for real (yet) with NOT_SUPPORTED; returns the statement. */
function requireReal(scenario: Scenario): BackupStatement {
  const { repository, cluster, engine, restore } = scenario;
  const refuse = (message: string): DrillError =>
    new DrillError('NOT_SUPPORTED', message, { hint: 'drill plan predicts it without running it' });
  if (repository.type !== 'local') {
    throw refuse(`a repository of type ${repository.type} can be planned but not run for real yet`);
  }
  const threads = Math.max(
    cluster.nodes.length * engine.uploadWorkers,
    restore.nodes * engine.downloadWorkers,
  );
  if (threads > MAX_THREADS) {
    throw refuse(`this scenario needs ${threads} worker threads, and a real run may have ${MAX_THREADS}`);
  }
  const statement = scenarioStatement(scenario);
  if (statement.kind === 'backup') return statement;
  throw refuse(`a scenario's statement is a BACKUP so far, not a ${statement.kind.toUpperCase()}`);
}

async function makeData({
  name: variant,
  scenario,
  catalog,
  workspace,
  options,
}: VariantRun): Promise<string> {
  const { listener, signal } = options;
  const startMs = performance.now();
  let announced = false;
  const datasetDirectory = await prepareDataset({
    catalog,
    seed: scenario.seed,
    dataDirectory: workspace.data,
    threads: machine().cores,
    signal,
    onProgress(doneBytes, totalBytes) {
      if (!announced) listener.onPhase('data', variant, `making ${formatBytes(totalBytes)} of data, once`);
      announced = true;
      const elapsedMs = performance.now() - startMs;
      listener.onProgress({ ...NO_PROGRESS, phase: 'data', variant, elapsedMs, doneBytes, totalBytes });
    },
  });
  if (signal.aborted) throw interrupted();
  layOutCluster(catalog, datasetDirectory, workspace.cluster);
  return datasetDirectory;
}

/** What lies under the run's own directory is removed when a run begins: no place for a repository to keep. */
function refuseOwnDirectory(repositoryDirectory: string, { run }: Workspace): void {
  const relative = path.relative(path.resolve(run), path.resolve(repositoryDirectory));
  if (relative.startsWith('..') || path.isAbsolute(relative)) return;
  throw new DrillError(
    'USAGE',
    `--repository ${repositoryDirectory} lies in ${run}, which every run empties`,
    {
      hint: "leave --repository out: the drill's own repository is there anyway; or choose another directory",
    },
  );
}

function requireRoom(
  { scenario, workspace, repositoryDirectory, options }: VariantRun,
  sizeBytes: number,
): void {
  const restoredBytes = options.prove ? sizeBytes * scenario.restore.replication : 0;
  const isOneDisk = statSync(repositoryDirectory).dev === statSync(workspace.run).dev;
  if (isOneDisk) requireSpace(workspace.run, sizeBytes + restoredBytes, 'the backup with its restored copy');
  else {
    requireSpace(repositoryDirectory, sizeBytes, 'the backup');
    requireSpace(workspace.run, restoredBytes, 'the restored copy');
  }
}

function backUp({
  name: variant,
  scenario,
  statement,
  catalog,
  workspace,
  ...run
}: VariantRun): Promise<RunResult> {
  const { cluster, engine, repository, seed } = scenario;
  const { listener, signal } = run.options;
  listener.onPhase('backup', variant, `${plural(cluster.nodes.length, 'node')}, preset ${engine.preset}`);
  return runRealJob({
    statement,
    catalog,
    placement: targetPlacement(scenario, cluster.nodes.length),
    settings: engine,
    clusterDirectory: workspace.cluster,
    hardware: cluster.nodes.map((node) => node.hardware),
    limits: repository.limits,
    threadsPerNode: engine.uploadWorkers,
    repository: { name: repository.name, directory: run.repositoryDirectory, readOnly: repository.readOnly },
    seed,
    signal,
    onProgress: (snapshot) => listener.onProgress({ ...snapshot, phase: 'backup', variant }),
  });
}

function prove(run: VariantRun, datasetDirectory: string): Promise<RestoreReport> {
  const { name: variant, scenario, statement, catalog, workspace, repositoryDirectory, options } = run;
  const { unsupportedTables } = scenario.engine;
  const selection = bindBackup(catalog, statement, { sessionDatabase: undefined, unsupportedTables });
  return proveBackup({
    variant,
    scenario,
    statement,
    catalog,
    selection,
    datasetDirectory,
    repositoryDirectory,
    targetDirectory: workspace.restoredCluster,
    listener: options.listener,
    signal: options.signal,
  });
}
