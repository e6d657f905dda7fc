import test from 'ava';
import * as fc from 'fast-check';
import { batchSize, evenBatches, shareByNode, type BatchSize } from '../../src/job/work.js';

/** Cuts `total` shards as a task board does. */
function cut(size: BatchSize, total: number): number[] {
  const sizes: number[] = [];
  for (let taken = 0; taken < total;) {
    const next = size(taken, total);
    if (!Number.isInteger(next) || next < 1) throw new Error(`a batch of ${next}`);
    sizes.push(next);
    taken += next;
  }
  return sizes;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
const totals = fc.integer({ min: 1, max: 5000 });
const counts = fc.integer({ min: 1, max: 200 });

test('by shards: batches of that many, the last with the rest', (t) => {
  fc.assert(
    fc.property(totals, counts, (total, count) => {
      const sizes = cut(batchSize({ by: 'shards', count }), total);
      t.is(sum(sizes), total);
      t.true(sizes.slice(0, -1).every((size) => size === count));
      t.true(sizes.at(-1)! <= count);
    }),
  );
});

test('by tasks: as Doris deals them, the last task takes what division leaves over', (t) => {
  // SnapshotLoader's counterpart in BackupJob.uploadSnapshot: batchNum = min(total, max), perBatch = total / batchNum.
  const examples = [
    [10, 3, [3, 3, 4]],
    [9, 3, [3, 3, 3]],
    [5, 3, [1, 1, 3]],
    [2, 3, [1, 1]],
    [1, 3, [1]],
    [11, 1, [11]],
  ] as const;
  for (const [total, count, sizes] of examples)
    t.deepEqual(cut(batchSize({ by: 'tasks', count }), total), [...sizes]);
});

test('by tasks: min(tasks, shards) batches, all alike but the last', (t) => {
  fc.assert(
    fc.property(totals, counts, (total, count) => {
      const sizes = cut(batchSize({ by: 'tasks', count }), total);
      t.is(sum(sizes), total);
      t.is(sizes.length, Math.min(count, total));
      t.is(new Set(sizes.slice(0, -1)).size <= 1, true);
      t.true(sizes.at(-1)! >= sizes[0]!);
    }),
  );
});

test('evenBatches: min(count, shards) batches that differ by at most one shard', (t) => {
  fc.assert(
    fc.property(totals, counts, (total, count) => {
      const sizes = cut(evenBatches(count), total);
      t.is(sum(sizes), total);
      t.is(sizes.length, Math.min(count, total));
      t.true(Math.max(...sizes) - Math.min(...sizes) <= 1);
    }),
  );
  t.is(cut(evenBatches(3), 5).length, 3);
  t.is(cut(evenBatches(4), 10).length, 4);
  t.is(cut(evenBatches(49), 2_000_000_000).length, 49);
});

test('shareByNode: every position once, at its node, in the plan’s order; nodes ascend', (t) => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 9 }), { maxLength: 80 }), (nodes) => {
      const plan = { shards: Int32Array.from(nodes.keys()), nodes: Int32Array.from(nodes) };
      const shares = shareByNode(plan).map(({ node, positions }) => ({ node, positions: [...positions] }));
      const expected = [...new Set(nodes)]
        .toSorted((a, b) => a - b)
        .map((node) => ({ node, positions: nodes.flatMap((n, i) => (n === node ? [i] : [])) }));
      t.deepEqual(shares, expected);
    }),
  );
});
