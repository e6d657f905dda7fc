import {
  DEFAULT_ALPHA,
  DEFAULT_SMALLEST_EFFECT,
  type CompareOptions,
  type NamedResults,
} from '../compare.js';
import type { Reason } from '../comparison.js';
import { explain, isSame } from '../explain.js';
import type { Benchmark, Commit, Kind } from '../result-file.js';
import { changesOfLevel, type Bar } from './levels.js';
import { leastValues } from './split.js';
import { inTime } from '../in-time.js';
import { seriesOf, type Measured, type MeasuredSeries } from './series.js';

/** One result of the history, in the order of time. */
export interface HistoryPoint {
  readonly file: string;
  readonly createdAt: string;
  readonly commit?: Commit;
}

/** A benchmark's numbers in the course of time, and where they changed. */
export interface Trend {
  readonly name: string;
  readonly kind: Kind;
  /** `share` where times are shares of a base's, which `of` names. Others hang on the machine's day, and are not judged. */
  readonly unit: string;
  readonly better: Benchmark['better'];
  readonly of?: NonNullable<MeasuredSeries['of']>;
  readonly values: readonly number[];
  /** Of each value, which point of the history it is of. */
  readonly points: readonly number[];
  /** The oldest first. */
  readonly changes: readonly Change[];
  /** Times: so many values are needed before any change can be told from chance; absent where there are enough. */
  readonly valuesNeeded?: number;
}

/** Where a trend goes from one level to another. */
export interface Change {
  /** The point of the history that is the first after it, and the last one before it. */
  readonly point: number;
  readonly before: number;
  /** Times: it may have been at any point from the first to the last of these, at 95 %. */
  readonly between?: { readonly first: number; readonly last: number };
  /** Exact kinds: the numbers. Times: the medians of the two levels. */
  readonly from: number;
  readonly to: number;
  readonly verdict: 'slower' | 'faster';
  readonly reasons?: readonly Reason[];
}

export interface History {
  /** The chance that is accepted of any change that is none, in all times of a history together. */
  readonly alpha: number;
  readonly smallestEffect: number;
  readonly points: readonly HistoryPoint[];
  readonly trends: readonly Trend[];
}

/**
 * Finds where benchmarks changed, in many result files. Exact figures change where they differ from the ones before; times that
 * are shares of a base's where the ranks of their values say so, with a chance of `alpha` that any of them does where nothing
 * has changed. The same files give the same answer, whatever their order.
 */
export function historyOf(files: readonly NamedResults[], options: CompareOptions = {}): History {
  const { alpha = DEFAULT_ALPHA, smallestEffect = DEFAULT_SMALLEST_EFFECT } = options;
  const series = seriesOf(files);
  const told = new Set(series.flatMap(({ measured }) => measured.map(({ file }) => file)));
  // Without those that are only what others are shares of.
  const all = inTime(files).filter((file) => told.has(file));
  const noisy = series.filter((one) => isShare(one)).length;
  const bar: Bar = { level: alpha / Math.max(1, noisy), smallestEffect };
  return {
    alpha,
    smallestEffect,
    points: all.map(({ name, results: { createdAt, commit } }) => ({
      file: name,
      createdAt,
      ...(commit ? { commit } : {}),
    })),
    trends: series.map((one) => trendOf(one, all, bar)),
  };
}

const isShare = ({ of }: { readonly of?: MeasuredSeries['of'] | undefined }): boolean =>
  of !== undefined && 'commit' in of;

function trendOf({ benchmark, of, measured }: MeasuredSeries, all: readonly NamedResults[], bar: Bar): Trend {
  const { name, kind, unit, better } = benchmark;
  const isJudged = kind !== 'wall' || isShare({ of });
  const values = measured.map(({ value }) => value);
  const points = measured.map(({ file }) => all.indexOf(file));
  const found = kind !== 'wall' ? exactChanges(measured) : isJudged ? changesOfLevel(values, name, bar) : [];
  const needed = kind === 'wall' && isJudged ? leastValues(bar.level) : 0;
  return {
    name,
    kind,
    unit: isShare({ of }) ? 'share' : unit,
    better,
    ...(of ? { of } : {}),
    values,
    points,
    changes: found.map(({ at, between, ...change }) => ({
      point: points[at]!,
      before: points[at - 1]!,
      ...(between ? { between: { first: points[between.first]!, last: points[between.last]! } } : {}),
      ...change,
      verdict: change.to > change.from === (better === 'smaller') ? 'slower' : 'faster',
    })),
    ...(needed > values.length ? { valuesNeeded: needed } : {}),
  };
}

/** A change by indices of the series. */
interface Found extends Pick<Change, 'from' | 'to' | 'reasons'> {
  readonly at: number;
  readonly between?: { readonly first: number; readonly last: number };
}

function exactChanges(measured: readonly Measured[]): Found[] {
  return measured.slice(1).flatMap((after, i) => {
    const before = measured[i]!;
    if (isSame(before.value, after.value)) return [];
    const reasons = explain(before.benchmark, after.benchmark);
    return [{ at: i + 1, from: before.value, to: after.value, ...(reasons.length > 0 ? { reasons } : {}) }];
  });
}
