import type { Tone } from './ansi.js';

/** A table before it is decided where it is shown: the same rows go to the terminal, into Markdown and HTML. */
export interface TableModel {
  readonly title: string;
  /** What the columns mean where their heads do not say it. */
  readonly note?: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface Column {
  readonly head: string;
  readonly align: 'left' | 'right';
  /** Where width runs out, columns go in ascending order of this; those without it stay. */
  readonly dropOrder?: number;
  /** The column whose texts are cut where nothing else helps. */
  readonly flexible?: boolean;
  /** A column of bars: each cell's `share` is drawn, and its text is not. */
  readonly bar?: boolean;
}

export interface Cell {
  readonly text: string;
  readonly tone?: Tone;
  /** From 0 to 1. */
  readonly share?: number;
}

export const cell = (text: string, tone?: Tone): Cell => (tone === undefined ? { text } : { text, tone });

/** A table without those columns that say nothing in any row. */
export function withoutColumns(
  table: TableModel,
  drop: (column: Column, index: number) => boolean,
): TableModel {
  const kept = table.columns.map((column, i) => !drop(column, i));
  return {
    ...table,
    columns: table.columns.filter((_, i) => kept[i]),
    rows: table.rows.map((row) => row.filter((_, i) => kept[i])),
  };
}
