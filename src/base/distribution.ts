import type { RandomStream } from './random.js';

/**
 * A random quantity: a size in bytes, a count, a time in milliseconds.
 *
 * - `lognormal`: median and the standard deviation of the logarithm.
 * - `pareto`: the smallest value, the tail index alpha, and optionally a largest value (truncated by inversion).
 * - `histogram`: buckets in ascending order; a draw picks a bucket by weight and is uniform between its bounds.
 */
export type Distribution =
  | { readonly kind: 'fixed'; readonly value: number }
  | { readonly kind: 'uniform'; readonly min: number; readonly max: number }
  | { readonly kind: 'lognormal'; readonly median: number; readonly sigma: number }
  | { readonly kind: 'pareto'; readonly min: number; readonly alpha: number; readonly max?: number }
  | { readonly kind: 'histogram'; readonly buckets: readonly HistogramBucket[] };

export interface HistogramBucket {
  readonly min: number;
  readonly max: number;
  readonly weight: number;
}

export const fixed = (value: number): Distribution => ({ kind: 'fixed', value });

/** A function that draws from `distribution`, one value a call, using only `random`. */
export function sampler(distribution: Distribution, random: RandomStream): () => number {
  switch (distribution.kind) {
    case 'fixed':
      return () => distribution.value;
    case 'uniform':
      return () => distribution.min + (distribution.max - distribution.min) * random();
    case 'lognormal':
      return () => distribution.median * Math.exp(distribution.sigma * standardNormal(random));
    case 'pareto': {
      const { min, alpha, max } = distribution;
      const mass = max === undefined ? 1 : 1 - (min / max) ** alpha;
      return () => min / (1 - mass * random()) ** (1 / alpha);
    }
    case 'histogram':
      return histogramSampler(distribution.buckets, random);
  }
}

/** Every value of a distribution times `factor`. */
export function scaled(distribution: Distribution, factor: number): Distribution {
  switch (distribution.kind) {
    case 'fixed':
      return { kind: 'fixed', value: distribution.value * factor };
    case 'uniform':
      return { kind: 'uniform', min: distribution.min * factor, max: distribution.max * factor };
    case 'lognormal':
      return { ...distribution, median: distribution.median * factor };
    case 'pareto': {
      const { min, max, alpha } = distribution;
      return {
        kind: 'pareto',
        min: min * factor,
        alpha,
        ...(max === undefined ? {} : { max: max * factor }),
      };
    }
    case 'histogram':
      return {
        kind: 'histogram',
        buckets: distribution.buckets.map(({ min, max, weight }) => ({
          min: min * factor,
          max: max * factor,
          weight,
        })),
      };
  }
}

/** The expected value; Infinity for a Pareto tail so heavy (alpha <= 1, no largest value) that it has none. */
export function mean(distribution: Distribution): number {
  switch (distribution.kind) {
    case 'fixed':
      return distribution.value;
    case 'uniform':
      return (distribution.min + distribution.max) / 2;
    case 'lognormal':
      return distribution.median * Math.exp(distribution.sigma ** 2 / 2);
    case 'pareto':
      return paretoMean(distribution.min, distribution.alpha, distribution.max);
    case 'histogram': {
      const weight = distribution.buckets.reduce((sum, bucket) => sum + bucket.weight, 0);
      return distribution.buckets.reduce((sum, b) => sum + ((b.min + b.max) / 2) * (b.weight / weight), 0);
    }
  }
}

function paretoMean(min: number, alpha: number, max: number | undefined): number {
  if (max === undefined) return alpha <= 1 ? Infinity : (alpha * min) / (alpha - 1);
  if (max <= min) return min;
  // Differences of powers as differences from 1, which a narrow range and a small alpha leave as they are.
  const log = Math.log1p((max - min) / min);
  const lost = (power: number): number => -Math.expm1(-power * log);
  // The general formula divides by alpha - 1; at 1 its limit is a logarithm.
  const value =
    Math.abs(alpha - 1) < 1e-9
      ? (min * log) / lost(1)
      : min * (alpha / (alpha - 1)) * (lost(alpha - 1) / lost(alpha));
  // Of a narrow range the differences above are mostly rounding.
  return Math.min(max, Math.max(min, value));
}

/** Box and Muller's transform, one of its two values: a stateless draw keeps streams independent of call patterns. */
function standardNormal(random: RandomStream): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function histogramSampler(buckets: readonly HistogramBucket[], random: RandomStream): () => number {
  const total = buckets.reduce((sum, bucket) => sum + bucket.weight, 0);
  return () => {
    let left = random() * total;
    const bucket = buckets.find((b) => (left -= b.weight) < 0) ?? buckets.at(-1)!;
    return bucket.min + (bucket.max - bucket.min) * random();
  };
}
