import { msToNs } from '../pacer.js';

/** What is taken at once is worth this much time at most, so that everybody gets some of every moment. */
const GRANT_MS = 8;
/**
 * How much of the time that passed unused may be made up for: what threads lose by waking up late. Together with one grant,
 * this is what a second can have over its limit: less than 5 %, with something left for the clock.
 */
const CATCH_UP_MS = 40;
const SLACK_NS = msToNs(CATCH_UP_MS + GRANT_MS);

const PAID = 0;
const QUEUE = 1;
const MILLIS_PER_SEC = 2;
const CHANGES = 3;
const CELLS = 4;

/**
 * A limit that threads share, and that may change at any time: so many units a second. Units are taken at the moment they
 * are used and never in advance, so that no thread, however late it wakes up, can spend what was meant for another time.
 *
 * What was taken is paid for one after the other; units can be had when everything before them has been paid for. Hence in
 * any window of time there are no more than the rate gives in it, what may be caught up, and the last that was taken.
 * (The virtual scheduling of ITU-T I.371, as in `Pacer`, but with what may be late on the side of the limit.)
 *
 * Who has to wait gets a place in a queue, and need not look again before: a thousand threads do not wake up for each grant.
 * The queue is for order alone. That the limit holds rests on one atomic exchange.
 */
export class RateLimit {
  static readonly BYTES = CELLS * BigInt64Array.BYTES_PER_ELEMENT;
  private readonly cells: BigInt64Array;

  /** `memory` from `offset` on holds the limit. All zero, there is none. */
  constructor(memory: SharedArrayBuffer, offset = 0) {
    this.cells = new BigInt64Array(memory, offset, CELLS);
  }

  /** Undefined: no limit. From now on, also for those who wait, once they look again. */
  change(unitsPerSec: number | undefined, nowNs: bigint): void {
    const millis = unitsPerSec === undefined ? 0n : BigInt(Math.max(1, Math.round(unitsPerSec * 1000)));
    Atomics.store(this.cells, MILLIS_PER_SEC, millis);
    // What was taken is paid for at the old rate, which may have been a request a minute; nobody waits longer than at the new.
    const latestNs = nowNs + (millis === 0n ? 0n : this.costNs(1));
    for (const cell of [PAID, QUEUE]) {
      const wasNs = Atomics.load(this.cells, cell);
      if (wasNs > latestNs) Atomics.compareExchange(this.cells, cell, wasNs, latestNs);
    }
    Atomics.add(this.cells, CHANGES, 1n);
  }

  /** How often it was changed: what a place in the queue was given for may not be so any more. */
  get changes(): bigint {
    return Atomics.load(this.cells, CHANGES);
  }

  get isUnlimited(): boolean {
    return Atomics.load(this.cells, MILLIS_PER_SEC) === 0n;
  }

  /** How many units may be taken at once. */
  get mostUnits(): number {
    const perSec = this.perSec;
    return perSec === undefined ? Infinity : Math.max(1, Math.floor((perSec * GRANT_MS) / 1000));
  }

  /** Gets in line for `units`: the time before which there is no use in trying. */
  enqueue(units: number, nowNs: bigint): bigint {
    if (this.isUnlimited) return nowNs;
    const costNs = this.costNs(units);
    const leastNs = nowNs - this.catchUpNs();
    for (;;) {
      const queueNs = Atomics.load(this.cells, QUEUE);
      const turnNs = later(queueNs, leastNs);
      if (Atomics.compareExchange(this.cells, QUEUE, queueNs, turnNs + costNs) === queueNs) return turnNs;
    }
  }

  /** Whether something can be had now, and if not, when everything before it will have been paid for. */
  paidNs(): bigint {
    return this.isUnlimited ? 0n : Atomics.load(this.cells, PAID);
  }

  /** Takes `units`, if there are any to be had now. Gives what undoes it; undefined if there are none. */
  take(units: number, nowNs: bigint): (() => void) | undefined {
    if (this.isUnlimited) return NOTHING;
    const { cells } = this;
    const costNs = this.costNs(units);
    const leastNs = nowNs - this.catchUpNs();
    for (;;) {
      const wasNs = Atomics.load(cells, PAID);
      if (wasNs > nowNs) return undefined;
      const isNs = later(wasNs, leastNs) + costNs;
      if (Atomics.compareExchange(cells, PAID, wasNs, isNs) !== wasNs) continue;
      // Where somebody has taken more meanwhile, it stays taken: too little is no harm.
      return () => void Atomics.compareExchange(cells, PAID, isNs, wasNs);
    }
  }

  private get perSec(): number | undefined {
    const millis = Atomics.load(this.cells, MILLIS_PER_SEC);
    return millis === 0n ? undefined : Number(millis) / 1000;
  }

  /** Rounded up: a limit is not exceeded by rounding. */
  private costNs(units: number): bigint {
    const perSec = this.perSec;
    return perSec === undefined ? 0n : BigInt(Math.ceil((units * 1e9) / perSec));
  }

  /** Where a single unit is worth more than a grant, the less may be caught up; in the end nothing. */
  private catchUpNs(): bigint {
    const restNs = SLACK_NS - later(this.costNs(1), msToNs(GRANT_MS));
    return restNs > 0n ? restNs : 0n;
  }
}

const NOTHING = (): void => undefined;

/**
 * Takes some of all of these limits, at most `mostUnits`: yields the times until which to wait, and returns how many units
 * may be used now. `now` tells the time; who waits may come back late, or early where a limit was changed meanwhile.
 */
export function* acquire(
  limits: readonly RateLimit[],
  mostUnits: number,
  now: () => bigint,
): Generator<bigint, number> {
  for (;;) {
    const units = Math.min(mostUnits, ...limits.map((limit) => limit.mostUnits));
    const changes = limits.map((limit) => limit.changes);
    const isChanged = (): boolean => limits.some((limit, i) => limit.changes !== changes[i]);
    let nextNs: bigint | undefined = limits.map((limit) => limit.enqueue(units, now())).reduce(later, 0n);
    while (!isChanged()) {
      if (nextNs > now()) yield nextNs;
      else {
        nextNs = takeOfAll(limits, units, now());
        if (nextNs === undefined) return units;
      }
    }
  }
}

/** Takes `units` of all of these limits, or of none. Gives when to try again; undefined where they are taken. */
function takeOfAll(limits: readonly RateLimit[], units: number, nowNs: bigint): bigint | undefined {
  const paidNs = limits.map((limit) => limit.paidNs()).reduce(later, 0n);
  if (paidNs > nowNs) return paidNs;
  const undo: (() => void)[] = [];
  for (const limit of limits) {
    const taken = limit.take(units, nowNs);
    if (!taken) {
      for (const giveBack of undo.toReversed()) giveBack();
      return limit.paidNs();
    }
    undo.push(taken);
  }
  return undefined;
}

const later = (a: bigint, b: bigint): bigint => (a > b ? a : b);
