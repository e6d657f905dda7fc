import type { NamedResults } from '../compare.js';
import { inTime } from '../in-time.js';
import { machineWords, type Benchmark, type ResultFile } from '../result-file.js';
import { trimmedMeanOf } from '../trimmed-mean.js';

/** One measurement of a benchmark in the course of time. */
export interface Measured {
  readonly value: number;
  readonly benchmark: Benchmark;
  readonly file: NamedResults;
}

/** The measurements of a benchmark that can be compared with each other, the oldest first. */
export interface MeasuredSeries {
  readonly benchmark: Benchmark;
  /** Times: what they are shares of, or the machine they were taken on. */
  readonly of?: { readonly commit: string } | { readonly machine: string };
  readonly measured: readonly Measured[];
}

/**
 * Makes series of result files. Exact figures are what they are. A time that was measured in turns with a base is its share of
 * the base's, which leaves out what the machine was like that day; of times with one base there is one series, and of times
 * without a base (or of one whose tree had changes, which may be others each time) one a machine. Bases themselves are what
 * others are compared with, again and again, and no part of the history. A benchmark that became another one (its kind, unit or
 * revision) begins anew.
 */
export function seriesOf(files: readonly NamedResults[]): MeasuredSeries[] {
  const bases = new Map<string, ResultFile>();
  for (const { results } of files)
    if (results.session !== undefined && results.side === 'base') bases.set(results.session, results);
  const series = new Map<string, MeasuredSeries & { readonly measured: Measured[] }>();
  for (const file of inTime(files.filter(({ results }) => results.side !== 'base'))) {
    const { session } = file.results;
    const base = session === undefined ? undefined : bases.get(session);
    for (const benchmark of file.results.benchmarks) {
      const { value, of } = place(benchmark, file.results, base);
      const { name, kind, unit, better, revision = 1 } = benchmark;
      const key = JSON.stringify([name, kind, unit, better, revision, of]);
      let own = series.get(key);
      if (!own) series.set(key, (own = { benchmark, ...(of ? { of } : {}), measured: [] }));
      own.measured.push({ value, benchmark, file });
    }
  }
  return [...series.values()];
}

interface Placed {
  readonly value: number;
  readonly of?: NonNullable<MeasuredSeries['of']>;
}

function place(
  { name, kind, value, samples }: Benchmark,
  { machine }: ResultFile,
  base: ResultFile | undefined,
): Placed {
  if (kind !== 'wall') return { value };
  const reference = base?.benchmarks.find((benchmark) => benchmark.name === name)?.samples;
  if (base?.commit && !base.commit.dirty && reference && samples?.length === reference.length) {
    const logRatios = samples.map((sample, i) => Math.log(sample / reference[i]!));
    return { value: Math.exp(trimmedMeanOf(logRatios)), of: { commit: base.commit.id } };
  }
  return { value, of: { machine: machine ? machineWords(machine) : 'unknown machine' } };
}
