import type { Seen } from '../../world/virtual/witness.js';
import { Checker } from '../checker.js';

interface Heard {
  readonly generation: number;
  readonly atMs: number;
}

/**
 * A node that has heard of a newer coordinator does nothing for an older one any more, and nothing of a job that it has released; and
 * one that the coordinator must have given up, since they do not reach one another, begins nothing any more.
 */
export class Fencing extends Checker {
  readonly name = 'fencing';
  readonly kinds = ['operation', 'task', 'fault'] as const;
  /** By node. */
  private readonly heard = new Map<number, Heard>();
  /** By node and job: when it was released. */
  private readonly releasedAtMs = new Map<string, number>();
  /** By node: since when it has been cut off from the coordinator. */
  private readonly cutOffAtMs = new Map<number, number>();
  /** Messages may be so late that they arrive when nobody waits for them. */
  private mayBeLate = false;
  private readonly lostAfterMs: number;

  constructor(lostAfterMs: number) {
    super();
    this.lostAfterMs = lostAfterMs;
  }

  see(seen: Seen): void {
    if (seen.kind === 'fault') {
      // A node that has lost its disk is a new one.
      if (seen.fault.kind === 'node-crash' && seen.fault.disk === 'lost' && seen.event === 'begun')
        this.forget(seen.fault.node);
      if (seen.fault.kind === 'messages') this.mayBeLate = true;
      if (seen.fault.kind === 'partition' && seen.fault.from === 'coordinator') {
        if (seen.event === 'begun') this.cutOffAtMs.set(seen.fault.node, seen.atMs);
        else this.cutOffAtMs.delete(seen.fault.node);
      }
      return;
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
    const cutOffAtMs = this.cutOffAtMs.get(task.node) ?? Infinity;
    const isCleaning = task.kind === 'release' || task.kind === 'sweep';
    if (!this.mayBeLate && !isCleaning && beganAtMs > cutOffAtMs + this.lostAfterMs)
      this.wrong(atMs, `node ${task.node} is at ${task.kind} task ${task.taskId}, and was given up before`);
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
