import { shuffle, type RandomStream } from '../../base/random.js';
import { median } from '../../base/statistics.js';
import { doubledRanks } from '../ranks.js';

/** Values on either side of a split, at least: fewer are outliers, and not another level. */
export const LEAST_SIDE = 3;

/** A p-value of so many exceedances is exact enough to stop at; it takes as many times more permutations to be sure of less. */
const ENOUGH_EXCEEDANCES = 10;

export interface Split {
  /** Index of the first value after it. */
  readonly at: number;
  /** How likely so clear a split were, if the values were of one level, in any order. */
  readonly pValue: number;
}

/**
 * Where a series most likely goes from one level to another: the split whose sides differ most in the ranks of their values
 * (Pettitt, Applied Statistics 28, 1979, each split in units of its own standard deviation, so that late ones are found as
 * well). How likely it were of no cause is counted in permutations of the series, one by one until enough are as clear (Besag
 * and Clifford, Biometrika 78, 1991), or until it is sure to be less than `level`. It assumes nothing of how values are
 * distributed. Undefined for a series that is too short.
 */
export function findSplit(values: readonly number[], level: number, random: RandomStream): Split | undefined {
  if (values.length < 2 * LEAST_SIDE) return undefined;
  const ranks = Float64Array.from(doubledRanks(values));
  const { at, size } = clearest(ranks);
  const most = Math.ceil((2 * ENOUGH_EXCEEDANCES) / level);
  let exceedances = 0;
  for (let drawn = 1; drawn <= most; drawn++) {
    shuffle(ranks, random);
    if (clearest(ranks).size < size * (1 - 1e-12)) continue;
    exceedances++;
    if (exceedances === ENOUGH_EXCEEDANCES) return { at, pValue: exceedances / drawn };
  }
  return { at, pValue: (exceedances + 1) / (most + 1) };
}

/** The split whose sum of ranks is farthest from what it is on average, in units of its standard deviation times a constant. */
function clearest(ranks: Float64Array): { readonly at: number; readonly size: number } {
  const n = ranks.length;
  let at = LEAST_SIDE;
  let size = -1;
  let sum = 0;
  for (let k = 1; k <= n - LEAST_SIDE; k++) {
    // Ranks are doubled, so that their mean is n + 1.
    sum += ranks[k - 1]! - (n + 1);
    if (k < LEAST_SIDE) continue;
    const own = Math.abs(sum) / Math.sqrt(k * (n - k));
    if (own > size) {
      size = own;
      at = k;
    }
  }
  return { at, size };
}

/** In standard deviations of the noise: what is farther outside of both levels counts as if it were so far. */
const FARTHEST = 2;

/**
 * Where exactly a series goes from one level to another, given about where: the split that leaves the least squares around the
 * means of its sides. Ranks tell surely whether there is one, but not by how much a value is on the wrong side; and so that no
 * disturbed value decides, those far outside of both levels are moved nearer. Gives the index of the first value after it.
 */
export function placeSplit(values: readonly number[], about: number): number {
  const levels = [median(values.slice(0, about)), median(values.slice(about))] as const;
  // 1.4826 median absolute deviations of a normal distribution are its standard deviation.
  const deviation = 1.4826 * median(values.map((value, i) => Math.abs(value - levels[i < about ? 0 : 1])));
  const least = Math.min(...levels) - FARTHEST * deviation;
  const most = Math.max(...levels) + FARTHEST * deviation;
  const near = values.map((value) => Math.min(most, Math.max(least, value)));
  const mean = near.reduce((sum, value) => sum + value, 0) / near.length;
  let at = about;
  let size = -1;
  let sum = 0;
  near.slice(0, 1 - LEAST_SIDE).forEach((value, i) => {
    sum += value - mean;
    const k = i + 1;
    const own = Math.abs(sum) / Math.sqrt(k * (near.length - k));
    if (k >= LEAST_SIDE && own > size) {
      size = own;
      at = k;
    }
  });
  return at;
}

const RESAMPLES = 400;

/**
 * Between which indices the first value after a split is, at 95 %: the sides are drawn again from themselves, and split again
 * (Hušková and Kirch, Test 17, 2008).
 */
export function locateSplit(
  values: readonly number[],
  at: number,
  random: RandomStream,
): { readonly first: number; readonly last: number } {
  const from = (start: number, end: number): number => values[start + Math.floor(random() * (end - start))]!;
  const found = Array.from({ length: RESAMPLES }, () => {
    const drawn = values.map((_, i) => (i < at ? from(0, at) : from(at, values.length)));
    return placeSplit(drawn, at);
  }).sort((a, b) => a - b);
  const tail = Math.floor(RESAMPLES * 0.025);
  return { first: Math.min(at, found[tail]!), last: Math.max(at, found[RESAMPLES - 1 - tail]!) };
}

/**
 * The fewest values of which the clearest split can be as unlikely as `level`: two orders of all are as clear as two levels of
 * the same length. An odd number has four such, and is no better than one less.
 */
export function leastValues(level: number): number {
  let n = 2 * LEAST_SIDE;
  let ways = 20;
  while (2 / ways > level) {
    n += 2;
    // The middle binomial coefficient, of n out of the one of n - 2.
    ways = (ways * n * (n - 1)) / (n / 2) ** 2;
  }
  return n;
}
