import type { Advice, KnobGain } from '../../world/outlook.js';
import { turnText } from '../outlook-facts.js';
import { savedText } from '../outlook-tables.js';
import { plainText, truncate } from '../text.js';
import { timeAxis, timeScale } from './axis.js';
import { drawSvg, ink, labelText, textWidth } from './chart.js';
import { isNarrow, type Figure, type Paper } from './figure.js';

const ROW_HEIGHT = 34;
const BAR_HEIGHT = 18;
const BOTTOM = 48;
const MOST_KNOBS = 12;
const LEAST_LABEL = 12;

/** What turning each knob saves, the most on top: by a step, and all the way. */
export function tornadoFigure({ gains }: Advice): Figure | undefined {
  // What saves the job itself has no length.
  const shown = gains
    .filter(({ gainMs, mostMs = 0 }) => Number.isFinite(gainMs) && Number.isFinite(mostMs))
    .slice(0, MOST_KNOBS);
  if (!shown.some((gain) => furthest(gain) > 0)) return undefined;
  const hasEnds = shown.some(({ mostMs }) => mostMs !== undefined);
  return {
    title: 'What turning each knob saves',
    legend: [
      { name: 'by a step', color: 'measured', mark: 'box' },
      ...(hasEnds ? [{ name: 'all the way', color: 'measured', mark: 'box', opacity: FAINT } as const] : []),
    ],
    description: shown.map(describe).join('; '),
    draw: (paper) => draw(paper, shown),
  };
}

const FAINT = 0.35;

const describe = (gain: KnobGain): string => {
  const end = gain.mostMs === undefined ? '' : `, all the way ${savedText(gain.mostMs)}`;
  return `${plainText(gain.label)} ${turnText(gain)}: ${savedText(gain.gainMs)}${end}`;
};

const furthest = ({ gainMs, mostMs }: KnobGain): number => Math.max(gainMs, mostMs ?? 0);

function draw(paper: Paper, gains: readonly KnobGain[]): string {
  const longestMs = Math.max(...gains.map(furthest));
  const lossMs = Math.min(0, ...gains.map(({ gainMs }) => gainMs));
  const time = timeScale(longestMs - lossMs, isNarrow(paper) ? 3 : 7);
  const most = isNarrow(paper) ? 16 : 30;
  const labels = gains.map(({ label }) => labelText(truncate(plainText(label), most)));
  const left = Math.max(LEAST_LABEL, ...labels.map((label) => label.length)) * textWidth('x') + 12;
  const right = textWidth('1 min 30 s') + 14;
  const bar = (values: readonly (number | undefined)[], opacity: number, isLabelled: boolean): object => ({
    type: 'bar',
    silent: true,
    barWidth: BAR_HEIGHT,
    // The two lie on each other.
    barGap: '-100%',
    itemStyle: { color: ink('measured'), opacity },
    data: values.map((ms, i) => ({
      value: (ms ?? 0) / time.unit,
      label: {
        show: isLabelled,
        position: 'right',
        formatter: () => savedText(gains[i]!.gainMs),
        color: ink('text'),
        // The bar's own is not the word's.
        opacity: 1,
        fontSize: 12,
        textBorderWidth: 0,
      },
    })),
  });
  return drawSvg(
    { ...paper, height: BOTTOM + ROW_HEIGHT * gains.length + 8 },
    {
      grid: { left, right, top: 8, bottom: BOTTOM },
      xAxis: { ...timeAxis(time, 'saved'), min: lossMs / time.unit, max: longestMs / time.unit },
      yAxis: {
        type: 'category',
        inverse: true,
        data: labels,
        axisLine: { lineStyle: { color: ink('line') } },
        axisTick: { show: false },
        axisLabel: { color: ink('text'), fontSize: 12 },
      },
      // The label stands at the end of the longer bar.
      series: [
        bar(gains.map(furthest), FAINT, true),
        bar(
          gains.map(({ gainMs }) => gainMs),
          1,
          false,
        ),
      ],
    },
  );
}
