import type { ShardAddress } from '../../catalog/index.js';
import type { SerializedError } from '../../base/errors.js';
import type { NodeTask, TaskReport } from '../../node/index.js';
import type { ManifestFile } from '../../repository/index.js';
import type { NodeHardware, RepositoryLimits } from '../hardware.js';
import type { NodePaths } from './paths.js';

/** What a worker thread is told when it starts. */
export interface WorkerSetup {
  readonly nodeName: string;
  readonly paths: NodePaths;
  readonly hardware: NodeHardware;
  readonly limits: RepositoryLimits;
  readonly seed: string;
  /** By repository name: the directory it lives in. */
  readonly repositories: Readonly<Record<string, string>>;
  readonly shared: SharedState;
}

/** Memory that all threads of a world share. */
export interface SharedState {
  /** Pacers of this node. */
  readonly disk: SharedArrayBuffer;
  readonly nic: SharedArrayBuffer;
  /** Pacers of all nodes. */
  readonly bandwidth: SharedArrayBuffer;
  readonly requests: SharedArrayBuffer;
  /** Int32 a job, by its ABORT_CELLS-modulus: 1 once it is aborted. */
  readonly aborts: SharedArrayBuffer;
  /** BigInt64: see PROGRESS. */
  readonly progress: SharedArrayBuffer;
  /** Int32: threads that are up. */
  readonly ready: SharedArrayBuffer;
}

export const ABORT_CELLS = 4096;

/** Places in `SharedState.progress`. */
export const PROGRESS = { bytes: 0, files: 1, shards: 2, requests: 3, cells: 4 } as const;

export interface TaskMessage {
  readonly kind: 'task';
  readonly task: NodeTask;
  readonly label: string;
  readonly repository: string;
  /** When the coordinator sent it, by `nowNs`. */
  readonly sentNs: bigint;
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
  readonly source?: { readonly address: ShardAddress; readonly files: readonly ManifestFile[] };
}

/** Waits until all `threads` of the pool are up, so that starting them is not taken for backing up. */
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
  /** Three numbers a transfer: start and end (ms since the task's start), bytes. */
  readonly transfers: Float64Array;
}
