import type { VariantReport } from '../../world/result.js';
import { hasFailed, mainRun, overallRate } from '../facts.js';
import { formatMegabytes, ratio } from '../numbers.js';
import { variantNames } from '../sweep-table.js';
import { truncate } from '../text.js';
import { rateAxis, rateScale, widestLabel } from './axis.js';
import { drawSvg, ink, labelText, textWidth, type ColorName } from './chart.js';
import { isNarrow, type Figure, type Paper } from './figure.js';

const HEIGHT = 320;
/** Past this many times the best result the ideal line leaves the picture: it must not flatten the rest. */
const MOST_IDEAL = 1.6;

interface Points {
  readonly labels: readonly string[];
  readonly head: string;
  readonly predicted: readonly (number | null)[];
  readonly measured?: readonly (number | null)[];
  readonly ideal?: readonly (number | null)[];
}

/** Throughput by variant, predicted and measured; where the variants differ in nodes, also what ideal scaling gives. */
export function scalingFigure(variants: readonly VariantReport[]): Figure | undefined {
  const points = pointsOf(variants);
  const largest = Math.max(0, ...[...points.predicted, ...(points.measured ?? [])].map((rate) => rate ?? 0));
  if (largest === 0) return undefined;
  const isMeasured = points.measured !== undefined;
  return {
    title: 'Throughput of the variants',
    ...(points.ideal ? { caption: 'Ideal: the throughput of the first variant, times its nodes.' } : {}),
    legend: [
      ...(isMeasured ? [{ name: 'measured', color: 'measured', mark: 'dots' } as const] : []),
      { name: 'predicted', color: 'predicted', mark: isMeasured ? 'line' : 'dots' },
      ...(points.ideal ? [{ name: 'ideal', color: 'ideal', mark: 'line' } as const] : []),
    ],
    description: describe(points),
    draw: (paper) => draw(paper, points, largest),
  };
}

function pointsOf(variants: readonly VariantReport[]): Points {
  const { head, values } = variantNames(variants);
  const rate = (run: VariantReport['predicted'] | undefined): number | null =>
    run === undefined || hasFailed(run) ? null : (overallRate(run) ?? null);
  const first = variants[0]!;
  const firstRate = rate(mainRun(first));
  const varies = variants.some(({ nodes }) => nodes !== first.nodes);
  const ideal = variants.map(({ nodes }) => ratio((firstRate ?? 0) * nodes, first.nodes) ?? null);
  return {
    labels: values,
    head,
    predicted: variants.map(({ predicted }) => rate(predicted)),
    ...(variants.some(({ measured }) => measured)
      ? { measured: variants.map(({ measured }) => rate(measured)) }
      : {}),
    ...(varies && firstRate !== null ? { ideal } : {}),
  };
}

function describe({ labels, predicted, measured }: Points): string {
  const megabytes = (rate: number | null | undefined): string => `${formatMegabytes(rate ?? undefined)} MB/s`;
  return labels
    .map((label, i) => {
      const was = measured ? `${megabytes(measured[i])} measured, ` : '';
      return `${label}: ${was}${megabytes(predicted[i])} predicted`;
    })
    .join('; ');
}

function draw(paper: Paper, points: Points, largest: number): string {
  const { labels, head, predicted, measured, ideal } = points;
  const top = Math.min(largest * MOST_IDEAL, Math.max(largest, ...(ideal ?? []).map((rate) => rate ?? 0)));
  const rates = rateScale(top, 5);
  const left = textWidth(widestLabel(rates)) + 18;
  const room = (paper.width - left - 24) / labels.length;
  const most = Math.max(1, ...labels.map((label) => textWidth(truncate(label, 24))));
  const every = Math.max(1, Math.ceil(Math.min(most + 8, 90) / room));
  const fits = Math.max(3, Math.floor((room * every - 8) / textWidth('x')));
  const inUnits = (rate: number | null): number | null => (rate === null ? null : rate / rates.unit);
  const line = (values: readonly (number | null)[], color: ColorName, kind: LineKind): object =>
    lineSeries(values.map(inUnits), color, kind);
  return drawSvg(
    { ...paper, height: HEIGHT },
    {
      grid: { left, right: 24, top: 34, bottom: 52 },
      xAxis: {
        type: 'category',
        data: labels.map((label) => labelText(truncate(label, fits))),
        boundaryGap: true,
        name: labelText(truncate(head, isNarrow(paper) ? 40 : 100)),
        nameLocation: 'middle',
        nameGap: 30,
        nameTextStyle: { color: ink('muted'), fontSize: 12 },
        axisLine: { lineStyle: { color: ink('line') } },
        axisTick: { show: false },
        axisLabel: { color: ink('text'), fontSize: 12, interval: (index: number) => index % every === 0 },
      },
      yAxis: rateAxis(rates, left),
      series: [
        ...(ideal ? [line(ideal, 'ideal', 'dotted')] : []),
        ...(measured ? [line(measured, 'measured', 'solid')] : []),
        line(predicted, 'predicted', measured ? 'dashed' : 'solid'),
      ],
    },
  );
}

type LineKind = 'solid' | 'dashed' | 'dotted';
const DASHES: Readonly<Record<LineKind, 'solid' | readonly number[]>> = {
  solid: 'solid',
  dashed: [5, 3],
  dotted: [2, 4],
};

function lineSeries(data: readonly (number | null)[], color: ColorName, kind: LineKind): object {
  const hollow = kind === 'dashed';
  return {
    type: 'line',
    silent: true,
    clip: true,
    data,
    showSymbol: kind !== 'dotted',
    z: kind === 'dotted' ? 2 : 3,
    symbol: hollow ? 'diamond' : 'circle',
    symbolSize: hollow ? 15 : 8,
    lineStyle: { color: ink(color), width: kind === 'dotted' ? 1.5 : 2, type: DASHES[kind] },
    itemStyle: {
      color: hollow ? 'transparent' : ink(color),
      ...(hollow ? { borderColor: ink(color), borderWidth: 2 } : {}),
    },
  };
}
