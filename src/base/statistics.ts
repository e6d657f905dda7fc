/** Of all intervals here: how often they hold the true value. */
export const CONFIDENCE = 0.95;

/** The standard normal distribution's quantile that leaves half of `1 - CONFIDENCE` above it. */
const Z = 1.959963984540054;

/** A number from samples, and an interval that holds the true one at `CONFIDENCE`. */
export interface Interval {
  readonly value: number;
  /** -Infinity and Infinity where there are too few samples to say. */
  readonly low: number;
  readonly high: number;
}

/** The value below which `share` (0 to 1) of the samples is, between two samples by interpolation. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const below = sorted[low]!;
  const above = sorted[Math.min(sorted.length - 1, low + 1)]!;
  return below + (above - below) * (at - low);
}

/** Half of the samples are above it, half below. At least one sample. */
export const median = (samples: readonly number[]): number =>
  quantile(Float64Array.from(samples).sort(), 0.5);

/**
 * The quantile at `share` of whatever the samples were drawn from, as one of the samples, with an interval between two of
 * them. It assumes nothing of the distribution: how many samples are below the true quantile is binomial (Conover,
 * Practical Nonparametric Statistics, 3rd edition, section 3.2). Samples may be Infinity. `sorted` has at least one.
 */
export function quantileInterval(sorted: ArrayLike<number>, share: number): Interval {
  const n = sorted.length;
  const tail = (1 - CONFIDENCE) / 2;
  // The lower end is the r-th sample for the largest r with P(B <= r - 1) <= tail, the upper one the s-th for the smallest
  // s with P(B >= s) <= tail, where B of n samples are below the quantile.
  let below = 0;
  let lower = 0;
  let upper = n + 1;
  binomial(n, share).forEach((chance, k) => {
    below += chance;
    if (below <= tail) lower = k + 1;
    else if (upper > n && k < n && 1 - below <= tail) upper = k + 1;
  });
  const value = sorted[Math.min(n - 1, Math.max(0, Math.ceil(share * n - 1e-9) - 1))]!;
  return {
    value,
    low: lower === 0 ? -Infinity : sorted[lower - 1]!,
    high: upper > n ? Infinity : sorted[upper - 1]!,
  };
}

/** The chances of 0, 1, … n successes; by logarithms, since their smallest are below what a number can hold. */
function binomial(n: number, share: number): number[] {
  let logWays = 0;
  return Array.from({ length: n + 1 }, (_, k) => {
    if (k > 0) logWays += Math.log((n - k + 1) / k);
    // 0 * log(0) is 0 here: no chance is needed for what does not happen.
    const successes = k === 0 ? 0 : k * Math.log(share);
    const failures = k === n ? 0 : (n - k) * Math.log1p(-share);
    return Math.exp(logWays + successes + failures);
  });
}

/**
 * The share of successes in `n` trials, with Wilson's interval (Journal of the American Statistical Association 22, 1927):
 * unlike the usual one it stays within 0 and 1, and is of use when all trials, or none, were successes.
 */
export function proportionInterval(successes: number, n: number): Interval {
  const value = successes / n;
  const squared = (Z * Z) / n;
  const centre = (value + squared / 2) / (1 + squared);
  const half = (Z / (1 + squared)) * Math.sqrt((value * (1 - value)) / n + squared / (4 * n));
  // At the ends the two are equal but for rounding.
  return {
    value,
    low: successes === 0 ? 0 : Math.max(0, centre - half),
    high: successes === n ? 1 : Math.min(1, centre + half),
  };
}
