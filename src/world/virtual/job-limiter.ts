import type { JobLimits, Limits } from '../../job/index.js';
import type { Clock } from './clock.js';

/** Somebody who waits for a turn, or for a place. */
export interface Waiter {
  readonly slot: number;
  readonly node: number;
  readonly go: () => void;
}

/** When the next request may be made, and how many transfers there are: of a job on one node, or on all. */
class Counts {
  limits: Limits = {};
  nextRequestMs = 0;
  transfers = 0;

  get hasRoom(): boolean {
    return this.transfers < (this.limits.transfers ?? Infinity);
  }

  /** The next request comes as much later as the rate says. */
  request(nowMs: number): void {
    this.nextRequestMs = nowMs + this.intervalMs;
  }

  change(limits: Limits, nowMs: number): void {
    this.limits = limits;
    this.nextRequestMs = Math.min(this.nextRequestMs, nowMs + this.intervalMs);
  }

  private get intervalMs(): number {
    const { requestsPerSec } = this.limits;
    return requestsPerSec === undefined ? 0 : 1000 / requestsPerSec;
  }
}

/**
 * Has what a job's nodes do wait until its limits of requests and concurrency allow it, both those of the node and of the job
 * at the same moment: first come first served, but for those whose own node holds them back.
 */
export class JobLimiter {
  private readonly clock: Clock;
  private readonly wakeAt: (atMs: number, callback: () => void) => void;
  private readonly job = new Counts();
  private readonly nodes = new Map<number, Counts>();
  private nodeLimits: Limits = {};
  private readonly askers: Waiter[] = [];
  private nextTurnMs = 0;
  private readonly movers: Waiter[] = [];
  /** The node of whoever has a place, by its slot. */
  private readonly moving = new Map<number, number>();

  constructor(clock: Clock, wakeAt: (atMs: number, callback: () => void) => void) {
    this.clock = clock;
    this.wakeAt = wakeAt;
  }

  change({ job, node }: JobLimits): void {
    const { nowMs } = this.clock;
    this.nodeLimits = node;
    this.job.change(job, nowMs);
    for (const counts of this.nodes.values()) counts.change(node, nowMs);
    this.letAsk();
    this.letMove();
  }

  /** Calls `go` when a request may be made, perhaps at once. */
  ask(waiter: Waiter): void {
    this.askers.push(waiter);
    this.letAsk();
  }

  /** Calls `go` when a file may be on its way, perhaps at once; it has a place until it leaves. */
  enter(waiter: Waiter): void {
    this.movers.push(waiter);
    this.letMove();
  }

  /** A file of a slot is on its way, however many there may be. */
  admit(slot: number, node: number): void {
    this.moving.set(slot, node);
    this.job.transfers++;
    this.of(node).transfers++;
  }

  /** Some wait no longer for whatever they wait for. */
  withdraw(isMeant: (slot: number) => boolean): void {
    for (const waiters of [this.askers, this.movers]) {
      const others = waiters.filter(({ slot }) => !isMeant(slot));
      waiters.splice(0, waiters.length, ...others);
    }
  }

  /** Gives up a slot's place, if it has one. */
  leave(slot: number): void {
    const node = this.moving.get(slot);
    if (node === undefined) return;
    this.moving.delete(slot);
    this.job.transfers--;
    this.of(node).transfers--;
    this.letMove();
  }

  private letMove(): void {
    for (let at = 0; at < this.movers.length && this.job.hasRoom;) {
      const { slot, node, go } = this.movers[at]!;
      if (this.of(node).hasRoom) {
        this.movers.splice(at, 1);
        this.admit(slot, node);
        go();
        // Whoever goes may come back, or have others come.
        at = 0;
      } else at++;
    }
  }

  private letAsk(): void {
    const { nowMs } = this.clock;
    for (;;) {
      const at = this.askers.findIndex(({ node }) => this.turnMs(node) <= nowMs);
      if (at < 0) break;
      const [{ node, go }] = this.askers.splice(at, 1) as [Waiter];
      this.job.request(nowMs);
      this.of(node).request(nowMs);
      go();
    }
    const nextMs = Math.min(...this.askers.map(({ node }) => this.turnMs(node)));
    if (nextMs === Infinity || nextMs === this.nextTurnMs) return;
    this.nextTurnMs = nextMs;
    this.wakeAt(nextMs, () => this.letAsk());
  }

  private turnMs(node: number): number {
    return Math.max(this.job.nextRequestMs, this.of(node).nextRequestMs);
  }

  private of(node: number): Counts {
    let counts = this.nodes.get(node);
    if (!counts) this.nodes.set(node, (counts = new Counts()));
    counts.limits = this.nodeLimits;
    return counts;
  }
}
