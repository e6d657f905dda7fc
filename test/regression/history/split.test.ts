import test from 'ava';
import * as fc from 'fast-check';
import { randomStream } from '../../../src/base/random.js';
import {
  findSplit,
  LEAST_SIDE,
  leastValues,
  locateSplit,
  placeSplit,
} from '../../../src/regression/history/split.js';
import { normal } from '../../fixtures/histories.js';

/** The clearest split by its definition: ranks by counting, each split's distance in standard deviations. */
function clearest(values: readonly number[]): { readonly at: number; readonly size: number } {
  const n = values.length;
  const rank = (value: number): number =>
    values.filter((other) => other < value).length +
    (values.filter((other) => other === value).length + 1) / 2;
  const ranks = values.map(rank);
  let best = { at: 0, size: -1 };
  for (let k = LEAST_SIDE; k <= n - LEAST_SIDE; k++) {
    const left = ranks.slice(0, k).reduce((sum, own) => sum + own, 0);
    const size = Math.abs(left - (k * (n + 1)) / 2) / Math.sqrt(k * (n - k));
    if (size > best.size + 1e-9) best = { at: k, size };
  }
  return best;
}

function permutations(values: readonly number[]): number[][] {
  if (values.length <= 1) return [[...values]];
  return values.flatMap((value, i) =>
    permutations([...values.slice(0, i), ...values.slice(i + 1)]).map((rest) => [value, ...rest]),
  );
}

test('the chance of a split is about what counting all orders of the values says', (t) => {
  const random = randomStream('split', 'enumeration');
  for (const values of [
    [1, 2, 3, 11, 12, 13, 14],
    [1, 2, 3, 2, 5, 4, 9],
    [5, 1, 4, 2, 3, 6, 7],
    [1, 1, 1, 2, 2, 2, 2],
  ]) {
    const own = clearest(values);
    const all = permutations(values);
    const exact = all.filter((order) => clearest(order).size >= own.size - 1e-9).length / all.length;
    const drawn = Array.from({ length: 400 }, () => findSplit(values, 0.001, random)!);
    t.true(drawn.every(({ at }) => at === own.at));
    // Stopping at ten of so many errs to the careful side; nine of one fewer is right on average.
    const mean = drawn.reduce((sum, { pValue }) => sum + 9 / (10 / pValue - 1), 0) / drawn.length;
    t.true(Math.abs(mean / exact - 1) < 0.07, `${mean} of ${exact}`);
  }
});

test('values of one level are split no more often than was asked for, whatever they are drawn from', (t) => {
  const draws: readonly ((random: () => number) => number)[] = [
    (random) => random(),
    (random) => Math.exp(2 * normal(random)),
    (random) => 1 / random(),
    (random) => Math.floor(random() * 3),
  ];
  const level = 0.05;
  for (const [kind, draw] of draws.entries()) {
    const random = randomStream('split', `null ${kind}`);
    const runs = 1000;
    let wrong = 0;
    for (let run = 0; run < runs; run++) {
      const values = Array.from({ length: 25 }, () => draw(random));
      if (findSplit(values, level, random)!.pValue <= level) wrong++;
    }
    // Three standard deviations of a binomial number above what is expected.
    t.true(wrong <= runs * level + 3 * Math.sqrt(runs * level * (1 - level)), `${wrong} of ${runs}`);
    // A test that never says anything would also pass.
    if (kind < 3) t.true(wrong >= runs * level - 4 * Math.sqrt(runs * level * (1 - level)), `${wrong}`);
  }
});

test('a shift by ten times the noise is found, and put at its place', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 8, max: 22 }), fc.integer(), (at, seed) => {
      const random = randomStream(String(seed), 'shift');
      const values = Array.from({ length: 30 }, (_, i) => 100 + normal(random) + (i >= at ? 10 : 0));
      const split = findSplit(values, 0.001, random)!;
      t.true(split.pValue <= 0.001);
      const placed = placeSplit(values, split.at);
      t.is(placed, at);
      const { first, last } = locateSplit(values, placed, random);
      t.true(first <= at && at <= last);
    }),
    { numRuns: 50 },
  );
});

test('neither a disturbed value nor where it is looked for first decides where a split is put', (t) => {
  const values = [1, 1.1, 0.9, 1, 90, 1.1, 0.9, 1, 2, 2.1, 1.9, 2, 2.1, -70, 2];
  for (const about of [4, 6, 8, 10, 12]) t.is(placeSplit(values, about), 8, `from ${about}`);
  t.is(placeSplit([5, 5, 5, 7, 7, 7], 3), 3);
});

test('where a shift is, is said with the sureness that is claimed', (t) => {
  const random = randomStream('split', 'coverage');
  const runs = 300;
  let held = 0;
  for (let run = 0; run < runs; run++) {
    const values = Array.from({ length: 40 }, (_, i) => normal(random) + (i >= 20 ? 2 : 0));
    const { at } = findSplit(values, 0.01, random)!;
    const { first, last } = locateSplit(values, placeSplit(values, at), random);
    if (first <= 20 && 20 <= last) held++;
  }
  t.true(held >= runs * 0.9, `${held} of ${runs}`);
});

test('a series that is too short has no split, and the fewest values are those that can be sure', (t) => {
  const random = randomStream('split', 'short');
  t.is(findSplit([1, 2, 3, 9, 10], 0.01, random), undefined);
  for (const level of [0.2, 0.05, 0.01, 0.00125, 1e-4]) {
    const n = leastValues(level);
    const step = Array.from({ length: n }, (_, i) => (i < n / 2 ? i : i + 100));
    const drawn = Array.from({ length: 30 }, () => findSplit(step, level, random)!.pValue);
    t.true(drawn.reduce((sum, pValue) => sum + pValue, 0) / 30 <= level * 1.25, `${n} for ${level}`);
    // One of two fewer, as clear as can be, is not as unlikely.
    if (n > 2 * LEAST_SIDE) {
      const shorter = [...step.slice(1, n / 2), ...step.slice(n / 2 + 1)];
      const fewer = Array.from({ length: 30 }, () => findSplit(shorter, level / 4, random)!.pValue);
      t.true(fewer.reduce((sum, pValue) => sum + pValue, 0) / 30 > level, `${n - 2} for ${level}`);
    }
  }
});
