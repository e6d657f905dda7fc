import type { SerializedError } from '../base/errors.js';
import type { JobLimits } from '../job/index.js';
import type { NodeTask, TaskReport } from '../node/index.js';
import type { ShardAddress } from '../catalog/index.js';
import type {
  ManifestBundle,
  ManifestFile,
  S3Credentials,
  SnapshotInfo,
  SnapshotListing,
  SnapshotMeta,
  StorageSpec,
} from '../repository/index.js';

/** A value or why there is none. Worlds answer through callbacks, since promises would cost the virtual one its speed. */
export type Outcome<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: SerializedError };

export type Answer<T> = (outcome: Outcome<T>) => void;

/** Which sending of which task: reports of another attempt, or to another coordinator, are none of it. */
export interface TaskKey {
  readonly jobId: number;
  readonly taskId: number;
  readonly attempt: number;
}

/** What a node says of a task: that it has it, that it has ended, or that it knows nothing of it. */
export type TaskStatus =
  | { readonly state: 'running' | 'unknown' }
  | { readonly state: 'ended'; readonly outcome: Outcome<TaskReport> };

/** What carries out commands: worker threads and files, or a queue of events. */
export interface World {
  /** Whether every message arrives, once and soon: then nobody needs to ask nodes how they are. */
  readonly isReliable: boolean;
  /** Milliseconds since the world began; never goes back. */
  now(): number;
  /** The calendar's time, in milliseconds since 1970. */
  wallClockMs(): number;
  /** Calls back at (or soon after) a time. */
  wakeAt(atMs: number, callback: () => void): void;
  /**
   * Has a node do a task. Not answered if the job was aborted first. In a world that is not reliable, the task or its answer may
   * be lost, late, or come twice.
   */
  send(task: NodeTask, job: JobContext, answer: Answer<TaskReport>): void;
  /** Asks a node, for a coordinator of this generation, how tasks are that it was sent. May never be answered. */
  ask(
    node: number,
    generation: number,
    tasks: readonly TaskKey[],
    answer: (statuses: readonly TaskStatus[]) => void,
  ): void;
  /** Stops the job's tasks everywhere, as far as it is heard. */
  abort(jobId: number): void;
  /** What a job may do from now on, also the tasks of it that run. Without a word of it, whatever there is. */
  limit(jobId: number, limits: JobLimits): void;
  /** A job has ended and left nothing anywhere: what it might do, and who watched it, is of no interest any more. */
  forget(jobId: number): void;
  /** Makes a repository's storage known under the repository's name, or forgets it. Touches nothing there. */
  mount(repository: string, spec: StorageSpec, credentials?: S3Credentials): void;
  unmount(repository: string): void;
  /** Does the coordinator's own work on a repository. */
  perform<Op extends RepositoryOperation>(operation: Op, answer: Answer<RepositoryAnswer<Op>>): void;
}

/** What a node has to know of the job that a task belongs to. */
export interface JobContext {
  readonly jobId: number;
  readonly label: string;
  readonly repository: string;
  /** Of the coordinator that sends it: nodes obey the newest that they have heard of. */
  readonly generation: number;
  /** RESTORE: what each target shard is to be filled with. */
  readonly sources?: ReadonlyMap<number, SourceShard>;
}

/** A shard as the repository holds it. */
export interface SourceShard {
  readonly address: ShardAddress;
  readonly files: readonly ManifestFile[];
  readonly bundles?: readonly ManifestBundle[];
}

/** What the coordinator asks of a repository. */
export type RepositoryOperation =
  /** Look whether the repository is there, and make it if it is not and `create` says so. `createdAt`: a timestamp. */
  | { readonly op: 'open'; readonly repository: string; readonly create: boolean; readonly createdAt: string }
  /** What snapshots it holds. */
  | { readonly op: 'list'; readonly repository: string }
  /** Remove a snapshot: first its `__info`, so that from then on nobody sees it, then everything else. */
  | { readonly op: 'drop'; readonly repository: string; readonly label: string }
  /** What is there under a label. */
  | { readonly op: 'inspect'; readonly repository: string; readonly label: string }
  /** Write a small document under `path` and its checksum. `text` is called by worlds that have bytes. */
  | {
      readonly op: 'write';
      readonly repository: string;
      readonly path: string;
      readonly sizeBytes: number;
      readonly text: () => string;
    }
  /** Read and check a snapshot's manifest. Without a timestamp there must be exactly one. */
  | {
      readonly op: 'read';
      readonly repository: string;
      readonly label: string;
      readonly timestamp: string | undefined;
    }
  /** Take a document back that `write` wrote. */
  | { readonly op: 'retract'; readonly repository: string; readonly path: string }
  /** Remove the files under a label that its manifest does not name. */
  | {
      readonly op: 'prune';
      readonly repository: string;
      readonly label: string;
      readonly info: () => SnapshotInfo;
    };

export type RepositoryAnswer<Op extends RepositoryOperation> = Op extends { op: 'inspect' }
  ? LabelContents
  : Op extends { op: 'open' }
    ? { readonly created: boolean }
    : Op extends { op: 'list' }
      ? readonly SnapshotListing[]
      : Op extends { op: 'write' }
        ? { readonly sizeBytes: number }
        : Op extends { op: 'read' }
          ? { readonly info: SnapshotInfo; readonly meta: SnapshotMeta }
          : Op extends { op: 'prune' }
            ? { readonly removedFiles: number }
            : undefined;

export interface LabelContents {
  /** Of the snapshots that users see under the label. */
  readonly timestamps: readonly string[];
  /** Whether there are files under it at all. */
  readonly hasFiles: boolean;
}
