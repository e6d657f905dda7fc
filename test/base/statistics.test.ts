import test from 'ava';
import * as fc from 'fast-check';
import { randomStream } from '../../src/base/random.js';
import { CONFIDENCE, median, proportionInterval, quantileInterval } from '../../src/base/statistics.js';

const sampled = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

test('intervals of quantiles are those of the tables', (t) => {
  // Conover's table for the sign test: of 20 samples the 6th and the 15th enclose the median at 95 % or more.
  t.deepEqual(quantileInterval(sampled(20), 0.5), { value: 10, low: 6, high: 15 });
  t.deepEqual(quantileInterval(sampled(100), 0.5), { value: 50, low: 40, high: 61 });
  // The largest of n samples is above the 95th percentile with a chance of 1 - 0.95^n: 97.4 % for 71, and 97.5 % for 72.
  t.is(quantileInterval(sampled(71), 0.95).high, Infinity);
  t.is(quantileInterval(sampled(72), 0.95).high, 72);
  t.deepEqual(quantileInterval([7], 0.5), { value: 7, low: -Infinity, high: Infinity });
});

test('an interval holds the true quantile as often as it says', (t) => {
  const random = randomStream('1', 'coverage');
  for (const n of [20, 150])
    for (const share of [0.5, 0.9, 0.95]) {
      const trials = 2000;
      let held = 0;
      for (let trial = 0; trial < trials; trial++) {
        const sorted = Float64Array.from({ length: n }, random).sort();
        const { low, high } = quantileInterval(sorted, share);
        if (low <= share && share <= high) held += 1;
      }
      // Three standard deviations of 2,000 trials below 95 %.
      t.true(held / trials >= CONFIDENCE - 0.015, `${n} samples, ${share}: ${held / trials}`);
    }
});

test('estimates of quantiles are samples, in order, within their intervals', (t) => {
  const samples = fc.array(fc.oneof(fc.integer({ min: 0, max: 50 }), fc.constant(Infinity)), {
    minLength: 1,
    maxLength: 400,
  });
  fc.assert(
    fc.property(samples, fc.double({ min: 0.01, max: 0.98, noNaN: true }), (some, share) => {
      const sorted = Float64Array.from(some).sort();
      const lower = quantileInterval(sorted, share);
      const upper = quantileInterval(sorted, share + 0.01);
      t.true(some.includes(lower.value));
      t.true(lower.low <= lower.value && lower.value <= lower.high);
      t.true(lower.value <= upper.value && lower.low <= upper.low && lower.high <= upper.high);
    }),
  );
});

test('intervals of proportions are those of the textbook', (t) => {
  const rounded = ({ low, high }: { low: number; high: number }): number[] =>
    [low, high].map((value) => Math.round(value * 1e4) / 1e4);
  // Newcombe, Statistics in Medicine 17 (1998), table I, Wilson's score method.
  t.deepEqual(rounded(proportionInterval(81, 263)), [0.2553, 0.3662]);
  t.deepEqual(rounded(proportionInterval(15, 148)), [0.0624, 0.1605]);
  t.deepEqual(rounded(proportionInterval(0, 20)), [0, 0.1611]);
  t.deepEqual(rounded(proportionInterval(1, 29)), [0.0061, 0.1718]);
});

test('a proportion lies in its interval, and the interval within 0 and 1', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, part) => {
      const { value, low, high } = proportionInterval(Math.round(part * n), n);
      t.true(low >= 0 && low <= value && value <= high && high <= 1);
    }),
  );
});

test('the median is in the middle', (t) => {
  t.is(median([3, 1, 2]), 2);
  t.is(median([4, 1, 2, 3]), 2.5);
});
