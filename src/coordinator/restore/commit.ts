import {
  isOlap,
  tableRecord,
  type Catalog,
  type CatalogChange,
  type Database,
  type OlapTable,
  type Partition,
  type ReplicaList,
  type Table,
} from '../../catalog/index.js';
import type { RestorePlan } from '../restore-plan.js';

/** What `commitPlan` does, as the journal keeps it. */
export function planChanges(
  catalog: Catalog,
  { name: database }: Database,
  plan: RestorePlan,
): CatalogChange[] {
  return [
    ...plan.tables.map((table) => ({
      kind: 'put-table' as const,
      database,
      table: tableRecord(catalog, table),
    })),
    ...plan.views.map(({ id, name, definition }) => ({
      kind: 'put-view' as const,
      database,
      view: { id, name, definition },
    })),
    ...plan.dropped.map((name) => ({ kind: 'drop-table' as const, database, name })),
  ];
}

/** Makes visible what was built, all at once. */
export function commitPlan(catalog: Catalog, database: Database, plan: RestorePlan): void {
  for (const table of plan.tables) catalog.put(database, table);
  for (const view of plan.views) catalog.put(database, view);
  for (const name of plan.dropped) catalog.drop(database, name);
}

/** Partitions of the database that a plan takes the place of, or drops. */
export function replacedPartitions(
  database: Database,
  tables: readonly OlapTable[],
  dropped: readonly string[],
): Partition[] {
  const partitionsOf = (table: Table | undefined): readonly Partition[] =>
    table && isOlap(table) ? table.partitions : [];
  const replaced = tables.flatMap((table) => {
    const kept = new Set(table.partitions);
    return partitionsOf(database.tables.get(table.name)).filter((partition) => !kept.has(partition));
  });
  return [...replaced, ...dropped.flatMap((name) => partitionsOf(database.tables.get(name)))];
}

/** A run of shards: `first … end - 1`. */
export interface ShardRange {
  readonly first: number;
  readonly end: number;
}

export const shardsOf = (partitions: readonly Partition[]): ShardRange[] =>
  partitions
    .flatMap((partition) => partition.indexes)
    .map(({ firstShard, endShard }) => ({ first: firstShard, end: endShard }));

/** Every replica of these shards. */
export function replicasOf({ shards: store }: Catalog, ranges: readonly ShardRange[]): ReplicaList {
  const count = ranges.reduce(
    (sum, { first, end }) => sum + store.firstReplica[end]! - store.firstReplica[first]!,
    0,
  );
  const list = { shards: new Int32Array(count), nodes: new Int32Array(count) };
  let n = 0;
  for (const { first, end } of ranges) {
    for (let shard = first; shard < end; shard++) {
      for (const node of store.replicaNodesOf(shard)) {
        list.shards[n] = shard;
        list.nodes[n++] = node;
      }
    }
  }
  return list;
}
