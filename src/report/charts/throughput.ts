import { formatDuration } from '../../base/units.js';
import type { RunResult } from '../../world/result.js';
import { overallRate } from '../facts.js';
import { formatMegabytes, formatSignificant } from '../numbers.js';
import { rateAxis, rateScale, timeAxis, timeScale, widestLabel, type Scale } from './axis.js';
import { rateSteps, stepLengthMs, type Step } from './buckets.js';
import { drawSvg, ink, textWidth, type ColorName } from './chart.js';
import { isNarrow, type Figure, type Paper } from './figure.js';

const HEIGHT = 280;
const MOST_STEPS = { wide: 160, narrow: 60 } as const;

/** Throughput over time, measured and predicted in one picture; nothing where no bytes were moved. */
export function throughputFigure(measured: RunResult | undefined, predicted: RunResult): Figure | undefined {
  const main = measured ?? predicted;
  const average = overallRate(main);
  const runs = measured ? [measured, predicted] : [predicted];
  const endMs = Math.max(...runs.map((run) => run.totals.durationMs));
  if (average === undefined || main.throughput.bytes.length === 0) return undefined;
  const averagedMs = Math.min(stepLengthMs(main.throughput, MOST_STEPS.wide), main.totals.durationMs);
  return {
    title: 'Throughput over time',
    caption: `Averaged over ${formatDuration(averagedMs)} each. The line is the average over the whole job.`,
    legend: [
      ...(measured ? [{ name: 'measured', color: 'measured', mark: 'area' } as const] : []),
      { name: 'predicted', color: 'predicted', mark: measured ? 'line' : 'area' },
    ],
    description: describe(measured, predicted),
    draw: (paper) => draw(paper, measured, predicted, average, endMs),
  };
}

function describe(measured: RunResult | undefined, predicted: RunResult): string {
  const one = (name: string, run: RunResult): string =>
    `${name}: ${formatMegabytes(overallRate(run))} MB/s on average over ${formatDuration(run.totals.durationMs)}`;
  return `${measured ? `${one('Measured', measured)}; ${one('predicted', predicted)}` : one('Predicted', predicted)}.`;
}

function draw(
  paper: Paper,
  measured: RunResult | undefined,
  predicted: RunResult,
  average: number,
  endMs: number,
): string {
  const most = isNarrow(paper) ? MOST_STEPS.narrow : MOST_STEPS.wide;
  const stepsOf = (run: RunResult): readonly Step[] => rateSteps(run.throughput, run.totals.durationMs, most);
  const measuredSteps = measured ? stepsOf(measured) : [];
  const predictedSteps = stepsOf(predicted);
  const peak = Math.max(average, ...[...measuredSteps, ...predictedSteps].map(([, , rate]) => rate));
  const time = timeScale(endMs, isNarrow(paper) ? 5 : 10);
  const rates = rateScale(peak, 5);
  const left = textWidth(widestLabel(rates)) + 18;
  const averageLabel = `avg ${formatSignificant(average / rates.unit)}`;
  const main = measured ? 'measured' : 'predicted';
  return drawSvg(
    { ...paper, height: HEIGHT },
    {
      grid: { left, right: textWidth(averageLabel) + 12, top: 34, bottom: 48 },
      xAxis: timeAxis(time),
      yAxis: rateAxis(rates, left),
      series: [
        ...(measured ? [stepLine(measuredSteps, time, rates, 'measured', true)] : []),
        stepLine(predictedSteps, time, rates, 'predicted', !measured),
        averageLine(average / rates.unit, averageLabel, main),
      ],
    },
  );
}

function stepLine(
  steps: readonly Step[],
  time: Scale,
  rates: Scale,
  color: ColorName,
  filled: boolean,
): object {
  const points = steps.map(([startMs, , rate]) => [startMs / time.unit, rate / rates.unit]);
  const last = steps.at(-1);
  return {
    type: 'line',
    step: 'end',
    showSymbol: false,
    silent: true,
    z: filled ? 2 : 3,
    data: last ? [...points, [last[1] / time.unit, last[2] / rates.unit], [last[1] / time.unit, 0]] : points,
    lineStyle: { color: ink(color), width: filled ? 1.5 : 2, type: filled ? 'solid' : [5, 3] },
    ...(filled ? { areaStyle: { color: ink(color), opacity: 0.22 } } : {}),
  };
}

function averageLine(value: number, label: string, color: ColorName): object {
  return {
    type: 'line',
    data: [],
    silent: true,
    markLine: {
      silent: true,
      symbol: 'none',
      precision: 12,
      data: [{ yAxis: value }],
      lineStyle: { color: ink(color), width: 1, type: 'solid', opacity: 0.8 },
      label: {
        formatter: () => label,
        color: ink('text'),
        fontSize: 12,
        position: 'end',
        textBorderWidth: 0,
      },
    },
  };
}
