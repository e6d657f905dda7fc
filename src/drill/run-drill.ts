import { DrillError } from '../base/errors.js';
import { plural } from '../base/text.js';
import { formatBytes } from '../base/units.js';
import { bindBackup, type Catalog } from '../catalog/index.js';
import { reportHeader, simulate } from '../planner/index.js';
import { createRepository, formatTimestamp, readRepository } from '../repository/index.js';
import { localStorage } from '../repository/storage/local.js';
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
import type { DrillListener } from './listener.js';
import { machine, type Machine } from './machine.js';
import { proveBackup } from './prove.js';
import { interrupted, runRealJob } from './real-job.js';
import { dropClusters, openWorkspace, type Workspace } from './workspace.js';

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

async function runVariant(name: string, scenario: Scenario, options: DrillOptions): Promise<VariantReport> {
  requireReal(scenario);
  const statement = scenarioStatement(scenario);
  if (statement.kind !== 'backup') {
    throw new DrillError(
      'NOT_SUPPORTED',
      `a scenario's statement is a BACKUP so far, not a ${statement.kind.toUpperCase()}`,
    );
  }
  // Predicting first also finds everything that is wrong with the statement before gigabytes of data are made.
  const predicted = simulate(scenario);
  const workspace = openWorkspace(options.workDirectory, scenario.name, name);
  try {
    const catalog = generateCatalog(scenario);
    const datasetDirectory = await makeData(name, scenario, catalog, workspace, options);
    const repositoryDirectory = options.repositoryDirectory ?? workspace.repository;
    const restoredBytes = options.prove ? predicted.totals.sizeBytes * scenario.restore.replication : 0;
    requireSpace(
      workspace.run,
      predicted.totals.sizeBytes + restoredBytes,
      'the backup and its restored copy',
    );
    await openRepository(repositoryDirectory, scenario.repository.name);
    const measured = await backUp(
      name,
      scenario,
      statement,
      catalog,
      workspace,
      repositoryDirectory,
      options,
    );
    const restore =
      options.prove && measured.job.state === 'FINISHED'
        ? await prove(
            name,
            scenario,
            statement,
            catalog,
            { workspace, datasetDirectory, repositoryDirectory },
            options,
          )
        : undefined;
    return {
      name,
      nodes: scenario.cluster.nodes.length,
      predicted,
      measured,
      ...(restore ? { restore } : {}),
    };
  } finally {
    dropClusters(workspace);
  }
}

function requireReal({ repository, cluster, engine, restore }: Scenario): void {
  const hint = 'drill plan predicts it without running it';
  if (repository.type !== 'local') {
    throw new DrillError(
      'NOT_SUPPORTED',
      `a repository of type ${repository.type} can be planned but not run for real yet`,
      { hint },
    );
  }
  const threads = Math.max(
    cluster.nodes.length * engine.uploadWorkers,
    restore.nodes * engine.downloadWorkers,
  );
  if (threads > MAX_THREADS) {
    const message = `this scenario needs ${threads} worker threads, and a real run may have ${MAX_THREADS}`;
    throw new DrillError('NOT_SUPPORTED', message, { hint });
  }
}

async function makeData(
  variant: string,
  scenario: Scenario,
  catalog: Catalog,
  workspace: Workspace,
  { listener, signal }: DrillOptions,
): Promise<string> {
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
      listener.onProgress({
        phase: 'data',
        variant,
        state: '',
        elapsedMs: performance.now() - startMs,
        doneBytes,
        totalBytes,
        doneFiles: 0,
        totalFiles: 0,
        doneShards: 0,
        totalShards: 0,
      });
    },
  });
  if (signal.aborted) throw interrupted();
  layOutCluster(catalog, datasetDirectory, workspace.cluster);
  return datasetDirectory;
}

async function openRepository(directory: string, name: string): Promise<void> {
  const storage = localStorage(directory);
  if (!(await readRepository(storage, name)))
    await createRepository(storage, name, formatTimestamp(Date.now()));
}

function backUp(
  variant: string,
  scenario: Scenario,
  statement: BackupStatement,
  catalog: Catalog,
  workspace: Workspace,
  repositoryDirectory: string,
  { listener, signal }: DrillOptions,
): Promise<RunResult> {
  const { cluster, engine, repository, seed } = scenario;
  listener.onPhase('backup', variant, `${plural(cluster.nodes.length, 'node')}, preset ${engine.preset}`);
  return runRealJob({
    statement,
    catalog,
    settings: engine,
    seed,
    signal,
    limits: repository.limits,
    placement: targetPlacement(scenario, cluster.nodes.length),
    clusterDirectory: workspace.cluster,
    hardware: cluster.nodes.map((node) => node.hardware),
    threadsPerNode: engine.uploadWorkers,
    repository: {
      name: repository.name,
      directory: repositoryDirectory,
      readOnly: repository.readOnly,
    },
    onProgress: (snapshot) =>
      listener.onProgress({
        ...snapshot,
        phase: 'backup',
        variant,
      }),
  });
}

function prove(
  variant: string,
  scenario: Scenario,
  statement: BackupStatement,
  catalog: Catalog,
  places: { workspace: Workspace; datasetDirectory: string; repositoryDirectory: string },
  { listener, signal }: DrillOptions,
): Promise<RestoreReport> {
  const { unsupportedTables } = scenario.engine;
  const selection = bindBackup(catalog, statement, { sessionDatabase: undefined, unsupportedTables });
  return proveBackup({
    variant,
    scenario,
    statement,
    catalog,
    selection,
    listener,
    signal,
    datasetDirectory: places.datasetDirectory,
    repositoryDirectory: places.repositoryDirectory,
    targetDirectory: places.workspace.restoredCluster,
  });
}
