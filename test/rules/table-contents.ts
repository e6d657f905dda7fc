import { isOlap, type Catalog } from '../../src/catalog/index.js';

/** By `partition/index/bucket`: what `ofReplica` says of the first replica of each shard of `db.table`. */
export function contentsOf<T>(
  catalog: Catalog,
  name: string,
  ofReplica: (node: number, shard: number) => T,
): ReadonlyMap<string, T> {
  const [database, tableName] = name.split('.');
  const table = catalog.database(database!).tables.get(tableName!);
  const found = new Map<string, T>();
  if (!table || !isOlap(table)) return found;
  const { firstReplica, replicaNode } = catalog.shards;
  for (const partition of table.partitions) {
    for (const { base, name: index, firstShard, endShard } of partition.indexes) {
      for (let shard = firstShard; shard < endShard; shard++)
        found.set(
          `${partition.name}/${base ? 'base' : index}/${shard - firstShard}`,
          ofReplica(replicaNode[firstReplica[shard]!]!, shard),
        );
    }
  }
  return found;
}
