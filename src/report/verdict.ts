import { plural } from '../base/text.js';
import { formatDuration, formatRate } from '../base/units.js';
import type { FitAnswer, Forecast, Outlook } from '../world/outlook.js';
import type { DrillReport, VariantReport } from '../world/result.js';
import { boundBy } from './causes.js';
import { hasFailed, overallRate } from './facts.js';
import * as outlooks from './outlook-facts.js';
import { formatShare } from './numbers.js';
import { amount, failure } from './run-phrases.js';
import { scalingRemarks } from './sweep-scaling.js';
import { firstLine, plainText } from './text.js';

/** The answer of a report in words. */
export interface Summary {
  readonly verdict: 'good' | 'warn' | 'bad';
  /** The outcome in a word or two. */
  readonly word: string;
  /** The answer: what people read who read one line only. */
  readonly headline: string;
  /** What else is worth a sentence. */
  readonly details: readonly string[];
}

type Answer = Omit<Summary, 'details'>;

/** A variant that has been planned with everything that a plan can say. */
export type PlannedVariant = VariantReport & { readonly outlook: Outlook };

export const isPlanned = (variant: VariantReport): variant is PlannedVariant => variant.outlook !== undefined;

/**
 * Whether a planned backup fits its window, by how much, how surely, and what binds. With an answer to `--fit` that comes
 * first, and what holds as things are comes second.
 */
export function verdictOfPlan(variant: PlannedVariant, windowMs: number | undefined): Summary {
  const { outlook } = variant;
  const asIs = answerOf(variant, windowMs);
  const { fit } = outlook;
  const answer = fit ? fitAnswer(variant, fit) : asIs;
  return {
    ...answer,
    details: [
      ...(fit ? [`As it is: ${lowerFirst(asIs.headline)}`] : []),
      ...cancelledDetail(variant),
      ...helpDetail(outlook, fit?.found !== undefined),
      whatOf(variant),
      ...findingsDetail(outlook),
    ],
  };
}

function answerOf(variant: PlannedVariant, windowMs: number | undefined): Answer {
  const { forecast } = variant.outlook;
  if (forecast.finishes.value === 0) return never(variant);
  const bound = boundSentence(forecast, variant);
  const { word, verdict, text } = windowMs === undefined ? takes(forecast) : against(forecast, windowMs);
  return { word, verdict, headline: `${text}.${bound}` };
}

type Phrase = Pick<Summary, 'word' | 'verdict'> & { readonly text: string };

function never({ predicted, outlook: { forecast } }: PlannedVariant): Answer {
  const runs = outlooks.isExact(forecast) ? '' : inAllRuns(forecast);
  const why = hasFailed(predicted) ? `: ${lowerFirst(failure(predicted))}` : '';
  return { verdict: 'bad', word: 'Fails', headline: `Predicted to fail${runs}${why}.` };
}

/** Without a window. */
function takes(forecast: Forecast): Phrase {
  const { finishes, runs } = forecast;
  if (finishes.value >= 1) {
    const always = outlooks.isExact(forecast) ? ', always' : '';
    return { word: 'Predicted', verdict: 'good', text: `Takes ${durations(forecast)}${always}` };
  }
  return {
    word: 'Predicted',
    verdict: finishes.value >= outlooks.SURE ? 'good' : 'warn',
    text: `Finishes in ${formatShare(finishes.value)} of ${plural(runs, 'run')}: ${durations(forecast)}`,
  };
}

function against(forecast: Forecast, windowMs: number): Phrase {
  const window = formatDuration(windowMs);
  const how = durations(forecast);
  const p50Ms = outlooks.msOf(forecast.p50Ms.value);
  const p95Ms = outlooks.msOf(forecast.p95Ms.value);
  const chance = outlooks.chanceToFit(forecast, windowMs);
  switch (outlooks.fitOf(forecast, windowMs)) {
    case 'fits':
      return {
        word: 'Fits',
        verdict: 'good',
        text: `Fits ${window} (${howSure(forecast, windowMs)}): ${how}${spare(windowMs - p95Ms, windowMs)}`,
      };
    case 'misses': {
      const seldom = chance > 0 ? ` in ${formatShare(1 - chance)} of ${plural(forecast.runs, 'run')}` : '';
      const always = outlooks.isExact(forecast) ? ' (always)' : '';
      return {
        word: 'Does not fit',
        verdict: 'bad',
        text: `Does not fit ${window}${always}${seldom}: ${durations(forecast, tooLong(p50Ms - windowMs, windowMs))}`,
      };
    }
    default:
      return {
        word: 'Uncertain',
        verdict: 'warn',
        text:
          `Fits ${window} in ${formatShare(chance)} of ${plural(forecast.runs, 'run')}: ` +
          `${how}${tooLong(p95Ms - windowMs, windowMs)}`,
      };
  }
}

/** How often it fits, in words that claim no more than the runs show. */
function howSure(forecast: Forecast, windowMs: number): string {
  if (outlooks.isExact(forecast)) return 'always';
  const low = forecast.fits?.low ?? 0;
  if (low >= outlooks.SURE) return `${Math.floor(low * 100)} % sure`;
  const chance = outlooks.chanceToFit(forecast, windowMs);
  return chance < 1
    ? `in ${formatShare(chance)} of ${plural(forecast.runs, 'run')}`
    : inAllRuns(forecast).trim();
}

const inAllRuns = ({ runs }: Forecast): string =>
  runs === 1 ? ' in the one run' : ` in all ${plural(runs, 'run')}`;

/** `2 h 51 min (p50), 3 h 08 min (p95)`, with what there is to say of the first. */
function durations(forecast: Forecast, ofP50 = ''): string {
  const p50 = outlooks.durationOrCancelled(forecast.p50Ms.value);
  const p95 = outlooks.durationOrCancelled(forecast.p95Ms.value);
  if (outlooks.isExact(forecast) || forecast.runs === 1) return `${p50}${ofP50}`;
  if (p50 === p95) return `${p50} (p50 and p95)${ofP50}`;
  return `${p50} (p50)${ofP50}${ofP50 === '' ? ',' : ';'} ${p95} (p95)`;
}

function spare(ms: number, windowMs: number): string {
  if (!Number.isFinite(ms) || ms < 0) return '';
  return ms === 0 ? ', with nothing to spare' : `, ${gapText(ms, windowMs)} to spare`;
}

const tooLong = (ms: number, windowMs: number): string =>
  Number.isFinite(ms) && ms > 0 ? `, ${gapText(ms, windowMs)} too long` : '';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Beside hours nobody counts seconds. */
function gapText(ms: number, windowMs: number): string {
  const isRough = windowMs >= HOUR_MS && ms >= MINUTE_MS;
  return formatDuration(isRough ? Math.round(ms / MINUTE_MS) * MINUTE_MS : ms);
}

function boundSentence(forecast: Forecast, variant: VariantReport): string {
  const bound = boundBy(forecast, variant);
  return bound === undefined ? '' : ` ${bound}.`;
}

/** `12 nodes fit 4 h with 95 %: …`, or that nothing does and why. */
function fitAnswer(variant: PlannedVariant, fit: FitAnswer): Answer {
  const window = `${formatDuration(fit.windowMs)} with ${formatShare(fit.confidence)}`;
  if (fit.found === undefined) {
    const why = fit.why === undefined ? '' : `: ${lowerFirst(firstLine(fit.why)).replace(/\.$/, '')}`;
    return {
      verdict: 'bad',
      word: 'Does not fit',
      headline: `No ${outlooks.knobKind(fit)} fits ${window}${why}.`,
    };
  }
  const { value, forecast } = fit.found;
  const verb = outlooks.isPlural(fit, value) ? 'fit' : 'fits';
  const rest = spare(fit.windowMs - outlooks.msOf(forecast.p95Ms.value), fit.windowMs);
  const then = { ...variant, nodes: nodesThen(variant, fit, value) };
  return {
    verdict: 'good',
    word: 'Fits',
    headline: `${sentence(outlooks.knobValue(fit, value))} ${verb} ${window}: ${durations(forecast)}${rest}.${boundSentence(forecast, then)}`,
  };
}

/** How many nodes there are with the value that fits. */
function nodesThen({ nodes }: VariantReport, { knob }: FitAnswer, value: string): number {
  if (knob !== 'cluster.nodes') return nodes;
  const count = Number.parseInt(value.replaceAll(',', ''), 10);
  return Number.isNaN(count) ? nodes : count;
}

function cancelledDetail({ outlook: { forecast }, predicted }: PlannedVariant): string[] {
  const { finishes, runs } = forecast;
  if (finishes.value === 0 || finishes.value >= 1) return [];
  const why = hasFailed(predicted) ? `, such as this one: ${lowerFirst(failure(predicted))}` : '';
  return [`The job is cancelled in ${formatShare(1 - finishes.value)} of ${plural(runs, 'run')}${why}.`];
}

function helpDetail({ advice }: Outlook, isAnswered: boolean): string[] {
  const best = advice && !isAnswered ? outlooks.bestGain(advice.gains, advice.baseMs) : undefined;
  if (best === undefined) return [];
  const gainMs = outlooks.msOf(best.gainMs);
  const what =
    gainMs === Infinity ? 'without which the job is cancelled' : `which saves ${formatDuration(gainMs)}`;
  return [`Most would help: ${plainText(best.label)} ${outlooks.turnText(best)}, ${what}.`];
}

/** So many runs say little of the seldom ones. */
const FEW_RUNS = 20;

/** What was planned, and how often it was run. */
function whatOf({ predicted, nodes, outlook: { forecast } }: PlannedVariant): string {
  const rate = overallRate(predicted);
  const speed = rate === undefined || hasFailed(predicted) ? '' : ` at ${formatRate(rate)}`;
  const runs = outlooks.isExact(forecast)
    ? 'nothing in it is random'
    : forecast.runs === 1
      ? 'one run: --repetitions 20 says how sure that is'
      : `${plural(forecast.runs, 'run')} with different seeds${forecast.runs < FEW_RUNS ? ' (--repetitions makes more)' : ''}`;
  return `For ${amount(predicted).replace(/,$/, '')} on ${plural(nodes, 'node')}${speed}; ${runs}.`;
}

function findingsDetail({ findings }: Outlook): string[] {
  const problems = findings.filter(({ severity }) => severity === 'problem').length;
  const warnings = findings.filter(({ severity }) => severity === 'warning').length;
  const parts = [
    ...(problems > 0 ? [plural(problems, 'problem')] : []),
    ...(warnings > 0 ? [plural(warnings, 'warning')] : []),
  ];
  return parts.length === 0 ? [] : [`${parts.join(' and ')} found: see below.`];
}

/** Of several variants: how many fit, and the best and the worst of them. */
export function verdictOfVariants(
  variants: readonly PlannedVariant[],
  { windowMs }: Pick<DrillReport['scenario'], 'windowMs'>,
): Summary {
  const inOrder = variants.toSorted((a, b) => p50Of(a) - p50Of(b));
  const [best] = inOrder;
  const worst = inOrder.at(-1);
  if (best === undefined || worst === undefined || p50Of(best) === Infinity) {
    return {
      verdict: 'bad',
      word: 'Fails',
      headline: `All ${plural(variants.length, 'variant')} are predicted to fail.`,
      details: [],
    };
  }
  const fits = variants.map(({ outlook }) => outlooks.fitOf(outlook.forecast, windowMs));
  const fitting = fits.filter((fit) => fit === 'fits').length;
  return {
    verdict: windowMs === undefined || fitting === variants.length ? 'good' : fitting > 0 ? 'warn' : 'bad',
    word: windowMs === undefined ? 'Predicted' : fitting > 0 ? 'Fits' : 'Does not fit',
    headline: `${countPhrase(variants.length, fitting, windowMs)}: best ${pointOf(best)}, worst ${pointOf(worst)}; medians.`,
    details: [
      ...scalingRemarks(variants),
      `${plainText(best.name)}: ${lowerFirst(answerOf(best, windowMs).headline)}`,
      ...(best === worst
        ? []
        : [`${plainText(worst.name)}: ${lowerFirst(answerOf(worst, windowMs).headline)}`]),
    ],
  };
}

const p50Of = ({ outlook }: PlannedVariant): number => outlooks.msOf(outlook.forecast.p50Ms.value);

const pointOf = (variant: PlannedVariant): string =>
  `${plainText(variant.name)} (${outlooks.durationOrCancelled(p50Of(variant))})`;

function countPhrase(count: number, fitting: number, windowMs: number | undefined): string {
  if (windowMs === undefined) return plural(count, 'variant');
  const window = formatDuration(windowMs);
  if (fitting === count) return `All ${plural(count, 'variant')} fit ${window}`;
  if (fitting === 0) return `None of ${plural(count, 'variant')} fits ${window} for sure`;
  return `${fitting} of ${plural(count, 'variant')} ${fitting === 1 ? 'fits' : 'fit'} ${window}`;
}

/** The path of a knob is not written with a capital. */
const sentence = (text: string): string => (text.includes(' = ') ? text : capital(text));

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
