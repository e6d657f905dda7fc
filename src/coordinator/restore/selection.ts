import type { DrillError } from '../../base/errors.js';
import type { ErrorCode } from '../../base/error-codes.js';
import { listOf, nearest } from '../../base/text.js';
import type {
  ManifestView,
  MetaPartition,
  MetaTable,
  SnapshotInfo,
  SnapshotMeta,
} from '../../repository/index.js';
import {
  errorAt,
  quoteName,
  type Name,
  type RestoreStatement,
  type Span,
  type TableReference,
} from '../../sql/index.js';

/** What a RESTORE takes of a snapshot, and under which names. */
export interface RestoreSelection {
  readonly tables: readonly RestoredTable[];
  readonly views: readonly RestoredView[];
}

export interface RestoredTable {
  readonly source: MetaTable;
  /** In the order of the snapshot. */
  readonly partitions: readonly MetaPartition[];
  /** What it is to be called: its alias or its own name. */
  readonly name: string;
  /** Where the statement names it, or else the label. */
  readonly span: Span;
}

export interface RestoredView {
  readonly source: ManifestView;
  readonly name: string;
  readonly span: Span;
}

/** A table or view of the snapshot that the statement names. */
interface Bound {
  readonly reference: TableReference;
  readonly partitions?: ReadonlySet<string>;
}

/**
 * Finds what the statement selects of the snapshot. A name that the snapshot does not hold is TABLE_UNKNOWN or
 * PARTITION_UNKNOWN, and two tables under one name RESTORE_CONFLICT, at its place.
 */
export function selectRestored(
  statement: RestoreStatement,
  meta: SnapshotMeta,
  info: Pick<SnapshotInfo, 'skippedTables'>,
): RestoreSelection {
  const bound = bindReferences(statement, meta, info.skippedTables);
  if (statement.scope.kind !== 'on') return allBut(statement, meta, bound);
  const selection = named(meta, bound);
  refuseSameNames(statement, selection);
  return selection;
}

/** `t PARTITION (p1) AS u, v`: for people. */
export function describeSelection({ tables, views }: RestoreSelection): string {
  const namesOf = ({ source, partitions }: RestoredTable): readonly string[] | undefined =>
    partitions.length === source.partitions.length ? undefined : partitions.map(({ name }) => name);
  return [
    ...tables.map((table) => describe(table.source.name, namesOf(table), table.name)),
    ...views.map(({ source, name }) => describe(source.name, undefined, name)),
  ].join(', ');
}

/** The same of a statement whose snapshot has not been read yet; empty where it does not name what it selects. */
export function describeScope({ scope }: RestoreStatement): string {
  if (scope.kind !== 'on') return '';
  const texts = (names: readonly Name[] | undefined) => names?.map(({ text }) => text);
  return scope.tables
    .map(({ table, partitions, alias }) => describe(table.text, texts(partitions), (alias ?? table).text))
    .join(', ');
}

function describe(table: string, partitions: readonly string[] | undefined, name: string): string {
  const clause = partitions ? ` PARTITION (${partitions.map(quoteName).join(', ')})` : '';
  return `${quoteName(table)}${clause}${name === table ? '' : ` AS ${quoteName(name)}`}`;
}

/**
 * The name that a partition gets. The one partition of a table that is not partitioned is called as the table, so it is
 * renamed with it.
 */
export function restoredPartitionName({ source, name }: RestoredTable, partition: MetaPartition): string {
  return isUnpartitioned(source) && partition.name === source.name ? name : partition.name;
}

export function isUnpartitioned(table: {
  readonly name: string;
  readonly partitions: readonly { readonly name: string }[];
}): boolean {
  return table.partitions.length === 1 && table.partitions[0]!.name === table.name;
}

function bindReferences(
  statement: RestoreStatement,
  meta: SnapshotMeta,
  skippedTables: readonly string[],
): ReadonlyMap<string, Bound> {
  const bound = new Map<string, Bound>();
  if (statement.scope.kind === 'all') return bound;
  const tables = new Map(meta.tables.map((table) => [table.name, table]));
  const views = new Set(meta.views.map((view) => view.name));
  for (const reference of statement.scope.tables) {
    const { text } = reference.table;
    const table = tables.get(text);
    if (!table && !views.has(text)) throw unknownTable(statement, reference.table, meta, skippedTables);
    const partitions = reference.partitions && bindPartitions(statement, reference, table);
    bound.set(text, { reference, ...(partitions ? { partitions } : {}) });
  }
  return bound;
}

function bindPartitions(
  statement: RestoreStatement,
  { table: { text: name }, partitions = [] }: TableReference,
  table: MetaTable | undefined,
): ReadonlySet<string> {
  if (!table) {
    const message = `${name} is a view and has no partitions`;
    throw errorAt(statement, partitions[0]!.span, 'PARTITION_UNKNOWN', message, 'leave out PARTITION');
  }
  const known = new Set(table.partitions.map((partition) => partition.name));
  for (const partition of partitions) {
    if (known.has(partition.text)) continue;
    const message = `partition ${partition.text} of table ${name} does not exist in snapshot ${statement.label.text}`;
    throw unknown(statement, partition, 'PARTITION_UNKNOWN', message, known, 'partition');
  }
  return new Set(partitions.map(({ text }) => text));
}

function unknownTable(
  statement: RestoreStatement,
  name: Name,
  meta: SnapshotMeta,
  skippedTables: readonly string[],
): DrillError {
  const message = `table ${name.text} does not exist in snapshot ${statement.label.text}`;
  const skipped = skippedTables.find((table) => table.startsWith(`${name.text} (`));
  if (skipped !== undefined) {
    const hint = `its backup left ${skipped} out, which is of a type that cannot be backed up`;
    return errorAt(statement, name.span, 'TABLE_UNKNOWN', message, hint);
  }
  const known = [...meta.tables, ...meta.views].map((table) => table.name);
  return unknown(statement, name, 'TABLE_UNKNOWN', message, known, 'table');
}

function unknown(
  statement: RestoreStatement,
  at: Name,
  code: ErrorCode,
  message: string,
  known: Iterable<string>,
  noun: string,
): DrillError {
  const names = [...known];
  const meant = nearest(at.text, names);
  const there = names.length === 0 ? `there is no ${noun} in it` : `there is ${listOf(names, 'and')}`;
  return errorAt(statement, at.span, code, message, meant ? `${there}; did you mean ${meant}?` : there);
}

/** Tables and views in the order in which the statement names them. */
function named(meta: SnapshotMeta, bound: ReadonlyMap<string, Bound>): RestoreSelection {
  const sources = new Map(meta.tables.map((table) => [table.name, table]));
  const definitions = new Map(meta.views.map((view) => [view.name, view]));
  const tables: RestoredTable[] = [];
  const views: RestoredView[] = [];
  for (const [sourceName, { reference, partitions }] of bound) {
    const name = reference.alias?.text ?? sourceName;
    const { span } = reference.alias ?? reference.table;
    const source = sources.get(sourceName);
    if (source) {
      const selected = source.partitions.filter((partition) => partitions?.has(partition.name) ?? true);
      tables.push({ source, partitions: selected, name, span });
    } else {
      views.push({ source: definitions.get(sourceName)!, name, span });
    }
  }
  return { tables, views };
}

/** As in BACKUP, a table all of whose partitions are excluded is left out itself. */
function allBut(
  { label: { span } }: RestoreStatement,
  meta: SnapshotMeta,
  excluded: ReadonlyMap<string, Bound>,
): RestoreSelection {
  const tables: RestoredTable[] = [];
  for (const source of meta.tables) {
    const exclusion = excluded.get(source.name);
    if (exclusion && !exclusion.partitions) continue;
    const partitions = source.partitions.filter(({ name }) => !exclusion?.partitions?.has(name));
    if (partitions.length > 0 || source.partitions.length === 0) {
      tables.push({ source, partitions, name: source.name, span });
    }
  }
  const views = meta.views
    .filter(({ name }) => !excluded.has(name))
    .map((source): RestoredView => ({ source, name: source.name, span }));
  return { tables, views };
}

function refuseSameNames(statement: RestoreStatement, { tables, views }: RestoreSelection): void {
  const seen = new Set<string>();
  for (const { name, span } of [...tables, ...views]) {
    if (seen.has(name)) {
      const message = `two tables would be restored under the name ${name}`;
      throw errorAt(statement, span, 'RESTORE_CONFLICT', message, 'give one of them another name with AS');
    }
    seen.add(name);
  }
}
