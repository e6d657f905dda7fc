import test from 'ava';
import * as fc from 'fast-check';
import { randomStream } from '../../../src/base/random.js';
import { changesOfLevel } from '../../../src/regression/history/levels.js';
import {
  findStretch,
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
  let counted = 0;
  for (const values of [
    [1, 2, 3, 11, 12, 13, 14],
    [1, 1, 1, 2, 2, 2, 2],
    [1, 2, 3, 4, 11, 12, 13, 14],
    [8, 7, 6, 1, 2, 3, 5, 4],
    [3, 1, 2, 7, 4, 6, 5],
  ]) {
    const own = clearest(values);
    const all = permutations(values);
    const exact = all.filter((order) => clearest(order).size >= own.size - 1e-9).length / all.length;
    // Where it is more than half of the level, it says nothing of this kind.
    if (exact > 0.15) continue;
    counted++;
    const drawn = Array.from({ length: 300 }, () => findStretch(values, 0.4, random)!);
    // An estimate may be beyond half of the level by accident, and then the other kind is what is told.
    const others = drawn.filter(({ from, to }) => from !== own.at || to !== values.length);
    t.true(others.length <= 6, `${others.length} others`);
    // Each of the two kinds has half of the level. Stopping at twenty errs to the careful side, by up to a tenth.
    const mean = drawn.reduce((sum, { pValue }) => sum + pValue / 2, 0) / drawn.length;
    t.true(mean > exact * 0.95 && mean < exact * 1.1 + 0.01, `${mean} of ${exact}`);
  }
  t.true(counted >= 3);
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
      if (findStretch(values, level, random)) wrong++;
    }
    // Three standard deviations of a binomial number above what is expected.
    t.true(wrong <= runs * level + 3 * Math.sqrt(runs * level * (1 - level)), `${wrong} of ${runs}`);
    // A test that never says anything would also pass.
    t.true(wrong >= runs * level * 0.3, `${wrong} of ${runs}`);
  }
});

test('a shift by ten times the noise is found, and put at its place', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 8, max: 22 }), fc.integer(), (at, seed) => {
      const random = randomStream(String(seed), 'shift');
      const values = Array.from({ length: 30 }, (_, i) => 100 + normal(random) + (i >= at ? 10 : 0));
      const found = findStretch(values, 0.001, random)!;
      const placed = placeSplit(values, found.from === 0 ? found.to : found.from);
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
  // Two values at an end are outliers, on either side.
  const end = [...new Array<number>(20).fill(1), 1.03, 1.03, 1.2, 1.2];
  t.is(placeSplit(end, 20), 21);
  t.is(placeSplit(end.toReversed(), 4), 3);
});

test('where a shift is, is said with the sureness that is claimed', (t) => {
  const random = randomStream('split', 'coverage');
  const runs = 300;
  let held = 0;
  for (let run = 0; run < runs; run++) {
    const values = Array.from({ length: 40 }, (_, i) => normal(random) + (i >= 20 ? 2 : 0));
    const { from } = findStretch(values, 0.5, random)!;
    const { first, last } = locateSplit(values, placeSplit(values, from), random);
    if (first <= 20 && 20 <= last) held++;
  }
  t.true(held >= runs * 0.9, `${held} of ${runs}`);
});

test('a stretch that differs from what is before and after it is found, whatever its sides have in common', (t) => {
  for (const [before, within, after] of [
    [40, 30, 60],
    [20, 10, 30],
    [30, 8, 30],
    [12, 12, 12],
  ] as const) {
    for (let run = 0; run < 20; run++) {
      const random = randomStream(`${before} ${run}`, 'hump');
      const values = Array.from({ length: before + within + after }, (_, i) => {
        const isIn = i >= before && i < before + within;
        return 100 + normal(random) + (isIn ? 8 : 0);
      });
      const changes = changesOfLevel(values, 'hump', { level: 0.002, smallestEffect: 0.02 });
      t.deepEqual(
        changes.map(({ at }) => at),
        [before, before + within],
      );
    }
  }
});

test('a series that is too short has no stretch, and the fewest values are always enough', (t) => {
  const random = randomStream('split', 'short');
  t.is(findStretch([1, 2, 3, 9, 10], 0.01, random), undefined);
  for (const level of [0.2, 0.05, 0.01, 0.00125, 1e-4]) {
    const n = leastValues(level);
    const step = Array.from({ length: n }, (_, i) => (i < n / 2 ? i : i + 100));
    for (let run = 0; run < 30; run++) t.truthy(findStretch(step, level, random), `${n} for ${level}`);
    // Of fewer, half as many, not even the clearest is.
    const few = step.slice(n / 4, (3 * n) / 4);
    for (let run = 0; run < 10; run++) t.falsy(findStretch(few, level, random), `${few.length} for ${level}`);
  }
});
