import { timeScale } from '../../report/charts/axis.js';
import { drawSvg, FONT_SIZE, ink, labelText, textWidth } from '../../report/charts/chart.js';
import { isNarrow, type Figure, type Paper } from '../../report/charts/figure.js';
import { plainText, truncate } from '../../report/text.js';
import type { History, Trend } from './history.js';
import { labelOf, ofWords, sizeOfChange, trendValue } from './words.js';

const HEIGHT = 240;
const TOP = 40;
const LONGEST_LABEL = 10;

/** A trend as a line from result to result, the levels that were found, and a mark where one gives way to the next. */
export function trendFigure(trend: Trend, history: History): Figure {
  const { name, kind, unit, changes } = trend;
  const of = ofWords(trend);
  const hasLevels = trend.unit === 'share';
  return {
    title: plainText(of === '' ? name : `${name}, ${of}`),
    legend: [
      { name: kind === 'wall' ? 'measured' : `${kind}, exact`, color: 'measured', mark: 'dots' },
      ...(hasLevels ? [{ name: 'level', color: 'predicted', mark: 'line' } as const] : []),
    ],
    description: changes
      .map((change) => {
        const at = labelOf(history.points[change.point]!);
        return `${trendValue(change.from, unit)} before ${at}, ${trendValue(change.to, unit)} since (${sizeOfChange(change)})`;
      })
      .join('; '),
    draw: (paper) => draw(paper, trend, history, hasLevels),
  };
}

function draw(paper: Paper, trend: Trend, history: History, hasLevels: boolean): string {
  const { values, points, changes, unit } = trend;
  const scale = scaleOf(values, unit);
  const labels = points.map((point) => truncate(labelOf(history.points[point]!), LONGEST_LABEL));
  const left = Math.max(44, textWidth(scale.label(Math.max(...values.map(scale.toAxis)))) + 26);
  const room = (paper.width - left - 24) / labels.length;
  const every = Math.max(1, Math.ceil((textWidth('0'.repeat(LONGEST_LABEL)) + 10) / room));
  const small = { color: ink('muted'), fontSize: FONT_SIZE };
  return drawSvg(
    { ...paper, height: HEIGHT },
    {
      grid: { left, right: 24, top: TOP, bottom: 34 },
      xAxis: {
        type: 'category',
        data: labels.map(labelText),
        boundaryGap: true,
        axisLine: { lineStyle: { color: ink('line') } },
        axisTick: { show: false },
        axisLabel: { ...small, interval: (index: number) => index % every === 0 },
      },
      yAxis: {
        type: 'value',
        scale: true,
        splitNumber: 4,
        name: labelText(scale.name),
        nameTextStyle: { ...small, align: 'left', padding: [0, 0, 0, 8 - left] },
        axisLine: { show: false },
        axisTick: { show: false },
        splitLine: { lineStyle: { color: ink('line') } },
        axisLabel: { ...small, formatter: scale.label },
      },
      series: [
        {
          type: 'line',
          silent: true,
          data: values.map(scale.toAxis),
          symbol: 'circle',
          symbolSize: isNarrow(paper) ? 4 : 6,
          lineStyle: { color: ink('measured'), width: hasLevels ? 1 : 2 },
          itemStyle: { color: ink('measured') },
        },
        ...(hasLevels ? [levels(trend, scale)] : []),
        {
          type: 'line',
          silent: true,
          data: [],
          markLine: {
            silent: true,
            symbol: 'none',
            lineStyle: { color: ink('muted'), width: 1, type: [4, 4] },
            data: changes.map(({ point }) => ({
              xAxis: points.indexOf(point),
              label: {
                formatter: () => labels[points.indexOf(point)]!,
                position: 'end',
                color: ink('text'),
                fontSize: FONT_SIZE,
              },
            })),
          },
        },
      ],
    },
  );
}

/** The median of each stretch between two changes. */
function levels({ values, points, changes }: Trend, { toAxis }: AxisScale): object {
  const starts = changes.map(({ point }) => points.indexOf(point));
  const data = values.map((_, i) => {
    const next = starts.findIndex((start) => start > i);
    if (changes.length === 0) return null;
    return toAxis(next === -1 ? changes.at(-1)!.to : changes[next]!.from);
  });
  return {
    type: 'line',
    silent: true,
    step: 'middle',
    showSymbol: false,
    data,
    lineStyle: { color: ink('predicted'), width: 2, type: [5, 3] },
  };
}

interface AxisScale {
  readonly name: string;
  readonly toAxis: (value: number) => number;
  readonly label: (value: number) => string;
}

function scaleOf(values: readonly number[], unit: string): AxisScale {
  const plain = (value: number): string =>
    Number(value.toPrecision(9)).toLocaleString('en-US', { maximumFractionDigits: 6 });
  if (unit === 'share') {
    return {
      name: 'change, %',
      toAxis: (value) => (value - 1) * 100,
      label: (value) => `${value > 0 ? '+' : ''}${plain(value)}`,
    };
  }
  const time = unit === 'ms' ? timeScale(Math.max(...values), 4) : undefined;
  return { name: time?.unitName ?? unit, toAxis: (value) => value / (time?.unit ?? 1), label: plain };
}
