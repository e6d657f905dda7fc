import { formatSignificant } from '../numbers.js';
import { FONT_SIZE, ink } from './chart.js';

/** A linear axis from 0 in some unit, with ticks at round values. */
export interface Scale {
  /** What one unit is worth in the data's own unit: milliseconds or bytes a second. */
  readonly unit: number;
  readonly unitName: string;
  /** In units. */
  readonly max: number;
  readonly interval: number;
}

const MS = { second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

const DECIMAL_STEPS = [1, 2, 5, 10];
/** Round values of clocks. */
const SIXTIETH_STEPS = [1, 2, 5, 10, 15, 20, 30, 60];
const HOUR_STEPS = [1, 2, 3, 4, 6, 12, 24];

/** An axis of time that ends where the data ends; `ticks` is how many intervals there may be. */
export function timeScale(endMs: number, ticks: number): Scale {
  const end = endMs > 0 ? endMs : 1;
  if (end < 2 * MS.second) return scaleOf(end, 1, 'ms', ticks, DECIMAL_STEPS);
  if (end < 3 * MS.minute) return scaleOf(end, MS.second, 's', ticks, SIXTIETH_STEPS);
  if (end < 3 * MS.hour) return scaleOf(end, MS.minute, 'min', ticks, SIXTIETH_STEPS);
  if (end < 3 * MS.day) return scaleOf(end, MS.hour, 'h', ticks, HOUR_STEPS);
  return scaleOf(end, MS.day, 'd', ticks, DECIMAL_STEPS);
}

/** A scale that need not begin at 0. */
export interface Span extends Scale {
  /** In units. */
  readonly min: number;
}

/** An axis of time from one round value to another, with everything between the two times. */
export function timeSpan(fromMs: number, toMs: number, ticks: number): Span {
  const { unit, unitName } = timeScale(toMs, ticks);
  const interval = roundStep((toMs - fromMs) / unit / ticks, DECIMAL_STEPS);
  return {
    unit,
    unitName,
    interval,
    min: Math.floor(fromMs / unit / interval) * interval,
    max: Math.ceil(toMs / unit / interval) * interval,
  };
}

function scaleOf(
  end: number,
  unit: number,
  unitName: string,
  ticks: number,
  steps: readonly number[],
): Scale {
  const max = end / unit;
  return { unit, unitName, max, interval: roundStep(max / ticks, steps) };
}

/** The least round step that is at least `least`. */
function roundStep(least: number, steps: readonly number[]): number {
  const listed = least >= 1 ? steps.find((step) => step >= least) : undefined;
  if (listed !== undefined) return listed;
  const power = 10 ** Math.floor(Math.log10(least));
  return power * (DECIMAL_STEPS.find((step) => step * power >= least * (1 - 1e-9)) ?? 10);
}

const RATE_UNITS = [
  { unit: 1e18, unitName: 'EB/s' },
  { unit: 1e15, unitName: 'PB/s' },
  { unit: 1e12, unitName: 'TB/s' },
  { unit: 1e9, unitName: 'GB/s' },
  { unit: 1e6, unitName: 'MB/s' },
  { unit: 1e3, unitName: 'kB/s' },
] as const;
/** MB/s is what people think in: other units only where there would be too many or too few digits. */
const LARGEST_IN_UNIT = 10;

/** An axis of bytes a second that ends at a round value above `largest`. */
export function rateScale(largest: number, ticks: number): Scale {
  const top = largest > 0 ? largest : 1e6;
  const { unit, unitName } = RATE_UNITS.find(
    (candidate) => top >= candidate.unit * (candidate.unit > 1e6 ? LARGEST_IN_UNIT : 1),
  ) ?? { unit: 1, unitName: 'B/s' };
  const interval = roundStep((top * 1.02) / unit / ticks, DECIMAL_STEPS);
  return { unit, unitName, interval, max: Math.ceil((top * 1.02) / unit / interval) * interval };
}

const LABEL = { color: ink('muted'), fontSize: FONT_SIZE };
const LINE = { lineStyle: { color: ink('line') } };

/** The time axis of a chart, titled with its unit. */
export function timeAxis({ max, interval, unitName }: Scale, title = 'time since the statement'): object {
  return {
    type: 'value',
    min: 0,
    max,
    interval,
    name: `${title}, ${unitName}`,
    nameLocation: 'middle',
    nameGap: 28,
    nameTextStyle: LABEL,
    axisLine: { ...LINE, show: true },
    axisTick: { ...LINE, show: true },
    splitLine: { show: false },
    axisLabel: { ...LABEL, formatter: (value: number) => tickLabel(value, interval), hideOverlap: true },
  };
}

/** The end of the data is seldom a round value: the tick there stays, its label goes. */
function tickLabel(value: number, interval: number): string {
  const steps = value / interval;
  return Math.abs(steps - Math.round(steps)) > 1e-6 ? '' : formatStep(value, interval);
}

const MOST_DECIMALS = 6;

/** With as many decimals as the steps have: with three digits only, neighbours such as 103.25 and 103.5 would look alike. */
export function formatStep(value: number, interval: number): string {
  const rounded = roundOff(value);
  for (let decimals = 0; decimals <= MOST_DECIMALS; decimals++) {
    const scaled = interval * 10 ** decimals;
    if (scaled >= 0.5 && Math.abs(scaled - Math.round(scaled)) < 1e-6)
      return rounded.toLocaleString('en-US', { maximumFractionDigits: decimals });
  }
  return formatSignificant(rounded);
}

/** A vertical axis of rates, with lines across the chart. */
export function rateAxis({ max, interval, unitName }: Scale, left: number): object {
  return {
    type: 'value',
    min: 0,
    max,
    interval,
    name: unitName,
    nameLocation: 'end',
    nameGap: 12,
    nameTextStyle: { ...LABEL, align: 'left', padding: [0, 0, 0, 8 - left] },
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { ...LINE, show: true },
    axisLabel: { ...LABEL, formatter: (value: number) => formatSignificant(roundOff(value)) },
  };
}

/** Ticks are multiples that were added up: 0.30000000000000004. */
const roundOff = (value: number): number => Number(value.toPrecision(9));

/** The longest label an axis will have, for leaving it room. */
export const widestLabel = ({ max, interval }: Scale): string =>
  [formatSignificant(roundOff(max)), formatSignificant(roundOff(max - interval))].toSorted(
    (a, b) => b.length - a.length,
  )[0]!;
