import { plural } from '../base/text.js';
import type { RunResult, VariantReport } from '../world/result.js';
import { hasFailed, mainRun } from './facts.js';
import { formatShare, formatSignificant, rateOf, ratio } from './numbers.js';
import { amountOf, isResource, sweptKnobs, type SweptKnob } from './sweep-knobs.js';

/** How throughput follows what was added: nodes, or another resource. */
export interface Scaling {
  /** What was added: `nodes`, or the name of a knob. */
  readonly resource: string;
  /** In the order of the variants. */
  readonly points: readonly ScalingPoint[];
  /** The variant that has least and did not fail: ideal scaling is a line through it. */
  readonly base: number;
  /** The variant with most that did not fail. */
  readonly last: number;
  /** Of a sweep over one knob, which goes far enough to tell what a doubling saves. */
  readonly knee?: Knee;
}

export interface Knee {
  /** The variant from which on a doubling saves less than KNEE_SAVING; undefined where it saves that up to the end. */
  readonly at: number | undefined;
}

export interface ScalingPoint {
  /** Nodes, or what the knob's value counts; undefined for a value that is no number. */
  readonly amount: number | undefined;
  /** Bytes a second; undefined where the run failed. */
  readonly rate: number | undefined;
  /** Bytes a second, if what was added had done as much as what was there before. */
  readonly idealRate: number | undefined;
  /** `rate / idealRate`: how much each node does, of what it did at the base. */
  readonly efficiency: number | undefined;
}

/** Ideally a doubling saves half of the time; beyond the knee it saves less than half of that. */
export const KNEE_SAVING = 0.25;

/** Where a sweep ends before a doubling, so much more must do to tell what one would save. */
const LEAST_FACTOR = Math.SQRT2;

/** How long a variant takes: as measured, else as predicted; undefined where it fails. */
export const variantDurationMs = (variant: VariantReport): number | undefined =>
  variant.measured ? durationOf(variant.measured) : predictedDurationMs(variant);

/** The median of a plan's repetitions, where there are some. */
export function predictedDurationMs({ predicted, outlook }: VariantReport): number | undefined {
  if (!outlook) return durationOf(predicted);
  // As JSON, Infinity is null.
  const p50Ms: number | null = outlook.forecast.p50Ms.value;
  return p50Ms !== null && Number.isFinite(p50Ms) ? p50Ms : undefined;
}

const durationOf = (run: RunResult): number | undefined =>
  hasFailed(run) ? undefined : run.totals.durationMs;

/** Bytes a second over that time. */
export function variantRate(variant: VariantReport): number | undefined {
  const durationMs = variantDurationMs(variant);
  return durationMs === undefined ? undefined : rateOf(mainRun(variant).totals.movedBytes, durationMs);
}

export function predictedRate(variant: VariantReport): number | undefined {
  const durationMs = predictedDurationMs(variant);
  return durationMs === undefined ? undefined : rateOf(variant.predicted.totals.movedBytes, durationMs);
}

/** Undefined where nothing was added, or it cannot be counted. */
export function scalingOf(variants: readonly VariantReport[]): Scaling | undefined {
  const swept = sweptKnobs(variants);
  const knob = swept?.knobs.length === 1 ? swept.knobs[0]! : undefined;
  if (swept && !knob) return undefined;
  const counted = countedBy(variants, knob);
  if (counted === undefined) return undefined;
  const { resource, amounts } = counted;
  const rates = variants.map(variantRate);
  const order = amounts
    .flatMap((amount, i) => (amount !== undefined && amount > 0 && rates[i] !== undefined ? [i] : []))
    .toSorted((a, b) => amounts[a]! - amounts[b]!);
  const base = order[0];
  const last = order.at(-1);
  if (base === undefined || last === undefined || amounts[base] === amounts[last]) return undefined;
  const points = variants.map((_, i): ScalingPoint => {
    const amount = amounts[i];
    const times = amount === undefined ? undefined : ratio(amount, amounts[base]!);
    const idealRate = times === undefined ? undefined : rates[base]! * times;
    const efficiency =
      rates[i] === undefined || idealRate === undefined ? undefined : ratio(rates[i], idealRate);
    return { amount, rate: rates[i], idealRate, efficiency };
  });
  // Named variants may differ in more than what was counted.
  const knee = knob && kneeOf(order.map((i) => ({ i, amount: amounts[i]!, rate: rates[i]! })));
  return { resource, points, base, last, ...(knee ? { knee } : {}) };
}

function countedBy(
  variants: readonly VariantReport[],
  knob: SweptKnob | undefined,
): { resource: string; amounts: readonly (number | undefined)[] } | undefined {
  if (variants.some(({ nodes }) => nodes !== variants[0]!.nodes))
    return { resource: 'nodes', amounts: variants.map(({ nodes }) => nodes) };
  if (knob === undefined || !isResource(knob.name)) return undefined;
  return { resource: knob.name, amounts: knob.values.map(amountOf) };
}

interface Sample {
  readonly i: number;
  readonly amount: number;
  readonly rate: number;
}

/**
 * The smallest amount from which on no doubling saves KNEE_SAVING any more. What a doubling saves is read between the
 * points; where the sweep ends before it, from the last point. Samples are in ascending order of their amounts.
 */
function kneeOf(samples: readonly Sample[]): Knee | undefined {
  let knee: Knee | undefined;
  for (const sample of samples) {
    const saved = savedByDoubling(sample, samples);
    if (saved === undefined) break;
    knee = { at: saved < KNEE_SAVING ? (knee?.at ?? sample.i) : undefined };
  }
  return knee;
}

/** The share of the time that twice the amount saves; undefined where the sweep does not go far enough to tell. */
function savedByDoubling({ amount, rate }: Sample, samples: readonly Sample[]): number | undefined {
  const last = samples.at(-1)!;
  const factor = Math.min(2, last.amount / amount);
  if (factor < LEAST_FACTOR * (1 - 1e-9)) return undefined;
  const speedUp = rateAt(amount * factor, samples) / rate;
  return 1 - speedUp ** -(Math.LN2 / Math.log(factor));
}

/** Between two points as a power of the amount. */
function rateAt(amount: number, samples: readonly Sample[]): number {
  const above = samples.findIndex((sample) => sample.amount >= amount * (1 - 1e-9));
  const right = samples[above] ?? samples.at(-1)!;
  const left = samples[above - 1] ?? right;
  if (right.amount === left.amount || right.amount <= amount) return right.rate;
  const part = Math.log(amount / left.amount) / Math.log(right.amount / left.amount);
  return left.rate * (right.rate / left.rate) ** part;
}

/** `75 %`; more than 100 % where what was added does more than what was there before. */
export const formatEfficiency = (efficiency: number | undefined): string =>
  efficiency === undefined || efficiency < 0.5
    ? formatShare(efficiency)
    : `${Math.round(efficiency * 100)} %`;

/** How well it scales, and where that ends, in sentences; nothing of what is no sweep over a resource. */
export function scalingRemarks(variants: readonly VariantReport[]): readonly string[] {
  const scaling = scalingOf(variants);
  if (!scaling?.knee) return [];
  const { base, last, knee } = scaling;
  const efficiency = scaling.points[last]!.efficiency;
  const times = ratio(scaling.points[last]!.rate!, scaling.points[base]!.rate!);
  const at = (i: number): string => amountText(scaling, variants, i);
  const share = formatShare(KNEE_SAVING);
  return [
    knee.at === undefined
      ? `No knee up to ${at(last)}: a doubling still saves ${share} of the time or more.`
      : `The knee is at ${at(knee.at)}: from there on a doubling saves less than ${share} of the time (ideal: 50 %).`,
    `With ${at(last)} it is ${formatSignificant(times ?? 1)} times as fast as with ${at(base)}: ` +
      `${formatEfficiency(efficiency)} of what ideal scaling gives.`,
  ];
}

/** `4 nodes`, `engine.uploadWorkers = 4`. */
function amountText({ resource, points }: Scaling, variants: readonly VariantReport[], i: number): string {
  if (resource === 'nodes') return plural(points[i]!.amount!, 'node');
  const swept = sweptKnobs(variants)!;
  return `${resource} = ${swept.knobs[0]!.values[i]}`;
}
