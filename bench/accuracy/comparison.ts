import type { RunResult } from '../../src/world/result.js';
import type { CaseClass } from './cases.js';
import { summarize, type ErrorSummary } from './statistics.js';

/** In the order in which a backup is in them. */
export const STATES = [
  'PENDING',
  'SNAPSHOTING',
  'UPLOAD_SNAPSHOT',
  'UPLOADING',
  'SAVE_META',
  'UPLOAD_INFO',
] as const;

export interface StateError {
  readonly state: string;
  readonly measuredMs: number;
  readonly predictedMs: number;
  /** Positive where the prediction is longer. */
  readonly errorMs: number;
  /** Of the measured total, so that those of all states add up to the total's error. */
  readonly share: number;
}

/** One case: the run of median duration against its prediction. */
export interface Row {
  readonly name: string;
  readonly class: CaseClass;
  readonly measuredMs: number;
  readonly predictedMs: number;
  /** Predicted over measured, less one: negative where the real run took longer. */
  readonly error: number;
  /** The shortest and the longest run over the median one, less one. */
  readonly spread: { readonly least: number; readonly greatest: number };
  /** The prediction lies among the runs: what it is off may be their noise. */
  readonly isWithinSpread: boolean;
  readonly states: readonly StateError[];
}

/** `runs` is not empty, and all have finished. */
export function compare(
  { name, class: caseClass }: { readonly name: string; readonly class: CaseClass },
  runs: readonly RunResult[],
  predicted: RunResult,
): Row {
  const sorted = runs.toSorted((a, b) => a.totals.durationMs - b.totals.durationMs);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)]!;
  const measuredMs = middle.totals.durationMs;
  const predictedMs = predicted.totals.durationMs;
  const leastMs = sorted[0]!.totals.durationMs;
  const greatestMs = sorted.at(-1)!.totals.durationMs;
  return {
    name,
    class: caseClass,
    measuredMs,
    predictedMs,
    error: predictedMs / measuredMs - 1,
    spread: { least: leastMs / measuredMs - 1, greatest: greatestMs / measuredMs - 1 },
    isWithinSpread: predictedMs >= leastMs && predictedMs <= greatestMs,
    states: STATES.map((state) => {
      const [inReal, inPlan] = [timeIn(middle, state), timeIn(predicted, state)];
      const errorMs = inPlan - inReal;
      return { state, measuredMs: inReal, predictedMs: inPlan, errorMs, share: errorMs / measuredMs };
    }),
  };
}

/** A state that was entered twice counts twice. */
function timeIn({ states }: RunResult, name: string): number {
  return states.reduce((sum, { state, durationMs }) => (state === name ? sum + durationMs : sum), 0);
}

/** Absolute errors, as shares. */
export interface Goal {
  readonly median: number;
  readonly p90: number;
}

export const GOALS: Readonly<Record<CaseClass, Goal>> = {
  limited: { median: 0.03, p90: 0.07 },
  unlimited: { median: 0.1, p90: 0.2 },
};

export interface ClassSummary extends ErrorSummary {
  readonly class: CaseClass;
  /** The name of the case that is furthest off. */
  readonly worstName: string;
  /** How many predictions lie among their runs. */
  readonly withinSpread: number;
  readonly goal: Goal;
  /** By how much each goal is missed, as a share; 0 where it is met. */
  readonly missed: Goal;
  /** Of each state: the mean of its absolute share of the total's error, and of its signed one. */
  readonly states: readonly { readonly state: string; readonly absolute: number; readonly bias: number }[];
}

/** Undefined if there are no rows of the class. */
export function summarizeClass(caseClass: CaseClass, all: readonly Row[]): ClassSummary | undefined {
  const rows = all.filter((row) => row.class === caseClass);
  if (rows.length === 0) return undefined;
  const summary = summarize(rows.map(({ error }) => error));
  const goal = GOALS[caseClass];
  const worst = rows.toSorted((a, b) => Math.abs(b.error) - Math.abs(a.error))[0]!;
  return {
    class: caseClass,
    ...summary,
    worstName: worst.name,
    withinSpread: rows.filter((row) => row.isWithinSpread).length,
    goal,
    missed: {
      median: Math.max(0, summary.median - goal.median),
      p90: Math.max(0, summary.p90 - goal.p90),
    },
    states: STATES.map((state, i) => {
      const shares = rows.map(({ states }) => states[i]!.share);
      return { state, absolute: summarize(shares.map(Math.abs)).bias, bias: summarize(shares).bias };
    }),
  };
}
