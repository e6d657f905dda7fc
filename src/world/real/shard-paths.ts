import path from 'node:path';
import { DrillError } from '../../base/errors.js';
import { shardFileName } from '../../catalog/shard-files.js';
import type { OneObject } from '../../node/index.js';
import { bundleName, shardDirectory } from '../../repository/layout.js';
import type { BundledFile } from './bundled-files.js';
import type { NodePaths } from './paths.js';
import type { TaskMessage, WorkerShard } from './protocol.js';

/** What a shard's files are called, and where they are. */
export interface NamedShard {
  readonly shard: WorkerShard;
  /** In the catalog's order. */
  readonly files: readonly string[];
  /** The directories of its snapshot and of what is fetched, on the node; and its own in the repository. */
  readonly snapshot: string;
  readonly staging: string;
  readonly remote: string;
}

/** Where a task finds the files of its shards, and puts them. */
export class ShardPaths {
  private readonly node: NodePaths;
  private readonly message: TaskMessage;
  /** A task goes from shard to shard. */
  private last: NamedShard | undefined;

  constructor(node: NodePaths, message: TaskMessage) {
    this.node = node;
    this.message = message;
  }

  of(shard: WorkerShard): NamedShard {
    if (this.last?.shard !== shard) {
      const { repository, label, task } = this.message;
      const { address, fileSizeBytes } = shard;
      const [job, id] = [String(task.jobId), String(address.shardId)];
      this.last = {
        shard,
        files: Array.from(fileSizeBytes, (_, file) => shardFileName(address.shardId, address.version, file)),
        snapshot: path.join(this.node.snapshots, job, id),
        staging: path.join(this.node.staging, job, id),
        remote: shardDirectory(repository, label, address),
      };
    }
    return this.last;
  }

  /** What an object is called in the repository, without its checksum. */
  objectName(shard: WorkerShard, { file, files }: OneObject): string {
    return files === undefined ? this.of(shard).files[file]! : bundleName(file);
  }

  snapshotFile(shard: WorkerShard, file: number): string {
    const { snapshot, files } = this.of(shard);
    return `${snapshot}${path.sep}${files[file]!}`;
  }

  /** The files of a bundle. */
  bundled(shard: WorkerShard, file: number, files: number): BundledFile[] {
    return Array.from({ length: files }, (_, n) => ({
      path: this.snapshotFile(shard, file + n),
      sizeBytes: shard.fileSizeBytes[file + n]!,
    }));
  }
}

export function objectBytes({ fileSizeBytes }: WorkerShard, { file, files = 1 }: OneObject): number {
  return fileSizeBytes.subarray(file, file + files).reduce((sum, bytes) => sum + bytes, 0);
}

/** A node that lost what it had downloaded must not show a shard that lacks files. */
export function requireStaged({ address, fileSizeBytes }: WorkerShard, names: readonly string[]): void {
  if (names.length === fileSizeBytes.length) return;
  const message = `the node has ${names.length} of the ${fileSizeBytes.length} files of shard ${address.shardId} that it is to install`;
  throw new DrillError('TASK_FAILED', message, { hint: 'it lost what it had downloaded: RESTORE again' });
}

/** A file of another size than the catalog's is not what is to be backed up, whatever its checksum. */
export function requireSize(
  { address, fileSizeBytes }: WorkerShard,
  file: number,
  name: string,
  sizeBytes: number,
): void {
  if (sizeBytes === fileSizeBytes[file]) return;
  const message = `${name} of shard ${address.shardId} has ${sizeBytes} bytes, and the catalog says ${fileSizeBytes[file]}`;
  throw new DrillError('TASK_FAILED', message, {
    hint: 'its replica is damaged; drill clean has the data made anew',
  });
}
