import { formatDuration } from '../../base/units.js';
import type { RunResult } from '../../world/result.js';
import { statesOf, timeInStates } from '../facts.js';
import { formatShare, ratio } from '../numbers.js';
import { plainText } from '../text.js';
import { timeAxis, timeScale } from './axis.js';
import { drawSvg, ink, textWidth, type ColorName } from './chart.js';
import { isNarrow, type Figure, type Paper } from './figure.js';

const BAR_HEIGHT = 40;
const BAR_GAP = 14;
const TOP = 8;
const BOTTOM = 48;

/** The same state has the same colour on every page; the longest ones lie far apart for the colour-blind too. */
const COLORS: Readonly<Record<string, ColorName>> = {
  PENDING: 'state-5',
  SNAPSHOTING: 'state-1',
  UPLOAD_SNAPSHOT: 'state-3',
  UPLOADING: 'state-0',
  SAVE_META: 'state-2',
  UPLOAD_INFO: 'state-4',
  DOWNLOAD: 'state-3',
  DOWNLOADING: 'state-0',
  COMMIT: 'state-2',
  COMMITTING: 'state-4',
};
const OTHER_COLORS: readonly ColorName[] = ['state-6', 'state-7'];

/** Where the time went: one bar for the measurement, one for the prediction. */
export function statesFigure(measured: RunResult | undefined, predicted: RunResult): Figure | undefined {
  const bars = [
    ...(measured ? [{ name: 'measured', run: measured }] : []),
    { name: 'predicted', run: predicted },
  ];
  const endMs = Math.max(...bars.map(({ run }) => run.totals.durationMs));
  const states = statesOf(measured, predicted);
  if (!(endMs > 0) || states.length === 0) return undefined;
  return {
    title: 'Where the time went',
    legend: states.map((state) => ({ name: state, color: colorOf(state, states), mark: 'box' })),
    description: bars.map(({ name, run }) => `${name}: ${describe(run)}`).join('; '),
    draw: (paper) => draw(paper, bars, states, endMs),
  };
}

function colorOf(state: string, states: readonly string[]): ColorName {
  const others = states.filter((name) => !Object.hasOwn(COLORS, name));
  return Object.hasOwn(COLORS, state)
    ? COLORS[state]!
    : OTHER_COLORS[others.indexOf(state) % OTHER_COLORS.length]!;
}

function describe(run: RunResult): string {
  return [...timeInStates(run)]
    .map(
      ([state, ms]) =>
        `${plainText(state)} ${formatDuration(ms)} (${formatShare(ratio(ms, run.totals.durationMs))})`,
    )
    .join(', ');
}

interface Bar {
  readonly name: string;
  readonly run: RunResult;
}

function draw(paper: Paper, bars: readonly Bar[], states: readonly string[], endMs: number): string {
  const time = timeScale(endMs, isNarrow(paper) ? 5 : 10);
  const left = textWidth('predicted') + 12;
  const right = 18;
  const pixelsPerMs = (paper.width - left - right) / endMs;
  const times = bars.map(({ run }) => timeInStates(run));
  return drawSvg(
    { ...paper, height: TOP + BOTTOM + bars.length * (BAR_HEIGHT + BAR_GAP) },
    {
      grid: { left, right, top: TOP, bottom: BOTTOM },
      xAxis: timeAxis(time),
      yAxis: {
        type: 'category',
        inverse: true,
        data: bars.map(({ name }) => name),
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: { color: ink('text'), fontSize: 12 },
      },
      series: states.map((state) => ({
        type: 'bar',
        stack: 'states',
        silent: true,
        barWidth: BAR_HEIGHT,
        itemStyle: { color: ink(colorOf(state, states)), borderColor: ink('surface'), borderWidth: 1 },
        data: times.map((inStates) =>
          segment(state, inStates.get(state) ?? 0, time.unit, pixelsPerMs, states),
        ),
      })),
    },
  );
}

/** A label stands only where it fits into its segment. */
function segment(
  state: string,
  ms: number,
  unitMs: number,
  pixelsPerMs: number,
  states: readonly string[],
): object {
  const room = ms * pixelsPerMs - 10;
  const long = `${plainText(state)} ${formatDuration(ms)}`;
  const text = [long, formatDuration(ms)].find((candidate) => textWidth(candidate) <= room);
  const dark = colorOf(state, states) === 'state-0';
  return {
    value: ms / unitMs,
    label: {
      show: text !== undefined,
      position: 'inside',
      formatter: () => text ?? '',
      fontSize: 12,
      color: ink(dark ? 'on-dark' : 'on-light'),
      textBorderWidth: 0,
    },
  };
}
