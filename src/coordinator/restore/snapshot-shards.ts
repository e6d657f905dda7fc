import { DrillError } from '../../base/errors.js';
import { renamedForShard } from '../../catalog/index.js';
import type { ManifestShard, MetaIndex, SnapshotInfo } from '../../repository/index.js';
import type { RestoredTable } from './selection.js';

/** The shards that the snapshot holds for each selected index, by bucket; none where it holds metadata only. */
export type SnapshotShards = ReadonlyMap<MetaIndex, readonly ManifestShard[]>;

/** Finds them all; throws REPOSITORY_CORRUPT if one is missing. */
export function snapshotShards(info: SnapshotInfo, tables: readonly RestoredTable[]): SnapshotShards {
  const found = new Map<MetaIndex, readonly ManifestShard[]>();
  if (info.content === 'metadata_only') return found;
  const storedTables = byId(info.tables);
  for (const { source, partitions } of tables) {
    const storedPartitions = byId(storedTables.get(source.id)?.partitions ?? []);
    for (const partition of partitions) {
      const storedIndexes = byId(storedPartitions.get(partition.id)?.indexes ?? []);
      for (const index of partition.indexes) {
        const shards = byBucket(storedIndexes.get(index.id)?.shards ?? [], index.buckets);
        const missing = shards.findIndex((shard) => shard === undefined);
        if (missing >= 0) throw noShard(source.name, index.name, missing);
        for (const shard of shards as ManifestShard[]) checkNames(shard);
        found.set(index, shards as ManifestShard[]);
      }
    }
  }
  return found;
}

/** Headers are renamed after their shard, so that of two of them one would be written over the other. */
function checkNames({ id, files }: ManifestShard): void {
  const names = new Set(files.map(({ name }) => renamedForShard(name, id)));
  if (names.size === files.length) return;
  throw new DrillError('REPOSITORY_CORRUPT', `the manifest has several header files (.hdr) for shard ${id}`, {
    hint: 'a shard has one: the manifest was written by something else, or edited',
  });
}

function byBucket(shards: readonly ManifestShard[], buckets: number): (ManifestShard | undefined)[] {
  const sorted = new Array<ManifestShard | undefined>(buckets).fill(undefined);
  for (const shard of shards) if (shard.bucket < buckets) sorted[shard.bucket] = shard;
  return sorted;
}

const byId = <T extends { readonly id: number }>(items: readonly T[]): ReadonlyMap<number, T> =>
  new Map(items.map((item) => [item.id, item]));

function noShard(table: string, index: string, bucket: number): DrillError {
  const message = `the manifest has no shard for bucket ${bucket} of index ${index} of table ${table}`;
  return new DrillError('REPOSITORY_CORRUPT', message);
}
