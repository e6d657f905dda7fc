import { DrillError } from '../../base/errors.js';
import type { Parsed } from './result-set.js';

/** RFC 4180: commas between values, quotes around those that hold commas, quotes or line ends. One table. */
export function readCsv(text: string, source: string): Parsed[] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    let value: string;
    if (text[at] === '"') {
      const end = closingQuote(text, at + 1);
      if (end === undefined)
        throw new DrillError(
          'IMPORT_UNREADABLE',
          `${source}: a quote is never closed, on line ${lineOf(text, at)}`,
        );
      value = text.slice(at + 1, end).replaceAll('""', '"');
      at = end + 1;
    } else {
      const rest = /[^,\r\n]*/y;
      rest.lastIndex = at;
      value = rest.exec(text)![0];
      at = rest.lastIndex;
    }
    row.push(value);
    if (text[at] === ',') {
      at += 1;
      if (at === text.length) row.push('');
      continue;
    }
    if (text[at] === '\r') at += 1;
    if (text[at] === '\n') at += 1;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  if (row.length > 0) rows.push(row);
  const [headers, ...values] = rows;
  if (!headers) return [];
  const wrong = values.findIndex((one) => one.length !== headers.length);
  if (wrong >= 0)
    throw new DrillError(
      'IMPORT_UNREADABLE',
      `${source}: row ${wrong + 2} has ${values[wrong]!.length} values, and the header ${headers.length}`,
    );
  return [{ headers, rows: values.map((one) => one.map((value) => (value === 'NULL' ? undefined : value))) }];
}

/** Where a quoted value ends: a quote that is not doubled. */
function closingQuote(text: string, from: number): number | undefined {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 2))
    if (text[at + 1] !== '"') return at;
  return undefined;
}

const lineOf = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;
