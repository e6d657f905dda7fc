import type { DrillError } from '../base/errors.js';
import { listOf, nearest } from '../base/text.js';
import type { ErrorCode } from '../base/error-codes.js';
import { errorAt, type BackupStatement, type Name, type TableReference } from '../sql/index.js';
import {
  isOlap,
  isView,
  type Catalog,
  type Database,
  type OlapTable,
  type Partition,
  type Table,
  type View,
} from './catalog.js';

/** What a BACKUP covers. */
export interface BackupSelection {
  readonly database: Database;
  readonly tables: readonly SelectedTable[];
  readonly views: readonly View[];
  /** Left out because their type cannot be backed up: `name (TYPE)`. */
  readonly skippedTables: readonly string[];
}

export interface SelectedTable {
  readonly table: OlapTable;
  readonly partitions: readonly Partition[];
}

export interface BindOptions {
  /** The session's database, for a statement that names none. */
  readonly sessionDatabase?: string | undefined;
  readonly unsupportedTables: 'skip' | 'refuse';
}

/**
 * Finds what a BACKUP statement selects. Every name that does not exist is an error at its place:
 * DATABASE_UNKNOWN, TABLE_UNKNOWN, PARTITION_UNKNOWN, TABLE_TYPE_UNSUPPORTED.
 */
export function bindBackup(
  catalog: Catalog,
  statement: BackupStatement,
  options: BindOptions,
): BackupSelection {
  const database = bindDatabase(catalog, statement, options.sessionDatabase);
  const bound = bindReferences(statement, database);
  if (statement.scope.kind === 'on') return selectNamed(statement, database, bound);
  return selectAllBut(statement, database, bound, options.unsupportedTables);
}

/** The shards of every visible index of a selection, table by table in its order. */
export function selectedShards(selection: BackupSelection): Int32Array {
  const ranges = selection.tables
    .flatMap((selected) => selected.partitions)
    .flatMap((partition) => partition.indexes)
    .filter((index) => index.visible);
  const shards = new Int32Array(ranges.reduce((sum, index) => sum + index.endShard - index.firstShard, 0));
  let n = 0;
  for (const index of ranges) for (let s = index.firstShard; s < index.endShard; s++) shards[n++] = s;
  return shards;
}

/** The database that a statement names, or else the session's. */
export function bindDatabase(
  catalog: Catalog,
  statement: Pick<BackupStatement, 'source' | 'span'> & { readonly database?: Name; readonly label?: Name },
  sessionDatabase: string | undefined,
): Database {
  const name = statement.database?.text ?? sessionDatabase;
  if (name === undefined) {
    const db = [...catalog.databases.keys()][0] ?? 'db';
    const hint = statement.label ? `write ${db}.${statement.label.text}` : `add FROM ${db}`;
    const message = 'the statement names no database, and none is in use';
    throw errorAt(statement, statement.label?.span ?? statement.span, 'DATABASE_UNKNOWN', message, hint);
  }
  const database = catalog.databases.get(name);
  if (database) return database;
  throw unknown(
    statement,
    statement.database ?? { text: name, span: statement.span },
    'DATABASE_UNKNOWN',
    `there is no database ${name}`,
    [...catalog.databases.keys()],
    'databases',
  );
}

type BoundReferences = ReadonlyMap<
  string,
  { readonly reference: TableReference; readonly partitions?: ReadonlySet<string> }
>;

/** Checks that every table and partition named in ON or EXCLUDE exists. */
function bindReferences(statement: BackupStatement, database: Database): BoundReferences {
  const bound = new Map<string, { reference: TableReference; partitions?: ReadonlySet<string> }>();
  if (statement.scope.kind === 'all') return bound;
  for (const reference of statement.scope.tables) {
    const name = reference.table.text;
    const table = database.tables.get(name);
    if (!table) {
      const message = `there is no table ${name} in database ${database.name}`;
      throw unknown(
        statement,
        reference.table,
        'TABLE_UNKNOWN',
        message,
        [...database.tables.keys()],
        'tables',
      );
    }
    const partitions = reference.partitions && bindPartitions(statement, table, reference.partitions);
    bound.set(name, { reference, ...(partitions ? { partitions } : {}) });
  }
  return bound;
}

function bindPartitions(
  statement: BackupStatement,
  table: Table,
  names: readonly Name[],
): ReadonlySet<string> {
  if (!isOlap(table)) {
    const message = `${table.name} is of type ${table.type} and has no partitions`;
    throw errorAt(statement, names[0]!.span, 'PARTITION_UNKNOWN', message, 'leave out PARTITION');
  }
  const known = table.partitions.map((partition) => partition.name);
  for (const name of names) {
    if (known.includes(name.text)) continue;
    const message = `there is no partition ${name.text} in table ${table.name}`;
    throw unknown(statement, name, 'PARTITION_UNKNOWN', message, known, 'partitions');
  }
  return new Set(names.map((name) => name.text));
}

function selectNamed(
  statement: BackupStatement,
  database: Database,
  bound: BoundReferences,
): BackupSelection {
  const tables: SelectedTable[] = [];
  const views: View[] = [];
  for (const [name, { reference, partitions }] of bound) {
    const table = database.tables.get(name)!;
    if (isOlap(table)) {
      tables.push({ table, partitions: table.partitions.filter((p) => partitions?.has(p.name) ?? true) });
    } else if (isView(table)) {
      views.push(table);
    } else {
      throw errorAt(
        statement,
        reference.table.span,
        'TABLE_TYPE_UNSUPPORTED',
        `table ${name} is of type ${table.type}, and only OLAP tables and views can be backed up`,
        'leave it out of ON',
      );
    }
  }
  return { database, tables, views, skippedTables: [] };
}

function selectAllBut(
  statement: BackupStatement,
  database: Database,
  excluded: BoundReferences,
  unsupportedTables: 'skip' | 'refuse',
): BackupSelection {
  const tables: SelectedTable[] = [];
  const views: View[] = [];
  const skippedTables: string[] = [];
  for (const table of database.tables.values()) {
    const exclusion = excluded.get(table.name);
    if (exclusion && !exclusion.partitions) continue;
    if (isOlap(table)) {
      const partitions = table.partitions.filter((p) => !exclusion?.partitions?.has(p.name));
      if (partitions.length > 0 || table.partitions.length === 0) tables.push({ table, partitions });
    } else if (isView(table)) {
      views.push(table);
    } else if (unsupportedTables === 'skip') {
      skippedTables.push(`${table.name} (${table.type})`);
    } else {
      throw errorAt(
        statement,
        statement.label.span,
        'TABLE_TYPE_UNSUPPORTED',
        `database ${database.name} holds table ${table.name} of type ${table.type}, which cannot be backed up`,
        `EXCLUDE (${table.name}), or set engine.unsupportedTables to skip`,
      );
    }
  }
  return { database, tables, views, skippedTables };
}

function unknown(
  statement: { readonly source: BackupStatement['source'] },
  at: Name,
  code: ErrorCode,
  message: string,
  known: readonly string[],
  nouns: string,
): DrillError {
  const meant = nearest(at.text, known);
  const list = known.length === 0 ? `it has no ${nouns}` : `its ${nouns}: ${listOf(known, 'and')}`;
  const all = nouns === 'databases' ? `the databases: ${listOf(known, 'and')}` : list;
  return errorAt(statement, at.span, code, message, meant ? `did you mean ${meant}?` : all);
}
