import type { SerializedError } from '../base/errors.js';
import type { Bundle, Checksum, NodeTask, TaskReport } from '../node/index.js';

/** What a job is told. */
export type JobEvent =
  /** Time passed: the coordinator's regular look, or a moment the job asked for with `wake`. */
  | { readonly kind: 'tick' }
  /** The answer to `plan`. */
  | { readonly kind: 'planned'; readonly plan: WorkPlan }
  | { readonly kind: 'plan-failed'; readonly error: SerializedError }
  | {
      readonly kind: 'task-finished';
      readonly taskId: number;
      readonly attempt: number;
      readonly report: TaskReport;
    }
  | {
      readonly kind: 'task-failed';
      readonly taskId: number;
      readonly attempt: number;
      readonly error: SerializedError;
    }
  /** `name`: as people call it. */
  | { readonly kind: 'node-lost'; readonly node: number; readonly name?: string }
  | { readonly kind: 'node-back'; readonly node: number }
  /** The answer to `publish`. */
  | { readonly kind: 'published'; readonly manifestBytes: number }
  | { readonly kind: 'publish-failed'; readonly error: SerializedError }
  | { readonly kind: 'cancel'; readonly error: SerializedError };

/** What a job asks its coordinator to do. What `persist` writes is durable before anything else of the step is done. */
export type Command =
  /** Decide what there is to do and on which nodes; answered by `planned` or `plan-failed`. */
  | { readonly kind: 'plan' }
  | { readonly kind: 'send'; readonly task: NodeTask }
  /** Stop whatever of the job still runs. */
  | { readonly kind: 'abort' }
  /** Drop what the job left on these nodes. */
  | { readonly kind: 'release'; readonly nodes: readonly number[] }
  /**
   * BACKUP: write the manifest, after which users see the snapshot; `untidy`: once nodes have stopped that may still send files of
   * tasks which others have done. Answered by `published` or `publish-failed`.
   */
  | { readonly kind: 'publish'; readonly uploaded: UploadedShards; readonly untidy: boolean }
  /** BACKUP: take back a manifest that may have been written although the job ends cancelled. */
  | { readonly kind: 'retract' }
  /** RESTORE: make the restored tables visible, or forget them. */
  | { readonly kind: 'commit' }
  | { readonly kind: 'discard' }
  /** Write the job's durable part to the journal. */
  | { readonly kind: 'persist' }
  /** Send a `tick` at this time. */
  | { readonly kind: 'wake'; readonly atMs: number };

/** Shards in the order they should be worked on, and for each the node that does it. */
export interface WorkPlan {
  readonly shards: Int32Array;
  readonly nodes: Int32Array;
  /** RESTORE only: for each shard, the checksums of its files. */
  readonly expected?: readonly (readonly Checksum[])[];
  /** RESTORE only: for each shard, the bundles that hold some of them. */
  readonly bundles?: readonly (readonly Bundle[])[];
}

/** What was uploaded: parallel arrays. `bundles` is absent where the job makes none. */
export interface UploadedShards {
  readonly shards: Int32Array;
  readonly checksums: readonly (readonly Checksum[])[];
  readonly bundles?: readonly (readonly Bundle[])[];
}
