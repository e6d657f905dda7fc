import type { DrillError } from '../../base/errors.js';
import type { ErrorCode } from '../../base/error-codes.js';
import { likeMatcher, type LikeOptions } from '../../base/like.js';
import { listOf, nearest } from '../../base/text.js';
import { bindDatabase, isOlap, type OlapTable, type Partition } from '../../catalog/index.js';
import {
  errorAt,
  type Filter,
  type Located,
  type Name,
  type ShowPartitionsStatement,
  type ShowTabletsStatement,
} from '../../sql/index.js';
import type { ShowContext } from './view.js';

/**
 * The table that a statement asks the insides of: DATABASE_UNKNOWN, TABLE_UNKNOWN, or TABLE_TYPE_UNSUPPORTED for a view or a
 * table whose data lies elsewhere.
 */
export function bindOlapTable(
  statement: ShowPartitionsStatement | ShowTabletsStatement,
  { catalog, sessionDatabase }: ShowContext,
): OlapTable {
  const database = bindDatabase(catalog, statement, sessionDatabase);
  const table = database.tables.get(statement.table.text);
  if (!table) {
    const where = `in database ${database.name}`;
    throw unknownName(statement, statement.table, 'TABLE_UNKNOWN', 'table', where, [
      ...database.tables.keys(),
    ]);
  }
  if (isOlap(table)) return table;
  const others = [...database.tables.values()].filter(isOlap).map(({ name }) => name);
  const what = statement.kind === 'show-partitions' ? 'partitions' : 'tablets';
  throw errorAt(
    statement,
    statement.table.span,
    'TABLE_TYPE_UNSUPPORTED',
    `${table.name} is of type ${table.type}, and only OLAP tables have ${what}`,
    others.length === 0
      ? `database ${database.name} has no OLAP tables`
      : `the OLAP tables of database ${database.name}: ${listOf(others, 'and')}`,
  );
}

/** The partitions of a table that are named, in the table's order; all of them where none is. PARTITION_UNKNOWN. */
export function bindPartitions(statement: ShowTabletsStatement, table: OlapTable): readonly Partition[] {
  if (!statement.partitions) return table.partitions;
  const known = new Set(table.partitions.map(({ name }) => name));
  for (const name of statement.partitions) {
    if (known.has(name.text)) continue;
    throw unknownName(statement, name, 'PARTITION_UNKNOWN', 'partition', `in table ${table.name}`, [
      ...known,
    ]);
  }
  const wanted = new Set(statement.partitions.map(({ text }) => text));
  return table.partitions.filter(({ name }) => wanted.has(name));
}

/** An error at a name of something that is not there, with the name that was probably meant. */
export function unknownName(
  where: Located,
  name: Name,
  code: ErrorCode,
  noun: string,
  place: string,
  known: readonly string[],
): DrillError {
  const meant = nearest(name.text, known);
  const there = known.length === 0 ? `there is none ${place}` : `there is ${listOf(known, 'and')}`;
  const message = `there is no ${noun} ${name.text} ${place}`.trimEnd();
  return errorAt(where, name.span, code, message, meant ? `did you mean ${meant}?` : there.trimEnd());
}

/** Which names a WHERE or LIKE lets through; all of them where there is none. */
export function nameFilter(filter: Filter | undefined, options: LikeOptions): (name: string) => boolean {
  if (!filter) return () => true;
  const { text } = filter.value;
  if (filter.by === 'like') return likeMatcher(text, options);
  if (options.caseSensitive) return (name) => name === text;
  const folded = text.toLowerCase();
  return (name) => name.toLowerCase() === folded;
}
