import { acquire, type RateLimit } from '../../../../src/world/real/limits/rate-limit.js';
import { msToNs } from '../../../../src/world/real/pacer.js';
import type { Use } from '../../../../bench/limits/usage.js';

/** A thread that uses what some limits allow, and what it does besides. */
export interface SimulatedThread {
  readonly limits: readonly RateLimit[];
  /** When it begins. */
  readonly startMs: number;
  /** What it wants next. */
  readonly wantedUnits: () => number;
  /** How long it then does something else. */
  readonly pauseMs: () => number;
  /** How much later than it should it wakes up. */
  readonly lateMs: () => number;
}

/** So that a second at a gigabyte in single bytes does not take forever: then there is less than was asked for. */
const MOST_STEPS = 150_000;

/** Runs threads for some virtual time, in the order of their moments. Gives what each of them used. */
export function simulate(
  threads: readonly SimulatedThread[],
  untilMs: number,
  changes: readonly { readonly atMs: number; readonly change: (nowNs: bigint) => void }[] = [],
): Use[][] {
  let nowNs = 0n;
  const uses: Use[][] = threads.map(() => []);
  const states = threads.map((thread, i) => ({
    nextNs: msToNs(thread.startMs),
    steps: working(thread, () => nowNs, uses[i]!),
  }));
  const pending = changes.toSorted((a, b) => a.atMs - b.atMs);
  for (let step = 0; step < MOST_STEPS; step++) {
    let first = states[0]!;
    for (const state of states) if (state.nextNs < first.nextNs) first = state;
    const [change] = pending;
    if (change && msToNs(change.atMs) <= first.nextNs) {
      pending.shift();
      nowNs = msToNs(change.atMs);
      change.change(nowNs);
      // All who wait look again.
      for (const state of states) state.nextNs = nowNs;
      continue;
    }
    if (first.nextNs >= msToNs(untilMs)) return uses;
    if (first.nextNs > nowNs) nowNs = first.nextNs;
    // The machine's clock goes on with every look at it.
    nowNs += 100n;
    first.nextNs = first.steps.next().value!;
  }
  return uses;
}

function* working(thread: SimulatedThread, now: () => bigint, uses: Use[]): Generator<bigint, undefined> {
  const { limits, wantedUnits, pauseMs, lateMs } = thread;
  for (;;) {
    const steps = acquire(limits, wantedUnits(), now);
    let step = steps.next();
    while (!step.done) {
      yield step.value + msToNs(lateMs());
      step = steps.next();
    }
    uses.push({ atNs: Number(now()), units: step.value });
    yield now() + msToNs(pauseMs());
  }
}
