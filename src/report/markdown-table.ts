import { escapeMarkdown } from './escape.js';
import type { TableModel } from './table-model.js';

/** A table without its bars; nothing where it has no rows. */
export function markdownTable(model: TableModel): string {
  const shown = model.columns.map((column) => !column.bar);
  const line = (texts: readonly string[]): string => `| ${texts.filter((_, i) => shown[i]).join(' | ')} |`;
  if (model.rows.length === 0) return '';
  return [
    line(model.columns.map(({ head }) => escapeMarkdown(head))),
    line(model.columns.map(({ align }) => (align === 'right' ? '--:' : ':--'))),
    ...model.rows.map((row) => line(row.map(({ text }) => escapeMarkdown(text)))),
  ].join('\n');
}

/** The same under its title. */
export function titledTable(model: TableModel): string {
  const table = markdownTable(model);
  return table === '' ? '' : `**${escapeMarkdown(model.title)}**\n\n${table}`;
}
