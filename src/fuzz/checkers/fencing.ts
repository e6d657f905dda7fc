import type { Seen } from '../../world/virtual/witness.js';
import { Checker } from '../checker.js';

interface Heard {
  readonly generation: number;
  readonly atMs: number;
}

/**
 * A node that has heard of a newer coordinator does nothing for an older one any more, and nothing of a job that it has released; and
 * one that nobody has asked for so long that it may have been given up begins nothing any more.
 */
export class Fencing extends Checker {
  readonly name = 'fencing';
  readonly kinds = ['operation', 'task', 'fault', 'asked'] as const;
  /** By node. */
  private readonly heard = new Map<number, Heard>();
  /** By node and job: when it was released. */
  private readonly releasedAtMs = new Map<string, number>();
  /** By node, since it is up. */
  private readonly askedAtMs = new Map<number, number>();
  /** Where no message is ever lost, nobody asks. */
  private isAsking = false;
  private readonly lostAfterMs: number;

  constructor(lostAfterMs: number) {
    super();
    this.lostAfterMs = lostAfterMs;
  }

  see(seen: Seen): void {
    if (seen.kind === 'fault') {
      if (seen.fault.kind !== 'node-crash' || seen.event !== 'begun') return;
      this.askedAtMs.delete(seen.fault.node);
      // A node that has lost its disk is a new one.
      if (seen.fault.disk === 'lost') this.forget(seen.fault.node);
      return;
    }
    if (seen.kind === 'asked') {
      this.isAsking = true;
      this.askedAtMs.set(seen.node, seen.atMs);
    }
    if (seen.kind !== 'operation' && seen.kind !== 'task') return;
    const { task, generation, atMs } = seen;
    const isBeginning = seen.kind === 'task' && seen.event === 'begun';
    // What had begun before may end: that is no doing.
    const beganAtMs = seen.kind === 'operation' ? seen.startMs : atMs;
    if (seen.kind === 'operation' || isBeginning) {
      const newest = this.heard.get(task.node);
      if (newest && generation < newest.generation && beganAtMs > newest.atMs)
        this.wrong(
          atMs,
          `node ${task.node} is at ${task.kind} task ${task.taskId} of generation ${generation}, after ${newest.generation}`,
        );
      if (!newest || generation > newest.generation) this.heard.set(task.node, { generation, atMs });
    }
    const askedAtMs = this.isAsking ? (this.askedAtMs.get(task.node) ?? -Infinity) : Infinity;
    const isCleaning = task.kind === 'release' || task.kind === 'sweep';
    if ((seen.kind === 'operation' || isBeginning) && !isCleaning && beganAtMs > askedAtMs + this.lostAfterMs)
      this.wrong(
        atMs,
        `node ${task.node} is at ${task.kind} task ${task.taskId}, and nobody has asked it for long`,
      );
    const key = `${task.node}/${task.jobId}`;
    if (task.kind === 'release') {
      if (seen.kind === 'task' && seen.event === 'finished' && !this.releasedAtMs.has(key))
        this.releasedAtMs.set(key, atMs);
      return;
    }
    const releasedAtMs = this.releasedAtMs.get(key);
    if (releasedAtMs === undefined || beganAtMs <= releasedAtMs) return;
    if (seen.kind === 'operation' || isBeginning)
      this.wrong(
        atMs,
        `node ${task.node} is at ${task.kind} task ${task.taskId} of job ${task.jobId}, which it has released`,
      );
  }

  private forget(node: number): void {
    this.heard.delete(node);
    for (const key of this.releasedAtMs.keys()) if (key.startsWith(`${node}/`)) this.releasedAtMs.delete(key);
  }
}
