import test from 'ava';
import * as fc from 'fast-check';
import { randomStream } from '../../src/base/random.js';
import { holm } from '../../src/regression/family.js';
import { leastPairs, signedRankPValue } from '../../src/regression/signed-rank.js';
import { trimmedMean } from '../../src/regression/trimmed-mean.js';

/** Wilcoxon's test by its definition: every way to give the differences their signs, counted one by one. */
function byEnumeration(differences: readonly number[]): number {
  const sizes = differences.filter((difference) => difference !== 0).map(Math.abs);
  const rankOf = (size: number): number =>
    sizes.filter((other) => other < size).length + (sizes.filter((other) => other === size).length + 1) / 2;
  const ranks = sizes.map(rankOf);
  const middle = ranks.reduce((sum, rank) => sum + rank, 0) / 2;
  const signs = differences.filter((difference) => difference !== 0).map((difference) => difference > 0);
  const sumOf = (isPositive: (i: number) => boolean): number =>
    ranks.reduce((sum, rank, i) => (isPositive(i) ? sum + rank : sum), 0);
  const distance = Math.abs(sumOf((i) => signs[i]!) - middle);
  let asFar = 0;
  for (let way = 0; way < 2 ** ranks.length; way++) {
    if (Math.abs(sumOf((i) => (way >> i) % 2 === 1) - middle) >= distance) asFar++;
  }
  return asFar / 2 ** ranks.length;
}

test('the signed-rank test is what counting every way to give signs says, ties and zeros included', (t) => {
  const differences = fc.array(
    fc.oneof(fc.integer({ min: -4, max: 4 }), fc.double({ min: -1, max: 1, noNaN: true })),
    {
      maxLength: 10,
    },
  );
  fc.assert(
    fc.property(differences, (given) => {
      t.true(Math.abs(signedRankPValue(given) - byEnumeration(given)) < 1e-12);
    }),
  );
});

test('the signed-rank test: values of published tables', (t) => {
  // n = 8: W = 3 has a two-sided probability of 0.0390625; n = 6, all of one sign: 2 / 64.
  t.is(signedRankPValue([-1, -2, 3, 4, 5, 6, 7, 8]), 0.0390625);
  t.is(signedRankPValue([1, 2, 3, 4, 5, 6]), 2 / 64);
  t.is(signedRankPValue([]), 1);
  t.is(leastPairs(0.05), 6);
});

test('Holm rejects what stepping down does', (t) => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 }), (pValues) => {
      const alpha = 0.05;
      const rejected = new Set<number>();
      const order = [...pValues.keys()].sort((a, b) => pValues[a]! - pValues[b]!);
      for (const [step, index] of order.entries()) {
        if (pValues[index]! * (pValues.length - step) > alpha) break;
        rejected.add(index);
      }
      const adjusted = holm(pValues);
      t.deepEqual(
        adjusted.flatMap((pValue, i) => (pValue <= alpha ? [i] : [])),
        [...rejected].sort((a, b) => a - b),
      );
      t.true(adjusted.every((pValue, i) => pValue >= pValues[i]! && pValue <= 1));
    }),
  );
});

test('of families in which nothing has changed, the share with an alarm is what was accepted, at most', (t) => {
  const random = randomStream('families', 'noise');
  const families = 3000;
  const alpha = 0.01;
  let alarms = 0;
  for (let i = 0; i < families; i++) {
    const pValues = Array.from({ length: 7 }, () =>
      // Heavy tails: the square of a uniform number over another one.
      signedRankPValue(Array.from({ length: 14 }, () => (random() - 0.5) / (0.05 + random()))),
    );
    if (Math.min(...holm(pValues)) <= alpha) alarms++;
  }
  // At a rate of 1 %, 3,000 families have 44 or more in one of a thousand cases.
  t.true(alarms < 44, `${alarms} alarms`);
});

const samples = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 3, maxLength: 20 });

test('the trimmed mean moves and grows with its samples, and its interval holds it', (t) => {
  fc.assert(
    fc.property(samples, fc.double({ min: -5, max: 5, noNaN: true }), (given, shift) => {
      const { mean, low, high } = trimmedMean(given, 0.95, 'x');
      t.true(low <= mean + 1e-9 && mean <= high + 1e-9, `${low} ${mean} ${high}`);
      const moved = trimmedMean(
        given.map((sample) => sample + shift),
        0.95,
        'x',
      );
      t.true(Math.abs(moved.mean - mean - shift) < 1e-9);
      t.deepEqual(trimmedMean(given.toReversed(), 0.95, 'x'), { mean, low, high });
    }),
    { numRuns: 20 },
  );
});

test('one disturbed sample in ten moves the trimmed mean no further than its neighbours are', (t) => {
  const given = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  t.is(trimmedMean(given, 0.95, 'x').mean, 5.5);
  t.is(trimmedMean([...given.slice(0, 9), 1e6], 0.95, 'x').mean, 5.5);
  const { low, high } = trimmedMean([...given.slice(0, 9), 1e6], 0.95, 'x');
  t.true(low > 0 && high < 12, `${low} to ${high}`);
});

test('the interval of the trimmed mean holds the true value about as often as it says, of skewed samples too', (t) => {
  const random = randomStream('coverage', 'skewed');
  const truth = Math.log(2);
  const experiments = 120;
  let held = 0;
  for (let i = 0; i < experiments; i++) {
    // Symmetric about log 2, with tails.
    const drawn = Array.from({ length: 14 }, () => truth + (random() - 0.5) ** 3 * 8);
    const { low, high } = trimmedMean(drawn, 0.9, String(i));
    if (low <= truth && truth <= high) held++;
  }
  t.true(held / experiments > 0.82, `${held} of ${experiments}`);
});

test('fewer than three samples tell nothing of the noise', (t) => {
  const { mean, low, high } = trimmedMean([1, 2], 0.95, 'x');
  t.deepEqual([mean, low, high], [1.5, -Infinity, Infinity]);
});
