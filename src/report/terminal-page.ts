import type { Painter } from './ansi.js';
import type { TableModel } from './table-model.js';
import { terminalTable } from './terminal-table.js';
import { truncate, wrap } from './text.js';

/** The terminal that a report is written for. */
export interface Page {
  readonly width: number;
  readonly paint: Painter;
}

export const INDENT = '  ';

/** A titled table; nothing where it has no rows. */
export function table(model: TableModel, { width, paint }: Page): string {
  if (model.rows.length === 0) return '';
  const lines = terminalTable(model, width - INDENT.length, paint).split('\n');
  return [
    paint('title', truncate(model.title, width)),
    ...lines.map((line) => INDENT + line),
    ...(model.note === undefined ? [] : indented(model.note, width).map((line) => paint('dim', line))),
  ].join('\n');
}

export const notes = (lines: readonly string[], { width }: Page): string =>
  lines.flatMap((line) => wrap(line, width)).join('\n');

export const indented = (text: string, width: number): string[] =>
  wrap(text, width - INDENT.length).map((line) => INDENT + line);
