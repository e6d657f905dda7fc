import { formatDuration } from '../base/units.js';
import type { Estimate, FitAnswer, Forecast, KnobGain } from '../world/outlook.js';
import { formatShare } from './numbers.js';
import { plainText } from './text.js';

/** From this chance on it is spoken of as sure; and of its opposite at the rest of it. */
export const SURE = 0.95;

/** A gain below this share of the duration is not worth a sentence. */
const LEAST_WORTH = 0.01;

/** JSON knows no Infinity: a duration that came back as null is that of a job which was cancelled. */
export const msOf = (value: number | null): number => value ?? Infinity;

/** A duration, or that there is none. */
export const durationOrCancelled = (value: number | null): string =>
  Number.isFinite(msOf(value)) ? formatDuration(msOf(value)) : 'cancelled';

/** Nothing in the scenario is random, so that every run is the same. */
export const isExact = ({ stopped }: Forecast): boolean => stopped === 'exact';

/** The chance to end within the window; that of the runs themselves where the forecast does not say. */
export function chanceToFit(forecast: Forecast, windowMs: number): number {
  if (forecast.fits) return forecast.fits.value;
  const { durationsMs } = forecast;
  const fitting = durationsMs.filter((ms) => msOf(ms) <= windowMs).length;
  return durationsMs.length === 0 ? 0 : fitting / durationsMs.length;
}

export type Fit = 'fits' | 'uncertain' | 'misses';

/** Whether a backup fits as surely as was asked, hardly ever, or in between; undefined where there is no window. */
export function fitOf(forecast: Forecast, windowMs: number | undefined): Fit | undefined {
  if (windowMs === undefined) return undefined;
  const chance = chanceToFit(forecast, windowMs);
  if (chance >= forecast.wanted) return 'fits';
  return chance <= 1 - SURE ? 'misses' : 'uncertain';
}

/** `2 h 48 min to 2 h 55 min`, `at least 2 h 48 min`; nothing where both ends are the same, or nobody knows. */
export function intervalText({ low, high }: Estimate, format: (value: number) => string): string {
  const isBelow = msOf(high) < Infinity;
  if (!isBelow) return low === 0 || msOf(low) === Infinity ? '' : `at least ${format(low)}`;
  const [from, to] = [format(low), format(high)];
  return from === to ? '' : `${from} to ${to}`;
}

/** `72 %`, `at least 96 %`. */
export const formatChance = (chance: number): string => formatShare(chance);

/** The most useful change, where it is worth telling. */
export function bestGain(gains: readonly KnobGain[], baseMs: number): KnobGain | undefined {
  const [best] = gains;
  return best !== undefined && msOf(best.gainMs) > baseMs * LEAST_WORTH ? best : undefined;
}

/** `1 → 2`. */
export const turnText = ({ from, to }: KnobGain): string => `${plainText(from)} → ${plainText(to)}`;

/** What knobs are called, where a number alone is their value: one of them, and several. */
const KNOB_NOUNS: Readonly<Record<string, readonly [string, string]>> = {
  'cluster.nodes': ['node', 'nodes'],
  'engine.uploadWorkers': ['upload worker a node', 'upload workers a node'],
  'engine.snapshotWorkers': ['snapshot worker a node', 'snapshot workers a node'],
  'engine.uploadTasksPerNode': ['upload task a node', 'upload tasks a node'],
  'engine.shardsPerTask': ['shard a task', 'shards a task'],
};

const nounsOf = (knob: string): readonly [string, string] | undefined =>
  Object.hasOwn(KNOB_NOUNS, knob) ? KNOB_NOUNS[knob] : undefined;

/** `12 nodes`, `repository.bandwidth = 2 GB/s`. */
export function knobValue({ knob }: Pick<FitAnswer, 'knob'>, value: string): string {
  const nouns = nounsOf(knob);
  if (nouns && /^[\d,]+$/.test(value)) return `${value} ${value === '1' ? nouns[0] : nouns[1]}`;
  return nouns && /^[\d,]+ \D/.test(value) ? plainText(value) : `${plainText(knob)} = ${plainText(value)}`;
}

/** Whether a sentence about `knobValue` has its verb in the plural. */
export const isPlural = (fit: Pick<FitAnswer, 'knob'>, value: string): boolean =>
  nounsOf(fit.knob) !== undefined && /^[\d,]+/.test(value) && !/^1(?: |$)/.test(value);

/** `number of nodes`, `value of repository.bandwidth`. */
export function knobKind({ knob }: Pick<FitAnswer, 'knob'>): string {
  const nouns = nounsOf(knob);
  return nouns ? `number of ${nouns[1]}` : `value of ${plainText(knob)}`;
}
