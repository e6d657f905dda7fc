import { existsSync, renameSync } from 'node:fs';
import path from 'node:path';
import { DrillError } from '../base/errors.js';
import { formatBytes } from '../base/units.js';
import type { Catalog } from '../catalog/index.js';
import { memoryJournal, type Journal } from '../coordinator/index.js';
import type { StorageSpec } from '../repository/index.js';
import { nodeHardware, targetPlacement, type Scenario } from '../scenario/index.js';
import { ClusterThreads } from '../world/real/cluster-threads.js';
import { prepareDataset } from '../world/real/dataset.js';
import { onDisk } from '../world/real/errno.js';
import { borrowedReplica, layOutCluster, ownReplica } from '../world/real/lay-out.js';
import { NO_PROGRESS, type DrillListener } from './listener.js';
import { machine } from './machine.js';
import type { RealClusterOptions } from './real-cluster.js';
import { interrupted } from './real-job.js';
import type { Workspace } from './workspace.js';

export type OpenJournal = Journal & { close(): Promise<void> };

export interface PrepareOptions {
  readonly variant: string;
  readonly scenario: Scenario;
  readonly catalog: Catalog;
  readonly workspace: Workspace;
  /** Whether the cluster is there for one BACKUP, and may do without replicas of its own. */
  readonly isBorrowed?: boolean;
  readonly listener: DrillListener;
  readonly signal: AbortSignal;
}

/** More threads than this on one machine would measure the machine's scheduler. */
const MAX_THREADS = 256;

/** What S3 takes as a part, unless it is a file's last. */
const MIN_PART_BYTES = 5 * 2 ** 20;

/** A thread holds a request's body in memory, and hashes it in one go. */
const MAX_BODY_BYTES = 2 ** 30;

/** Refuses a scenario that cannot be run for real: NOT_SUPPORTED, SCENARIO_INVALID. */
export function requireReal(scenario: Scenario): void {
  const { repository, cluster, engine, restore } = scenario;
  if (!repository.isPlaced) {
    throw new DrillError('SCENARIO_INVALID', 'the scenario does not say where its S3 repository is', {
      hint: 'add repository.location: s3://bucket/prefix (and endpoint), or drill plan it, which needs neither',
    });
  }
  const { multipart } = repository.limits;
  if (multipart && multipart.partBytes < MIN_PART_BYTES) {
    const message = `S3 takes parts of 5 MiB or more, and repository.multipart.part is ${formatBytes(multipart.partBytes)}`;
    throw new DrillError('NOT_SUPPORTED', message, {
      hint: 'make it 5 MiB or more; or drill plan it, which takes parts of any size',
    });
  }
  const threads = Math.max(
    cluster.nodes.length * engine.uploadWorkers,
    restore.nodes * engine.downloadWorkers,
  );
  if (threads > MAX_THREADS) {
    const message = `this scenario needs ${threads} worker threads, and a real run may have ${MAX_THREADS}`;
    throw new DrillError('NOT_SUPPORTED', message, { hint: 'drill plan predicts it without running it' });
  }
}

/**
 * Makes the scenario's data, or finds it made, and gives every node its replicas. Returns the data set's directory. Throws
 * INTERRUPTED, DISK_FULL, NOT_SUPPORTED.
 */
export async function prepareCluster(options: PrepareOptions): Promise<string> {
  const { variant, scenario, catalog, workspace, listener, signal } = options;
  requireSmallBodies(scenario, catalog);
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
  // In a durable workspace it may be there already, with what restores and jobs have made of it.
  if (!workspace.journals || !existsSync(workspace.cluster)) layOut(options, datasetDirectory);
  return datasetDirectory;
}

/** Refuses files that would go to S3 in larger pieces than a thread can hold. */
function requireSmallBodies({ repository }: Scenario, { shards }: Catalog): void {
  const { multipart } = repository.limits;
  if (!multipart || multipart.partBytes <= MAX_BODY_BYTES) return;
  let largestBytes = 0;
  const files = shards.firstFile[shards.count]!;
  for (let file = 0; file < files; file++) largestBytes = Math.max(largestBytes, shards.fileSizeBytes[file]!);
  if (largestBytes <= MAX_BODY_BYTES) return;
  const message = `this scenario sends files of up to ${formatBytes(largestBytes)} in pieces of more than 1 GiB, and a real run holds a piece in memory`;
  throw new DrillError('NOT_SUPPORTED', message, {
    hint: 'let repository.multipart.part be 1 GiB at most; or drill plan it, which takes parts of any size',
  });
}

/** The cluster of a scenario, as its workspace has it. */
export function clusterOptions(
  scenario: Scenario,
  catalog: Catalog,
  workspace: Workspace,
  storage: StorageSpec,
): Omit<RealClusterOptions, 'journal' | 'workersPerNode'> {
  const { cluster, engine, repository } = scenario;
  return {
    ...placeOf(scenario, workspace),
    catalog,
    placement: targetPlacement(scenario, cluster.nodes.length),
    settings: engine,
    repositories: [{ name: repository.name, readOnly: repository.readOnly, spec: storage }],
  };
}

/** Starts the threads of that cluster, which need not be there yet: they load while it is made. */
export function startClusterThreads(
  scenario: Scenario,
  workspace: Workspace,
  workersPerNode: number,
): ClusterThreads {
  const { cluster, engine } = scenario;
  return new ClusterThreads({
    ...placeOf(scenario, workspace),
    nodeNames: cluster.nodes.map(({ name }) => name),
    workersPerNode,
    retries: engine,
    countFileCalls: false,
  });
}

/** What a cluster and its threads have to agree on. */
function placeOf(scenario: Scenario, { cluster, journals }: Workspace) {
  return {
    clusterDirectory: cluster,
    hardware: nodeHardware(scenario),
    limits: scenario.repository.limits,
    seed: scenario.seed,
    isTemporary: journals === undefined,
  };
}

/** Where the repository of a run is. */
export function storageOf(
  { repository }: Scenario,
  workspace: Workspace,
  repositoryDirectory: string | undefined,
): StorageSpec {
  const { storage } = repository;
  if (storage.kind === 's3') {
    if (repositoryDirectory === undefined) return storage;
    throw new DrillError(
      'USAGE',
      '--repository is a directory, and the repository of this scenario is on S3',
      {
        hint: 'change repository.location in the scenario, or with --set',
      },
    );
  }
  if (repositoryDirectory !== undefined) refuseOwnDirectory(repositoryDirectory, workspace);
  return { ...storage, directory: path.resolve(repositoryDirectory ?? workspace.repository) };
}

/** A journal on disk, or where nothing is to outlive the process, in memory. */
export async function openJournalAt(directory: string | undefined, identity: string): Promise<OpenJournal> {
  if (directory === undefined) return { ...memoryJournal(), close: () => Promise.resolve() };
  // Loaded only when it is wanted: LMDB takes longer to load than most of what a small run does.
  const { openJournal } = await import('../world/real/lmdb-journal.js');
  return openJournal(directory, identity);
}

/**
 * The journal of a workspace's cluster. Throws JOURNAL_CORRUPT where one of the two is there without the other: a cluster whose
 * coordinator forgot what is on it, or a coordinator whose cluster is gone.
 */
export async function openClusterJournal(
  { cluster, journals, run }: Workspace,
  identity: string,
): Promise<OpenJournal> {
  if (!journals) return openJournalAt(undefined, identity);
  const hint = `drill clean --data-dir ${run} removes all of it, to begin anew`;
  if (existsSync(cluster) && !existsSync(journals.cluster)) {
    throw new DrillError(
      'JOURNAL_CORRUPT',
      `${run} has a cluster, and the journal that belongs to it is gone`,
      { hint },
    );
  }
  const journal = await openJournalAt(journals.cluster, identity);
  if (existsSync(cluster) || journal.read().jobs.length === 0) return journal;
  await journal.close();
  throw new DrillError(
    'JOURNAL_CORRUPT',
    `${run} has a journal, and the cluster that belongs to it is gone`,
    { hint },
  );
}

/** Whole or not at all: a cluster directory that is there is a whole cluster. */
function layOut({ catalog, workspace, isBorrowed }: PrepareOptions, datasetDirectory: string): void {
  const { cluster } = workspace;
  const unfinished = `${cluster}.unfinished`;
  layOutCluster(catalog, datasetDirectory, unfinished, isBorrowed ? borrowedReplica : ownReplica);
  onDisk(`creating ${cluster}`, () => renameSync(unfinished, cluster));
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
