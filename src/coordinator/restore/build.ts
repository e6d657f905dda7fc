import type {
  Catalog,
  Database,
  NewIndex,
  NewPartition,
  OlapTable,
  Partition,
  Placement,
  ShardAddress,
} from '../../catalog/index.js';
import type { MetaIndex, MetaPartition, SnapshotInfo } from '../../repository/index.js';
import type { SourceShard } from '../world.js';
import { restoredPartitionName, type RestoredTable } from './selection.js';
import type { SnapshotShards } from './snapshot-shards.js';
import type { TableTarget } from './targets.js';

export interface BuildContext {
  readonly catalog: Catalog;
  readonly database: Database;
  readonly placement: Placement;
  readonly info: SnapshotInfo;
  readonly shards: SnapshotShards;
  /** Filled with what each shard that is built has to be filled with. */
  readonly sources: Map<number, SourceShard>;
}

/** Builds what a restore puts into the place of a table; the table itself stays as it is. */
export function buildTarget(context: BuildContext, target: TableTarget): OlapTable {
  const { catalog, database } = context;
  const { restored, into, replication, built } = target;
  const names = new Map(built.map((partition) => [restoredPartitionName(restored, partition), partition]));
  if (!into) {
    const partitions = [...names].map(([name, from]) => newPartition(context, target, name, from));
    const table = catalog.buildTable(database, { name: restored.name, replication, partitions });
    table.partitions.forEach((partition, p) => addSources(context, restored, partition, built[p]!));
    return table;
  }
  const build = (name: string, from: MetaPartition, id?: number): Partition => {
    const spec = newPartition(context, target, name, from);
    const partition = catalog.buildPartition(database.id, into.id, spec, id);
    addSources(context, restored, partition, from);
    names.delete(name);
    return partition;
  };
  const kept = into.partitions
    .filter((partition) => !target.dropped.has(partition))
    .map((partition) => {
      const from = names.get(partition.name);
      return from ? build(partition.name, from, partition.id) : partition;
    });
  const added = [...names].map(([name, from]) => build(name, from));
  return { ...into, partitions: [...kept, ...added] };
}

function newPartition(
  { placement, shards }: BuildContext,
  { restored, into, replication }: TableTarget,
  name: string,
  from: MetaPartition,
): NewPartition {
  const indexes = from.indexes.map((index): NewIndex => {
    const stored = shards.get(index);
    const shard = (bucket: number): ReturnType<NewIndex['shard']> => ({
      fileSizeBytes: stored?.[bucket]?.files.map((file) => file.sizeBytes) ?? [],
      replicaNodes: placement(replication),
    });
    return { name: indexName(restored, into, index), base: index.base, buckets: index.buckets, shard };
  });
  return { name, version: from.version, indexes };
}

/** A table's base index is called as the table, so it is renamed with it. */
function indexName(restored: RestoredTable, into: OlapTable | undefined, { name, base }: MetaIndex): string {
  if (!base) return name;
  const own = into?.partitions[0]?.indexes.find((index) => index.base)?.name;
  return own ?? (name === restored.source.name ? restored.name : name);
}

function addSources(
  { info, shards, sources }: BuildContext,
  { source }: RestoredTable,
  partition: Partition,
  from: MetaPartition,
): void {
  partition.indexes.forEach(({ firstShard }, i) => {
    const { id: indexId } = from.indexes[i]!;
    shards.get(from.indexes[i]!)?.forEach(({ id: shardId, files, bundles }, bucket) => {
      const address: ShardAddress = {
        databaseId: info.databaseId,
        tableId: source.id,
        partitionId: from.id,
        indexId,
        version: from.version,
        shardId,
      };
      sources.set(firstShard + bucket, { address, files, ...(bundles ? { bundles } : {}) });
    });
  });
}
