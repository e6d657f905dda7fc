import { shuffle, type RandomStream } from '../../base/random.js';
import { median } from '../../base/statistics.js';
import { doubledRanks } from '../ranks.js';

/** Values on either side of a split, at least: fewer are outliers, and not another level. */
export const LEAST_SIDE = 3;

/** A p-value of so many exceedances is exact enough to stop at; it takes as many times more permutations to be sure of less. */
const ENOUGH_EXCEEDANCES = 20;

/** More permutations than these would only wait for a level that nobody needs. */
const MOST_PERMUTATIONS = 200_000;

/** A stretch of a series, from the index of its first value to that of the first one after it. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

export interface FoundStretch extends Stretch {
  /** How likely so clear a stretch were, if the values were of one level, in any order. */
  readonly pValue: number;
}

/**
 * The stretch that differs most from the rest of its series: one end of it, if the series goes from one level to another
 * (Pettitt, Applied Statistics 28, 1979), or else any, if it goes to another level and back (Olshen and others, Biostatistics 5,
 * 2004). By the sum of the ranks of its values, in units of its standard deviation. How likely it were of no cause is counted in
 * permutations of the series, one by one until enough are as clear (Besag and Clifford, Biometrika 78, 1991), or until it is
 * sure to be less than `level`; each of the two kinds has half of that. It assumes nothing of how values are distributed.
 * Undefined where there is none that is less likely than `level`.
 */
export function findStretch(
  values: readonly number[],
  level: number,
  random: RandomStream,
): FoundStretch | undefined {
  if (values.length < 2 * LEAST_SIDE) return undefined;
  const ranks = Float64Array.from(doubledRanks(values));
  for (const clearest of [clearestEnd, clearestStretch]) {
    const found = clearest(ranks);
    const pValue = chanceOf(found.size, ranks, clearest, level / 2, random);
    if (pValue <= level / 2) return { from: found.from, to: found.to, pValue: 2 * pValue };
  }
  return undefined;
}

interface Clearest extends Stretch {
  /** In standard deviations, times a constant. */
  readonly size: number;
}

function chanceOf(
  size: number,
  ranks: Float64Array,
  clearest: (ranks: Float64Array) => Clearest,
  level: number,
  random: RandomStream,
): number {
  const shuffled = ranks.slice();
  const most = Math.min(MOST_PERMUTATIONS, Math.ceil((2 * ENOUGH_EXCEEDANCES) / level));
  let exceedances = 0;
  for (let drawn = 1; drawn <= most; drawn++) {
    shuffle(shuffled, random);
    if (clearest(shuffled).size < size * (1 - 1e-12)) continue;
    exceedances++;
    if (exceedances === ENOUGH_EXCEEDANCES) return exceedances / drawn;
  }
  return (exceedances + 1) / (most + 1);
}

/** Of all stretches that go to the end of the series. */
function clearestEnd(ranks: Float64Array): Clearest {
  const n = ranks.length;
  let from = LEAST_SIDE;
  let size = -1;
  let sum = 0;
  for (let k = 1; k <= n - LEAST_SIDE; k++) {
    // Ranks are doubled, so that their mean is n + 1.
    sum += ranks[k - 1]! - (n + 1);
    if (k < LEAST_SIDE) continue;
    const own = Math.abs(sum) / Math.sqrt(k * (n - k));
    if (own > size) {
      size = own;
      from = k;
    }
  }
  return { from, to: n, size };
}

/** Of all stretches that are long enough, and leave enough around them. */
function clearestStretch(ranks: Float64Array): Clearest {
  const n = ranks.length;
  const sums = new Float64Array(n + 1);
  for (let i = 0; i < n; i++) sums[i + 1] = sums[i]! + ranks[i]! - (n + 1);
  const best = { from: 0, to: n, size: -1 };
  for (let length = LEAST_SIDE; length <= n - LEAST_SIDE; length++) {
    const deviation = Math.sqrt(length * (n - length));
    for (let from = 0; from + length <= n; from++) {
      // A rest of one or two values at an end is a level that could not be told from outliers.
      const after = n - from - length;
      if ((from > 0 && from < LEAST_SIDE) || (after > 0 && after < LEAST_SIDE)) continue;
      const size = Math.abs(sums[from + length]! - sums[from]!) / deviation;
      if (size > best.size) {
        best.from = from;
        best.to = from + length;
        best.size = size;
      }
    }
  }
  return best;
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
  near.slice(0, -LEAST_SIDE).forEach((value, i) => {
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

/** So that the chances of permutations, which are estimates, are surely below. */
const MARGIN = 2;

/**
 * The fewest values of which a change can surely be as unlikely as `level`: two orders of all are as clear as two levels of the
 * same length. An odd number has four such, and is no better than one less.
 */
export function leastValues(level: number): number {
  let n = 2 * LEAST_SIDE;
  let ways = 20;
  while ((2 / ways) * MARGIN > level / 2) {
    n += 2;
    // The middle binomial coefficient, of n out of the one of n - 2.
    ways = (ways * n * (n - 1)) / (n / 2) ** 2;
  }
  return n;
}
