/** The value below which a share (0 to 1) of the values lies, between two of them in proportion. NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const position = share * (sorted.length - 1);
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (above - below) * (position - Math.floor(position));
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** NaN of none. */
export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** How errors are spread, each a signed share: 0.03 is 3 % too much. */
export interface ErrorSummary {
  readonly count: number;
  /** Of the absolute errors. */
  readonly median: number;
  readonly p90: number;
  readonly worst: number;
  /** The mean of the signed errors: what all have in common. */
  readonly bias: number;
}

export function summarize(errors: readonly number[]): ErrorSummary {
  const absolute = errors.map(Math.abs);
  return {
    count: errors.length,
    median: median(absolute),
    p90: percentile(absolute, 0.9),
    worst: percentile(absolute, 1),
    bias: mean(errors),
  };
}
