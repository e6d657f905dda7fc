import path from 'node:path';
import { DrillError, serialize, type SerializedError } from '../../src/base/errors.js';
import { memoryJournal, type JobEnd, type Journal } from '../../src/coordinator/index.js';
import type { Catalog } from '../../src/catalog/index.js';
import { openRepository } from '../../src/drill/open-repository.js';
import { clusterOptions, prepareCluster } from '../../src/drill/prepare.js';
import { RealCluster } from '../../src/drill/real-cluster.js';
import type { Workspace } from '../../src/drill/workspace.js';
import type { StorageSpec } from '../../src/repository/index.js';
import {
  generateCatalog,
  generateTargetCatalog,
  targetPlacement,
  type Scenario,
} from '../../src/scenario/index.js';
import { parseStatement } from '../../src/sql/index.js';
import { fixed } from '../../src/base/distribution.js';
import { UNLIMITED_REPOSITORY } from '../../src/world/hardware.js';
import { engine, nodes, olapTable, placed, scenario } from '../fixtures/scenarios.js';
import type { Chaos } from './chaos.js';

export const LABEL = 'chaotic';
export const REPOSITORY = 'example_repo';
export const BACKUP = `BACKUP SNAPSHOT example_db.${LABEL} TO ${REPOSITORY}`;
const RESTORE = `RESTORE SNAPSHOT example_db.${LABEL} FROM ${REPOSITORY} PROPERTIES ("replication_num" = "2")`;
const NEVER = new AbortController().signal;
const nothing = (): void => undefined;
/** Longer than anything here takes, so that a job that hangs is told of. */
const HANGING_MS = 90_000;

export interface SiteOptions {
  /** Where the cluster's nodes keep their files; below the chaos's directory without it. */
  readonly clusterDirectory?: string;
  readonly storage: StorageSpec;
  readonly fileBytes?: number;
  readonly replication?: number;
  readonly buckets?: number;
  readonly filesPerShard?: number;
  readonly changes?: Partial<Scenario['engine']>;
  readonly limits?: Partial<Scenario['repository']['limits']>;
}

/** A cluster with its data, which is started and stopped as often as need be, and a repository. */
export interface Site {
  readonly scenario: Scenario;
  readonly catalog: Catalog;
  readonly datasetDirectory: string;
  readonly clusterDirectory: string;
  readonly storage: StorageSpec;
  readonly journal: Journal;
}

export async function makeSite(chaos: Chaos, options: SiteOptions): Promise<Site> {
  const {
    storage,
    fileBytes = 100_000,
    replication = 2,
    buckets = 6,
    filesPerShard = 3,
    changes,
    limits,
  } = options;
  const table = olapTable('example_tbl', {
    buckets,
    files: filesPerShard,
    sizeBytes: fixed(fileBytes),
    replication,
  });
  const base = scenario({ seed: chaos.seed });
  const made: Scenario = {
    ...base,
    cluster: { ...nodes(3), replication },
    databases: [{ name: 'example_db', tables: [table] }],
    repository: {
      ...base.repository,
      ...placed(storage.kind),
      limits: { ...UNLIMITED_REPOSITORY, ...limits },
    },
    engine: engine('tuned', {
      uploadWorkers: 2,
      downloadWorkers: 2,
      retryDelayMs: 20,
      defaultTimeoutMs: HANGING_MS,
      ...changes,
    }),
    statement: { text: BACKUP, line: 1 },
  };
  await openRepository(storage, REPOSITORY);
  const catalog = generateCatalog(made);
  const clusterDirectory = options.clusterDirectory ?? path.join(chaos.directory, 'cluster');
  const datasetDirectory = await prepareCluster({
    variant: '',
    scenario: made,
    catalog,
    workspace: workspaceIn(chaos, clusterDirectory),
    listener: { onPhase: nothing, onProgress: nothing },
    signal: NEVER,
  });
  return { scenario: made, catalog, datasetDirectory, clusterDirectory, storage, journal: memoryJournal() };
}

function workspaceIn({ directory, dataDirectory }: Chaos, cluster: string): Workspace {
  return {
    data: dataDirectory,
    run: directory,
    cluster,
    restoredCluster: path.join(directory, 'restored'),
    repository: path.join(directory, 'repository'),
    lock: path.join(directory, 'lock'),
  };
}

/** Starts the site's cluster, has it used, and stops it. */
export async function withCluster<T>(site: Site, use: (cluster: RealCluster) => Promise<T>): Promise<T> {
  const { scenario: made, catalog, storage, journal, clusterDirectory } = site;
  const workspace = { cluster: clusterDirectory } as Workspace;
  const workersPerNode = made.engine.uploadWorkers;
  return using({ ...clusterOptions(made, catalog, workspace, storage), journal, workersPerNode }, use);
}

/** An empty cluster that a site's snapshot is restored into. */
export interface Target {
  readonly catalog: Catalog;
  readonly clusterDirectory: string;
  readonly journal: Journal;
}

export const makeTarget = ({ scenario: made }: Site, clusterDirectory: string): Target => ({
  catalog: generateTargetCatalog(made),
  clusterDirectory,
  journal: memoryJournal(),
});

/** Starts a target's cluster with the site's repository, has it used, and stops it. */
export async function withTarget<T>(
  { scenario: made, storage }: Site,
  { catalog, clusterDirectory, journal }: Target,
  use: (cluster: RealCluster) => Promise<T>,
): Promise<T> {
  const options = {
    catalog,
    journal,
    clusterDirectory,
    settings: made.engine,
    seed: made.seed,
    limits: made.repository.limits,
    placement: targetPlacement(made, catalog.nodeNames.length),
    hardware: catalog.nodeNames.map(() => made.cluster.nodes[0]!.hardware),
    workersPerNode: made.engine.downloadWorkers,
    repositories: [{ name: REPOSITORY, readOnly: true, spec: storage }],
  };
  return using(options, use);
}

async function using<T>(
  options: Parameters<typeof RealCluster.start>[0],
  use: (cluster: RealCluster) => Promise<T>,
): Promise<T> {
  const cluster = await RealCluster.start(options);
  try {
    return await use(cluster);
  } finally {
    await cluster.close();
  }
}

/** How a statement ended: its job's end, or what it was refused with. */
export interface End {
  readonly state: 'FINISHED' | 'CANCELLED' | 'REFUSED';
  readonly error?: SerializedError;
}

export const backUp = (cluster: RealCluster): Promise<End> => run(cluster, BACKUP);
export const restore = (cluster: RealCluster): Promise<End> => run(cluster, RESTORE);

async function run(cluster: RealCluster, sql: string): Promise<End> {
  try {
    const reply = await cluster.execute(parseStatement(sql), {});
    if (reply.kind !== 'accepted') throw new Error(`${sql} made no job`);
    return await ended(cluster, reply.jobId);
  } catch (error) {
    if (!(error instanceof DrillError)) throw error;
    return { state: 'REFUSED', error: serialize(error) };
  }
}

/** Waits for a job that must not hang. */
async function ended(cluster: RealCluster, jobId: number): Promise<JobEnd> {
  const signal = AbortSignal.timeout(HANGING_MS + 30_000);
  return cluster.waitFor(jobId, { signal, onProgress: nothing });
}

export const tellEnd = ({ state, error }: End): string =>
  error ? `${state} (${error.code}: ${error.message})` : state;
