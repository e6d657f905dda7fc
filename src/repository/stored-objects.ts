import { bundleName, shardDirectory, withChecksum, type ShardPlace } from './layout.js';
import type { ManifestFile, ManifestShard, SnapshotInfo } from './manifest-types.js';

/** One object of a shard: a file by itself, or a bundle of several. */
export interface StoredObject {
  /** Its own name in the shard's directory, with its checksum. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly checksum: string;
  /** Ordinal in the shard of its first file. */
  readonly firstFile: number;
  readonly files: readonly ManifestFile[];
}

/** The objects that hold a shard's files, in their order. */
export function* objectsOf({
  files,
  bundles = [],
}: Pick<ManifestShard, 'files' | 'bundles'>): Generator<StoredObject> {
  let next = 0;
  for (let firstFile = 0; firstFile < files.length;) {
    const bundle = bundles[next]?.firstFile === firstFile ? bundles[next++] : undefined;
    const inside = files.slice(firstFile, firstFile + (bundle?.files ?? 1));
    const { name, checksum } = bundle ? { ...bundle, name: bundleName(firstFile) } : inside[0]!;
    const sizeBytes = inside.reduce((sum, file) => sum + file.sizeBytes, 0);
    yield { name: withChecksum(name, checksum), sizeBytes, checksum, firstFile, files: inside };
    firstFile += inside.length;
  }
}

/** All shards of a snapshot, each with its place. */
export function* shardsOf(info: SnapshotInfo): Generator<{ place: ShardPlace; shard: ManifestShard }> {
  const { databaseId } = info;
  for (const { id: tableId, partitions } of info.tables)
    for (const { id: partitionId, indexes } of partitions)
      for (const { id: indexId, shards } of indexes)
        for (const shard of shards)
          yield { place: { databaseId, tableId, partitionId, indexId, shardId: shard.id }, shard };
}

/** The objects that hold a snapshot's files, with their full paths. */
export function* objectsIn(info: SnapshotInfo): Generator<StoredObject & { readonly path: string }> {
  for (const { place, shard } of shardsOf(info)) {
    const directory = shardDirectory(info.repository, info.label, place);
    for (const object of objectsOf(shard)) yield { ...object, path: `${directory}/${object.name}` };
  }
}
