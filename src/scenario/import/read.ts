import { DrillError } from '../../base/errors.js';
import { readCsv } from './read-csv.js';
import { readJson } from './read-json.js';
import { isRowLine, readBoxed, readTsv, readVertical } from './read-lines.js';
import type { Parsed, ResultSet } from './result-set.js';

/**
 * The tables in what a client has printed, whichever way: it is known by its looks. Throws IMPORT_UNREADABLE for what is
 * none of tab-separated, boxed, `\G`, CSV or JSON. `source` is the file's name; it may tell the statement, as in
 * `partitions.db.table.tsv`.
 */
export function readResultSets(text: string, source: string): ResultSet[] {
  if (text.includes('\0')) throw new DrillError('IMPORT_UNREADABLE', `${source}: it is no text`, HINT);
  const sets = parse(text.replace(/^\uFEFF/, ''), source);
  if (sets.length === 0) throw new DrillError('IMPORT_UNREADABLE', `${source}: no table is in it`, HINT);
  const named = statementOf(source);
  return sets.map((set): ResultSet => {
    const statement = set.statement ?? named;
    return {
      source,
      headers: set.headers,
      rows: set.rows,
      ...(statement === undefined ? {} : { statement }),
    };
  });
}

const HINT = {
  hint: 'what the mysql client prints (with or without --batch, or ending statements with \\G), CSV and JSON can be read',
};

function parse(text: string, source: string): Parsed[] {
  const start = text.trimStart();
  if (start.startsWith('[') || start.startsWith('{')) return readJson(start, source);
  const lines = text.split(/\r?\n/);
  if (lines.some((line) => /^\+-[-+]*\+\s*$/.test(line))) return readBoxed(lines, source);
  if (lines.some((line) => /^\*{5,} /.test(line) && isRowLine(line))) return readVertical(lines);
  // A listing of one column has no tab in it.
  const isCsv = !text.includes('\t') && /^[^\n]*,/.test(start);
  return isCsv ? readCsv(start, source) : readTsv(lines);
}

const KINDS: Readonly<Record<string, string>> = {
  partitions: 'SHOW PARTITIONS FROM',
  tablets: 'SHOW TABLETS FROM',
  tablet: 'SHOW TABLETS FROM',
  tables: 'SHOW TABLES FROM',
  data: 'SHOW DATA FROM',
};

/** What a file's name tells: `partitions.shop.orders.tsv`, `tablets.shop.orders.p202401.txt`. */
function statementOf(source: string): string | undefined {
  const [kind = '', ...names] = source
    .split(/[/\\]/)
    .at(-1)!
    .replace(/\.\w+$/, '')
    .split('.');
  const statement = KINDS[kind.toLowerCase()];
  if (statement === undefined || names.length === 0) return undefined;
  const [database, table, partition] = names;
  const of = table === undefined ? database! : `${database}.${table}`;
  return partition === undefined ? `${statement} ${of}` : `${statement} ${of} PARTITION (${partition})`;
}
