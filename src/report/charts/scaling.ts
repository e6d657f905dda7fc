import type { VariantReport } from '../../world/result.js';
import { hasFailed, overallRate } from '../facts.js';
import { formatMegabytes, formatShare } from '../numbers.js';
import { sweptKnobs } from '../sweep-knobs.js';
import { KNEE_SAVING, predictedRate, scalingOf, scalingRemarks, type Scaling } from '../sweep-scaling.js';
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
  /** Whether one variant comes after the other, so that a line between them says something. */
  readonly isOrdered: boolean;
  readonly predicted: readonly (number | null)[];
  readonly measured?: readonly (number | null)[];
  readonly ideal?: readonly (number | null)[];
  readonly knee?: number;
}

/**
 * Throughput by variant, predicted and measured; where the variants differ in nodes or in another resource, also what
 * ideal scaling gives, and the knee.
 */
export function scalingFigure(variants: readonly VariantReport[]): Figure | undefined {
  const scaling = scalingOf(variants);
  const points = pointsOf(variants, scaling);
  const largest = Math.max(0, ...[...points.predicted, ...(points.measured ?? [])].map((rate) => rate ?? 0));
  if (largest === 0) return undefined;
  const isMeasured = points.measured !== undefined;
  return {
    title: 'Throughput of the variants',
    ...(scaling ? { caption: captionOf(scaling) } : {}),
    legend: [
      ...(isMeasured ? [{ name: 'measured', color: 'measured', mark: 'dots' } as const] : []),
      { name: 'predicted', color: 'predicted', mark: isMeasured ? 'line' : 'dots' },
      ...(points.ideal ? [{ name: 'ideal', color: 'ideal', mark: 'line' } as const] : []),
    ],
    description: [describe(points), ...scalingRemarks(variants)].join('. '),
    draw: (paper) => draw(paper, points, largest),
  };
}

function captionOf({ resource, knee }: Scaling): string {
  const ideal =
    resource === 'nodes'
      ? 'Ideal: each node does as much as with the fewest nodes.'
      : `Ideal: throughput in proportion to ${resource}.`;
  const share = formatShare(KNEE_SAVING);
  return knee?.at === undefined
    ? ideal
    : `${ideal} Knee: from there on a doubling saves less than ${share} of the time.`;
}

function pointsOf(variants: readonly VariantReport[], scaling: Scaling | undefined): Points {
  const { head, values } = variantNames(variants);
  const measuredRate = ({ measured }: VariantReport): number | null =>
    measured === undefined || hasFailed(measured) ? null : (overallRate(measured) ?? null);
  return {
    labels: values,
    head,
    isOrdered: scaling !== undefined || sweptKnobs(variants) !== undefined,
    predicted: variants.map((variant) => predictedRate(variant) ?? null),
    ...(variants.some(({ measured }) => measured) ? { measured: variants.map(measuredRate) } : {}),
    ...(scaling ? { ideal: scaling.points.map(({ idealRate }) => idealRate ?? null) } : {}),
    ...(scaling?.knee?.at === undefined ? {} : { knee: scaling.knee.at }),
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
  const { labels, head, isOrdered, predicted, measured, ideal, knee } = points;
  const top = Math.min(largest * MOST_IDEAL, Math.max(largest, ...(ideal ?? []).map((rate) => rate ?? 0)));
  const rates = rateScale(top, 5);
  const left = textWidth(widestLabel(rates)) + 18;
  const room = (paper.width - left - 24) / labels.length;
  const most = Math.max(1, ...labels.map((label) => textWidth(truncate(label, 24))));
  const every = Math.max(1, Math.ceil(Math.min(most + 8, 90) / room));
  const fits = Math.max(3, Math.floor((room * every - 8) / textWidth('x')));
  const inUnits = (rate: number | null): number | null => (rate === null ? null : rate / rates.unit);
  const line = (values: readonly (number | null)[], color: ColorName, kind: LineKind): object =>
    lineSeries(values.map(inUnits), color, kind, isOrdered);
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
        ...(knee === undefined ? [] : [kneeLine(knee)]),
      ],
    },
  );
}

/** A series without points of its own, which carries the mark. */
const kneeLine = (at: number): object => ({
  type: 'line',
  silent: true,
  data: [],
  markLine: {
    silent: true,
    symbol: 'none',
    data: [{ xAxis: at }],
    lineStyle: { color: ink('muted'), width: 1, type: [4, 4] },
    label: { formatter: () => 'knee', position: 'end', color: ink('text'), fontSize: 12 },
  },
});

type LineKind = 'solid' | 'dashed' | 'dotted';
const DASHES: Readonly<Record<LineKind, 'solid' | readonly number[]>> = {
  solid: 'solid',
  dashed: [5, 3],
  dotted: [2, 4],
};

function lineSeries(
  data: readonly (number | null)[],
  color: ColorName,
  kind: LineKind,
  isOrdered: boolean,
): object {
  const hollow = kind === 'dashed';
  const widthPx = kind === 'dotted' ? 1.5 : 2;
  return {
    type: 'line',
    silent: true,
    clip: true,
    data,
    showSymbol: kind !== 'dotted',
    z: kind === 'dotted' ? 2 : 3,
    symbol: hollow ? 'diamond' : 'circle',
    symbolSize: hollow ? 15 : 8,
    lineStyle: { color: ink(color), width: isOrdered ? widthPx : 0, type: DASHES[kind] },
    itemStyle: {
      color: hollow ? 'transparent' : ink(color),
      ...(hollow ? { borderColor: ink(color), borderWidth: 2 } : {}),
    },
  };
}
