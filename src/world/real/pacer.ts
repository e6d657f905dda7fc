/**
 * A rate limit that holds across threads: a single number in shared memory, the time until which everything taken so far
 * has paid for. A thread takes its turn with one atomic exchange and then waits until it has paid; turns are given in
 * order, so threads that always want more get equal parts. Time that passes unused is lost, as it is on a wire; only of
 * turns, a few may be saved up.
 */
export class Pacer {
  private readonly paidUntilNs: BigInt64Array;
  private readonly nsPerUnit: number;
  /** Rounded up, so that not even in a year one turn too many is given. */
  private readonly turnNs: bigint;
  /** How far ahead of what has been paid for a turn may begin. */
  private readonly savedNs: bigint;

  /** `cell`: see `Pacer.cell`. `unitsPerSec`: Infinity is no limit. `burst`: turns at once after a pause, at least 1. */
  constructor(cell: SharedArrayBuffer, unitsPerSec: number, burst = 1) {
    this.paidUntilNs = new BigInt64Array(cell);
    this.nsPerUnit = 1e9 / unitsPerSec;
    this.turnNs = BigInt(Math.ceil(this.nsPerUnit));
    this.savedNs = BigInt(burst - 1) * this.turnNs;
  }

  static cell(): SharedArrayBuffer {
    return new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
  }

  /** Takes `units`, not before `earliestNs`, and returns the time until which to wait for them. */
  take(units: number, earliestNs: bigint): bigint {
    const costNs = BigInt(Math.round(units * this.nsPerUnit));
    return this.reserve(costNs, earliestNs) + costNs;
  }

  /**
   * Takes one unit and returns the time at which its turn begins: the way requests are paced. A token bucket that is full
   * at first and holds `burst` tokens: what is in it is the time since everything taken was paid for, and needs no number
   * of its own (the virtual scheduling of ITU-T I.371).
   */
  turn(earliestNs: bigint): bigint {
    const startNs = this.reserve(this.turnNs, earliestNs) - this.savedNs;
    return startNs > earliestNs ? startNs : earliestNs;
  }

  /** The time from which `costNs` more are paid for. */
  private reserve(costNs: bigint, earliestNs: bigint): bigint {
    if (this.nsPerUnit === 0) return earliestNs;
    for (;;) {
      const paidNs = Atomics.load(this.paidUntilNs, 0);
      const startNs = paidNs > earliestNs ? paidNs : earliestNs;
      if (Atomics.compareExchange(this.paidUntilNs, 0, paidNs, startNs + costNs) === paidNs) return startNs;
    }
  }
}

/** The machine's monotonic clock, the same in every thread. */
export const nowNs = (): bigint => process.hrtime.bigint();

/** Converts a duration for arithmetic with `nowNs`. */
export const msToNs = (ms: number): bigint => BigInt(Math.round(ms * 1e6));

export const nsToMs = (ns: bigint): number => Number(ns) / 1e6;
