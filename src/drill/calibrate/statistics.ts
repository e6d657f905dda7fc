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

/** The value below which `share` (0 to 1) of the samples is, between two samples by interpolation. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const below = sorted[low]!;
  const above = sorted[Math.min(sorted.length - 1, low + 1)]!;
  return below + (above - below) * (at - low);
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

export const median = (samples: readonly number[]): number => spreadOf(samples).median;

/** Four digits are more than any measurement is good for. */
export const rounded = (value: number): number =>
  Number.isFinite(value) ? Number(value.toPrecision(4)) : value;
