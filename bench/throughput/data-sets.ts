import { linkSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { generateCatalog, loadScenario, type Scenario } from '../../src/scenario/index.js';
import { datasetMeta, prepareDataset } from '../../src/world/real/dataset.js';
import type { Size } from './tree.js';

const KIB = 1024;
const MIB = 1024 * KIB;

export const SET_NAMES = ['large', 'medium', 'small'] as const;
export type SetName = (typeof SET_NAMES)[number];

/** Files of one size in directories of as many. */
export interface DataSet {
  readonly name: SetName;
  readonly directories: number;
  readonly filesPerDirectory: number;
  readonly fileBytes: number;
}

const USUAL: Readonly<Record<SetName, Omit<DataSet, 'name'>>> = {
  large: { directories: 8, filesPerDirectory: 8, fileBytes: 64 * MIB },
  medium: { directories: 200, filesPerDirectory: 5, fileBytes: MIB },
  small: { directories: 200, filesPerDirectory: 100, fileBytes: 16 * KIB },
};

/** Whether everything works, in seconds. Nothing can be told from how long it takes. */
const QUICK: Readonly<Record<SetName, Omit<DataSet, 'name'>>> = {
  large: { directories: 2, filesPerDirectory: 2, fileBytes: 4 * MIB },
  medium: { directories: 5, filesPerDirectory: 2, fileBytes: MIB },
  small: { directories: 5, filesPerDirectory: 20, fileBytes: 16 * KIB },
};

export const dataSet = (name: SetName, isQuick: boolean): DataSet => ({
  name,
  ...(isQuick ? QUICK : USUAL)[name],
});

/** Where ours backs a set up to, and how. */
export interface Target {
  readonly durable: boolean;
  /** Whether small files go into bundles. */
  readonly bundles?: boolean;
  /** Threads that upload, and as many that download. */
  readonly workers: number;
  /** Undefined: a directory, which the command line names. */
  readonly s3?: { readonly repository: string; readonly endpoint: string; readonly region: string };
}

/** The server has less to do for fewer parts; three of them, as many as a thread holds, are still below 64 MiB. */
const S3_PARTS = 'multipart: { part: 16 MiB, parallel: 2 }';

/** A cluster of one node that holds the set: a shard is a directory. Nothing is limited but by the machine. */
export function scenarioText(set: DataSet, { durable, bundles = false, workers, s3 }: Target): string {
  const { name, directories, filesPerDirectory, fileBytes } = set;
  const storage = s3
    ? `type: s3, location: '${s3.repository}', endpoint: '${s3.endpoint}', region: '${s3.region}', ${S3_PARTS}`
    : `durable: ${durable}`;
  const bundling = bundles ? ', bundleFilesBelow: 1 MiB' : '';
  return `name: throughput-${name}
cluster:
  nodes: 1
  replication: 1
  hardware: { disk: unlimited, hash: unlimited, nic: unlimited, link: 0 }
repository: { latency: 0 ms, ${storage}${bundling} }
databases:
  - name: db
    tables:
      - { name: t, buckets: ${directories}, filesPerShard: ${filesPerDirectory}, fileSize: ${fileBytes} B }
engine: { preset: tuned, uploadWorkers: ${workers}, downloadWorkers: ${workers} }
restore: { nodes: 1, replication: 1 }
statement: BACKUP SNAPSHOT db.throughput TO example_repo
`;
}

export const scenarioFrom = (text: string): Scenario =>
  loadScenario(text, 'throughput.yaml').variants[0]!.scenario;

/** What everyone backs up: the same files by another name (hard links), so that all find them in the page cache. */
export interface MadeSet {
  readonly set: DataSet;
  /** For everyone but ours, who has the data in its work directory. */
  readonly sourceDirectory: string;
  /** With the header that every directory has besides its files. */
  readonly size: Size;
}

/** Makes a set's files in `workDirectory/data`, where `drill run --work-dir` looks for them, and links to them. */
export async function makeSet(
  set: DataSet,
  workDirectory: string,
  threads: number,
  signal: AbortSignal,
): Promise<MadeSet> {
  const { seed, ...scenario } = scenarioFrom(scenarioText(set, { durable: false, workers: 1 }));
  const catalog = generateCatalog({ seed, ...scenario });
  const dataset = await prepareDataset({
    catalog,
    seed,
    dataDirectory: path.join(workDirectory, 'data'),
    threads,
    signal,
    onProgress: () => undefined,
  });
  const sourceDirectory = path.join(workDirectory, 'source', set.name);
  linkShards(dataset, sourceDirectory);
  const { shards } = catalog;
  const bytes = shards.sizeBytes.subarray(0, shards.count).reduce((sum, each) => sum + each, 0);
  return { set, sourceDirectory, size: { files: shards.totalFiles, bytes } };
}

/** All of a data set but what only ours knows of: the checksums that its files were written with. */
function linkShards(dataset: string, sourceDirectory: string): void {
  for (const shard of readdirSync(dataset, { withFileTypes: true })) {
    const from = path.join(dataset, shard.name);
    if (!shard.isDirectory() || from === datasetMeta(dataset)) continue;
    const to = path.join(sourceDirectory, shard.name);
    mkdirSync(to, { recursive: true });
    for (const name of readdirSync(from)) linkSync(path.join(from, name), path.join(to, name));
  }
}
