import { closeSync, existsSync, openSync, readdirSync, readSync } from 'node:fs';
import path from 'node:path';
import { isOlap, type Catalog, type Database, type Index } from '../catalog/index.js';
import { onDisk } from '../world/real/errno.js';
import { nodePaths } from '../world/real/paths.js';

export interface ComparisonOptions {
  readonly source: Catalog;
  readonly target: Catalog;
  readonly databaseName: string;
  /** Holds a directory a source shard. */
  readonly datasetDirectory: string;
  readonly targetDirectory: string;
  /** By `table.partition`: what was backed up. */
  readonly selected: ReadonlySet<string>;
  /** False for a backup of the metadata only: then the tables must be there, and no data. */
  readonly hasData: boolean;
  readonly onProgress: (files: number, bytes: number) => Promise<void>;
}

export interface Comparison {
  readonly files: number;
  readonly bytes: number;
  readonly differences: readonly string[];
}

interface ShardPair {
  readonly what: string;
  readonly sourceDirectory: string;
  readonly targetDirectory: string;
}

const CHUNK_BYTES = 1024 * 1024;

/**
 * Holds every file of a restored database against the data set it was made from, byte by byte. It knows of the engine only
 * where the two clusters keep their shards: no checksum, no manifest and no copying code is shared with it.
 */
export async function compareRestored(options: ComparisonOptions): Promise<Comparison> {
  const differences: string[] = [];
  let files = 0;
  let bytes = 0;
  for (const pair of shardPairs(options, differences)) {
    for (const name of fileNames(pair, differences)) {
      bytes += compareFiles(pair, name, differences);
      files++;
      await options.onProgress(files, bytes);
    }
  }
  return { files, bytes, differences };
}

/** Every replica of every restored shard with the source shard that has the same table, partition, index and bucket. */
function* shardPairs(options: ComparisonOptions, differences: string[]): Generator<ShardPair> {
  const { source, target, databaseName, selected } = options;
  const restored = indexesOf(target.database(databaseName));
  for (const [name, index] of indexesOf(source.database(databaseName))) {
    if (!selected.has(name.split('.').slice(0, 2).join('.'))) continue;
    const copy = restored.get(name);
    restored.delete(name);
    if (!copy || copy.endShard - copy.firstShard !== index.endShard - index.firstShard) {
      differences.push(`${name}: ${copy ? 'another number of buckets' : 'not restored'}`);
      continue;
    }
    for (let bucket = 0; options.hasData && bucket < index.endShard - index.firstShard; bucket++) {
      yield* replicaPairs(options, name, index.firstShard + bucket, copy.firstShard + bucket, bucket);
    }
  }
  for (const name of restored.keys()) differences.push(`${name}: restored, but was not backed up`);
}

function* replicaPairs(
  { source, target, datasetDirectory, targetDirectory }: ComparisonOptions,
  name: string,
  sourceShard: number,
  targetShard: number,
  bucket: number,
): Generator<ShardPair> {
  const { firstReplica, replicaNode, id } = target.shards;
  for (let r = firstReplica[targetShard]!; r < firstReplica[targetShard + 1]!; r++) {
    const node = target.nodeNames[replicaNode[r]!]!;
    yield {
      what: `${name} bucket ${bucket} on ${node}`,
      sourceDirectory: path.join(datasetDirectory, String(source.shards.id[sourceShard])),
      targetDirectory: path.join(nodePaths(targetDirectory, node).data, String(id[targetShard])),
    };
  }
}

function indexesOf(database: Database): Map<string, Index> {
  const indexes = new Map<string, Index>();
  for (const table of database.tables.values()) {
    if (!isOlap(table)) continue;
    for (const partition of table.partitions) {
      for (const index of partition.indexes)
        indexes.set(`${table.name}.${partition.name}.${index.name}`, index);
    }
  }
  return indexes;
}

/** The names of a source shard's files, after complaining of those that only one side has. */
function fileNames({ what, sourceDirectory, targetDirectory }: ShardPair, differences: string[]): string[] {
  const names = onDisk(`listing ${sourceDirectory}`, () => readdirSync(sourceDirectory));
  const copies = new Set(existsSync(targetDirectory) ? readdirSync(targetDirectory) : []);
  const found = names.filter((name) => {
    if (copies.delete(nameInTarget(name, targetDirectory))) return true;
    differences.push(`${what}: ${name} is missing`);
    return false;
  });
  for (const name of copies) differences.push(`${what}: ${name} should not be there`);
  return found;
}

/** The header file is named for its shard. */
const nameInTarget = (name: string, targetDirectory: string): string =>
  name.endsWith('.hdr') ? `${path.basename(targetDirectory)}.hdr` : name;

/** Two buffers for all files: comparing goes one file after the other. */
const ourChunk = Buffer.allocUnsafe(CHUNK_BYTES);
const theirChunk = Buffer.allocUnsafe(CHUNK_BYTES);

/** Returns how many bytes are the same in both. */
function compareFiles(
  { what, sourceDirectory, targetDirectory }: ShardPair,
  name: string,
  differences: string[],
): number {
  const fds: number[] = [];
  const open = (file: string): number => {
    const fd = onDisk(`opening ${file}`, () => openSync(file, 'r'));
    fds.push(fd);
    return fd;
  };
  let bytes = 0;
  try {
    const ours = open(path.join(sourceDirectory, name));
    const theirs = open(path.join(targetDirectory, nameInTarget(name, targetDirectory)));
    for (;;) {
      const ourBytes = readSync(ours, ourChunk, 0, CHUNK_BYTES, null);
      const theirBytes = readSync(theirs, theirChunk, 0, CHUNK_BYTES, null);
      if (ourBytes !== theirBytes || ourChunk.compare(theirChunk, 0, theirBytes, 0, ourBytes) !== 0) {
        differences.push(`${what}: ${name} differs within the MiB from byte ${bytes}`);
        return bytes;
      }
      if (ourBytes === 0) return bytes;
      bytes += ourBytes;
    }
  } finally {
    for (const fd of fds) closeSync(fd);
  }
}
