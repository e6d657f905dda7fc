import type { Awaitable } from '../../../repository/storage/storage.js';
import { nowNs } from '../pacer.js';
import { LimitCells } from './limit-cells.js';
import { acquire, type RateLimit } from './rate-limit.js';

/** How long an abort may go unnoticed by who waits for others to end their transfers. */
const LOOK_MS = 20;
/** How soon who may not stand still looks again whether they have. */
const LOOK_NS = 2_000_000n;

/** How a thread waits. Both may return early, and throw when the task was aborted. */
export interface Waiting {
  readonly pause: (untilNs: bigint) => void;
  /** While what is on its way goes on. */
  readonly pauseSending: (untilNs: bigint) => Promise<void>;
}

/** The limits of a task: of its job on its node, and of its job on all nodes. */
export type LimitMemory = readonly SharedArrayBuffer[];

/** Has a task wait until its job's limits allow what it is about to do. */
export class Throttle {
  private readonly bytesLimits: readonly RateLimit[];
  private readonly requestLimits: readonly RateLimit[];
  private readonly cells: readonly LimitCells[];
  private readonly owner: number;
  private readonly waiting: Waiting;
  /** Whether the thread may stand still meanwhile. */
  private readonly blocks: boolean;

  /** `owner`: a number above 0 that no other task has. */
  constructor(memory: LimitMemory, owner: number, waiting: Waiting, blocks: boolean) {
    this.cells = memory.map((cells) => new LimitCells(cells));
    this.bytesLimits = this.cells.map(({ bytes }) => bytes);
    this.requestLimits = this.cells.map(({ requests }) => requests);
    this.owner = owner;
    this.waiting = waiting;
    this.blocks = blocks;
  }

  /** Waits until some of `mostBytes` may be moved; how many. They are to be moved at once. */
  bytes(mostBytes: number): Awaitable<number> {
    return this.take(this.bytesLimits, mostBytes);
  }

  /** Waits until a request may be made. It is to be made at once. */
  request(): Awaitable<number> {
    return this.take(this.requestLimits, 1);
  }

  /** Waits until a file may be on its way besides those that are. */
  async enter(): Promise<void> {
    const { owner, waiting } = this;
    try {
      for (const { transfers } of this.cells) {
        while (!transfers.enter(owner)) {
          if (this.blocks) {
            transfers.wait(LOOK_MS);
            waiting.pause(0n);
          } else await waiting.pauseSending(nowNs() + LOOK_NS);
        }
      }
    } catch (error) {
      this.leave();
      throw error;
    }
  }

  leave(): void {
    for (const { transfers } of this.cells) transfers.leave(this.owner);
  }

  private take(limits: readonly RateLimit[], most: number): Awaitable<number> {
    if (limits.every(({ isUnlimited }) => isUnlimited)) return most;
    const steps = acquire(limits, most, nowNs);
    if (!this.blocks) return this.takeWhileSending(steps);
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
      this.waiting.pause(step.value);
    }
  }

  private async takeWhileSending(steps: Generator<bigint, number>): Promise<number> {
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
      await this.waiting.pauseSending(step.value);
    }
  }
}
