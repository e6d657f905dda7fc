import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, statfsSync, statSync } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { DrillError, revive, type SerializedError } from '../../base/errors.js';
import { formatBytes } from '../../base/units.js';
import { shardFileName, type Catalog } from '../../catalog/index.js';
import { onDisk } from './errno.js';
import { startThreads } from './threads.js';
import { writtenPath } from './written.js';

export interface ContentTask {
  readonly directory: string;
  /** Where to note what the files were written with. */
  readonly metaDirectory: string;
  readonly seed: string;
  readonly shards: readonly {
    readonly shardId: number;
    readonly version: number;
    readonly fileSizeBytes: Float64Array;
  }[];
  /** Set to 1 to stop early. */
  readonly stop: Int32Array;
}

export type ContentAnswer = { readonly ok: true } | { readonly ok: false; readonly error: SerializedError };

export interface DatasetOptions {
  readonly catalog: Catalog;
  readonly seed: string;
  /** Where data sets are kept from run to run, each under its digest. */
  readonly dataDirectory: string;
  readonly threads: number;
  readonly signal: AbortSignal;
  readonly onProgress: (doneBytes: number, totalBytes: number) => void;
}

/** Changed whenever the same catalog would get other bytes, or a data set another form. */
const CONTENT_VERSION = 2;

/** Bytes of shards that a thread writes between two reports. */
const BATCH_BYTES = 64 * 1024 * 1024;

/** How many files are looked at before others get their turn. */
const FILES_PER_TURN = 1000;

const CONTENT_WORKER = new URL('./content-worker.js', import.meta.url);

/** Where a data set has what its files were written with. */
export const datasetMeta = (datasetDirectory: string): string => path.join(datasetDirectory, 'meta');

/**
 * Makes the files of every shard of a catalog, or finds them made by an earlier run. Returns their directory, which has a
 * directory a shard, and `meta` with the checksums of what was written. Throws DISK_FULL before writing anything if they would not fit, and INTERRUPTED.
 */
export async function prepareDataset(options: DatasetOptions): Promise<string> {
  const { catalog, dataDirectory, signal } = options;
  const directory = path.join(dataDirectory, contentDigest(catalog, options.seed));
  if (await isWhole(catalog, directory)) return directory;
  rmSync(directory, { recursive: true, force: true });
  onDisk(`creating ${dataDirectory}`, () => mkdirSync(dataDirectory, { recursive: true }));
  requireSpace(dataDirectory, totalBytes(catalog), 'the data of the scenario');
  const unfinished = `${directory}.${process.pid}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  try {
    await writeContent(options, unfinished);
    if (signal.aborted) throw new DrillError('INTERRUPTED', 'interrupted while making data');
    onDisk(`creating ${directory}`, () => {
      mkdirSync(unfinished, { recursive: true });
      // Another drill may have made the same data meanwhile, and then its is as good.
      if (!existsSync(directory)) renameSync(unfinished, directory);
    });
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return directory;
}

/** Whether a data set that an earlier run made still has every file, of the right size. */
async function isWhole({ shards, indexes }: Catalog, directory: string): Promise<boolean> {
  if (!existsSync(directory)) return false;
  let sinceTurn = 0;
  for (let shard = 0; shard < shards.count; shard++) {
    sinceTurn += shards.fileCount(shard);
    if (sinceTurn >= FILES_PER_TURN) {
      sinceTurn = 0;
      // Threads that have loaded meanwhile wait for what they are to do.
      await setImmediate();
    }
    const shardId = shards.id[shard]!;
    const { version } = indexes[shards.owner[shard]!]!;
    if (!existsSync(writtenPath(datasetMeta(directory), shardId))) return false;
    // Put together once a shard: of 20,000 files, to normalize each name takes as long as to ask for it.
    const place = path.join(directory, String(shardId)) + path.sep;
    for (let file = 0; file < shards.fileCount(shard); file++) {
      const name = place + shardFileName(shardId, version, file);
      const stat = statSync(name, { throwIfNoEntry: false });
      if (stat?.size !== shards.fileSizeBytes[shards.firstFile[shard]! + file]) return false;
    }
  }
  return true;
}

/** Throws DISK_FULL if `sizeBytes` would not fit under `directory`. */
export function requireSpace(directory: string, sizeBytes: number, what: string): void {
  const { bavail, bsize } = onDisk(`looking at ${directory}`, () => statfsSync(directory));
  const freeBytes = bavail * bsize;
  if (sizeBytes <= freeBytes) return;
  const message = `${what} needs ${formatBytes(sizeBytes)}, and the disk of ${directory} has ${formatBytes(freeBytes)} free`;
  throw new DrillError('DISK_FULL', message, {
    hint: 'make room, choose another --work-dir, make the scenario smaller, or drill plan it, which needs no disk',
  });
}

function contentDigest({ shards }: Catalog, seed: string): string {
  const hash = createHash('sha256').update(JSON.stringify({ version: CONTENT_VERSION, seed }));
  hash.update(shards.id.subarray(0, shards.count)).update(shards.firstFile.subarray(0, shards.count + 1));
  hash.update(shards.fileSizeBytes.subarray(0, shards.totalFiles));
  return hash.digest('hex').slice(0, 16);
}

async function writeContent(
  { catalog, seed, threads, signal, onProgress }: DatasetOptions,
  directory: string,
): Promise<void> {
  const pool = startThreads(CONTENT_WORKER, { minThreads: 1, maxThreads: threads });
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const onAbort = (): void => void Atomics.store(stop, 0, 1);
  signal.addEventListener('abort', onAbort);
  const total = totalBytes(catalog);
  let done = 0;
  try {
    await Promise.all(
      batches(catalog).map(async (batch) => {
        const metaDirectory = datasetMeta(directory);
        const task: ContentTask = { directory, metaDirectory, seed, stop, shards: batch.shards };
        const answer = (await pool.run(task)) as ContentAnswer;
        if (!answer.ok) {
          Atomics.store(stop, 0, 1);
          throw revive(answer.error);
        }
        done += batch.sizeBytes;
        onProgress(done, total);
      }),
    );
  } finally {
    signal.removeEventListener('abort', onAbort);
    await pool.destroy();
  }
}

function batches({
  shards,
  indexes,
}: Catalog): { shards: ContentTask['shards'][number][]; sizeBytes: number }[] {
  const all: { shards: ContentTask['shards'][number][]; sizeBytes: number }[] = [];
  let batch: (typeof all)[number] | undefined;
  for (let shard = 0; shard < shards.count; shard++) {
    if (!batch || batch.sizeBytes >= BATCH_BYTES) all.push((batch = { shards: [], sizeBytes: 0 }));
    const fileSizeBytes = shards.fileSizeBytes.slice(shards.firstFile[shard], shards.firstFile[shard + 1]);
    const { version } = indexes[shards.owner[shard]!]!;
    batch.shards.push({ shardId: shards.id[shard]!, version, fileSizeBytes });
    batch.sizeBytes += shards.sizeBytes[shard]!;
  }
  return all;
}

function totalBytes({ shards }: Catalog): number {
  let total = 0;
  for (let shard = 0; shard < shards.count; shard++) total += shards.sizeBytes[shard]!;
  return total;
}
