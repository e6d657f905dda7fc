import type { NamedResults } from '../compare.js';
import { machineWords, type Benchmark, type ResultFile } from '../result-file.js';
import { trimmedMean } from '../trimmed-mean.js';

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

/** Of the commit; of a result that has none, its own. */
export const timeOf = ({ commit, createdAt }: ResultFile): string => commit?.committedAt ?? createdAt;

/** The oldest first; several of one commit in the order they were measured in. */
export function inTime(files: readonly NamedResults[]): readonly NamedResults[] {
  const key = ({ results }: NamedResults): string => `${timeOf(results)} ${results.createdAt}`;
  return files.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

/**
 * Makes series of result files. Exact figures are what they are. A time that was measured in turns with a base is its share of
 * the base's, which leaves out what the machine was like that day; of times with one base there is one series, and of times
 * without a base one a machine. A benchmark that became another one (its kind, unit or revision) begins anew.
 */
export function seriesOf(files: readonly NamedResults[]): MeasuredSeries[] {
  const bases = new Map<string, ResultFile>();
  for (const { results } of files)
    if (results.session !== undefined && results.side === 'base') bases.set(results.session, results);
  const series = new Map<string, MeasuredSeries & { readonly measured: Measured[] }>();
  for (const file of inTime(files)) {
    for (const benchmark of file.results.benchmarks) {
      const placed = place(benchmark, file.results, bases);
      if (!placed) continue;
      const { name, kind, unit, better, revision = 1 } = benchmark;
      const key = JSON.stringify([name, kind, unit, better, revision, placed.of]);
      let own = series.get(key);
      if (!own) series.set(key, (own = { benchmark, ...(placed.of ? { of: placed.of } : {}), measured: [] }));
      own.measured.push({ value: placed.value, benchmark, file });
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
  { session, side, machine }: ResultFile,
  bases: ReadonlyMap<string, ResultFile>,
): Placed | undefined {
  if (kind !== 'wall') return { value };
  const base = session === undefined ? undefined : bases.get(session);
  const reference = base?.benchmarks.find((benchmark) => benchmark.name === name)?.samples;
  if (base?.commit && reference && samples?.length === reference.length) {
    // A base is the measure of others, and always the same share of itself.
    if (side === 'base') return undefined;
    const logRatios = samples.map((sample, i) => Math.log(sample / reference[i]!));
    return { value: Math.exp(trimmedMean(logRatios, 0.95, name).mean), of: { commit: base.commit.id } };
  }
  return { value, of: { machine: machine ? machineWords(machine) : 'unknown machine' } };
}
