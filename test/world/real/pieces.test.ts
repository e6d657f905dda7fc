import test from 'ava';
import * as fc from 'fast-check';
import { acquire, RateLimit } from '../../../src/world/real/limits/rate-limit.js';
import { msToNs } from '../../../src/world/real/pacer.js';
import { Pieces } from '../../../src/world/real/pieces.js';
import { Recorder } from '../../../src/world/recorder.js';

/** DRILL_PROPERTY_RUNS raises it for a deeper search. */
const RUNS = Number(process.env['DRILL_PROPERTY_RUNS'] ?? 50);

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const tell = (recorder: Recorder, pieces: readonly number[]): void => {
  for (let i = 0; i < pieces.length; i += 4)
    recorder.flowed(pieces[i]!, pieces[i + 1]!, pieces[i + 2]!, pieces[i + 3]);
};

/** A thread that sends files of some sizes, as far as a limit allows it: yields the times until which it waits. */
function* sending(
  limit: RateLimit,
  sizes: readonly number[],
  now: () => bigint,
  recorder: Recorder,
): Generator<bigint, undefined> {
  for (const sizeBytes of sizes) {
    const pieces = new Pieces(0n, now);
    for (let left = sizeBytes; left > 0;) {
      pieces.look();
      const bytes: number = yield* acquire([limit], left, now);
      pieces.add(bytes);
      left -= bytes;
    }
    tell(recorder, pieces.end(1));
  }
}

/** Runs threads to their ends by a clock of their own, which also changes the limit. */
function run(
  threads: readonly (readonly number[])[],
  rates: readonly { readonly atMs: number; readonly bytesPerSec: number }[],
): { readonly recorder: Recorder; readonly endMs: number } {
  let nowNs = 0n;
  const limit = new RateLimit(new SharedArrayBuffer(RateLimit.BYTES));
  const recorder = new Recorder(0);
  const states = threads.map((sizes) => ({
    nextNs: 0n,
    steps: sending(limit, sizes, () => nowNs, recorder),
  }));
  const changes = [...rates];
  while (states.length > 0) {
    const first = states.reduce((a, b) => (b.nextNs < a.nextNs ? b : a));
    const [change] = changes;
    if (change && msToNs(change.atMs) <= first.nextNs) {
      changes.shift();
      nowNs = msToNs(change.atMs);
      limit.change(change.bytesPerSec, nowNs);
      for (const state of states) state.nextNs = nowNs;
      continue;
    }
    if (first.nextNs > nowNs) nowNs = first.nextNs;
    const step = first.steps.next();
    if (step.done) states.splice(states.indexOf(first), 1);
    else first.nextNs = step.value;
  }
  return { recorder, endMs: Number(nowNs) / 1e6 };
}

const arbitraryThreads = fc.array(
  fc.array(fc.integer({ min: 1, max: 20e6 }), { minLength: 1, maxLength: 6 }),
  {
    minLength: 1,
    maxLength: 8,
  },
);
const arbitraryRate = fc.integer({ min: 5e6, max: 100e6 });

test('where a limit holds, no quarter of a second of the series has more than it allows and may be caught up', (t) => {
  fc.assert(
    fc.property(arbitraryThreads, arbitraryRate, arbitraryRate, (threads, rate, later) => {
      const changeMs = 700;
      const { recorder, endMs } = run(threads, [
        { atMs: 0, bytesPerSec: rate },
        { atMs: changeMs, bytesPerSec: later },
      ]);
      const all = sum(threads.flat());
      t.is(recorder.movedBytes, all);
      t.is(recorder.movedFiles, threads.flat().length);
      const { bucketMs, bytes } = recorder.read(endMs, [], 1).throughput;
      t.true(Math.abs(sum(bytes) - all) <= 1e-6 * all);
      // As many buckets as there are in a quarter of a second, or one.
      const width = Math.max(1, Math.round(256 / bucketMs));
      for (let i = 0; i < bytes.length; i++) {
        const value = sum(bytes.slice(i, i + width));
        const fromMs = i * bucketMs;
        const toMs = fromMs + width * bucketMs;
        const earlierMs = Math.max(0, Math.min(toMs, changeMs) - fromMs);
        const allowed = (earlierMs * rate + (toMs - fromMs - earlierMs) * later) / 1000;
        // 5 % of a second, as of the limit itself; and a piece may be longer than it should by a thread's next turn.
        const inTurnMs = 8 * threads.length;
        t.true(
          value <= allowed + (Math.max(rate, later) * (50 + inTurnMs)) / 1000,
          `${value}, not ${allowed}`,
        );
      }
    }),
    { numRuns: RUNS },
  );
});

test('a file whose rate changes is told as it went, and a small one in one piece', (t) => {
  // 15 MB: one second at 10 MB/s, then a second at 5 MB/s.
  const { recorder, endMs } = run(
    [[15e6]],
    [
      { atMs: 0, bytesPerSec: 10e6 },
      { atMs: 1000, bytesPerSec: 5e6 },
    ],
  );
  const { bucketMs, bytes } = recorder.read(endMs, [], 1).throughput;
  const first = sum(bytes.slice(0, Math.round(1000 / bucketMs)));
  t.true(Math.abs(first / 10e6 - 1) < 0.06, String(first));
  let nowNs = 0n;
  const pieces = new Pieces(0n, () => nowNs);
  pieces.look();
  pieces.add(5);
  nowNs = 10_000_000n;
  pieces.look();
  pieces.add(6);
  nowNs = 20_000_000n;
  t.deepEqual(pieces.end(3), [0, 20, 11, 3]);
});

test('a transfer of a day is remembered in few pieces, and none of them gets lost', (t) => {
  let nowNs = 0n;
  const pieces = new Pieces(0n, () => nowNs);
  const chunks = 864_000;
  for (let i = 0; i < chunks; i++) {
    pieces.look();
    nowNs += msToNs(100);
    pieces.add(1);
  }
  const told = pieces.end(1);
  t.true(told.length / 4 < 30_000, String(told.length / 4));
  t.is(sum(told.filter((_, i) => i % 4 === 2)), chunks);
  t.is(sum(told.filter((_, i) => i % 4 === 3)), 1);
});
