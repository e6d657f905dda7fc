import { DrillError } from '../../base/errors.js';
import type { Parsed } from './result-set.js';

/** What clients print between tables: prompts, statements, times, counts of rows. */
const STATEMENT = /^(?:[\w@.[\]() -]*> *)?((?:SHOW|USE|SELECT)\b.*)$/i;
const CHATTER =
  /^(?:\d+ rows? in set|Empty set|Query OK|Database changed|Bye|Reading table|You can turn off|-- |\(\d+ rows?\))/i;

/** The statement that a line echoes, if it does. */
export const statementIn = (line: string): string | undefined =>
  STATEMENT.exec(line.trim())?.[1]?.replace(/;$/, '').trimEnd();

/** The line of stars above a row of `\\G`. Not by one pattern: a line of nothing but stars would take it long. */
export const isRowLine = (line: string): boolean => /^\*{5}/.test(line) && line.trimEnd().endsWith('*****');

export const isChatter = (line: string): boolean => line.trim() === '' || CHATTER.test(line.trim());

/** `mysql --batch`: one row a line, tabs between values, `\t`, `\n` and `\\` escaped, NULL as a word. */
export function readTsv(lines: readonly string[]): Parsed[] {
  const sets: { statement?: string; headers: readonly string[]; rows: (string | undefined)[][] }[] = [];
  let statement: string | undefined;
  let isOpen = false;
  for (const line of lines) {
    const echoed = line.includes('\t') ? undefined : statementIn(line);
    if (echoed !== undefined || isChatter(line)) {
      statement = echoed ?? statement;
      isOpen = false;
      continue;
    }
    const values = line.split('\t').map(unescaped);
    const last = sets.at(-1);
    if (isOpen && last?.headers.length === values.length) last.rows.push(values);
    else {
      // A new table: a line with another number of values, or the first one after something else.
      sets.push({
        headers: values.map((value) => value ?? 'NULL'),
        rows: [],
        ...(statement ? { statement } : {}),
      });
      isOpen = true;
      statement = undefined;
    }
  }
  return sets;
}

const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', '0': '\0', '\\': '\\' };

function unescaped(value: string): string | undefined {
  if (value === 'NULL' || value === '\\N') return undefined;
  return value.includes('\\')
    ? value.replaceAll(/\\(.)/g, (whole, letter: string) => ESCAPES[letter] ?? whole)
    : value;
}

/** Tables in boxes of `+---+` and `|`. A `|` within a value is told from one between values by where the box has it. */
export function readBoxed(lines: readonly string[], source: string): Parsed[] {
  const sets: Parsed[] = [];
  let statement: string | undefined;
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    if (!isBorder(line)) {
      statement = statementIn(line) ?? statement;
      continue;
    }
    const edges = [...line.matchAll(/\+/g)].map(({ index }) => index);
    const body: string[] = [];
    for (i++; i < lines.length && !(isBorder(lines[i]!) && body.length > 0 && isLastBorder(lines, i)); i++)
      if (!isBorder(lines[i]!)) body.push(lines[i]!);
    if (i >= lines.length)
      throw new DrillError(
        'IMPORT_UNREADABLE',
        `${source}: its last table has no lower border: the file is cut`,
      );
    const [headers, ...rows] = body.map((row) => cellsOf(row, edges));
    if (headers) {
      sets.push({
        headers: headers.map((header) => header ?? 'NULL'),
        rows,
        ...(statement ? { statement } : {}),
      });
      statement = undefined;
    }
  }
  return sets;
}

const isBorder = (line: string): boolean => /^\+(?:-+\+)+\s*$/.test(line);

/** The border below the header is followed by a row; the last one is not. */
const isLastBorder = (lines: readonly string[], at: number): boolean => !lines[at + 1]?.startsWith('|');

function cellsOf(row: string, edges: readonly number[]): (string | undefined)[] {
  const isWhole = edges.every((edge) => row[edge] === '|');
  // Where wide characters shift the edges, the bars themselves have to do.
  const cells = isWhole
    ? edges.slice(1).map((edge, i) => row.slice(edges[i]! + 1, edge))
    : row
        .replace(/^\|/, '')
        .replace(/\|\s*$/, '')
        .split('|');
  return cells.map((cell) => nullable(cell.trim()));
}

const nullable = (value: string): string | undefined => (value === 'NULL' ? undefined : value);

/** `\G`: a row is a block of `name: value` lines under a line of stars. */
export function readVertical(lines: readonly string[]): Parsed[] {
  const sets: { statement?: string; headers: string[]; rows: (string | undefined)[][] }[] = [];
  let statement: string | undefined;
  let block: [string, string | undefined][] | undefined;
  const close = (): void => {
    if (!block) return;
    const headers = block.map(([name]) => name);
    const last = sets.at(-1);
    const isSame = statement === undefined && last?.headers.join('\t') === headers.join('\t');
    if (isSame) last.rows.push(block.map(([, value]) => value));
    else {
      sets.push({ headers, rows: [block.map(([, value]) => value)], ...(statement ? { statement } : {}) });
      statement = undefined;
    }
    block = undefined;
  };
  for (const line of lines) {
    const pair = /^([\w() -]+?): ?(.*)$/.exec(line.replace(/^ +/, ''));
    if (isRowLine(line)) {
      close();
      block = [];
    } else if (block && pair) block.push([pair[1]!, nullable(pair[2]!.trimEnd())]);
    else {
      close();
      statement = statementIn(line.trimEnd().replace(/\\G\s*;?$/i, '')) ?? statement;
    }
  }
  close();
  return sets;
}
