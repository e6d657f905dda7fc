import type { Catalog, Database, Index, IndexAddress, OlapTable, Partition } from './catalog.js';

/**
 * A change of the catalog as the journal keeps it: plain data, applied again when a coordinator starts. Applying one
 * twice is the same as once.
 */
export type CatalogChange =
  /** Adds a table, or puts it in the place of the one that has its name. */
  | { readonly kind: 'put-table'; readonly database: string; readonly table: TableRecord }
  | { readonly kind: 'put-view'; readonly database: string; readonly view: ViewRecord }
  /** Removes a table or view. */
  | { readonly kind: 'drop-table'; readonly database: string; readonly name: string };

export interface TableRecord {
  readonly id: number;
  readonly name: string;
  readonly replication: number;
  readonly partitions: readonly PartitionRecord[];
}

export interface PartitionRecord {
  readonly id: number;
  readonly name: string;
  readonly version: number;
  readonly indexes: readonly IndexRecord[];
}

export interface IndexRecord {
  readonly id: number;
  readonly name: string;
  readonly base: boolean;
  readonly visible: boolean;
  /** In the order of their buckets. */
  readonly shards: readonly ShardRecord[];
}

export interface ShardRecord {
  readonly id: number;
  readonly fileSizeBytes: readonly number[];
  readonly replicaNodes: readonly number[];
}

export interface ViewRecord {
  readonly id: number;
  readonly name: string;
  readonly definition: string;
}

/** Replicas by shard and node: parallel arrays. */
export interface ReplicaList {
  readonly shards: Int32Array;
  readonly nodes: Int32Array;
}

/** A table as the journal keeps it. */
export function tableRecord({ shards }: Catalog, table: OlapTable): TableRecord {
  const shardRecord = (shard: number): ShardRecord => ({
    id: shards.id[shard]!,
    fileSizeBytes: [...shards.fileSizeBytes.subarray(shards.firstFile[shard], shards.firstFile[shard + 1])],
    replicaNodes: [...shards.replicaNodesOf(shard)],
  });
  const indexRecord = ({ id, name, base, visible, firstShard, endShard }: Index): IndexRecord => ({
    id,
    name,
    base,
    visible,
    shards: Array.from({ length: endShard - firstShard }, (_, bucket) => shardRecord(firstShard + bucket)),
  });
  const { id, name, replication, partitions } = table;
  return {
    id,
    name,
    replication,
    partitions: partitions.map((partition) => ({
      id: partition.id,
      name: partition.name,
      version: partition.visibleVersion,
      indexes: partition.indexes.map(indexRecord),
    })),
  };
}

/** Makes a change. What it adds keeps its ids, and nothing new will get one of them. Throws DATABASE_UNKNOWN. */
export function applyChange(catalog: Catalog, change: CatalogChange): void {
  const database = catalog.database(change.database);
  switch (change.kind) {
    case 'put-table':
      catalog.put(database, adoptTable(catalog, database, change.table));
      break;
    case 'put-view': {
      const { id, name, definition } = change.view;
      catalog.reserveId(id);
      catalog.put(database, { type: 'VIEW', id, name, definition });
      break;
    }
    case 'drop-table':
      catalog.drop(database, change.name);
      break;
  }
}

function adoptTable(catalog: Catalog, database: Database, record: TableRecord): OlapTable {
  const { id, name, replication } = record;
  catalog.reserveId(id);
  const indexes = new Map<number, Index>();
  for (const { partition, index } of inOrderOfIds(record)) {
    const address: IndexAddress = {
      databaseId: database.id,
      tableId: id,
      partitionId: partition.id,
      indexId: index.id,
      version: partition.version,
    };
    indexes.set(index.id, catalog.adoptIndex(address, index));
  }
  const partitions = record.partitions.map((partition): Partition => {
    catalog.reserveId(partition.id);
    return {
      id: partition.id,
      name: partition.name,
      visibleVersion: partition.version,
      indexes: partition.indexes.map((index) => indexes.get(index.id)!),
    };
  });
  return { type: 'OLAP', id, name, replication, partitions };
}

/** Shards that were built one after the other are added so, whatever the order of their partitions in the table. */
function inOrderOfIds(record: TableRecord): { partition: PartitionRecord; index: IndexRecord }[] {
  return record.partitions
    .flatMap((partition) => partition.indexes.map((index) => ({ partition, index })))
    .sort((a, b) => a.index.id - b.index.id);
}
