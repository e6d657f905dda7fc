import test from 'ava';
import * as fc from 'fast-check';
import { Recorder, TimeSeries } from '../../src/world/recorder.js';

const spans = fc.array(
  fc.record({
    startMs: fc.double({ min: 0, max: 100_000, noNaN: true }),
    lengthMs: fc.oneof(fc.constant(0), fc.double({ min: 1e-3, max: 50_000, noNaN: true })),
    amount: fc.nat({ max: 1_000_000 }),
  }),
  { maxLength: 40 },
);

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

test('a series keeps every amount, in the buckets of its time, however often it has widened', (t) => {
  fc.assert(
    fc.property(spans, (all) => {
      const series = new TimeSeries();
      for (const { startMs, lengthMs, amount } of all) series.add(startMs, startMs + lengthMs, amount);
      const endMs = Math.max(0, ...all.map(({ startMs, lengthMs }) => startMs + lengthMs));
      const { bucketMs, values } = series.read(endMs);
      const total = sum(all.map(({ amount }) => amount));
      t.true(Math.abs(sum(values) - total) <= 1e-6 * Math.max(1, total));
      t.true(values.length * bucketMs > endMs);
      values.forEach((value, i) => {
        const overlap = ({ startMs, lengthMs, amount }: (typeof all)[number]): number => {
          const from = Math.max(startMs, i * bucketMs);
          const to = Math.min(startMs + lengthMs, (i + 1) * bucketMs);
          if (lengthMs === 0) return startMs >= i * bucketMs && startMs < (i + 1) * bucketMs ? amount : 0;
          return Math.max(0, to - from) * (amount / lengthMs);
        };
        const expected = sum(all.map(overlap));
        // A span shorter than the first bucket was put whole where it began.
        t.true(
          Math.abs(value - expected) <=
            1e-6 * total + sum(all.filter((s) => s.lengthMs <= 1).map((s) => s.amount)),
        );
      });
    }),
    { numRuns: 200 },
  );
});

test('a recording adds up: by node, in all, and over time', (t) => {
  fc.assert(
    fc.property(spans, fc.integer({ min: 1, max: 5 }), (all, nodeCount) => {
      const recorder = new Recorder(0);
      all.forEach(({ startMs, lengthMs, amount }, i) => {
        const endMs = startMs + lengthMs;
        recorder.flowed(startMs, endMs, amount);
        recorder.worked({ node: i % nodeCount, startMs, endMs, shards: 1, files: 1, bytes: amount });
      });
      const endMs = Math.max(0, ...all.map(({ startMs, lengthMs }) => startMs + lengthMs));
      const names = Array.from({ length: nodeCount }, (_, i) => `be-${i + 1}`);
      const recording = recorder.read(endMs, names, all.length || 1);
      const total = sum(all.map(({ amount }) => amount));
      t.is(recording.movedFiles, all.length);
      t.is(recording.movedBytes, total);
      t.is(sum(recording.nodes.map((node) => node.sizeBytes)), total);
      t.is(sum(recording.nodes.map((node) => node.shards)), all.length);
      t.true(Math.abs(sum(recording.throughput.bytes) - total) <= 1e-6 * Math.max(1, total));
      for (const { busy } of recording.timeline.nodes)
        t.true(busy.every((share) => share >= 0 && share <= 1));
    }),
    { numRuns: 200 },
  );
});
