import { plural } from '../../base/text.js';
import { formatDuration } from '../../base/units.js';
import type { Forecast } from '../../world/outlook.js';
import { formatShare } from '../numbers.js';
import { isExact, msOf } from '../outlook-facts.js';
import { timeAxis, timeSpan, type Span } from './axis.js';
import { drawSvg, ink, type ColorName } from './chart.js';
import { isNarrow, type Figure, type Paper } from './figure.js';

const HEIGHT = 260;
const MOST_BINS = 30;
/** A window this many times as far from the durations as they are from each other is told, and not drawn. */
const FAR = 2;

/** A vertical line with a word at its end. */
interface Mark {
  readonly ms: number;
  readonly name: string;
  readonly color: ColorName;
}

interface Bins {
  readonly fromMs: number;
  readonly widthMs: number;
  readonly counts: readonly number[];
}

/** How long the runs took: a histogram, with the median, the 95th percentile and the window. */
export function distributionFigure(forecast: Forecast, windowMs: number | undefined): Figure | undefined {
  const finished = forecast.durationsMs.map(msOf).filter(Number.isFinite);
  if (isExact(forecast) || finished.length < 2) return undefined;
  const [leastMs, mostMs] = [Math.min(...finished), Math.max(...finished)];
  if (leastMs === mostMs) return undefined;
  const room = FAR * (mostMs - leastMs);
  const isNear = windowMs !== undefined && windowMs >= leastMs - room && windowMs <= mostMs + room;
  const all: readonly Mark[] = [
    { ms: msOf(forecast.p50Ms.value), name: 'p50', color: 'text' },
    { ms: msOf(forecast.p95Ms.value), name: 'p95', color: 'text' },
    ...(isNear ? [{ ms: windowMs, name: 'window', color: 'predicted' } as const] : []),
  ];
  const marks = all.filter(({ ms }) => Number.isFinite(ms));
  const cancelled = forecast.durationsMs.length - finished.length;
  const bins = binsOf(finished, leastMs, mostMs);
  return {
    title: 'How long the runs took',
    caption: captionOf(windowMs, isNear, cancelled),
    legend: [
      { name: 'runs', color: 'measured', mark: 'box' },
      ...(isNear ? [{ name: 'window', color: 'predicted', mark: 'box' } as const] : []),
    ],
    description: describe(bins, forecast),
    draw: (paper) => draw(paper, bins, marks),
  };
}

function captionOf(windowMs: number | undefined, isNear: boolean, cancelled: number): string {
  const window =
    windowMs === undefined || isNear
      ? ''
      : ` The window of ${formatDuration(windowMs)} lies beyond the picture.`;
  const left = cancelled === 0 ? '' : ` ${plural(cancelled, 'run')} that ended in cancellation are left out.`;
  return `Each bar counts the runs whose duration lies within its width.${window}${left}`;
}

function binsOf(durationsMs: readonly number[], leastMs: number, mostMs: number): Bins {
  const count = Math.min(MOST_BINS, Math.ceil(Math.sqrt(durationsMs.length)) + 1);
  const widthMs = (mostMs - leastMs) / count;
  const counts = new Array<number>(count).fill(0);
  for (const ms of durationsMs) counts[Math.min(count - 1, Math.floor((ms - leastMs) / widthMs))]! += 1;
  return { fromMs: leastMs, widthMs, counts };
}

function describe({ fromMs, widthMs, counts }: Bins, { p50Ms, p95Ms }: Forecast): string {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const countOf = new Map<string, number>();
  for (const [i, count] of counts.entries()) {
    const [from, to] = [formatDuration(fromMs + i * widthMs), formatDuration(fromMs + (i + 1) * widthMs)];
    // Narrow ones that read the same are one to those who hear them.
    const range = from === to ? from : `${from} to ${to}`;
    if (count > 0) countOf.set(range, (countOf.get(range) ?? 0) + count);
  }
  const parts = [...countOf].map(([range, count]) => `${range}: ${formatShare(count / total)}`);
  return `p50 ${formatDuration(msOf(p50Ms.value))}, p95 ${formatDuration(msOf(p95Ms.value))}; ${parts.join('; ')}`;
}

function draw(paper: Paper, bins: Bins, marks: readonly Mark[]): string {
  const ends = [bins.fromMs, bins.fromMs + bins.widthMs * bins.counts.length, ...marks.map(({ ms }) => ms)];
  const span = timeSpan(Math.min(...ends), Math.max(...ends), isNarrow(paper) ? 4 : 8);
  const most = Math.max(...bins.counts);
  return drawSvg(
    { ...paper, height: HEIGHT },
    {
      grid: { left: 16, right: 24, top: 34, bottom: 48 },
      xAxis: { ...timeAxis(span, 'duration'), min: span.min, max: span.max },
      yAxis: { type: 'value', min: 0, max: most, show: false },
      series: [bars(bins, span), ...marks.map((mark) => line(mark, span))],
    },
  );
}

interface Coordinates {
  readonly value: (dimension: number) => number;
  readonly coord: (point: readonly [number, number]) => readonly [number, number];
}

const bars = ({ fromMs, widthMs, counts }: Bins, { unit }: Span): object => ({
  type: 'custom',
  silent: true,
  data: counts.map((count, i) => [(fromMs + i * widthMs) / unit, (fromMs + (i + 1) * widthMs) / unit, count]),
  renderItem: (_params: unknown, api: Coordinates) => {
    const [left, top] = api.coord([api.value(0), api.value(2)]);
    const [right, bottom] = api.coord([api.value(1), 0]);
    return {
      type: 'rect',
      shape: { x: left + 0.5, y: top, width: Math.max(1, right - left - 1), height: bottom - top },
      style: { fill: ink('measured') },
    };
  },
});

/** A series without points of its own, which carries the mark. */
const line = ({ ms, name, color }: Mark, { unit }: Span): object => ({
  type: 'line',
  silent: true,
  data: [],
  markLine: {
    silent: true,
    symbol: 'none',
    data: [{ xAxis: ms / unit }],
    lineStyle: { color: ink(color), width: 2, type: name === 'window' ? 'solid' : [4, 4] },
    label: { formatter: () => name, position: 'end', color: ink('text'), fontSize: 12 },
  },
});
