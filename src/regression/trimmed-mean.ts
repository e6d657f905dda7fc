import { randomStream } from '../base/random.js';

/** Share of the samples that is left out at either end. */
const TRIM = 0.2;

const RESAMPLES = 9999;

export interface TrimmedMean {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The 20 % trimmed mean of the samples, with an interval at `confidence` by bootstrap-t (R. Wilcox, Introduction to Robust Estimation
 * and Hypothesis Testing, 4th edition, section 4.4.2): a disturbed sample moves neither much, and the interval may be longer to
 * one side. Drawn from `seed`: the same samples give the same interval. At least one sample; with fewer than three the interval
 * is everything.
 */
export function trimmedMean(samples: readonly number[], confidence: number, seed: string): TrimmedMean {
  const sorted = Float64Array.from(samples).sort();
  const { mean, error } = trimmed(sorted);
  if (samples.length < 3) return { mean, low: -Infinity, high: Infinity };
  if (error === 0) return { mean, low: mean, high: mean };
  const random = randomStream(seed, 'trimmed-mean');
  const distances = new Float64Array(RESAMPLES);
  const drawn = new Float64Array(sorted.length);
  for (let i = 0; i < RESAMPLES; i++) {
    for (let j = 0; j < drawn.length; j++) drawn[j] = sorted[Math.floor(random() * sorted.length)]!;
    drawn.sort();
    const again = trimmed(drawn);
    // All the same: as far off as can be, unless it is right.
    distances[i] = again.mean === mean ? 0 : (again.mean - mean) / again.error;
  }
  distances.sort();
  // One of the distances, and not a mean of two: some are infinite.
  const inTail = Math.floor(((1 - confidence) / 2) * RESAMPLES);
  return {
    mean,
    low: mean - distances[RESAMPLES - 1 - inTail]! * error,
    high: mean - distances[inTail]! * error,
  };
}

/** The mean without the least and the greatest fifth of the samples. At least one. */
export const trimmedMeanOf = (samples: readonly number[]): number =>
  trimmed(Float64Array.from(samples).sort()).mean;

/** The trimmed mean of sorted samples, and its standard error by the winsorised variance (Tukey and McLaughlin, Sankhya A 25, 1963). */
function trimmed(sorted: Float64Array): { readonly mean: number; readonly error: number } {
  const n = sorted.length;
  const cut = Math.floor(TRIM * n);
  let sum = 0;
  for (let i = cut; i < n - cut; i++) sum += sorted[i]!;
  const mean = sum / (n - 2 * cut);
  let winsorised = 0;
  const at = (i: number): number => sorted[Math.min(n - 1 - cut, Math.max(cut, i))]!;
  for (let i = 0; i < n; i++) winsorised += at(i);
  winsorised /= n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (at(i) - winsorised) ** 2;
  return { mean, error: Math.sqrt(squares / (n - 1) / n) / (1 - 2 * TRIM) };
}
