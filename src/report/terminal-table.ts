import Table from 'cli-table3';
import type { Painter } from './ansi.js';
import type { Cell, Column, TableModel } from './table-model.js';
import { displayWidth, truncate } from './text.js';

const GAP = '  ';
const BAR_WIDTH = 12;
/** A flexible column is not cut below this. */
const LEAST_FLEXIBLE_WIDTH = 8;
/** A flexible column is cut to this before other columns go. */
const USUAL_FLEXIBLE_WIDTH = 22;
const FEWEST_COLUMNS = 2;

/** Nothing but a line under the heads. */
const CHARS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '─',
  'mid-mid': '──',
  right: '',
  'right-mid': '',
  middle: GAP,
} as const;

/** A table of at most `width` columns of text: first unimportant columns go, then the flexible ones are cut. */
export function terminalTable(model: TableModel, width: number, paint: Painter): string {
  const fitting = dropColumns(model, width);
  const widths = cutFlexible(fitting.columns, widthsOf(fitting), width);
  const table = new Table({
    chars: CHARS,
    colWidths: widths,
    colAligns: fitting.columns.map(({ align }) => align),
    head: fitting.columns.map(({ head }, i) => paint('dim', truncate(head, widths[i]!))),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0, compact: true },
  });
  for (const row of fitting.rows) {
    table.push(row.map((cell, i) => drawCell(cell, fitting.columns[i]!, widths[i]!, paint)));
  }
  const [head = '', line = '', ...rows] = table.toString().split('\n');
  return [head, paint('dim', line), ...rows].map((text) => text.trimEnd()).join('\n');
}

function dropColumns(
  model: TableModel,
  width: number,
): { columns: readonly Column[]; rows: TableModel['rows'] } {
  let { columns, rows } = model;
  while (columns.length > FEWEST_COLUMNS && leastWidth(columns, rows) > width) {
    const orders = columns.flatMap(({ dropOrder }) => (dropOrder === undefined ? [] : [dropOrder]));
    const least = Math.min(...orders);
    // Where even those that should stay are too many, the first ones say most.
    const dropped =
      orders.length === 0 ? columns.length - 1 : columns.findIndex(({ dropOrder }) => dropOrder === least);
    columns = columns.filter((_, i) => i !== dropped);
    rows = rows.map((row) => row.filter((_, i) => i !== dropped));
  }
  return { columns, rows };
}

/** With long names already cut: one of them should not cost a table its columns. */
const leastWidth = (columns: readonly Column[], rows: TableModel['rows']): number =>
  totalWidth(
    widthsOf({ columns, rows }).map((columnWidth, i) =>
      columns[i]!.flexible ? Math.min(columnWidth, USUAL_FLEXIBLE_WIDTH) : columnWidth,
    ),
  );

/** No cell empty: cli-table3 takes a width of 0 for "as wide as needed". */
function widthsOf({ columns, rows }: Pick<TableModel, 'columns' | 'rows'>): number[] {
  return columns.map((column, i) =>
    Math.max(
      column.bar ? BAR_WIDTH : 1,
      displayWidth(column.head),
      ...rows.map((row) => displayWidth(row[i]?.text ?? '')),
    ),
  );
}

const totalWidth = (widths: readonly number[]): number =>
  widths.reduce((sum, columnWidth) => sum + columnWidth, 0) + GAP.length * (widths.length - 1);

/** The widest of the flexible columns gives first, until all of them are as narrow as they may be. */
function cutFlexible(columns: readonly Column[], widths: readonly number[], width: number): number[] {
  const cut = [...widths];
  for (let excess = totalWidth(widths) - width; excess > 0; excess--) {
    const room = cut.map((columnWidth, i) => (columns[i]!.flexible ? columnWidth - LEAST_FLEXIBLE_WIDTH : 0));
    const most = Math.max(...room);
    if (most <= 0) break;
    cut[room.indexOf(most)]! -= 1;
  }
  return cut;
}

function drawCell({ text, tone, share }: Cell, column: Column, width: number, paint: Painter): string {
  return paint(tone, column.bar ? bar(share ?? 0, width) : truncate(text, width));
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A bar in eighths of a character; what is not nothing shows. */
export function bar(share: number, width: number): string {
  const eighths = Math.round(Math.max(0, Math.min(1, share)) * width * 8);
  const shown = share > 0 ? Math.max(1, eighths) : 0;
  return '█'.repeat(Math.floor(shown / 8)) + EIGHTHS[shown % 8]!;
}
