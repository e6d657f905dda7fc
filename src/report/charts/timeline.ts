import { formatDuration } from '../../base/units.js';
import { plural } from '../../base/text.js';
import { MAX_TIMELINE_NODES, type NodeTimeline, type RunResult } from '../../world/result.js';
import { formatShare, ratio } from '../numbers.js';
import { plainText, truncate } from '../text.js';
import { timeAxis, timeScale } from './axis.js';
import { meanShares } from './buckets.js';
import { drawSvg, ink, labelText, textWidth } from './chart.js';
import { isNarrow, type Figure, type Paper } from './figure.js';

/** Shades of busy: idle is no shade, and each of the others a fifth. */
const LEVELS = 5;
const MOST_COLUMNS = { wide: 120, narrow: 48 } as const;
const MOST_NAME_COLUMNS = { wide: 18, narrow: 9 } as const;
const ROW_HEIGHTS = { least: 6, most: 22, all: 260 } as const;
/** Rows less high than this stand close: gaps would be half of the picture. */
const ROW_WITH_GAP = 9;
const LABEL_HEIGHT = 13;
const TITLE_HEIGHT = 26;
const BOTTOM = 46;

interface Panel {
  readonly title: string;
  readonly rows: readonly NodeTimeline[];
  readonly bucketMs: number;
  readonly durationMs: number;
}

/** How busy each node was over time: measured above predicted, on one time axis. */
export function timelineFigure(measured: RunResult | undefined, predicted: RunResult): Figure | undefined {
  const panels = [
    ...(measured ? [panelOf('measured', measured)] : []),
    panelOf('predicted', predicted),
  ].filter(({ rows }) => rows.length > 0);
  const endMs = Math.max(0, ...panels.map(({ durationMs }) => durationMs));
  if (!(endMs > 0)) return undefined;
  const main = measured ?? predicted;
  const shown = panels[0]!.rows.length;
  const cut =
    main.nodes.length > shown
      ? ` Of ${plural(main.nodes.length, 'node')}, the ${shown} that ended last.`
      : '';
  const levels = Array.from({ length: LEVELS }, (_, i) => i + 1);
  return {
    title: 'How busy the nodes were',
    caption: `Share of each node's workers that were at work.${cut}`,
    legend: [
      { name: 'idle', color: 'idle', mark: 'box' },
      ...levels.map((level) => ({
        ...({ name: `to ${(level * 100) / LEVELS} %`, color: 'heat', mark: 'box' } as const),
        opacity: opacityOf(level),
      })),
    ],
    description: panels.map(describe).join('; '),
    draw: (paper) => draw(paper, panels, endMs),
  };
}

const panelOf = (title: string, run: RunResult): Panel => ({
  title,
  bucketMs: run.timeline.bucketMs,
  durationMs: run.totals.durationMs,
  rows: run.timeline.nodes.filter(({ busy }) => busy.length > 0).slice(0, MAX_TIMELINE_NODES),
});

function describe({ title, rows, durationMs }: Panel): string {
  const all = rows.flatMap(({ busy }) => busy);
  const mean = ratio(
    all.reduce((sum, share) => sum + share, 0),
    all.length,
  );
  return `${title}: ${plural(rows.length, 'node')} over ${formatDuration(durationMs)}, busy ${formatShare(mean)} of it on average`;
}

const opacityOf = (level: number): number => level / LEVELS;

function draw(paper: Paper, panels: readonly Panel[], endMs: number): string {
  const narrow = isNarrow(paper);
  const time = timeScale(endMs, narrow ? 5 : 10);
  const rowCount = Math.max(...panels.map(({ rows }) => rows.length));
  const rowHeight = Math.max(
    ROW_HEIGHTS.least,
    Math.min(ROW_HEIGHTS.most, Math.floor(ROW_HEIGHTS.all / rowCount)),
  );
  const names = panels.flatMap(({ rows }) => rows.map((row) => shortName(row.name, narrow)));
  const left = Math.max(40, ...names.map(textWidth)) + 12;
  const width = paper.width - left - 18;
  let bottom = 0;
  const placed = panels.map((panel) => {
    const top = bottom + TITLE_HEIGHT;
    bottom = top + rowHeight * panel.rows.length;
    return { panel, top };
  });
  const columns = narrow ? MOST_COLUMNS.narrow : MOST_COLUMNS.wide;
  return drawSvg(
    { ...paper, height: bottom + BOTTOM },
    {
      grid: placed.map(({ panel, top }) => ({ left, width, top, height: rowHeight * panel.rows.length })),
      xAxis: placed.map((_, i) => ({
        ...timeAxis(time),
        gridIndex: i,
        ...(i < placed.length - 1 ? { name: '', axisLabel: { show: false }, axisTick: { show: false } } : {}),
      })),
      yAxis: placed.map(({ panel }, i) => nodeAxis(panel, i, rowHeight, narrow)),
      series: placed.flatMap(({ panel, top }, i) =>
        heatSeries(panel, i, { left, top, width, rowHeight, endMs, columns }),
      ),
    },
  );
}

const shortName = (name: string, narrow: boolean): string =>
  labelText(truncate(plainText(name), narrow ? MOST_NAME_COLUMNS.narrow : MOST_NAME_COLUMNS.wide));

function nodeAxis({ title, rows }: Panel, gridIndex: number, rowHeight: number, narrow: boolean): object {
  const every = Math.ceil(LABEL_HEIGHT / rowHeight);
  return {
    type: 'category',
    inverse: true,
    gridIndex,
    data: rows.map(({ name }) => shortName(name, narrow)),
    name: title,
    nameLocation: 'start',
    nameGap: 10,
    nameTextStyle: {
      color: ink('text'),
      fontSize: 12,
      fontWeight: 'bold',
      align: 'left',
      padding: [0, 0, 0, 4],
    },
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: { color: ink('muted'), fontSize: 11, interval: (index: number) => index % every === 0 },
  };
}

interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly rowHeight: number;
  readonly endMs: number;
  readonly columns: number;
}

/** One path for the idle background and one for each shade: thousands of cells stay a few kilobytes. */
function heatSeries(panel: Panel, axisIndex: number, frame: Frame): object[] {
  const levels = Array.from({ length: LEVELS }, (_, i) => i + 1);
  const paths = levels
    .map((level) => ({ path: cellsOf(panel, frame, level), level }))
    .filter(({ path }) => path !== '');
  const drawn = [
    { path: background(panel, frame), fill: ink('idle'), opacity: 1 },
    ...paths.map(({ path, level }) => ({ path, fill: ink('heat'), opacity: opacityOf(level) })),
  ];
  return drawn.map(({ path, fill, opacity }) => ({
    type: 'custom',
    silent: true,
    xAxisIndex: axisIndex,
    yAxisIndex: axisIndex,
    data: [[0, 0]],
    renderItem: () => ({ type: 'path', shape: { pathData: path }, style: { fill, opacity } }),
  }));
}

/** From the start to the run's own end, which may be before that of the axis. */
function background({ rows, durationMs }: Panel, frame: Frame): string {
  return rows.map((_, row) => cellPath(frame, row, 0, durationMs)).join('');
}

function cellsOf({ rows, bucketMs, durationMs }: Panel, frame: Frame, level: number): string {
  const most = Math.max(...rows.map(({ busy }) => busy.length));
  const perStep = Math.max(1, Math.ceil(most / frame.columns));
  const stepMs = bucketMs * perStep;
  return rows
    .map(({ busy }, row) => {
      const shades = meanShares(busy, perStep).map(levelOf);
      return runsOf(shades, level)
        .map(([first, end]) => cellPath(frame, row, first * stepMs, Math.min(end * stepMs, durationMs)))
        .join('');
    })
    .join('');
}

const levelOf = (share: number): number =>
  share > 0.005 ? Math.max(1, Math.min(LEVELS, Math.ceil(share * LEVELS - 1e-9))) : 0;

/** Where `level` stands in `shades`, as runs `[first, after the last]`: neighbours become one rectangle. */
function runsOf(shades: readonly number[], level: number): (readonly [number, number])[] {
  const runs: (readonly [number, number])[] = [];
  for (let i = 0; i < shades.length; i++) {
    if (shades[i] !== level) continue;
    const first = i;
    while (shades[i + 1] === level) i++;
    runs.push([first, i + 1]);
  }
  return runs;
}

function cellPath(
  { left, top, width, rowHeight, endMs }: Frame,
  row: number,
  fromMs: number,
  toMs: number,
): string {
  const x = (ms: number): number => Math.round((left + (Math.min(ms, endMs) / endMs) * width) * 10) / 10;
  const [from, to] = [x(fromMs), x(toMs)];
  const y = top + row * rowHeight;
  const gap = rowHeight < ROW_WITH_GAP ? 0 : 1;
  return to > from ? `M${from} ${y}H${to}V${y + rowHeight - gap}H${from}Z` : '';
}
