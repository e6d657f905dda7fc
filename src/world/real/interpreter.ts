import { existsSync, linkSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { DrillError, invariant } from '../../base/errors.js';
import { listOf } from '../../base/text.js';
import { renamedForShard } from '../../catalog/shard-files.js';
import {
  checksumText,
  type BundleSums,
  type Checksum,
  type OneObject,
  type Operation,
  type RemoteFiles,
  type ScannedShard,
} from '../../node/index.js';
import {
  bundleName,
  partPath,
  shardDirectory,
  splitChecksum,
  splitPart,
  withChecksum,
  type PartWriter,
} from '../../repository/layout.js';
import { partSizeOf } from '../../repository/storage/s3/part-size.js';
import type { Awaitable, Storage } from '../../repository/storage/storage.js';
import type { Sync } from '../../repository/storage/local-sync.js';
import { onDisk, onDiskLater } from './errno.js';
import { Throttle } from './limits/throttle.js';
import { BLOCK_BYTES } from './md5/kernel.js';
import type { Pace } from './pace.js';
import type { Seat } from './seat.js';
import { nowNs } from './pacer.js';
import { Pieces } from './pieces.js';
import type { NodePaths } from './paths.js';
import { PROGRESS, type TaskMessage, type WorkerShard } from './protocol.js';
import { fetchBundle, hashBundle, sendBundle } from './bundle-transfer.js';
import { dropJob, removeReplica, sweep } from './cleaning.js';
import { objectBytes, requireSize, requireStaged, ShardPaths } from './shard-paths.js';
import { fetchFile, hashFile, sendFile, type PartSums, type Transfer } from './transfer.js';
import { noteWritten, readWritten } from './written.js';

export interface InterpreterOptions {
  readonly paths: NodePaths;
  /** Undefined for tasks that only clean up. */
  readonly storage: Storage | undefined;
  readonly seat: Seat;
  readonly progress: BigInt64Array;
  readonly message: TaskMessage;
  readonly startNs: bigint;
}

/** Carries out the operations of one task on the node's disk and the repository, and remembers its transfers. */
export class Interpreter {
  /** Of files that have been moved, four numbers a piece: see Pieces. */
  readonly transfers: number[] = [];
  private readonly options: InterpreterOptions;
  private readonly shards: ReadonlyMap<number, WorkerShard>;
  private readonly throttle: Throttle | undefined;
  /** What was asked for last: a task takes its shards one after the other. */
  private readonly paths: ShardPaths;
  /** Of the transfer that began last. */
  private pieces: Pieces | undefined;
  /** Of the file that was hashed last, which is the one that is sent next. */
  private hashed: { readonly path: string; readonly parts: PartSums | undefined } | undefined;

  constructor(options: InterpreterOptions) {
    this.options = options;
    this.paths = new ShardPaths(options.paths, options.message);
    this.shards = new Map(options.message.shards.map((shard) => [shard.shard, shard]));
    const { message, storage, seat } = options;
    // A thread that has connections to keep busy, or other tasks, must not stand still.
    const blocks = storage?.parts === undefined && !seat.isShared;
    this.throttle = message.limits && new Throttle(message.limits, ownerOf(message), seat.pace, blocks);
  }

  perform(operation: Operation): Awaitable<unknown> {
    if (operation.op === 'drop') return dropJob(this.options.paths, operation.jobId);
    if (operation.op === 'sweep') return sweep(this.options.paths, operation);
    if (operation.op === 'report') return this.count(PROGRESS.shards, operation.shards);
    const shard = this.shards.get(operation.shard);
    invariant(shard, `shard ${operation.shard} is not one of the task's`);
    switch (operation.op) {
      case 'link':
        return this.link(shard);
      case 'scan':
        return this.scan(shard);
      case 'list':
        return this.list(shard);
      case 'check':
        return this.check(shard, operation, operation.checksum);
      case 'hash':
        return operation.files === undefined
          ? this.hash(shard, operation.file)
          : hashBundle(
              this.pace,
              this.options.seat.bundles,
              this.paths.bundled(shard, operation.file, operation.files),
            );
      case 'put':
        return operation.files === undefined
          ? this.put(shard, operation.file, operation.checksum, operation.hash)
          : this.putBundle(shard, operation as Bundled<typeof operation>);
      case 'rename':
        return this.rename(shard, operation, operation.checksum);
      case 'sync':
        return this.storage.syncNames(this.paths.of(shard).remote);
      case 'delete':
        return this.deleteOthers(shard, operation, operation.keep);
      case 'get':
        return operation.files === undefined
          ? this.get(shard, operation.file)
          : this.getBundle(shard, operation.file, operation.files);
      case 'install':
        return this.install(shard);
      case 'remove':
        return removeReplica(this.options.paths, shard.address.shardId);
    }
  }

  private link(shard: WorkerShard): number {
    const { pace } = this;
    const { paths } = this.options;
    const from = path.join(paths.data, String(shard.address.shardId));
    const { snapshot: to, files: names } = this.paths.of(shard);
    const dueNs = pace.snapshot(names.length);
    onDisk(`taking a snapshot of ${from}`, () => {
      // A coordinator that lost its memory asks again; the new snapshot replaces the old one.
      rmSync(to, { recursive: true, force: true });
      mkdirSync(to, { recursive: true });
      for (const name of names) linkSync(path.join(from, name), path.join(to, name));
    });
    pace.until(dueNs);
    return names.length;
  }

  /** The snapshot must have exactly the files that the catalog says, or the backup would lack some unnoticed. */
  private scan(shard: WorkerShard): ScannedShard | undefined {
    const { shardId } = shard.address;
    const { snapshot: directory, files: wanted } = this.paths.of(shard);
    const names = onDisk(`listing ${directory}`, () => namesIfThere(directory));
    if (!names) return undefined;
    const found = new Set(names);
    const missing = wanted.filter((name) => !found.delete(name));
    if (found.size > 0) {
      const what = `has unknown ${listOf([...found], 'and', 3)}`;
      throw new DrillError('TASK_FAILED', `the snapshot of shard ${shardId} ${what}`);
    }
    if (missing.length > 0) return undefined;
    const { task } = this.options.message;
    const isChecked = task.kind === 'upload' && task.checkSource;
    const written = isChecked ? readWritten(this.options.paths.meta, shardId) : undefined;
    return {
      files: wanted.length,
      sizeBytes: (file) => shard.fileSizeBytes[file]!,
      writtenChecksum: (file) => written?.get(wanted[file]!),
    };
  }

  private async hash(shard: WorkerShard, file: number): Promise<string> {
    const { pace, hasher } = this.options.seat;
    const snapshotPath = this.paths.snapshotFile(shard, file);
    const sizeBytes = shard.fileSizeBytes[file]!;
    const partBytes = this.partBytesOf(sizeBytes);
    const { checksum, parts } = await hashFile(pace, hasher, snapshotPath, { sizeBytes, partBytes });
    this.hashed = { path: snapshotPath, parts };
    return checksum;
  }

  /** Of the parts that a file will be sent in, if it is and their MD5s can be computed along with its own. */
  private partBytesOf(sizeBytes: number): number | undefined {
    const least = this.storage.parts?.partBytes;
    if (least === undefined || sizeBytes <= least) return undefined;
    const partBytes = partSizeOf(1, least, sizeBytes);
    return partBytes % BLOCK_BYTES === 0 ? partBytes : undefined;
  }

  private async check(shard: WorkerShard, object: OneObject, checksum: Checksum): Promise<boolean> {
    const dueNs = await this.request();
    const isThere = await this.isWhole(shard, object, checksum);
    this.pace.until(dueNs);
    return isThere;
  }

  /** Whether the repository has a file under its final name, with its whole size. */
  private async isWhole(shard: WorkerShard, object: OneObject, checksum: Checksum): Promise<boolean> {
    const name = withChecksum(this.paths.objectName(shard, object), checksumText(checksum));
    const sizeBytes = await this.storage.sizeOf(`${this.paths.of(shard).remote}/${name}`);
    return sizeBytes === objectBytes(shard, object);
  }

  private async list(shard: WorkerShard): Promise<RemoteFiles> {
    const { storage, pace } = this;
    const dueNs = await this.request();
    const { remote } = this.paths.of(shard);
    const found = new Map<string, string[]>();
    for (const name of await storage.listNames(remote)) {
      const file = splitChecksum(name)?.name ?? splitPart(name) ?? name;
      found.set(file, [...(found.get(file) ?? []), name]);
    }
    pace.until(dueNs);
    const nameOf = (file: number, files?: number): string =>
      this.paths.objectName(shard, files === undefined ? { file } : { file, files });
    const traces = (file: number, files?: number): readonly string[] => found.get(nameOf(file, files)) ?? [];
    const stored = (file: number, checksum: Checksum, files?: number): string =>
      withChecksum(nameOf(file, files), checksumText(checksum));
    return {
      has: (file, checksum, files) => traces(file, files).includes(stored(file, checksum, files)),
      hasTraces: (file, files) => traces(file, files).length > 0,
      hasOthers: (file, checksum, files) =>
        traces(file, files).some((name) => name !== stored(file, checksum, files)),
    };
  }

  private async put(
    shard: WorkerShard,
    file: number,
    checksum: Checksum | undefined,
    hash: boolean,
  ): Promise<string | undefined> {
    const { remote, files } = this.paths.of(shard);
    const name = files[file]!;
    const md5 = checksum === undefined ? undefined : checksumText(checksum);
    const stored = md5 === undefined ? this.partOf(name) : withChecksum(name, md5);
    const from = this.paths.snapshotFile(shard, file);
    const sizeBytes = shard.fileSizeBytes[file]!;
    const parts = this.hashed?.path === from ? this.hashed.parts : undefined;
    const sent = await this.counted((transfer) =>
      sendFile(transfer, { from, to: `${remote}/${stored}`, sizeBytes, hash, md5, parts }),
    );
    requireSize(shard, file, name, sent.sizeBytes);
    this.moved();
    return sent.checksum;
  }

  /** The same for a bundle. */
  private async putBundle(
    shard: WorkerShard,
    { file, files, checksum, hash }: Bundled<Extract<Operation, { readonly op: 'put' }>>,
  ): Promise<BundleSums | undefined> {
    const object = { file, files };
    const name = this.paths.objectName(shard, object);
    const md5 = checksum === undefined ? undefined : checksumText(checksum);
    const stored = md5 === undefined ? this.partOf(name) : withChecksum(name, md5);
    const to = `${this.paths.of(shard).remote}/${stored}`;
    const sources = this.paths.bundled(shard, file, files);
    const sums = await this.counted((transfer) => sendBundle(transfer, sources, { to, hash, md5 }));
    this.moved(files);
    return sums;
  }

  private async rename(shard: WorkerShard, object: OneObject, checksum: Checksum): Promise<void> {
    const { storage, pace } = this;
    const dueNs = await this.request();
    const name = `${this.paths.of(shard).remote}/${this.paths.objectName(shard, object)}`;
    try {
      const finalName = withChecksum(name, checksumText(checksum));
      await storage.rename(this.partOf(name), finalName, { syncName: false });
    } catch (error) {
      // It was renamed before, and the answer was lost; or another try of the task put the same file there meanwhile.
      const isGone = error instanceof DrillError && error.code === 'STORAGE_NOT_FOUND';
      if (!isGone || !(await this.isWhole(shard, object, checksum))) throw error;
    }
    pace.until(dueNs);
  }

  private async deleteOthers(shard: WorkerShard, object: OneObject, keep: Checksum): Promise<void> {
    const { storage, pace } = this;
    const dueNs = await this.request();
    const directory = this.paths.of(shard).remote;
    const name = this.paths.objectName(shard, object);
    const kept = withChecksum(name, checksumText(keep));
    for (const other of await storage.listNames(directory)) {
      const isOurs = splitPart(other) === name || splitChecksum(other)?.name === name;
      if (isOurs && other !== kept) await storage.remove(`${directory}/${other}`);
    }
    pace.until(dueNs);
  }

  private async get(shard: WorkerShard, file: number): Promise<string> {
    const { source } = shard;
    invariant(source, 'a download without a source');
    const { name, checksum, sizeBytes } = source.files[file]!;
    const { repository, label } = this.options.message;
    const from = `${shardDirectory(repository, label, source.address)}/${withChecksum(name, checksum)}`;
    const directory = this.paths.of(shard).staging;
    onDisk(`creating ${directory}`, () => mkdirSync(directory, { recursive: true }));
    const to = path.join(directory, renamedForShard(name, shard.address.shardId));
    const fetch = () => this.counted((transfer) => fetchFile(transfer, from, to, sizeBytes));
    let fetched = await fetch();
    // Other bytes may be those of the repository, or have been damaged on their way: the second time tells.
    if (fetched.checksum !== checksum) fetched = await fetch();
    this.moved();
    return fetched.checksum;
  }

  /** The same for a bundle. */
  private async getBundle(shard: WorkerShard, file: number, files: number): Promise<readonly string[]> {
    const { source } = shard;
    const bundle = source?.bundles?.find(({ firstFile }) => firstFile === file);
    invariant(source && bundle?.files === files, 'a bundle that is not in the manifest');
    const { repository, label } = this.options.message;
    const name = withChecksum(bundleName(file), bundle.checksum);
    const from = `${shardDirectory(repository, label, source.address)}/${name}`;
    const directory = this.paths.of(shard).staging;
    onDisk(`creating ${directory}`, () => mkdirSync(directory, { recursive: true }));
    const inside = source.files.slice(file, file + files);
    const targets = inside.map(({ name: own, sizeBytes }) => ({
      path: path.join(directory, renamedForShard(own, shard.address.shardId)),
      sizeBytes,
    }));
    const fetch = () => this.counted((transfer) => fetchBundle(transfer, from, targets));
    let checksums = await fetch();
    // As of a file: the second time tells.
    if (inside.some(({ checksum }, i) => checksum !== checksums[i])) checksums = await fetch();
    this.moved(files);
    return checksums;
  }

  private async install(shard: WorkerShard): Promise<void> {
    const { pace } = this;
    const { paths } = this.options;
    const dueNs = pace.links(shard.fileSizeBytes.length);
    const { shardId } = shard.address;
    const from = this.paths.of(shard).staging;
    const to = path.join(paths.data, String(shardId));
    // What was downloaded has been held against these.
    const written = shard.source?.files.map(({ name, checksum }) => ({
      name: renamedForShard(name, shardId),
      checksum,
    }));
    if (written && written.length > 0) noteWritten(paths.meta, shardId, written);
    onDisk(`putting shard ${shardId} into place`, () => {
      mkdirSync(paths.data, { recursive: true });
      // A task that is tried again finds the shards that it had finished in place.
      if (existsSync(from)) {
        requireStaged(shard, readdirSync(from));
        renameSync(from, to);
      } else if (!existsSync(to)) {
        requireStaged(shard, []);
        mkdirSync(to);
      }
    });
    const { sync } = this;
    if (sync) {
      await onDiskLater(`syncing ${to}`, async () => {
        for (const directory of [to, paths.data]) await sync.directory(directory);
      });
    }
    pace.until(dueNs);
  }

  private get pace(): Pace {
    return this.options.seat.pace;
  }

  /** Undefined where what the task writes on the node need not be on its disk. */
  private get sync(): Sync | undefined {
    return this.options.message.durable ? this.options.seat.sync : undefined;
  }

  private get storage(): Storage {
    const { storage } = this.options;
    invariant(storage, 'a task that cleans up asked for the repository');
    return storage;
  }

  /** The first to write a file uses Doris's name for it. Whoever comes later may not be the only one. */
  private partOf(name: string): string {
    const { task, generation } = this.options.message;
    const { node, taskId, attempt } = task;
    const isFirst = attempt === 1 && generation === 1 && !(task.kind === 'upload' && task.relink);
    const writer: PartWriter = { node, generation, taskId, attempt };
    return isFirst ? partPath(name) : partPath(name, writer);
  }

  /** Moves a file, and counts its bytes for the progress as they go; those of one that fails do not count. */
  private async counted<T>(move: (transfer: Transfer) => Promise<T>): Promise<T> {
    const { pace, hasher, bundles } = this.options.seat;
    let movedBytes = 0;
    const onBytes = (bytes: number): void => {
      movedBytes += bytes;
      pieces.add(bytes);
      this.count(PROGRESS.bytes, bytes);
    };
    const { storage, throttle, sync } = this;
    await throttle?.enter();
    const pieces = (this.pieces = new Pieces(this.options.startNs, nowNs));
    const onPaid = (): void => pieces.look();
    const allow = (mostBytes: number): Awaitable<number> => {
      onPaid();
      return throttle?.bytes(mostBytes) ?? mostBytes;
    };
    try {
      const request = () => this.request();
      return await move({ storage, pace, hasher, bundles, sync, request, allow, onBytes, onPaid });
    } catch (error) {
      this.count(PROGRESS.bytes, -movedBytes);
      throw error;
    } finally {
      throttle?.leave();
    }
  }

  /** Makes a request, as soon as limits allow it: gives when it is answered, besides the time its bytes take. */
  private request(): Awaitable<bigint> {
    const allowed = this.throttle?.request();
    return allowed instanceof Promise ? allowed.then(() => this.requested()) : this.requested();
  }

  private requested(): bigint {
    this.count(PROGRESS.requests, 1);
    return this.pace.request();
  }

  /** The last transfer has brought a file to where it belongs, or a bundle of several. */
  private moved(files = 1): void {
    for (const number of this.pieces!.end(files)) this.transfers.push(number);
    this.count(PROGRESS.files, files);
  }

  private count(cell: number, amount: number): void {
    Atomics.add(this.options.progress, cell, BigInt(amount));
  }
}

/** An operation that is about a bundle. */
type Bundled<T extends OneObject> = T & { readonly files: number };

/** What a task holds of its job's limits is known by this. */
export const ownerOf = ({ sendOrdinal }: Pick<TaskMessage, 'sendOrdinal'>): number => sendOrdinal + 1;

function namesIfThere(directory: string): string[] | undefined {
  try {
    return readdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
