/** How far a pacer may lag behind its rate and still make it up: covers late wake-ups, and stays below 5 % of a second. */
const SLACK_NS = 40_000_000n;

/**
 * A rate limit that holds across threads: a single number in shared memory, the time at which everything taken so far
 * will have been paid for. A thread takes its turn with one atomic exchange and then waits until it has paid; turns are
 * given in order, so threads that always want more get equal parts.
 */
export class Pacer {
  private readonly paidUntilNs: BigInt64Array;
  private readonly nsPerUnit: number;

  /** `cell`: eight shared bytes, zero at first. `unitsPerSec`: Infinity is no limit. */
  constructor(cell: SharedArrayBuffer, unitsPerSec: number) {
    this.paidUntilNs = new BigInt64Array(cell);
    this.nsPerUnit = 1e9 / unitsPerSec;
  }

  static cell(): SharedArrayBuffer {
    return new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
  }

  /** Takes `units` and returns the time (of `nowNs`) until which to wait for them. */
  take(units: number): bigint {
    return this.reserve(units).endNs;
  }

  /** Takes one unit and returns the time at which its turn begins: the way requests are paced. */
  turn(): bigint {
    return this.reserve(1).startNs;
  }

  private reserve(units: number): { startNs: bigint; endNs: bigint } {
    if (this.nsPerUnit === 0) return { startNs: 0n, endNs: 0n };
    const costNs = BigInt(Math.round(units * this.nsPerUnit));
    for (;;) {
      const paidNs = Atomics.load(this.paidUntilNs, 0);
      const timeNs = nowNs();
      // Nothing has been taken yet at 0, so there is no lag to make up.
      const earliestNs = paidNs === 0n ? timeNs : timeNs - SLACK_NS;
      const startNs = paidNs > earliestNs ? paidNs : earliestNs;
      const endNs = startNs + costNs;
      if (Atomics.compareExchange(this.paidUntilNs, 0, paidNs, endNs) === paidNs) return { startNs, endNs };
    }
  }
}

/** The machine's monotonic clock, the same in every thread. */
export const nowNs = (): bigint => process.hrtime.bigint();

/** Converts a duration for arithmetic with `nowNs`. */
export const msToNs = (ms: number): bigint => BigInt(Math.round(ms * 1e6));

export const nsToMs = (ns: bigint): number => Number(ns) / 1e6;
