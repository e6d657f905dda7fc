import type { ShardAddress } from '../../catalog/index.js';
import type { SerializedError } from '../../base/errors.js';
import type { NodeTask, RetryPolicy, TaskReport } from '../../node/index.js';
import type { ManifestBundle, ManifestFile, S3Credentials, StorageSpec } from '../../repository/index.js';
import type { NodeHardware, RepositoryLimits } from '../hardware.js';
import type { Tally } from '../tally.js';
import type { LimitMemory } from './limits/throttle.js';
import type { NodePaths } from './paths.js';

/** What a worker thread is told when it starts. */
export interface WorkerSetup {
  readonly nodeName: string;
  readonly paths: NodePaths;
  /** Where the cluster's threads may rehearse, each in a directory of its own. */
  readonly rehearsal: string;
  readonly hardware: NodeHardware;
  readonly limits: RepositoryLimits;
  readonly seed: string;
  readonly retries: RetryPolicy;
  readonly shared: SharedState;
  /** Tasks that a thread does at a time. */
  readonly seatsPerThread: number;
  /** Whether the thread's calls of the file system are to be counted. */
  readonly countFileCalls: boolean;
}

/** Memory that all threads of a world share. */
export interface SharedState {
  /** Pacers of this node. */
  readonly disk: SharedArrayBuffer;
  readonly nic: SharedArrayBuffer;
  /** Pacers of all nodes. */
  readonly bandwidth: SharedArrayBuffer;
  readonly requests: SharedArrayBuffer;
  /** Int32 a job, by its ABORT_CELLS-modulus: how many tasks had been sent, of whatever job, when it was aborted last. */
  readonly aborts: SharedArrayBuffer;
  /** BigInt64: see PROGRESS. */
  readonly progress: SharedArrayBuffer;
  /** Int32: threads that are up. */
  readonly ready: SharedArrayBuffer;
}

export const ABORT_CELLS = 4096;

/** Places in `SharedState.progress`. */
export const PROGRESS = { bytes: 0, files: 1, shards: 2, requests: 3, cells: 4 } as const;

/** A storage and who we are to it. Credentials go from thread to thread in memory, and nowhere else. */
export interface MountedStorage {
  readonly spec: StorageSpec;
  readonly credentials: S3Credentials | undefined;
}

export interface TaskMessage {
  readonly kind: 'task';
  readonly task: NodeTask;
  /** Of the coordinator that sent it. */
  readonly generation: number;
  readonly label: string;
  readonly repository: string;
  /** Where the repository is; tasks that clean up need none. */
  readonly mounted: MountedStorage | undefined;
  /** Whether what is written on the node must be on its disk itself before the task has ended. */
  readonly durable: boolean;
  /** When the coordinator sent it, by `nowNs`, and how many tasks it had sent before. */
  readonly sentNs: bigint;
  readonly sendOrdinal: number;
  /** What its job may do; undefined: it is not asked. */
  readonly limits?: LimitMemory;
  /** Of each shard of the task. */
  readonly shards: readonly WorkerShard[];
}

/** What a worker has to know of a shard. */
export interface WorkerShard {
  readonly shard: number;
  readonly address: ShardAddress;
  /** Of each of its files, in the catalog's order. */
  readonly fileSizeBytes: Float64Array;
  /** Downloads: where its files come from. */
  readonly source?: {
    readonly address: ShardAddress;
    readonly files: readonly ManifestFile[];
    readonly bundles?: readonly ManifestBundle[];
  };
}

/** Has a thread get ready, and wait until all `threads` of the pool are, so that starting is not taken for backing up. */
export interface WarmUpMessage {
  readonly kind: 'warm-up';
  readonly threads: number;
}

export type WorkerMessage = TaskMessage | WarmUpMessage;

export interface WorkerAnswer {
  readonly outcome:
    | { readonly ok: true; readonly report: TaskReport }
    | { readonly ok: false; readonly error: SerializedError };
  readonly aborted: boolean;
  readonly startNs: bigint;
  readonly endNs: bigint;
  /** Of files that were moved, four numbers a piece: start and end (ms since the task's start), bytes, files. */
  readonly transfers: Float64Array;
  /** How often each operation was begun. */
  readonly operations: Tally;
  readonly fileCalls: Tally;
}
