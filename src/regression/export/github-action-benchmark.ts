import { plural } from '../../base/text.js';
import type { Benchmark, ResultFile } from '../result-file.js';

/** An entry of the formats `customBiggerIsBetter` and `customSmallerIsBetter` of benchmark-action/github-action-benchmark. */
export interface ActionBenchmark {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  readonly range?: string;
  readonly extra?: string;
}

/** The benchmarks of which more is better, or less: the two go into files of their own. */
export function githubActionBenchmark(
  { benchmarks }: ResultFile,
  better: Benchmark['better'],
): ActionBenchmark[] {
  return benchmarks
    .filter((benchmark) => benchmark.better === better)
    .map(({ name, unit, value, kind, samples }) => ({
      name,
      unit,
      value,
      ...(samples ? { range: `± ${halfSpread(samples)}` } : {}),
      extra: samples
        ? `the median of ${plural(samples.length, 'round')}, and half of their spread`
        : `exact (${kind}): any change is one of behaviour`,
    }));
}

/** The action reads no range of a single character, and would not scale it with its value where the unit changes. */
function halfSpread(samples: readonly number[]): string {
  const half = String(Number(((Math.max(...samples) - Math.min(...samples)) / 2).toPrecision(3)));
  return half.length === 1 ? `${half}.0` : half;
}
