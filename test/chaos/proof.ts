import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isOlap, type Catalog } from '../../src/catalog/index.js';
import { compareRestored } from '../../src/drill/compare-restored.js';
import { verifyRepository, type StorageSpec } from '../../src/repository/index.js';
import { nodeMd5 } from '../../src/repository/storage/node-md5.js';
import { openStorage } from '../../src/repository/storage/open.js';
import { nodePaths } from '../../src/world/real/paths.js';
import {
  LABEL,
  makeTarget,
  REPOSITORY,
  restore,
  tellEnd,
  withTarget,
  type Site,
  type Target,
} from './site.js';

/**
 * What is wrong with a finished backup: every checksum is verified, the repository holds exactly the files of the data set and
 * nothing else, no node holds anything of a job, and a restore into another cluster gives the same bytes. Empty if all is right.
 */
export async function proofOf(site: Site, directory: string): Promise<string[]> {
  const target = makeTarget(site, directory);
  const faults = [...(await verified(site.storage)), ...(await strays(site)), ...residueOf(site)];
  const end = await withTarget(site, target, restore);
  if (end.state !== 'FINISHED') return [...faults, `the restore is ${tellEnd(end)}`];
  return [...faults, ...(await comparisonOf(site, target))];
}

/** What a restored cluster has otherwise than the data set, and what it has besides. */
export async function comparisonOf(site: Site, target: Target): Promise<string[]> {
  const table = site.catalog.database('example_db').tables.get('example_tbl')!;
  if (!isOlap(table)) throw new Error('the table is none');
  const { files, differences } = await compareRestored({
    source: site.catalog,
    target: target.catalog,
    databaseName: 'example_db',
    datasetDirectory: site.datasetDirectory,
    targetDirectory: target.clusterDirectory,
    selected: new Set(table.partitions.map(({ name }) => `${table.name}.${name}`)),
    hasData: true,
    onProgress: () => Promise.resolve(),
  });
  const expected = 2 * site.catalog.shards.totalFiles;
  const count = files === expected ? [] : [`${files} files were compared instead of ${expected}`];
  return [...differences, ...count, ...residueOf(target)];
}

export async function verified(spec: StorageSpec): Promise<string[]> {
  const storage = await openStorage(spec);
  try {
    const { problems } = await verifyRepository(storage, { md5: nodeMd5 });
    return problems.map(({ kind, path: place }) => `verify: ${kind} ${place}`);
  } finally {
    storage.dispose?.();
  }
}

/** Files of the repository that should not be there, or should and are not: told from the data set by plain loops. */
async function strays({ catalog, datasetDirectory, storage: spec }: Site): Promise<string[]> {
  const storage = await openStorage(spec);
  const found = new Set((await storage.list('')).map((file) => file.path));
  const uploads = await storage.removeUnfinished('');
  storage.dispose?.();
  const missing = expectedFiles(catalog, datasetDirectory).filter((file) => !found.delete(file));
  const root = `__palo_repository_${REPOSITORY}`;
  const documents = [
    /^__repo_info$/,
    new RegExp(`^__ss_${LABEL}/__meta\\.\\w{32}$`),
    new RegExp(`^__ss_${LABEL}/__info_[-0-9]+\\.\\w{32}$`),
  ];
  for (const document of documents) {
    const own = [...found].filter(
      (file) => file.startsWith(`${root}/`) && document.test(file.slice(root.length + 1)),
    );
    if (own.length === 1) found.delete(own[0]!);
    else missing.push(`one ${document.source}, of which there are ${own.length}`);
  }
  const unended = uploads === 0 ? [] : [`${uploads} uploads that nobody ended`];
  return [
    ...unended,
    ...missing.map((file) => `lacks ${file}`),
    ...[...found].map((file) => `stray file ${file}`),
  ];
}

function expectedFiles({ databases, shards }: Catalog, datasetDirectory: string): string[] {
  const files: string[] = [];
  for (const database of databases.values())
    for (const table of database.tables.values()) {
      if (!isOlap(table)) continue;
      for (const partition of table.partitions)
        for (const { id, firstShard, endShard } of partition.indexes)
          for (let shard = firstShard; shard < endShard; shard++) {
            const shardId = String(shards.id[shard]);
            const place = `__db_${database.id}/__tbl_${table.id}/__part_${partition.id}/__idx_${id}/__${shardId}`;
            for (const name of readdirSync(path.join(datasetDirectory, shardId))) {
              const md5 = createHash('md5')
                .update(readFileSync(path.join(datasetDirectory, shardId, name)))
                .digest('hex');
              files.push(
                `__palo_repository_${REPOSITORY}/__ss_${LABEL}/__ss_content/${place}/${name}.${md5}`,
              );
            }
          }
    }
  return files;
}

/** Snapshots and staged files that a job left on the nodes, and notes of replicas that are not there. */
export function residueOf({
  catalog,
  clusterDirectory,
}: Pick<Site, 'catalog' | 'clusterDirectory'>): string[] {
  return catalog.nodeNames.flatMap((node) => {
    const { data, meta, snapshots, staging } = nodePaths(clusterDirectory, node);
    const jobs = [snapshots, staging].flatMap((directory) =>
      namesIn(directory).map((job) => path.join(directory, job)),
    );
    const shards = new Set(namesIn(data));
    const notes = namesIn(meta).filter((name) => !shards.has(path.basename(name, '.md5')));
    return [...jobs, ...notes].map((name) => `left behind on ${node}: ${name}`);
  });
}

/** Anything at all that is on the nodes of a cluster where there should be nothing. */
export function anythingOn({ catalog, clusterDirectory }: Target): string[] {
  return catalog.nodeNames.flatMap((node) => {
    const { data, meta, snapshots, staging } = nodePaths(clusterDirectory, node);
    return [data, meta, snapshots, staging].flatMap((directory) =>
      namesIn(directory).map((name) => `left behind on ${node}: ${path.join(directory, name)}`),
    );
  });
}

/** Whether a label is shown as a snapshot: a job that did not finish shows nothing. */
export async function isListed(spec: StorageSpec): Promise<boolean> {
  const storage = await openStorage(spec);
  try {
    const files = await storage.list(`__palo_repository_${REPOSITORY}/__ss_${LABEL}`);
    return files.some((file) => /\/__info_[^/]*$/.test(file.path) && !file.path.endsWith('.part'));
  } finally {
    storage.dispose?.();
  }
}

export const namesIn = (directory: string): string[] => (existsSync(directory) ? readdirSync(directory) : []);
