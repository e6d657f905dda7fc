import test from 'ava';
import * as fc from 'fast-check';
import {
  printableJson,
  rowsObjects,
  rowsTable,
  rowsTsv,
  rowsVertical,
  type RowCell,
  type Rows,
} from '../../src/report/rows.js';
import { displayWidth } from '../../src/report/text.js';

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.stringMatching(/^[a-z\t\n\\\0 ]{0,30}$/),
  fc.constantFrom('\u001b[2J\u001b[31m', '\u009b31m', '\u202egpj', '', 'NULL', '\\N', '宽字符', 'a\r\nb'),
);
const cell: fc.Arbitrary<RowCell> = fc.oneof(text, fc.integer(), fc.constant(null));

const tables = (cells: fc.Arbitrary<RowCell>): fc.Arbitrary<Rows> =>
  fc
    .uniqueArray(text, { minLength: 1, maxLength: 6 })
    .chain((columns) =>
      fc
        .array(fc.array(cells, { minLength: columns.length, maxLength: columns.length }), { maxLength: 5 })
        .map((rows) => ({ columns, rows })),
    );

/** What a terminal would obey. */
const OBEYED = /[^\P{Cc}\n]|[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/u;

test('no form brings a control character to a terminal', (t) => {
  fc.assert(
    fc.property(tables(cell), fc.integer({ min: 20, max: 200 }), (table, width) => {
      t.notRegex(rowsTable(table, { width }), OBEYED);
      t.notRegex(rowsVertical(table), OBEYED);
      t.notRegex(printableJson(rowsObjects(table)), OBEYED);
      t.notRegex(rowsTsv(table, { terminal: true }).replaceAll('\t', ''), OBEYED);
    }),
  );
});

const UNESCAPED: Readonly<Record<string, string>> = { t: '\t', n: '\n', '\\': '\\', '0': '\0' };

/** A reader of what `mysql --batch` prints. */
const readTsv = (tsv: string): string[][] =>
  tsv
    .split('\n')
    .map((line) =>
      line.split('\t').map((field) => field.replace(/\\(.)/g, (_, c: string) => UNESCAPED[c] ?? '?')),
    );

test('TSV gives back what went in', (t) => {
  fc.assert(
    fc.property(tables(cell), (table) => {
      const tsv = rowsTsv(table);
      if (table.rows.length === 0) t.is(tsv, '');
      else
        t.deepEqual(
          readTsv(tsv),
          [table.columns, ...table.rows].map((row) => row.map((c) => (c === null ? 'NULL' : String(c)))),
        );
    }),
  );
});

test('JSON gives back what went in', (t) => {
  fc.assert(
    fc.property(tables(cell), (table) => {
      const back = JSON.parse(printableJson(rowsObjects(table))) as Record<string, RowCell>[];
      t.deepEqual(
        back.map((row) => table.columns.map((column) => row[column])),
        table.rows,
      );
    }),
  );
});

test('a table is never wider than there is room, unless its rows are written below one another', (t) => {
  fc.assert(
    fc.property(tables(cell), fc.integer({ min: 20, max: 200 }), (table, width) => {
      const lines = rowsTable(table, { width }).split('\n');
      if (lines[0]?.startsWith('***') || table.rows.length === 0) return;
      for (const line of lines) t.true(displayWidth(line) <= width, `${width}: ${line}`);
    }),
  );
});

test('a table is aligned, with numbers to the right, NULL by name, and lines within a cell kept', (t) => {
  const table = {
    columns: ['Name', 'Size'],
    rows: [
      ['a', 5],
      ['two\nlines', 1234],
      [null, null],
    ],
  };
  t.is(
    rowsTable(table, { width: 80 }),
    ['Name   Size', '─────  ────', 'a         5', 'two    1234', 'lines', 'NULL   NULL'].join('\n'),
  );
});

test('long cells are wrapped; where that does not help, each column gets a line', (t) => {
  const table = { columns: ['a', 'b'], rows: [['x', 'one two three four five six seven']] };
  t.is(
    rowsTable(table, { width: 20 }),
    ['a  b', '─  ─────────────────', 'x  one two three', '   four five six', '   seven'].join('\n'),
  );
  const wide = { columns: ['first', 'b', 'c'], rows: [['x'.repeat(30), 'y'.repeat(30), 'l1\nl2']] };
  const stars = '*'.repeat(27);
  t.is(
    rowsTable(wide, { width: 20 }),
    [
      `${stars} 1. row ${stars}`,
      `first: ${'x'.repeat(30)}`,
      `    b: ${'y'.repeat(30)}`,
      '    c: l1',
      '       l2',
    ].join('\n'),
  );
});

test('a table of a hundred thousand rows takes no time to speak of', (t) => {
  const rows = Array.from({ length: 100_000 }, (_, i) => [i, `shard ${i}`, 'node-1']);
  t.is(rowsTable({ columns: ['Id', 'Name', 'Node'], rows }, { width: 80 }).split('\n').length, 100_002);
});
