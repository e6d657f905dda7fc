import type { Benchmark, ResultFile } from '../result-file.js';

/** One number in Bencher Metric Format (bencher.dev/docs/reference/bencher-metric-format). */
export interface BencherMetric {
  readonly value: number;
  readonly lower_value?: number;
  readonly upper_value?: number;
}

export type BencherResults = Readonly<Record<string, Readonly<Record<string, BencherMetric>>>>;

const NS_PER_MS = 1e6;

/** Characters of a slug. */
const LONGEST_SLUG = 64;

/**
 * Bencher Metric Format: each benchmark under its name, its number under the slug of a measure. Times are Bencher's own `latency`,
 * in nanoseconds; of other units the slug is the unit. Of times of a clock, the least and greatest sample are the bounds.
 */
export function bencherMetricFormat({ benchmarks }: ResultFile): BencherResults {
  return Object.fromEntries(
    benchmarks.map(({ name, unit, value, samples }) => {
      const factor = unit === 'ms' ? NS_PER_MS : 1;
      const metric: BencherMetric = {
        value: value * factor,
        ...(samples
          ? { lower_value: Math.min(...samples) * factor, upper_value: Math.max(...samples) * factor }
          : {}),
      };
      return [name, { [measureOf(unit)]: metric }];
    }),
  );
}

/** A slug: small letters and digits, parted by hyphens. */
function measureOf(unit: Benchmark['unit']): string {
  if (unit === 'ms') return 'latency';
  const slug = unit
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(0, LONGEST_SLUG)
    .replace(/-$/, '');
  return slug === '' ? 'count' : slug;
}
