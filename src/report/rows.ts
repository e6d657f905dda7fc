import { painter } from './ansi.js';
import { displayWidth, plainText, wrap } from './text.js';

/** Rows under names of columns, as a statement answers with; null is SQL's NULL. */
export interface Rows {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly RowCell[])[];
}

export type RowCell = string | number | null;

export interface RowsTableOptions {
  /** Columns of text that there are. */
  readonly width: number;
  readonly color?: boolean;
}

const GAP = '  ';
const NULL_TEXT = 'NULL';
/** What a wide column may be squeezed to, before the rows are written below one another instead. */
const LEAST_WIDTH = 12;

/**
 * An aligned table at most `width` wide: where that is too narrow, long cells are wrapped, and where even that is not
 * enough, the rows come in the vertical form. Numbers to the right. No line ends with a newline.
 */
export function rowsTable(table: Rows, { width, color = false }: RowsTableOptions): string {
  const cells = table.rows.map((row) => row.map(linesOf));
  const heads = table.columns.map(plainText);
  const natural = heads.map((head, i) =>
    cells.reduce((most, row) => Math.max(most, widest(row[i] ?? [])), displayWidth(head)),
  );
  const widths = squeeze(natural, heads.map(displayWidth), width);
  if (!widths) return rowsVertical(table);
  const right = heads.map((_, i) => isNumeric(table, i));
  const paint = painter(color);
  const lines = [
    paint('strong', alignLine(heads, widths, right)),
    paint('dim', widths.map((columnWidth) => '─'.repeat(columnWidth)).join(GAP)),
  ];
  for (const row of cells) {
    const wrapped = widths.map((columnWidth, i) =>
      (row[i] ?? []).flatMap((line) => wrapLine(line, columnWidth)),
    );
    const height = Math.max(1, ...wrapped.map((column) => column.length));
    for (let at = 0; at < height; at++) {
      lines.push(
        alignLine(
          wrapped.map((column) => column[at] ?? ''),
          widths,
          right,
        ),
      );
    }
  }
  return lines.join('\n');
}

const wrapLine = (line: string, width: number): string[] =>
  displayWidth(line) <= width ? [line] : wrap(line, width);

/** Widths that fit, with the widest columns cut first; undefined where there are none. */
function squeeze(
  natural: readonly number[],
  heads: readonly number[],
  width: number,
): readonly number[] | undefined {
  const room = width - GAP.length * (natural.length - 1);
  const least = natural.map((columnWidth, i) => Math.min(columnWidth, Math.max(LEAST_WIDTH, heads[i]!)));
  if (sum(least) > room) return undefined;
  // The highest cap on all widths with which they fit.
  let [low, high] = [1, Math.max(1, ...natural)];
  const capped = (cap: number): number[] =>
    natural.map((columnWidth, i) => Math.max(least[i]!, Math.min(columnWidth, cap)));
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (sum(capped(middle)) <= room) low = middle;
    else high = middle - 1;
  }
  return capped(low);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

const widest = (lines: readonly string[]): number =>
  lines.reduce((most, line) => Math.max(most, displayWidth(line)), 0);

function isNumeric({ rows }: Rows, column: number): boolean {
  const cells = rows.map((row) => row[column] ?? null).filter((cell) => cell !== null);
  return cells.length > 0 && cells.every((cell) => typeof cell === 'number');
}

function alignLine(texts: readonly string[], widths: readonly number[], right: readonly boolean[]): string {
  return texts
    .map((text, i) => {
      const pad = ' '.repeat(Math.max(0, widths[i]! - displayWidth(text)));
      return right[i] ? pad + text : text + pad;
    })
    .join(GAP)
    .trimEnd();
}

/** The lines of a cell, safe to show on a terminal. */
function linesOf(cell: RowCell): readonly string[] {
  return cell === null ? [NULL_TEXT] : String(cell).split(/\r?\n/).map(plainText);
}

const STARS = '*'.repeat(27);

/** Each row below the one before, a line per column: the form that mysql's `\G` has. */
export function rowsVertical({ columns, rows }: Rows): string {
  const heads = columns.map(plainText);
  const margin = widest(heads);
  return rows
    .flatMap((row, i) => [
      `${STARS} ${i + 1}. row ${STARS}`,
      ...heads.map((head, column) => {
        const [first = '', ...more] = linesOf(row[column] ?? null);
        const name = `${' '.repeat(margin - displayWidth(head))}${head}: `;
        return [name + first, ...more.map((line) => ' '.repeat(margin + 2) + line)].join('\n');
      }),
    ])
    .join('\n');
}

const TSV_ESCAPES: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\\': '\\\\', '\0': '\\0' };

export interface TsvOptions {
  /** It goes to a terminal: other control characters are replaced, too. */
  readonly terminal?: boolean;
}

/**
 * As `mysql --batch` prints: a line of names, then one per row, with tabs between; tab, newline, backslash and NUL as
 * `\t`, `\n`, `\\`, `\0`; `NULL` for NULL. Nothing at all where there are no rows.
 */
export function rowsTsv({ columns, rows }: Rows, { terminal = false }: TsvOptions = {}): string {
  if (rows.length === 0) return '';
  return [columns, ...rows].map((row) => row.map((cell) => tsvCell(cell, terminal)).join('\t')).join('\n');
}

function tsvCell(cell: RowCell, terminal: boolean): string {
  if (cell === null) return NULL_TEXT;
  // oxlint-disable-next-line no-control-regex -- control characters are what it escapes
  const escaped = String(cell).replace(/[\t\n\\\0]/g, (character) => TSV_ESCAPES[character]!);
  return terminal ? plainText(escaped) : escaped;
}

/** Each row as an object of its columns. */
export function rowsObjects({ columns, rows }: Rows): readonly Readonly<Record<string, RowCell>>[] {
  return rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i] ?? null])));
}

/** JSON in which every character that a terminal could obey is escaped. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/gu,
    (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`,
  );
}
