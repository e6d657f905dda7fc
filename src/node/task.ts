import type { Bundle } from './bundles.js';
import type { Checksum } from './operation.js';

interface TaskBase {
  /** Unique within its job. */
  readonly taskId: number;
  readonly jobId: number;
  /** Ordinal of the node that is to do it. */
  readonly node: number;
  /** How often it was sent, this time included: reports of earlier attempts are none of this one. */
  readonly attempt: number;
}

/** Take snapshots of the node's replicas of these shards. */
export interface SnapshotTask extends TaskBase {
  readonly kind: 'snapshot';
  readonly shards: Int32Array;
}

/** Upload the snapshots of these shards. */
export interface UploadTask extends TaskBase {
  readonly kind: 'upload';
  readonly shards: Int32Array;
  /** Take a snapshot where there is none: it was lost, or the shard is another node's. */
  readonly relink: boolean;
  /** Refuse files that are not as they were written. */
  readonly checkSource: boolean;
  /** Look into the repository first, because an earlier try may have left files there (or because Doris always does). */
  readonly probe: boolean;
  /** Write `.part` files and rename them. */
  readonly rename: boolean;
  /** Hash while sending; only with `rename`, since the final name needs the checksum. */
  readonly onePass: boolean;
  /** Put files smaller than this into bundles; absent: each file by itself. */
  readonly bundleBelowBytes?: number;
}

/** Fetch the files of these (target) shards from the repository into staging. */
export interface DownloadTask extends TaskBase {
  readonly kind: 'download';
  readonly shards: Int32Array;
  /** For each shard, the checksums that its files must have, in their order in the manifest. */
  readonly expected: readonly (readonly Checksum[])[];
  /** For each shard, the bundles that hold some of its files; absent: there are none. */
  readonly bundles?: readonly (readonly Bundle[])[];
}

/** Put staged files into place. */
export interface InstallTask extends TaskBase {
  readonly kind: 'install';
  readonly shards: Int32Array;
}

/** Drop a job's snapshots and staged files from the node, and the replicas that nobody needs since the job has ended. */
export interface ReleaseTask extends TaskBase {
  readonly kind: 'release';
  readonly shards: Int32Array;
}

/**
 * Drop whatever the coordinator does not know: snapshots and staged files of all jobs but `keepJobs`, all replicas but
 * `keepShardIds`. What a coordinator asks for when it starts, because the one before it may have left anything.
 */
export interface SweepTask extends TaskBase {
  readonly kind: 'sweep';
  readonly keepJobs: readonly number[];
  readonly keepShardIds: Int32Array;
}

export type NodeTask = SnapshotTask | UploadTask | DownloadTask | InstallTask | ReleaseTask | SweepTask;

/**
 * What a finished task did. `checksums` (uploads only) are per shard of the task, per file; `bundles` (uploads that make some) per
 * shard.
 */
export interface TaskReport {
  readonly movedFiles: number;
  readonly skippedFiles: number;
  readonly checksums?: readonly (readonly Checksum[])[];
  readonly bundles?: readonly (readonly Bundle[])[];
}
