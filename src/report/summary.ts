import { plural } from '../base/text.js';
import { formatDuration, formatRate } from '../base/units.js';
import type { DrillReport, RunResult, VariantReport } from '../world/result.js';
import { fitsWindow, hasFailed, overallRate, proofOf } from './facts.js';
import { faultsDetail, incidentsDetail, leftOutDetail, variantFaultsDetail } from './faults.js';
import { errorPercent } from './numbers.js';
import { amount, failure } from './run-phrases.js';
import { summariseSweep } from './sweep-summary.js';
import { isPlanned, verdictOfPlan, verdictOfVariants, type Summary } from './verdict.js';

/** The answer of a report, with what went wrong. What was measured says more than what was planned. */
export function summarise(report: DrillReport): Summary {
  const summary = answerOf(report);
  const [only, ...others] = report.variants;
  if (only === undefined) return summary;
  const wrong =
    others.length > 0
      ? variantFaultsDetail(report.variants)
      : [...faultsDetail(only), ...incidentsDetail(only.measured ?? only.predicted)];
  return { ...summary, details: [...summary.details, ...wrong, ...leftOutDetail(report)] };
}

function answerOf(report: DrillReport): Summary {
  const [only, ...others] = report.variants;
  if (only === undefined)
    return { verdict: 'bad', word: 'Nothing', headline: 'Nothing was run.', details: [] };
  const { windowMs } = report.scenario;
  if (others.length > 0) {
    const planned = report.variants.filter(isPlanned);
    const isPlan = planned.length === report.variants.length && planned.every(({ measured }) => !measured);
    return isPlan ? verdictOfVariants(planned, report.scenario) : summariseSweep(report);
  }
  if (!only.measured && isPlanned(only)) return verdictOfPlan(only, windowMs);
  return only.measured ? summariseRun(report, only, only.measured) : summarisePlan(only, windowMs);
}

function summariseRun(
  { scenario: { windowMs }, hardware }: DrillReport,
  variant: VariantReport,
  measured: RunResult,
): Summary {
  if (hasFailed(measured)) {
    return {
      verdict: 'bad',
      word: 'Failed',
      headline: `${failure(measured)}.`,
      details: predictionOfFailure(variant.predicted),
    };
  }
  const inTime = fitsWindow(measured, windowMs) ?? true;
  const proof = proofPhrase(variant);
  const rate = overallRate(measured);
  const speed = rate === undefined ? '' : ` at ${formatRate(rate)}`;
  return {
    verdict: proof.bad || !inTime ? 'bad' : 'good',
    word: proof.bad || inTime ? proof.word : 'Too long',
    headline: `${doneVerb(measured)} ${amount(measured)} in ${formatDuration(measured.totals.durationMs)}${speed}${proof.text}.`,
    details: [
      ...alreadyThere(measured),
      ...takenUp(measured),
      predictionBeside(variant.predicted, measured),
      ...(hardware ? [] : whyItFellShort(variant.predicted, measured)),
      ...(windowMs === undefined ? [] : [`${capital(windowPhrase(measured, windowMs))}.`]),
    ],
  };
}

/** A job that outlived a process took longer than it would have, and is not known from its beginning. */
function takenUp({ job }: RunResult): string[] {
  if (job.isRecalled)
    return ['The job had ended in an earlier process: what it moved when is not known any more.'];
  if (!job.restarts) return [];
  const times = job.restarts === 1 ? 'once' : `${job.restarts} times`;
  return [
    `Its coordinator was gone and its job taken up again ${times}: the time in between counts as well, and what was moved is known since the last time.`,
  ];
}

function summarisePlan({ predicted, nodes }: VariantReport, windowMs: number | undefined): Summary {
  if (hasFailed(predicted)) {
    const headline = `Predicted to fail: ${lowerFirst(failure(predicted))}.`;
    return { verdict: 'bad', word: 'Fails', headline, details: [] };
  }
  const rate = overallRate(predicted);
  const speed = rate === undefined ? '' : ` at ${formatRate(rate)}`;
  const fit = windowMs === undefined ? '' : `; ${windowPhrase(predicted, windowMs)}`;
  const duration = formatDuration(predicted.totals.durationMs);
  const fits = fitsWindow(predicted, windowMs);
  return {
    verdict: fits === false ? 'bad' : 'good',
    word: fits === undefined ? 'Predicted' : fits ? 'Fits' : 'Does not fit',
    headline: `Predicted: ${duration} for ${amount(predicted)} on ${plural(nodes, 'node')}${speed}${fit}.`,
    details: alreadyThere(predicted),
  };
}

/** `fits the window of 4 h with 1 h 09 min to spare`. */
function windowPhrase(run: RunResult, windowMs: number): string {
  const spareMs = windowMs - run.totals.durationMs;
  const window = `the window of ${formatDuration(windowMs)}`;
  if (spareMs >= 0) return `fits ${window} with ${formatDuration(spareMs)} to spare`;
  return `does not fit ${window}: ${formatDuration(-spareMs)} too long`;
}

const doneVerb = (run: RunResult): string => (run.kind === 'backup' ? 'Backed up' : 'Restored');

function alreadyThere({ totals }: RunResult): string[] {
  if (totals.skippedFiles === 0) return [];
  return [`${plural(totals.skippedFiles, 'file')} of these were already there with the right checksum.`];
}

function predictionBeside(predicted: RunResult, measured: RunResult): string {
  if (hasFailed(predicted)) return `The prediction was another: ${lowerFirst(failure(predicted))}.`;
  const duration = `Predicted: ${formatDuration(predicted.totals.durationMs)}`;
  const percent = errorPercent(predicted.totals.durationMs, measured.totals.durationMs);
  if (percent === undefined) return `${duration}.`;
  if (Math.abs(percent) < 0.05) return `${duration}, as measured.`;
  if (percent > 999) return `${duration}, far more than measured.`;
  return `${duration}, ${Math.abs(percent).toFixed(1)} % ${percent > 0 ? 'more' : 'less'} than measured.`;
}

/** By how many percent a prediction may fall short of what was measured without a word about it. */
const TOLERATED_PERCENT = 10;

/** For a prediction that knows the scenario alone: a machine that was the limit itself makes it wrong. */
function whyItFellShort(predicted: RunResult, measured: RunResult): string[] {
  if (hasFailed(predicted) || measured.job.isRecalled || measured.job.restarts) return [];
  const percent = errorPercent(predicted.totals.durationMs, measured.totals.durationMs);
  if (percent === undefined || percent > -TOLERATED_PERCENT) return [];
  return [
    'It knows the limits that the scenario sets, not what this machine and its repository can do: drill calibrate measures that, and --hardware predicts with it.',
  ];
}

function predictionOfFailure(predicted: RunResult): string[] {
  if (hasFailed(predicted)) return ['It was predicted to fail.'];
  return [`Without the failure: ${formatDuration(predicted.totals.durationMs)}, by prediction.`];
}

interface ProofPhrase {
  readonly text: string;
  readonly word: string;
  readonly bad: boolean;
}

function proofPhrase({ restore }: VariantReport): ProofPhrase {
  if (restore === undefined)
    return { text: '; not proved by a restore', word: 'Done, not proved', bad: false };
  const into = `restored into ${plural(restore.targetNodes, 'node')}`;
  switch (proofOf(restore)) {
    case 'identical':
      return { text: `, ${into} and found identical, byte by byte`, word: 'Proved', bad: false };
    case 'nothing compared':
      return { text: `, ${into}; there were no files to compare`, word: 'Done', bad: false };
    case 'damaged':
      return {
        text: `, but ${plural(restore.problems.length, 'problem')} found in the repository`,
        word: 'Damaged',
        bad: true,
      };
    case 'different':
      return {
        text: `, ${into}, but with ${plural(restore.differences.length, 'difference')} from the source`,
        word: 'Different',
        bad: true,
      };
    default:
      return {
        text: `, but its restore failed: ${lowerFirst(failure(restore.run))}`,
        word: 'Not restored',
        bad: true,
      };
  }
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
