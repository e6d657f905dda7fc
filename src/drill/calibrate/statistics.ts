import { quantile } from '../../base/statistics.js';

/** Samples of one quantity, summed up. */
export interface Spread {
  readonly median: number;
  readonly mean: number;
  /** A tenth of the samples is below, … */
  readonly p10: number;
  /** … and a tenth above. */
  readonly p90: number;
  readonly samples: number;
}

/** At least one sample. */
export function spreadOf(samples: readonly number[]): Spread {
  const sorted = Float64Array.from(samples).sort();
  return {
    median: quantile(sorted, 0.5),
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    p10: quantile(sorted, 0.1),
    p90: quantile(sorted, 0.9),
    samples: sorted.length,
  };
}

/** Four digits are more than any measurement is good for. */
export const rounded = (value: number): number =>
  Number.isFinite(value) ? Number(value.toPrecision(4)) : value;
