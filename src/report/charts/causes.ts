import { formatDuration } from '../../base/units.js';
import { CAUSE_LABELS, type Forecast } from '../../world/outlook.js';
import { causeShares } from '../causes.js';
import { sharesOfWhole, sum } from '../numbers.js';
import { timeAxis, timeScale } from './axis.js';
import { drawSvg, ink, textWidth, type ColorName } from './chart.js';
import { isNarrow, type Figure, type Paper } from './figure.js';

const BAR_HEIGHT = 46;
const TOP = 8;
const BOTTOM = 48;
const SIDE = 18;
/** By length, so that the longest ones lie far apart for the colour-blind too. */
const COLORS: readonly ColorName[] = ['state-0', 'state-1', 'state-2', 'state-4', 'state-6', 'state-3'];
const OTHERS: ColorName = 'state-5';

interface Part {
  readonly name: string;
  readonly ms: number;
  /** In words; those of all parts sum to 100 %. */
  readonly share: string;
  readonly color: ColorName;
}

/** What the time of a mean run went to: one bar, its parts by length. */
export function causesFigure({ causeMs }: Forecast): Figure | undefined {
  const shares = causeShares(causeMs);
  if (shares.length === 0) return undefined;
  const named = shares.slice(0, COLORS.length);
  const rest = shares.slice(COLORS.length);
  const all: Omit<Part, 'share'>[] = named.map(({ cause, ms }, i) => ({
    name: CAUSE_LABELS[cause],
    ms,
    color: COLORS[i]!,
  }));
  if (rest.length > 0) {
    all.push({ name: 'all others', ms: sum(rest.map(({ ms }) => ms)), color: OTHERS });
  }
  const percents = sharesOfWhole(all.map(({ ms }) => ms));
  const parts: readonly Part[] = all.map((part, i) => ({ ...part, share: percents[i]! }));
  return {
    title: 'Where the time of the critical path goes',
    legend: parts.map(({ name, share, color }) => ({
      name: `${name} ${share}`,
      color,
      mark: 'box',
    })),
    description: parts.map(({ name, ms, share }) => `${name}: ${formatDuration(ms)} (${share})`).join('; '),
    draw: (paper) => draw(paper, parts),
  };
}

function draw(paper: Paper, parts: readonly Part[]): string {
  const totalMs = sum(parts.map(({ ms }) => ms));
  const time = timeScale(totalMs, isNarrow(paper) ? 5 : 10);
  const pixelsPerMs = (paper.width - 2 * SIDE) / totalMs;
  return drawSvg(
    { ...paper, height: TOP + BOTTOM + BAR_HEIGHT },
    {
      grid: { left: SIDE, right: SIDE, top: TOP, bottom: BOTTOM },
      xAxis: timeAxis(time, 'time'),
      yAxis: { type: 'category', data: [''], axisLine: { show: false }, axisTick: { show: false } },
      series: parts.map(({ name, ms, color }) => {
        const room = ms * pixelsPerMs - 10;
        const text = [`${name} ${formatDuration(ms)}`, formatDuration(ms)].find(
          (one) => textWidth(one) <= room,
        );
        return {
          type: 'bar',
          stack: 'causes',
          silent: true,
          barWidth: BAR_HEIGHT,
          itemStyle: { color: ink(color), borderColor: ink('surface'), borderWidth: 1 },
          data: [
            {
              value: ms / time.unit,
              label: {
                show: text !== undefined,
                position: 'inside',
                formatter: () => text ?? '',
                fontSize: 12,
                color: ink(color === 'state-0' ? 'on-dark' : 'on-light'),
                textBorderWidth: 0,
              },
            },
          ],
        };
      }),
    },
  );
}
