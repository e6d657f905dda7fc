import { plural } from '../base/text.js';
import { formatDuration } from '../base/units.js';
import type { DrillReport, RunResult, VariantReport } from '../world/result.js';
import { fitsWindow, hasFailed, mainRun, proofOf } from './facts.js';
import { errorPercent, GOOD_ERROR_PERCENT } from './numbers.js';
import { scalingRemarks } from './sweep-scaling.js';
import { plainText } from './text.js';

/** The outcome of a drill in words. */
export interface Summary {
  readonly verdict: 'good' | 'bad';
  /** The outcome in a word or two. */
  readonly word: string;
  /** The answer, one sentence. */
  readonly headline: string;
  /** What else is worth a sentence. */
  readonly details: readonly string[];
}

/** The outcome of several variants in words. */
export function summariseSweep({ variants, scenario }: DrillReport): Summary {
  const finished = variants.filter((variant) => !hasFailed(mainRun(variant)));
  const failed = variants.length - finished.length;
  const unproved = finished.filter(({ restore }) => isBadProof(restore));
  const measured = variants.some((variant) => variant.measured);
  const predictionOnly = measured ? '' : 'Predicted: ';
  const range = rangePhrase(finished);
  const failures = failed === 0 ? '' : `; ${failed === variants.length ? 'all' : failed} failed`;
  const details = [
    ...proofDetail(finished, unproved.length),
    ...scalingRemarks(variants),
    ...accuracyDetail(variants),
    ...windowDetail(finished, scenario.windowMs),
  ];
  const tooLong = finished.some((variant) => fitsWindow(mainRun(variant), scenario.windowMs) === false);
  const bad = failed > 0 ? 'Failed' : unproved.length > 0 ? 'Not proved' : tooLong ? 'Too long' : undefined;
  const proved = finished.some(({ restore }) => proofOf(restore) === 'identical');
  return {
    verdict: bad === undefined ? 'good' : 'bad',
    word: bad ?? (measured ? (proved ? 'Proved' : 'Done') : 'Predicted'),
    headline: `${predictionOnly}${plural(variants.length, 'variant')}${range}${failures}.`,
    details,
  };
}

const nameOf = (variant: VariantReport): string => plainText(variant.name);
const durationOf = (variant: VariantReport): number => mainRun(variant).totals.durationMs;

function rangePhrase(finished: readonly VariantReport[]): string {
  const first = finished[0];
  if (first === undefined) return '';
  const inOrder = finished.toSorted((a, b) => durationOf(a) - durationOf(b));
  const fastest = inOrder[0]!;
  const slowest = inOrder.at(-1)!;
  const point = (variant: VariantReport): string =>
    `${formatDuration(durationOf(variant))} (${nameOf(variant)})`;
  if (fastest === slowest) return `, ${point(fastest)}`;
  const times = durationOf(slowest) / durationOf(fastest);
  const faster = Number.isFinite(times) && times >= 1.05 ? `, ${times.toFixed(1)} times as fast` : '';
  return `, from ${point(slowest)} down to ${point(fastest)}${faster}`;
}

const isBadProof = (restore: VariantReport['restore']): boolean =>
  ['damaged', 'restore failed', 'different'].includes(proofOf(restore));

function proofDetail(finished: readonly VariantReport[], bad: number): string[] {
  const measured = finished.filter((variant) => variant.measured);
  if (measured.length === 0) return [];
  if (bad > 0) return [`${plural(bad, 'variant')} could not be proved by a restore: see below.`];
  const proved = measured.filter(({ restore }) => proofOf(restore) === 'identical').length;
  if (proved === 0) return ['Not proved by restores.'];
  return [
    proved === measured.length
      ? 'Each was restored and found identical, byte by byte.'
      : `${proved} of ${measured.length} were restored and found identical, byte by byte.`,
  ];
}

function accuracyDetail(variants: readonly VariantReport[]): string[] {
  const compared = variants.flatMap(({ name, measured, predicted }) => {
    const percent = measured && comparableError(predicted, measured);
    return percent === undefined ? [] : [{ name, percent }];
  });
  const worst = compared.toSorted((a, b) => Math.abs(b.percent) - Math.abs(a.percent))[0];
  if (worst === undefined) return [];
  const off = Math.abs(worst.percent);
  if (off <= GOOD_ERROR_PERCENT)
    return [`Predictions are within ${off.toFixed(1)} % of the measured durations.`];
  const size = off > 999 ? 'far off' : `off by ${off.toFixed(1)} %`;
  return [`The worst prediction, that of ${plainText(worst.name)}, is ${size}.`];
}

function windowDetail(finished: readonly VariantReport[], windowMs: number | undefined): string[] {
  if (windowMs === undefined || finished.length === 0) return [];
  const fitting = finished.filter((variant) => durationOf(variant) <= windowMs);
  const window = `the window of ${formatDuration(windowMs)}`;
  if (fitting.length === 0) return [`None fits ${window}.`];
  if (fitting.length === finished.length) return [`All fit ${window}.`];
  return [`${fitting.length} of ${finished.length} fit ${window}; the first is ${nameOf(fitting[0]!)}.`];
}

/** Only runs that ended well can be held against each other. */
export function comparableError(predicted: RunResult, measured: RunResult): number | undefined {
  if (hasFailed(predicted) || hasFailed(measured)) return undefined;
  return errorPercent(predicted.totals.durationMs, measured.totals.durationMs);
}
