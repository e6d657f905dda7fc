import { bindDatabase } from '../../catalog/index.js';
import type { ShowDatabasesStatement, ShowTablesStatement } from '../../sql/index.js';
import type { RowSet } from '../reply.js';
import { nameFilter } from './binding.js';
import type { ShowContext } from './view.js';

/** Unlike labels, as in Doris. */
const NAMES = { caseSensitive: true };

/** `SHOW DATABASES [LIKE …]` */
export function databaseRows(statement: ShowDatabasesStatement, { catalog }: ShowContext): RowSet {
  const names = [...catalog.databases.keys()].filter(nameFilter(statement.filter, NAMES));
  return { columns: ['Database'], rows: sorted(names) };
}

/** `SHOW TABLES [FROM db] [LIKE …]`: tables of every type, views too. */
export function tableRows(statement: ShowTablesStatement, context: ShowContext): RowSet {
  const { name, tables } = bindDatabase(context.catalog, statement, context.sessionDatabase);
  const names = [...tables.keys()].filter(nameFilter(statement.filter, NAMES));
  return { columns: [`Tables_in_${name}`], rows: sorted(names) };
}

/** By code units, as Doris sorts them: the same on every machine. */
const sorted = (names: readonly string[]): RowSet['rows'] => names.toSorted().map((name) => [name]);
