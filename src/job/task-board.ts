import { invariant, type SerializedError } from '../base/errors.js';
import type { ErrorCode } from '../base/error-codes.js';
import type { NodeTask } from '../node/index.js';
import type { BatchSize, NodeShare } from './work.js';

export interface BoardOptions<T extends NodeTask> {
  readonly shares: readonly NodeShare[];
  readonly batchSize: BatchSize;
  /** Tasks that a node may have at once; Infinity: all are sent at the start. */
  readonly perNode: number;
  readonly maxAttempts: number;
  readonly firstTaskId: number;
  /** Makes the task for a slice of the plan; `attempt` counts from 1. */
  readonly makeTask: (taskId: number, slice: Slice, attempt: number) => T;
}

/** Part of a node's share of the plan: of its positions and its shards, those from `from` to before `end`. */
export interface Slice {
  readonly share: NodeShare;
  readonly from: number;
  readonly end: number;
}

interface Entry<T> {
  task: T;
  readonly slice: Slice;
  attempts: number;
  /** When to send it again, after a failure; undefined while a node has it. */
  retryAtMs: number | undefined;
}

interface Queue {
  readonly share: NodeShare;
  taken: number;
}

/** Wait before the first retry; each further one waits as long again. */
const RETRY_DELAY_MS = 1000;

/** Failures that trying again cannot mend. */
const HOPELESS: ReadonlySet<ErrorCode> = new Set([
  'DISK_FULL',
  'REPOSITORY_UNWRITABLE',
  'CHECKSUM_MISMATCH',
  'STORAGE_PATH',
  'INTERNAL',
]);

/**
 * The tasks of one phase of a job: which are unsent, on a node, waiting for another try, or done. It is the job's
 * transient half: after a coordinator's death it is not restored but built anew, as in Doris, because the repository
 * itself remembers what was uploaded.
 */
export class TaskBoard<T extends NodeTask> {
  private readonly options: BoardOptions<T>;
  private readonly queues: ReadonlyMap<number, Queue>;
  private readonly open = new Map<number, Entry<T>>();
  private readonly waiting = new Set<Entry<T>>();
  private nextTaskId: number;
  private unsentShards: number;
  readonly totalShards: number;
  doneShards = 0;
  /** The last failure, for messages. */
  lastError: SerializedError | undefined;

  constructor(options: BoardOptions<T>) {
    this.options = options;
    this.nextTaskId = options.firstTaskId;
    this.queues = new Map(options.shares.map((share) => [share.node, { share, taken: 0 }]));
    this.totalShards = options.shares.reduce((sum, share) => sum + share.positions.length, 0);
    this.unsentShards = this.totalShards;
  }

  get isDone(): boolean {
    return this.open.size === 0 && this.unsentShards === 0;
  }

  get endTaskId(): number {
    return this.nextTaskId;
  }

  /** The first tasks of every node: node by node, so that each node's are sent together. */
  start(): T[] {
    const tasks: T[] = [];
    for (const queue of this.queues.values()) {
      for (let n = 0; n < this.options.perNode && queue.taken < queue.share.positions.length; n++)
        tasks.push(this.cut(queue));
    }
    return tasks;
  }

  /** A task's end. Undefined if it is not open: a finish that was reported before counts once. */
  finish(taskId: number): { readonly slice: Slice; readonly next: T | undefined } | undefined {
    const entry = this.open.get(taskId);
    if (!entry) return undefined;
    this.open.delete(taskId);
    this.waiting.delete(entry);
    this.doneShards += entry.slice.end - entry.slice.from;
    const queue = this.queues.get(entry.task.node);
    invariant(queue, 'a task of a node without a queue');
    const next = queue.taken < queue.share.positions.length ? this.cut(queue) : undefined;
    return { slice: entry.slice, next };
  }

  /** A task's failure: `fatal` when it is not worth (or was not worth) another try. */
  fail(taskId: number, error: SerializedError, nowMs: number): 'ignored' | 'retry' | 'fatal' {
    const entry = this.open.get(taskId);
    if (!entry || entry.retryAtMs !== undefined) return 'ignored';
    this.lastError = error;
    if (HOPELESS.has(error.code) || entry.attempts >= this.options.maxAttempts) return 'fatal';
    entry.retryAtMs = nowMs + RETRY_DELAY_MS * entry.attempts;
    this.waiting.add(entry);
    return 'retry';
  }

  /** The tasks that nodes have now. */
  get running(): readonly { readonly taskId: number; readonly node: number }[] {
    return [...this.open.values()]
      .filter((entry) => entry.retryAtMs === undefined)
      .map(({ task }) => ({ taskId: task.taskId, node: task.node }));
  }

  /** Ids of the tasks that a node has now. */
  heldBy(node: number): number[] {
    return [...this.open.values()]
      .filter((e) => e.task.node === node && e.retryAtMs === undefined)
      .map((e) => e.task.taskId);
  }

  /** Tasks whose time for another try has come. */
  takeDue(nowMs: number): readonly T[] {
    if (this.waiting.size === 0) return [];
    const due: T[] = [];
    for (const entry of this.waiting) {
      if (entry.retryAtMs! > nowMs) continue;
      this.waiting.delete(entry);
      entry.retryAtMs = undefined;
      entry.attempts++;
      entry.task = this.options.makeTask(entry.task.taskId, entry.slice, entry.attempts);
      due.push(entry.task);
    }
    return due;
  }

  /** The earliest time at which `takeDue` will give something. */
  get nextRetryAtMs(): number | undefined {
    let earliest: number | undefined;
    for (const { retryAtMs } of this.waiting)
      if (earliest === undefined || retryAtMs! < earliest) earliest = retryAtMs;
    return earliest;
  }

  private cut(queue: Queue): T {
    const { share, taken: from } = queue;
    const end = from + this.options.batchSize(from, share.positions.length);
    const slice = { share, from, end };
    queue.taken = end;
    this.unsentShards -= end - from;
    const task = this.options.makeTask(this.nextTaskId++, slice, 1);
    this.open.set(task.taskId, { task, slice, attempts: 1, retryAtMs: undefined });
    return task;
  }
}
