import test from 'ava';
import * as fc from 'fast-check';
import { mean, median, percentile, summarize } from '../../bench/accuracy/statistics.js';

const number = fc.integer({ min: -1_000_000, max: 1_000_000 }).map((n) => n / 1000);
const values = fc.array(number, { minLength: 1, maxLength: 40 });
const share = fc.integer({ min: 0, max: 1000 }).map((n) => n / 1000);
const close = (a: number, b: number): boolean =>
  Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));

test('a percentile has its share of the values at or below it, and the rest at or above', (t) => {
  fc.assert(
    fc.property(values, share, (all, part) => {
      const value = percentile(all, part);
      const below = all.filter((one) => one < value - 1e-9).length;
      const above = all.filter((one) => one > value + 1e-9).length;
      // Of n values, n - 1 gaps lie between the least and the greatest.
      return (
        below <= Math.ceil(part * (all.length - 1)) &&
        above <= Math.ceil((1 - part) * (all.length - 1) + 1e-9)
      );
    }),
  );
  t.pass();
});

test('percentiles grow with their share, from the least value to the greatest', (t) => {
  fc.assert(
    fc.property(values, share, share, (all, a, b) => {
      const [less, more] = [Math.min(a, b), Math.max(a, b)];
      return percentile(all, less) <= percentile(all, more) + 1e-9;
    }),
  );
  fc.assert(fc.property(values, (all) => percentile(all, 0) === Math.min(...all)));
  fc.assert(fc.property(values, (all) => percentile(all, 1) === Math.max(...all)));
  t.pass();
});

test('order does not matter, and values move their percentile with them', (t) => {
  fc.assert(
    fc.property(values, share, number, (all, part, by) => {
      const value = percentile(all, part);
      return (
        percentile(all.toReversed(), part) === value &&
        close(
          percentile(
            all.map((one) => one + by),
            part,
          ),
          value + by,
        ) &&
        close(
          percentile(
            all.map((one) => one * 3),
            part,
          ),
          value * 3,
        )
      );
    }),
  );
  t.pass();
});

test('known percentiles, as R and NumPy have them', (t) => {
  t.is(median([3, 1, 2]), 2);
  t.is(median([4, 1, 2, 3]), 2.5);
  t.true(close(percentile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.9), 9.1));
  t.true(close(percentile([15, 20, 35, 40, 50], 0.4), 29));
  t.true(Number.isNaN(percentile([], 0.5)));
  t.true(Number.isNaN(mean([])));
});

test('errors: the median is at most the 90th percentile, that at most the worst; the bias is no greater than the mean error', (t) => {
  fc.assert(
    fc.property(values, (errors) => {
      const { count, median: middle, p90, worst, bias } = summarize(errors);
      const absolute = errors.map(Math.abs);
      return (
        count === errors.length &&
        middle <= p90 + 1e-9 &&
        p90 <= worst + 1e-9 &&
        worst === Math.max(...absolute) &&
        Math.abs(bias) <= mean(absolute) + 1e-9
      );
    }),
  );
  t.pass();
});

test('bias tells too much from too little, which the other figures do not', (t) => {
  fc.assert(
    fc.property(values, (errors) => {
      const there = summarize(errors);
      const back = summarize(errors.map((error) => -error));
      return close(there.bias, -back.bias) && there.median === back.median && there.p90 === back.p90;
    }),
  );
  t.true(close(summarize([-0.1, 0.1]).bias, 0));
  t.true(close(summarize([-0.1, -0.1]).bias, -0.1));
});
