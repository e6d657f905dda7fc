import type { NodeTask } from './task.js';

/** Which sending of which task. */
interface Key {
  readonly jobId: number;
  readonly taskId: number;
  readonly attempt: number;
}

/** A task that a node has, by whom it was sent, and when among all that were sent. */
interface Had {
  readonly task: NodeTask;
  readonly generation: number;
  readonly ordinal: number;
}

/** What to do with a task that has arrived; first, in any case, the tasks in `stop` are to be stopped. */
export interface Reception<Outcome> {
  readonly verdict: 'begin' | 'answer again' | 'ignore';
  readonly outcome?: Outcome;
  readonly stop: readonly NodeTask[];
}

/** What a node says when it is asked; undefined: it says nothing. */
export interface Statuses<Outcome> {
  readonly statuses: readonly (
    { readonly state: 'running' | 'unknown' } | { readonly state: 'ended'; readonly outcome: Outcome }
  )[];
  readonly stop: readonly NodeTask[];
}

const CLEANING: ReadonlySet<NodeTask['kind']> = new Set(['release', 'sweep']);

/**
 * The memory of a compute node for its dealings with coordinators, over messages that may be lost, late, or come twice:
 *
 * - It obeys the newest coordinator that it has heard of: what older ones sent is stopped, or not begun.
 * - A task that comes twice is done once; when it has ended, its end is told again.
 * - Once a job was released here, a task of it that was sent before that is not begun: it would leave something behind.
 * - When it is asked, it stops what the coordinator does not know it has; when nobody asks for long, it stops everything and begins
 *   nothing, since others are doing it by then.
 *
 * `ordinal`s count what coordinators send, in the order of sending.
 */
export class NodeAgent<Outcome> {
  private readonly leaseMs: number;
  private generation: number;
  private askedAtMs = -Infinity;
  private readonly having = new Map<string, Had>();
  private readonly ended = new Map<string, { readonly outcome: Outcome; readonly ordinal: number }>();
  /** Tasks that were stopped here: what comes of them once more is too late as well. */
  private readonly stopped = new Set<string>();
  /** What the coordinator waited for when it asked last: what it had sent before and does not wait for comes too late. */
  private asked = { ordinal: -1, keys: new Set<string>() };
  /** By job, when it was released here last. */
  private readonly released = new Map<number, number>();

  /** `generation`: of the newest coordinator that the node's disk remembers. `leaseMs`: how long it works without being asked. */
  constructor(leaseMs: number, generation = 0) {
    this.leaseMs = leaseMs;
    this.generation = generation;
  }

  get knownGeneration(): number {
    return this.generation;
  }

  get isIdle(): boolean {
    return this.having.size === 0;
  }

  /** A task arrives. */
  receive(task: NodeTask, generation: number, ordinal: number, nowMs: number): Reception<Outcome> {
    if (generation < this.generation) return { verdict: 'ignore', stop: [] };
    const stop = this.obey(generation);
    const key = keyOf(task);
    const ended = this.ended.get(key);
    if (ended) return { verdict: 'answer again', outcome: ended.outcome, stop };
    if (this.having.has(key) || this.isOutdated(task, ordinal)) return { verdict: 'ignore', stop };
    // It may have been on its way for so long that others do it by now.
    if (this.isExpired(nowMs) && !CLEANING.has(task.kind)) return { verdict: 'ignore', stop };
    for (const had of this.having.values()) if (makesNeedless(task, had, ordinal)) stop.push(had.task);
    if (task.kind === 'release') this.released.set(task.jobId, ordinal);
    this.forget(stop);
    this.having.set(key, { task, generation, ordinal });
    return { verdict: 'begin', stop };
  }

  /** A coordinator asks how its tasks are. */
  ask(
    generation: number,
    ordinal: number,
    keys: readonly Key[],
    nowMs: number,
  ): Statuses<Outcome> | undefined {
    if (generation < this.generation) return undefined;
    const stop = this.obey(generation);
    this.askedAtMs = nowMs;
    const wanted = new Set(keys.map(keyOf));
    if (ordinal > this.asked.ordinal) this.asked = { ordinal, keys: wanted };
    for (const [key, had] of this.having) {
      const isUnwanted = had.ordinal < ordinal && !wanted.has(key) && !CLEANING.has(had.task.kind);
      if (isUnwanted) stop.push(had.task);
    }
    for (const [key, ended] of this.ended)
      if (ended.ordinal < ordinal && !wanted.has(key)) this.ended.delete(key);
    this.forget(stop);
    const statuses = keys.map((key) => {
      const ended = this.ended.get(keyOf(key));
      if (ended) return { state: 'ended', outcome: ended.outcome } as const;
      return { state: this.having.has(keyOf(key)) ? 'running' : 'unknown' } as const;
    });
    return { statuses, stop };
  }

  /** A task has ended; false if nobody wants to know. */
  end(task: NodeTask, outcome: Outcome): boolean {
    const had = this.having.get(keyOf(task));
    if (!had) return false;
    this.having.delete(keyOf(task));
    this.ended.set(keyOf(task), { outcome, ordinal: had.ordinal });
    return true;
  }

  /** Tasks of a job that was aborted, sent before that. */
  abort(jobId: number, ordinal: number): NodeTask[] {
    const stop = [...this.having.values()]
      .filter((had) => had.task.jobId === jobId && had.ordinal < ordinal && !CLEANING.has(had.task.kind))
      .map(({ task }) => task);
    this.forget(stop);
    return stop;
  }

  /** What to stop because nobody has asked for too long. */
  expire(nowMs: number): NodeTask[] {
    if (!this.isExpired(nowMs)) return [];
    const stop = [...this.having.values()].map(({ task }) => task).filter(({ kind }) => !CLEANING.has(kind));
    this.forget(stop);
    return stop;
  }

  private isExpired(nowMs: number): boolean {
    return nowMs - this.askedAtMs >= this.leaseMs;
  }

  /** Remembers a newer coordinator; gives the tasks of older ones. */
  private obey(generation: number): NodeTask[] {
    if (generation === this.generation) return [];
    this.generation = generation;
    this.ended.clear();
    this.stopped.clear();
    // Also what cleans up: the newer one sweeps, and releases again what it knows of.
    const stop = [...this.having.values()]
      .filter((had) => had.generation < generation)
      .map(({ task }) => task);
    this.forget(stop);
    return stop;
  }

  /** Whether a task comes too late: its job was released here, or a later attempt at it is here. */
  private isOutdated(task: NodeTask, ordinal: number): boolean {
    if (ordinal < this.asked.ordinal && !this.asked.keys.has(keyOf(task))) return true;
    if (CLEANING.has(task.kind)) return false;
    if (this.stopped.has(keyOf(task))) return true;
    if ((this.released.get(task.jobId) ?? -1) > ordinal) return true;
    for (const { task: other } of this.having.values()) {
      if (other.jobId === task.jobId && other.taskId === task.taskId && other.attempt > task.attempt)
        return true;
    }
    return false;
  }

  private forget(tasks: readonly NodeTask[]): void {
    for (const task of tasks) {
      this.having.delete(keyOf(task));
      this.stopped.add(keyOf(task));
    }
  }
}

/** Whether a task that is to begin makes one that the node has needless. */
function makesNeedless(task: NodeTask, { task: had, ordinal: hadOrdinal }: Had, ordinal: number): boolean {
  if (CLEANING.has(had.kind)) return false;
  if (task.kind === 'release') return had.jobId === task.jobId && hadOrdinal < ordinal;
  if (task.kind === 'sweep') return !task.keepJobs.includes(had.jobId) && hadOrdinal < ordinal;
  return had.jobId === task.jobId && had.taskId === task.taskId && had.attempt < task.attempt;
}

const keyOf = ({ jobId, taskId, attempt }: Key): string => `${jobId}/${taskId}/${attempt}`;
