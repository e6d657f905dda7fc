import { listOf, plural } from '../../base/text.js';
import type { DrillError } from '../../base/errors.js';
import {
  isOlap,
  isView,
  type Catalog,
  type Database,
  type OlapTable,
  type Partition,
} from '../../catalog/index.js';
import type { MetaPartition, SnapshotInfo, SnapshotMeta } from '../../repository/index.js';
import { errorAt, type RestoreStatement, type Span, type RestoreOptions } from '../../sql/index.js';
import { liveNodes } from './live-placement.js';
import { propertySpan } from './options.js';
import { schemaDifference, unfinishedIndex } from './schema-match.js';
import {
  restoredPartitionName,
  type RestoredTable,
  type RestoredView,
  type RestoreSelection,
} from './selection.js';

/** What is to become of the database, decided before anything is made. */
export interface RestoreTargets {
  readonly tables: readonly TableTarget[];
  /** Views to be made; those that are there already are not among them. */
  readonly views: readonly ViewTarget[];
  /** Tables and views to be dropped. */
  readonly dropped: readonly string[];
}

export interface TableTarget {
  readonly restored: RestoredTable;
  /** The table that partitions are put into; undefined where the table is made anew, or replaced whole. */
  readonly into: OlapTable | undefined;
  readonly replication: number;
  /** What of the snapshot is built. */
  readonly built: readonly MetaPartition[];
  /** Partitions of `into` that are dropped. */
  readonly dropped: ReadonlySet<Partition>;
}

export interface ViewTarget {
  readonly name: string;
  readonly definition: string;
}

export interface TargetContext {
  readonly catalog: Catalog;
  readonly database: Database;
  readonly statement: RestoreStatement;
  readonly options: RestoreOptions;
  readonly content: SnapshotInfo['content'];
}

/** Refuses with RESTORE_CONFLICT, at its place in the statement, what does not fit what is there. */
export function chooseTargets(
  context: TargetContext,
  selection: RestoreSelection,
  meta: SnapshotMeta,
): RestoreTargets {
  const tables = selection.tables.map((restored) => tableTarget(context, restored));
  const views = selection.views.flatMap((view) => viewTarget(context, view, meta.databaseName));
  refuseTooManyCopies(context, tables);
  return { tables, views, dropped: droppedTables(context, selection, meta) };
}

function tableTarget(context: TargetContext, restored: RestoredTable): TableTarget {
  const { database, options } = context;
  const { source, partitions, name } = restored;
  const copies = (options.reserveReplica ? undefined : options.replication) ?? source.replication;
  const anew = {
    restored,
    into: undefined,
    replication: copies,
    built: partitions,
    dropped: new Set<never>(),
  };
  const existing = database.tables.get(name);
  if (!existing) return anew;
  if (!isOlap(existing)) throw otherType(context, restored, existing.type, 'OLAP');
  const unfinished = unfinishedIndex(existing);
  if (unfinished !== undefined) {
    const message = `table ${name} is not in a state to be restored: its index ${unfinished} is still being built`;
    throw conflict(context, restored.span, message, 'wait until it is built, or restore AS another name');
  }
  const difference = schemaDifference(existing, restored);
  if (options.atomicRestore || (options.forceReplace && difference !== undefined)) {
    refuseEmptying(context, restored);
    return anew;
  }
  if (difference !== undefined) {
    const message = `table ${name} already exists but with a different schema: ${difference}`;
    const hint = `restore it under another name (AS …), or replace it whole with PROPERTIES ("force_replace" = "true")`;
    throw conflict(context, restored.span, message, hint);
  }
  return partitionsInto(context, restored, existing);
}

function refuseEmptying(context: TargetContext, { name, span }: RestoredTable): void {
  if (context.content === 'all') return;
  const message = `table ${name} already exists, and the snapshot holds metadata only: replaced whole, the table would be empty`;
  throw conflict(context, span, message, 'drop it first, or restore AS another name');
}

/** A restore of metadata alone has nothing to put in the place of data, so it leaves partitions that exist as they are. */
function partitionsInto(context: TargetContext, restored: RestoredTable, into: OlapTable): TableTarget {
  const { options, content } = context;
  const names = new Set(into.partitions.map((partition) => partition.name));
  const built = restored.partitions.filter(
    (partition) => content === 'all' || !names.has(restoredPartitionName(restored, partition)),
  );
  if (built.length > 0) refuseOtherReplication(context, restored, into);
  const inSnapshot = new Set(
    restored.source.partitions.map((partition) => restoredPartitionName(restored, partition)),
  );
  const dropped = options.cleanPartitions
    ? into.partitions.filter((partition) => !inSnapshot.has(partition.name))
    : [];
  return { restored, into, replication: into.replication, built, dropped: new Set(dropped) };
}

function refuseOtherReplication(context: TargetContext, restored: RestoredTable, into: OlapTable): void {
  const { statement, options } = context;
  const wanted = options.reserveReplica ? restored.source.replication : options.replication;
  if (wanted === undefined || wanted === into.replication) return;
  const key = options.reserveReplica ? 'reserve_replica' : 'replication_num';
  const message =
    `table ${into.name} already exists and has a different replication num, ${into.replication}, ` +
    `than the ${wanted} that ${key} asks for`;
  throw conflict(
    context,
    propertySpan(statement, key),
    message,
    `leave ${key} out: its partitions are restored with ${into.replication}`,
  );
}

function viewTarget(context: TargetContext, restored: RestoredView, sourceDatabase: string): ViewTarget[] {
  const { database, options } = context;
  const { name, source, span } = restored;
  const definition = definitionIn(source.definition, sourceDatabase, database.name);
  const existing = database.tables.get(name);
  if (!existing) return [{ name, definition }];
  if (!isView(existing)) throw otherType(context, restored, existing.type, 'VIEW');
  if ([source.definition, definition].includes(existing.definition)) return [];
  if (options.forceReplace) return [{ name, definition }];
  const message = `view ${name} already exists but with a different definition`;
  const hint = `leave it out, or replace it with PROPERTIES ("force_replace" = "true")`;
  throw conflict(context, span, message, hint);
}

/** As Doris does, tables of the source database that a view names in full become those of the target database. */
function definitionIn(definition: string, from: string, to: string): string {
  const quoted = (name: string): string => `\`internal\`.\`${name.replaceAll('`', '``')}\`.\``;
  return definition.replaceAll(quoted(from), () => quoted(to));
}

function otherType(
  context: TargetContext,
  { name, span }: Pick<RestoredTable, 'name' | 'span'>,
  type: string,
  wanted: 'OLAP' | 'VIEW',
): DrillError {
  const message = `${name} already exists in database ${context.database.name} with a different type: it is ${type}, and ${wanted} in the snapshot`;
  return conflict(context, span, message, 'drop or rename it first, or restore AS another name');
}

/** As in Doris, tables of other types than those that can be backed up stay. */
function droppedTables(
  { database, options }: TargetContext,
  { tables, views }: RestoreSelection,
  meta: SnapshotMeta,
): string[] {
  if (!options.cleanTables) return [];
  const kept = new Set([...tables, ...views, ...meta.tables, ...meta.views].map(({ name }) => name));
  return [...database.tables.values()]
    .filter((table) => (isOlap(table) || isView(table)) && !kept.has(table.name))
    .map((table) => table.name);
}

function refuseTooManyCopies(context: TargetContext, tables: readonly TableTarget[]): void {
  const { catalog, statement, options } = context;
  const live = liveNodes(catalog);
  const tooMany = tables.find(({ replication, built }) => built.length > 0 && replication > live);
  if (!tooMany) return;
  const nodes = catalog.nodeNames.length;
  const who = live === nodes ? plural(nodes, 'node') : `${plural(live, 'live node')} of ${nodes}`;
  const copies = plural(tooMany.replication, 'copy', 'copies');
  const message = `${who} cannot hold ${copies} of a shard on distinct nodes, as table ${tooMany.restored.name} needs`;
  const hints = [
    ...(live < nodes ? [`bring back ${listOf(deadNodes(catalog), 'and')}`] : []),
    ...(live > 0 && !tooMany.into && !options.reserveReplica
      ? [`set PROPERTIES ("replication_num" = "${live}") or less`]
      : []),
  ];
  throw conflict(context, propertySpan(statement, 'replication_num'), message, hints.join(', or '));
}

const deadNodes = ({ nodeNames, nodeAlive }: Catalog): string[] =>
  nodeNames.filter((_, node) => !nodeAlive[node]);

const conflict = (
  { statement }: TargetContext,
  span: Span,
  message: string,
  hint: string | undefined,
): DrillError => errorAt(statement, span, 'RESTORE_CONFLICT', message, hint || undefined);
