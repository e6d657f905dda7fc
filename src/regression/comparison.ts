import type { Benchmark, Commit, Dimension, Kind } from './result-file.js';

/**
 * Slower is worse and faster is better, also where a number is no time. `unclear`: the noise is too great to tell. `new` and
 * `gone`: only one side has it. `incomparable`: both have it, but the numbers do not say which is better.
 */
export const VERDICTS = ['slower', 'unclear', 'faster', 'same', 'new', 'gone', 'incomparable'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** One part of a number that differs: which state, operation, node or cause. */
export interface Reason {
  readonly dimension: Dimension;
  readonly name: string;
  readonly base: number;
  readonly head: number;
}

export interface BenchmarkComparison {
  readonly name: string;
  readonly kind: Kind;
  readonly unit: string;
  readonly better: Benchmark['better'];
  readonly verdict: Verdict;
  readonly base?: number;
  readonly head?: number;
  /** Head over base, less 1: 0.05 where head is 5 % greater. Wall: the mean over the pairs. Absent where base is 0. */
  readonly change?: number;
  /** Wall: an interval of `change`, that holds for all benchmarks of the comparison at once. */
  readonly interval?: { readonly low: number; readonly high: number };
  /** Wall: how likely so great a difference were without a cause, adjusted for the number of benchmarks. */
  readonly pValue?: number;
  /** Wall: how many pairs there were, and, where they do not tell, how many probably would. */
  readonly pairs?: number;
  readonly pairsNeeded?: number;
  /** Exact kinds: what the difference is made of, the greatest first within each dimension. */
  readonly reasons?: readonly Reason[];
  /** Why it is incomparable. */
  readonly note?: string;
}

/** Where a side's numbers are from. */
export interface Provenance {
  readonly name: string;
  readonly createdAt: string;
  readonly version: string;
  readonly commit?: Commit;
  readonly machine?: string;
}

/** Two result files, compared. In the order of the head's file; what is gone comes last. */
export interface Comparison {
  readonly base: Provenance;
  readonly head: Provenance;
  /** The chance of a wrong alarm in the whole comparison that was accepted, and the smallest change that matters. */
  readonly alpha: number;
  readonly smallestEffect: number;
  readonly benchmarks: readonly BenchmarkComparison[];
  readonly counts: Readonly<Record<Verdict, number>>;
}
