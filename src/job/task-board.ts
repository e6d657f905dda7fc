import type { SerializedError } from '../base/errors.js';
import type { NodeTask } from '../node/index.js';
import { isHopeless, isHopelessEverywhere, isOfRepository, isPassing } from './failures.js';
import { pick, TaskQueue, type Slice } from './task-queue.js';
import type { BatchSize, NodeShare } from './work.js';

/**
 * The nodes that are alive and hold a healthy replica of a shard at its version, in order of replica id; `orLater`: also those
 * that are away.
 */
export type ReplicaLookup = (shard: number, orLater?: boolean) => readonly number[];

export interface BoardOptions<T extends NodeTask> {
  readonly shares: readonly NodeShare[];
  readonly batchSize: BatchSize;
  /** Tasks that a node may have at once; Infinity: all are sent at the start. */
  readonly perNode: number;
  readonly maxAttempts: number;
  readonly firstTaskId: number;
  /** Where else a shard can be worked on; undefined: nowhere, so that a failed task is tried again on its node. */
  readonly replicas: ReplicaLookup | undefined;
  /** Whether idle nodes are given what waits for others. Needs `replicas`. */
  readonly handOver: boolean;
  /** Makes the task for a slice of the plan; `attempt` counts from 1 on each node. */
  readonly makeTask: (taskId: number, slice: Slice, attempt: number) => T;
}

interface Entry<T> {
  task: T;
  readonly slice: Slice;
  attempt: number;
  /** Attempts that failed through no fault of the messenger. */
  failures: number;
  /** When to send it again; Infinity: when its node is back; undefined: a node has it. */
  retryAtMs: number | undefined;
}

/** Shards that another node is to work on now. */
export interface Move {
  readonly from: number;
  readonly to: number;
  readonly positions: Int32Array;
  readonly why: SerializedError | undefined;
}

/** What a failure leads to. */
export type Verdict = 'ignored' | 'retry' | 'moved' | 'fatal';

/** Wait before the first retry; each further one waits as long again. */
const RETRY_DELAY_MS = 1000;

/** Handing over costs a snapshot: so a node must have this many times the tasks waiting that it is sent at once. */
const HAND_OVER_BACKLOG = 2;

/**
 * The tasks of one phase of a job: which are unsent, on a node, waiting for another try, or done. It is the job's
 * transient half: after a coordinator's death it is not restored but built anew, as in Doris, because the repository
 * itself remembers what was uploaded.
 */
export class TaskBoard<T extends NodeTask> {
  private readonly options: BoardOptions<T>;
  private readonly queues = new Map<number, TaskQueue>();
  private readonly open = new Map<number, Entry<T>>();
  private readonly waiting = new Set<Entry<T>>();
  private readonly moves: Move[] = [];
  private nextTaskId: number;
  /** Something waits that a failure, and no finish, has put in line. */
  private hasLeftovers = false;
  readonly totalShards: number;
  doneShards = 0;
  /** The last failure, for messages. */
  lastError: SerializedError | undefined;

  constructor(options: BoardOptions<T>) {
    this.options = options;
    this.nextTaskId = options.firstTaskId;
    for (const share of options.shares) this.queueOf(share.node).add(share);
    this.totalShards = options.shares.reduce((sum, share) => sum + share.positions.length, 0);
  }

  get isDone(): boolean {
    return this.doneShards === this.totalShards;
  }

  get endTaskId(): number {
    return this.nextTaskId;
  }

  /** The first tasks of every node: node by node, so that each node's are sent together. */
  start(): T[] {
    return [...this.queues.values()].flatMap((queue) => this.refill(queue));
  }

  /** A task's end. Undefined if it is not open, or another attempt's: a finish that was reported before counts once. */
  finish(
    taskId: number,
    attempt: number,
  ): { readonly slice: Slice; readonly next: readonly T[] } | undefined {
    const entry = this.open.get(taskId);
    if (!entry || entry.attempt !== attempt) return undefined;
    this.letGo(entry);
    this.open.delete(taskId);
    this.doneShards += entry.slice.positions.length;
    const queue = this.queueOf(entry.slice.node);
    if (queue.unsent === 0 && this.options.handOver) this.takeFromBusiest(queue);
    return { slice: entry.slice, next: this.refill(queue) };
  }

  /** A task's failure: `fatal` when it is not worth (or was not worth) another try. What is sent now: `takeDue`. */
  fail(taskId: number, attempt: number, error: SerializedError, nowMs: number): Verdict {
    const entry = this.open.get(taskId);
    if (!entry || entry.attempt !== attempt || entry.retryAtMs !== undefined) return 'ignored';
    this.lastError = error;
    const { replicas, maxAttempts } = this.options;
    const { code } = error;
    if (!replicas || !isPassing(code)) entry.failures++;
    const isWornOut = entry.failures >= maxAttempts;
    if (!replicas) {
      if (isHopeless(code) || isWornOut) return 'fatal';
      return this.retry(entry, nowMs + RETRY_DELAY_MS * entry.failures);
    }
    if (isHopelessEverywhere(code)) return 'fatal';
    const isNodes = code !== 'TASK_LOST' && !isOfRepository(code);
    if (isNodes && code !== 'NODE_LOST' && entry.slice.positions.length > 1) return this.split(entry);
    if (isNodes || isWornOut) {
      const left = this.moveElsewhere(entry, error);
      if (left === 0) return 'moved';
      if (code !== 'NODE_LOST' && (isHopeless(code) || isWornOut))
        return isNodes && this.waitForOthers(this.open.get(taskId)!, error) ? 'moved' : 'fatal';
    }
    // A node that is away works on it when it is back; a job's timeout ends the wait.
    const isAway = code === 'NODE_LOST';
    return this.retry(
      this.open.get(taskId)!,
      isAway ? Infinity : nowMs + RETRY_DELAY_MS * Math.max(1, entry.failures),
    );
  }

  /** A node is lost: what waits for it goes to others that can do it. */
  lose(node: number, error: SerializedError): void {
    const queue = this.queues.get(node);
    if (!queue || !this.options.replicas) return;
    queue.isAway = true;
    this.redistribute(queue, error);
  }

  /** A node is back: what waited for that is due, and what waits for others that it can do as well. */
  regain(node: number, nowMs: number): void {
    const queue = this.queues.get(node);
    if (queue?.isAway) this.hasLeftovers = true;
    if (queue) queue.isAway = false;
    for (const away of this.queues.values()) if (away.isAway) this.redistribute(away, this.lastError);
    for (const entry of this.waiting)
      if (entry.slice.node === node && entry.retryAtMs === Infinity) entry.retryAtMs = nowMs;
  }

  /** What was given to other nodes since this was asked last. */
  takeMoves(): Move[] {
    return this.moves.splice(0);
  }

  /** The tasks that nodes have now. */
  get running(): readonly { readonly taskId: number; readonly node: number; readonly attempt: number }[] {
    return [...this.open.values()]
      .filter((entry) => entry.retryAtMs === undefined)
      .map(({ task, attempt }) => ({ taskId: task.taskId, node: task.node, attempt }));
  }

  /** Tasks whose time for another try has come, and those that nodes have room for since others failed. */
  takeDue(nowMs: number): readonly T[] {
    if (this.waiting.size === 0 && !this.hasLeftovers) return [];
    const due: T[] = [];
    for (const entry of this.waiting) {
      if (entry.retryAtMs! > nowMs) continue;
      this.waiting.delete(entry);
      entry.retryAtMs = undefined;
      entry.attempt++;
      entry.task = this.options.makeTask(entry.task.taskId, entry.slice, entry.attempt);
      due.push(entry.task);
    }
    if (this.hasLeftovers) for (const queue of this.queues.values()) due.push(...this.refill(queue));
    this.hasLeftovers = false;
    return due;
  }

  /** The earliest time at which `takeDue` will give something. */
  get nextRetryAtMs(): number | undefined {
    let earliest: number | undefined;
    for (const { retryAtMs } of this.waiting)
      if (retryAtMs! < Infinity && (earliest === undefined || retryAtMs! < earliest)) earliest = retryAtMs;
    return earliest;
  }

  private retry(entry: Entry<T>, atMs: number): 'retry' {
    entry.retryAtMs = atMs;
    this.waiting.add(entry);
    return 'retry';
  }

  /** One of the shards is at fault, or some: each is tried again by itself, so that the others need not move. */
  private split(entry: Entry<T>): 'retry' {
    const { slice, task } = entry;
    this.letGo(entry);
    this.open.delete(task.taskId);
    const queue = this.queueOf(slice.node);
    for (const at of slice.positions.keys()) queue.push({ ...pick(slice, [at]), isAgain: true });
    this.hasLeftovers = true;
    return 'retry';
  }

  private letGo(entry: Entry<T>): void {
    this.queueOf(entry.slice.node).held--;
    this.waiting.delete(entry);
  }

  /** Gives a failed task's shards to other nodes; returns how many must stay, which are the task's from now on. */
  private moveElsewhere(entry: Entry<T>, error: SerializedError): number {
    const { slice, task } = entry;
    // A node that was lost did not fail: it is not chosen while it is away, and may be when it is back.
    const isKnown = error.code === 'NODE_LOST' || slice.failedOn.includes(slice.node);
    const failedOn = isKnown ? slice.failedOn : [...slice.failedOn, slice.node];
    const left = this.spread({ ...slice, failedOn, isAgain: true }, error);
    if (left.length === slice.positions.length) return left.length;
    if (left.length === 0) {
      this.letGo(entry);
      this.open.delete(task.taskId);
      return 0;
    }
    this.open.set(task.taskId, { ...entry, slice: pick(slice, left) });
    return left.length;
  }

  /** What waits for a node that is away goes to those that are there and can do it. */
  private redistribute(away: TaskQueue, why: SerializedError | undefined): void {
    for (const slice of away.empty()) away.push(pick(slice, this.spread(slice, why)));
  }

  /** A task that failed on all nodes that are there waits for those that are away; false if there are none. */
  private waitForOthers(entry: Entry<T>, why: SerializedError): boolean {
    const { slice, task } = entry;
    const others = Array.from(slice.shards, (shard) =>
      this.options.replicas!(shard, true).find(
        (node) => node !== slice.node && !slice.failedOn.includes(node),
      ),
    );
    if (others.includes(undefined)) return false;
    this.letGo(entry);
    this.open.delete(task.taskId);
    const failedOn = [...slice.failedOn, slice.node];
    others.forEach((to, i) => {
      const queue = this.queueOf(to!);
      queue.isAway = true;
      const moved = { ...pick(slice, [i]), failedOn, isAgain: true };
      queue.push(moved);
      this.moves.push({ from: slice.node, to: to!, positions: moved.positions, why });
    });
    return true;
  }

  /** Puts shards in line for other nodes, each for the one with the least to do; returns which found none. */
  private spread(slice: Slice, error: SerializedError | undefined): number[] {
    const byNode = new Map<number, number[]>();
    const left: number[] = [];
    slice.shards.forEach((shard, i) => {
      const to = this.leastBusy(shard, slice.failedOn, byNode);
      if (to === undefined) left.push(i);
      else if (byNode.has(to)) byNode.get(to)!.push(i);
      else byNode.set(to, [i]);
    });
    this.hasLeftovers = true;
    for (const [to, at] of byNode) {
      const moved = pick(slice, at);
      this.queueOf(to).push(moved);
      this.moves.push({ from: slice.node, to, positions: moved.positions, why: error });
    }
    return left;
  }

  private leastBusy(
    shard: number,
    failedOn: readonly number[],
    given: ReadonlyMap<number, readonly number[]>,
  ): number | undefined {
    let best: number | undefined;
    let least = Infinity;
    for (const node of this.options.replicas!(shard)) {
      if (failedOn.includes(node)) continue;
      const { held, unsent } = this.queueOf(node);
      const load = held + unsent + (given.get(node)?.length ?? 0);
      if (load < least) [best, least] = [node, load];
    }
    return best;
  }

  /** A node without work gets some that waits for the busiest of those that have much of it. */
  private takeFromBusiest(idle: TaskQueue): void {
    const { perNode, replicas, batchSize } = this.options;
    if (perNode === Infinity || !replicas) return;
    let busiest: TaskQueue | undefined;
    for (const queue of this.queues.values())
      if (queue.unsent > (busiest?.unsent ?? perNode * HAND_OVER_BACKLOG)) busiest = queue;
    if (!busiest) return;
    const most = batchSize(0, busiest.unsent);
    const slice = busiest.giveUp(most, (shard) => replicas(shard).includes(idle.node));
    if (!slice) return;
    if (slice.failedOn.includes(idle.node)) return busiest.push(slice);
    idle.push(slice);
    this.moves.push({ from: busiest.node, to: idle.node, positions: slice.positions, why: undefined });
  }

  private refill(queue: TaskQueue): T[] {
    const tasks: T[] = [];
    while (!queue.isAway && queue.unsent > 0 && queue.held < this.options.perNode)
      tasks.push(this.cut(queue));
    return tasks;
  }

  private cut(queue: TaskQueue): T {
    const slice = queue.cut(this.options.batchSize);
    const task = this.options.makeTask(this.nextTaskId++, slice, 1);
    this.open.set(task.taskId, { task, slice, attempt: 1, failures: 0, retryAtMs: undefined });
    queue.held++;
    return task;
  }

  private queueOf(node: number): TaskQueue {
    let queue = this.queues.get(node);
    if (!queue) this.queues.set(node, (queue = new TaskQueue(node)));
    return queue;
  }
}
