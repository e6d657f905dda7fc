/**
 * The MD5 of a file in hex in the real world; in the virtual one, where files have no bytes, a number that stands for
 * their content. Equal content has equal checksums, in both.
 */
export type Checksum = string | number;

/** Of a bundle: the checksum of its bytes, which is in its name, and those of the files in it, in their order. */
export interface BundleSums {
  readonly checksum: Checksum;
  readonly files: readonly Checksum[];
}

/** What an operation on the repository is about: a file, or, with `files`, the bundle that holds so many from it on. */
export interface OneObject {
  readonly file: number;
  readonly files?: number;
}

/**
 * What a task asks of the world, one at a time; the comment says what the world answers. A shard is named by its ordinal
 * in the task's cluster, a file by its ordinal in its shard, so that ten million operations carry no strings. With `files`,
 * an operation is about a bundle, the one object that holds so many files from `file` on, and `checksum` is the bundle's.
 */
export type Operation =
  /** Hard-link a replica's files into the job's snapshot. Answer: number of files. */
  | { readonly op: 'link'; readonly shard: number }
  /** Look which files the job's snapshot of a shard has. Answer: ScannedShard; undefined if there is no whole snapshot. */
  | { readonly op: 'scan'; readonly shard: number }
  /** List the shard's directory in the repository. Answer: RemoteFiles. */
  | { readonly op: 'list'; readonly shard: number }
  /**
   * Look whether the repository really has a file that a listing, which may be old, has named. Answer: whether it is there with
   * its whole size.
   */
  | {
      readonly op: 'check';
      readonly shard: number;
      readonly file: number;
      readonly files?: number;
      readonly checksum: Checksum;
    }
  /** Read a snapshot's file. Answer: its Checksum; of a bundle, its BundleSums. */
  | { readonly op: 'hash'; readonly shard: number; readonly file: number; readonly files?: number }
  /**
   * Send a file to the repository: under its `.part` name, or, given `checksum`, at once under its final one. With `hash`
   * the file is hashed as it is read. Answer: its Checksum with `hash` (of a bundle, its BundleSums), else nothing.
   */
  | {
      readonly op: 'put';
      readonly shard: number;
      readonly file: number;
      readonly files?: number;
      readonly checksum: Checksum | undefined;
      readonly hash: boolean;
    }
  /**
   * Rename a file in the repository from its `.part` name to its final one, which may be lost in a power failure until the shard's
   * directory is synced.
   */
  | {
      readonly op: 'rename';
      readonly shard: number;
      readonly file: number;
      readonly files?: number;
      readonly checksum: Checksum;
    }
  /** Have the final names of all files in the shard's directory in the repository survive a power failure, if they should. */
  | { readonly op: 'sync'; readonly shard: number }
  /** Remove from the repository what it holds of a file except `keep`: older content, `.part` files. */
  | {
      readonly op: 'delete';
      readonly shard: number;
      readonly file: number;
      readonly files?: number;
      readonly keep: Checksum;
    }
  /**
   * Fetch a file from the repository into the staging directory of target shard. Answer: its Checksum as received; of a bundle,
   * those of the files in it.
   */
  | { readonly op: 'get'; readonly shard: number; readonly file: number; readonly files?: number }
  /** Make the staged files of a target shard its replica's files. */
  | { readonly op: 'install'; readonly shard: number }
  /** Drop all that a job left on the node: snapshots, staged files. */
  | { readonly op: 'drop'; readonly jobId: number }
  /** Remove the node's replica of a shard. Removing what is not there is fine. */
  | { readonly op: 'remove'; readonly shard: number }
  /** Drop all but what is named: see SweepTask. */
  | { readonly op: 'sweep'; readonly keepJobs: readonly number[]; readonly keepShardIds: Int32Array }
  /** Say how far the task is. */
  | { readonly op: 'report'; readonly shards: number };

/** A shard's snapshot. */
export interface ScannedShard {
  readonly files: number;
  sizeBytes(file: number): number;
  /** The checksum that the replica says a file was written with; undefined where it does not say. */
  writtenChecksum(file: number): Checksum | undefined;
}

/** What a shard's directory in the repository holds already. With `files`, of a bundle: see Operation. */
export interface RemoteFiles {
  /** Is this file there, whole, with this content? */
  has(file: number, checksum: Checksum, files?: number): boolean;
  /** Is anything of this file there: other content, or a `.part`? */
  hasTraces(file: number, files?: number): boolean;
  /** Is anything of this file there besides this content? */
  hasOthers(file: number, checksum: Checksum, files?: number): boolean;
}

export const NOTHING_THERE: RemoteFiles = {
  has: () => false,
  hasTraces: () => false,
  hasOthers: () => false,
};

/** A task's work as a generator: yields operations, is sent their answers, returns its report. */
export type Procedure<Report> = Generator<Operation, Report, unknown>;

/** A checksum as names and manifests carry it: 32 hex digits. */
export function checksumText(checksum: Checksum): string {
  return typeof checksum === 'string' ? checksum : checksum.toString(16).padStart(32, '0');
}
