import type { ReplicaPolicy } from '../catalog/index.js';
import type { JobLimits } from './limits.js';

/**
 * How the engine runs a job. Presets (src/scenario/presets.ts) fill it in; the protocol asks these settings and never
 * which preset they came from.
 */
export interface EngineSettings {
  /** Time between the coordinator's looks at a job; 0: it acts on each event at once. Doris: 3,000. */
  readonly tickMs: number;
  /** Which healthy replica of a shard is backed up. */
  readonly replicaPolicy: ReplicaPolicy;
  /** Snapshot tasks that one node works on at once. */
  readonly snapshotWorkers: number;
  /** Upload tasks that one node works on at once; in the real world, the node's threads. */
  readonly uploadWorkers: number;
  /** Download tasks that one node works on at once. */
  readonly downloadWorkers: number;
  /** How a node's shards are cut into upload (and download) tasks. */
  readonly batching: Batching;
  /** Whether a node gets all its tasks at the start, or the next one when it has finished one. */
  readonly dispatch: 'at-once' | 'as-free';
  /** In which order a node's shards are worked on. */
  readonly order: 'catalog' | 'largest-first';
  /** Whether a file is read twice (hashed, then sent) or hashed while it is sent, where the storage can rename. */
  readonly hashing: 'separate' | 'one-pass';
  /** When a shard's directory is listed before its upload: always, or only when an earlier try may have left files. */
  readonly probe: 'always' | 'retry';
  /** How often one task may be tried before its failure fails the job. */
  readonly maxTaskAttempts: number;
  /**
   * How often a node makes a request again that the repository failed, before the failure is the task's; between them it waits
   * `retryDelayMs`, then twice as long each time, half of it random.
   */
  readonly requestRetries: number;
  readonly retryDelayMs: number;
  /** Whether another healthy replica is backed up where one fails. Doris tries the same one again. */
  readonly failover: boolean;
  /** Whether a node that has nothing left to do is given shards that wait for a busier one, if it has replicas of them. */
  readonly handOver: boolean;
  /** Whether a file is held against the checksum that its replica says it was written with. */
  readonly checkSource: boolean;
  /** Time between two questions to a node whether it is there and has its tasks, where messages can be lost. */
  readonly heartbeatMs: number;
  /** A node that has not answered for so long is taken for lost. */
  readonly lostAfterMs: number;
  /** What each job may do where its statement does not say otherwise. Absent: whatever there is. */
  readonly limits?: JobLimits;
  /** What happens to tables that cannot be backed up where they were not named. */
  readonly unsupportedTables: 'skip' | 'refuse';
  /** The timeout of a job whose statement names none. */
  readonly defaultTimeoutMs: number;
  /** The least timeout that a statement may name. Doris: 10 minutes. */
  readonly minTimeoutMs: number;
}

/** `tasks`: this many tasks per node; `shards`: this many shards per task. */
export type Batching =
  { readonly by: 'tasks'; readonly count: number } | { readonly by: 'shards'; readonly count: number };
