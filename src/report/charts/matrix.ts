import { formatDuration } from '../../base/units.js';
import type { VariantReport } from '../../world/result.js';
import { VERDICT_MARKS } from '../marks.js';
import { sweepMatrix, type MatrixCell, type SweepMatrix } from '../sweep-matrix.js';
import { truncate } from '../text.js';
import { drawSvg, ink, labelText, textWidth } from './chart.js';
import { isNarrow, type Figure, type LegendEntry, type Paper } from './figure.js';

/** Shades from the fastest to the slowest. */
const LEVELS = 5;
/** Of the slowest: texts on it must stay readable, on light pages and on dark ones. */
const MOST_OPACITY = 0.6;
const ROW_HEIGHTS = { least: 14, most: 40, all: 480 } as const;
const MOST_LABEL_COLUMNS = { wide: 22, narrow: 10 } as const;
const LABEL_HEIGHT = 14;
const TOP = 8;
const BOTTOM = 52;
const GAP = 1;

/** Durations of a sweep over two knobs: the stronger the colour, the longer. Nothing of other variants. */
export function matrixFigure(
  variants: readonly VariantReport[],
  windowMs: number | undefined,
): Figure | undefined {
  const matrix = sweepMatrix(variants, windowMs);
  const bounds = matrix && levelBounds(matrix);
  if (!matrix || !bounds) return undefined;
  const { good, bad } = VERDICT_MARKS;
  const fit =
    windowMs === undefined ? '' : ` ${good} fits ${formatDuration(windowMs)}, ${bad} does not or may not.`;
  return {
    title: 'Duration by both knobs',
    caption: `The stronger the colour, the longer it takes.${fit}`,
    legend: legendOf(bounds, matrix),
    description: describe(matrix),
    draw: (paper) => draw(paper, matrix, bounds),
  };
}

/** The longest duration of each shade: equal factors apart, because that is how knobs act. */
function levelBounds({ cells }: SweepMatrix): readonly number[] | undefined {
  const durations = cells.flat().flatMap(({ durationMs }) => (durationMs === undefined ? [] : [durationMs]));
  const slowest = Math.max(...durations);
  if (!(slowest > 0) || !Number.isFinite(slowest)) return undefined;
  // What takes no time is as far below the others as a chart can tell.
  const fastest = Math.max(Math.min(...durations), slowest * 1e-6);
  if (fastest === slowest) return [slowest];
  return Array.from({ length: LEVELS }, (_, i) =>
    i === LEVELS - 1 ? slowest : fastest * (slowest / fastest) ** ((i + 1) / LEVELS),
  );
}

const levelOf = (durationMs: number, bounds: readonly number[]): number =>
  bounds.findIndex((bound) => durationMs <= bound);

const opacityOf = (level: number): number => (MOST_OPACITY * (level + 1)) / LEVELS;

function legendOf(bounds: readonly number[], { cells }: SweepMatrix): readonly LegendEntry[] {
  const failed = cells.flat().some(({ durationMs }) => durationMs === undefined);
  return [
    ...bounds.map((bound, level): LegendEntry => {
      return {
        name: `to ${formatDuration(bound)}`,
        color: 'heat',
        mark: 'box',
        opacity: opacityOf(level),
      };
    }),
    ...(failed ? [{ name: 'failed', color: 'idle', mark: 'box' } as const] : []),
  ];
}

function describe({ down, across, cells }: SweepMatrix): string {
  return cells
    .map((row, i) => {
      const entries = row.map((entry, j) => `${across.values[j]}: ${longText(entry)}`);
      return `${down.name} = ${down.values[i]}: with ${across.name} = ${entries.join(', ')}`;
    })
    .join('; ');
}

const durationText = ({ durationMs }: MatrixCell): string =>
  durationMs === undefined ? 'failed' : formatDuration(durationMs);

function longText(entry: MatrixCell): string {
  if (entry.fits === undefined || entry.durationMs === undefined) return durationText(entry);
  return `${durationText(entry)} ${VERDICT_MARKS[entry.fits ? 'good' : 'bad']}`;
}

function draw(paper: Paper, matrix: SweepMatrix, bounds: readonly number[]): string {
  const { down, across, cells } = matrix;
  const columns = isNarrow(paper) ? MOST_LABEL_COLUMNS.narrow : MOST_LABEL_COLUMNS.wide;
  const names = down.values.map((value) => truncate(value, columns));
  const rowHeight = Math.max(
    ROW_HEIGHTS.least,
    Math.min(ROW_HEIGHTS.most, Math.floor(ROW_HEIGHTS.all / names.length)),
  );
  const left = Math.max(36, ...names.map(textWidth)) + 34;
  const width = paper.width - left - 12;
  const frame: Frame = { left, width: width / across.values.length, height: rowHeight };
  const fits = Math.max(3, Math.floor((frame.width - 6) / textWidth('x')));
  const heads = across.values.map((value) => labelText(truncate(value, fits)));
  const every = Math.max(1, Math.ceil((Math.max(...heads.map(textWidth)) + 6) / frame.width));
  const height = rowHeight * names.length;
  const title = { color: ink('muted'), fontSize: 12 };
  const axis = { type: 'category', axisLine: { show: false }, axisTick: { show: false } };
  return drawSvg(
    { ...paper, height: TOP + height + BOTTOM },
    {
      grid: { left, width, top: TOP, height },
      xAxis: {
        ...axis,
        data: heads,
        name: labelText(truncate(across.name, isNarrow(paper) ? 34 : 100)),
        nameLocation: 'middle',
        nameGap: 30,
        nameTextStyle: title,
        axisLabel: { color: ink('text'), fontSize: 12, interval: (index: number) => index % every === 0 },
      },
      yAxis: {
        ...axis,
        inverse: true,
        data: names.map(labelText),
        name: labelText(truncate(down.name, Math.max(6, Math.floor(height / textWidth('x'))))),
        nameLocation: 'middle',
        nameGap: left - 20,
        nameTextStyle: title,
        axisLabel: {
          color: ink('text'),
          fontSize: 12,
          interval: (index: number) => index % Math.ceil(LABEL_HEIGHT / rowHeight) === 0,
        },
      },
      series: [...shades(cells, bounds, frame), labels(cells, frame)],
    },
  );
}

/** Of one cell. */
interface Frame {
  readonly left: number;
  readonly width: number;
  readonly height: number;
}

/** One path a shade, so that many cells are a small drawing. */
function shades(
  cells: readonly (readonly MatrixCell[])[],
  bounds: readonly number[],
  frame: Frame,
): object[] {
  const pathOf = (wanted: number | undefined): string =>
    cells
      .flatMap((row, i) =>
        row.map(({ durationMs }, j) => {
          const level = durationMs === undefined ? undefined : levelOf(durationMs, bounds);
          return level === wanted ? cellPath(frame, i, j) : '';
        }),
      )
      .join('');
  const drawn = [
    { path: pathOf(undefined), fill: ink('idle'), opacity: 1 },
    ...bounds.map((_, level) => ({ path: pathOf(level), fill: ink('heat'), opacity: opacityOf(level) })),
  ];
  return drawn
    .filter(({ path }) => path !== '')
    .map(({ path, fill, opacity }) =>
      custom({ type: 'path', shape: { pathData: path }, style: { fill, opacity } }),
    );
}

function cellPath({ left, width, height }: Frame, row: number, column: number): string {
  const x = round(left + column * width + GAP);
  const y = round(TOP + row * height + GAP);
  return `M${x} ${y}h${round(width - 2 * GAP)}v${round(height - 2 * GAP)}H${x}Z`;
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** Durations, in cells that have room for them. */
function labels(cells: readonly (readonly MatrixCell[])[], { left, width, height }: Frame): object {
  const children = cells.flatMap((row, i) =>
    row.flatMap((entry, j) => {
      const text = [longText(entry), durationText(entry)].find((words) => textWidth(words) <= width - 4);
      if (text === undefined) return [];
      const place = { x: round(left + (j + 0.5) * width), y: round(TOP + (i + 0.5) * height) };
      const style = {
        text,
        ...place,
        fill: ink('text'),
        fontSize: 12,
        fontFamily: 'inherit',
        align: 'center',
        verticalAlign: 'middle',
      };
      return [{ type: 'text', style }];
    }),
  );
  return custom({ type: 'group', children });
}

/** A series that draws one thing of its own. */
const custom = (item: object): object => ({
  type: 'custom',
  silent: true,
  data: [[0, 0]],
  renderItem: () => item,
});
