/**
 * A rate limit that holds across threads: a single number in shared memory, the time until which everything taken so far
 * has paid for. A thread takes its turn with one atomic exchange and then waits until it has paid; turns are given in
 * order, so threads that always want more get equal parts. Time that passes unused is lost, as it is on a wire.
 */
export class Pacer {
  private readonly paidUntilNs: BigInt64Array;
  private readonly nsPerUnit: number;

  /** `cell`: see `Pacer.cell`. `unitsPerSec`: Infinity is no limit. */
  constructor(cell: SharedArrayBuffer, unitsPerSec: number) {
    this.paidUntilNs = new BigInt64Array(cell);
    this.nsPerUnit = 1e9 / unitsPerSec;
  }

  static cell(): SharedArrayBuffer {
    return new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT);
  }

  /** Takes `units`, not before `earliestNs`, and returns the time until which to wait for them. */
  take(units: number, earliestNs: bigint): bigint {
    return this.reserve(units, earliestNs).endNs;
  }

  /** Takes one unit and returns the time at which its turn begins: the way requests are paced. */
  turn(earliestNs: bigint): bigint {
    return this.reserve(1, earliestNs).startNs;
  }

  private reserve(units: number, earliestNs: bigint): { startNs: bigint; endNs: bigint } {
    if (this.nsPerUnit === 0) return { startNs: earliestNs, endNs: earliestNs };
    const costNs = BigInt(Math.round(units * this.nsPerUnit));
    for (;;) {
      const paidNs = Atomics.load(this.paidUntilNs, 0);
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
