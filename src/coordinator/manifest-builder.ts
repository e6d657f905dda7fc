import {
  shardFileName,
  type BackupSelection,
  type Catalog,
  type Index,
  type Partition,
} from '../catalog/index.js';
import type { UploadedShards } from '../job/index.js';
import { checksumText, type Bundle, type Checksum } from '../node/index.js';
import {
  BUNDLES_FORMAT_VERSION,
  MANIFEST_FORMAT_VERSION,
  type ManifestShard,
  type SnapshotInfo,
  type SnapshotMeta,
} from '../repository/index.js';

export interface ManifestSpec {
  readonly catalog: Catalog;
  readonly selection: BackupSelection;
  readonly label: string;
  readonly repository: string;
  readonly backupTime: string;
  readonly content: 'all' | 'metadata_only';
}

/** The schema of what was backed up: enough to make the tables anew. */
export function buildMeta({ selection }: ManifestSpec): SnapshotMeta {
  return {
    formatVersion: MANIFEST_FORMAT_VERSION,
    databaseName: selection.database.name,
    tables: selection.tables.map(({ table, partitions }) => ({
      id: table.id,
      name: table.name,
      type: 'OLAP',
      replication: table.replication,
      partitions: partitions.map((partition) => ({
        id: partition.id,
        name: partition.name,
        version: partition.visibleVersion,
        indexes: visibleIndexes(partition).map(({ id, name, base, firstShard, endShard }) => ({
          id,
          name,
          base,
          buckets: endShard - firstShard,
        })),
      })),
    })),
    views: selection.views.map(({ name, definition }) => ({ name, definition })),
  };
}

/** Every file that was backed up, with its checksum. */
export function buildInfo(spec: ManifestSpec, uploaded: UploadedShards): SnapshotInfo {
  const { catalog, selection, label, repository, backupTime, content } = spec;
  const checksums = new Map<number, readonly Checksum[]>();
  uploaded.shards.forEach((shard, i) => checksums.set(shard, uploaded.checksums[i]!));
  const bundles = new Map<number, readonly Bundle[]>();
  uploaded.bundles?.forEach((ofShard, i) => bundles.set(uploaded.shards[i]!, ofShard));
  const hasBundles = uploaded.bundles?.some((ofShard) => ofShard.length > 0) ?? false;
  const shardsOf = (index: Index): ManifestShard[] => {
    if (content === 'metadata_only') return [];
    return range(index.firstShard, index.endShard).map((shard) =>
      manifestShard(catalog, shard, checksums.get(shard)!, bundles.get(shard) ?? []),
    );
  };
  return {
    // What older programs can read, they shall.
    formatVersion: hasBundles ? BUNDLES_FORMAT_VERSION : MANIFEST_FORMAT_VERSION,
    label,
    repository,
    backupTime,
    content,
    databaseId: selection.database.id,
    databaseName: selection.database.name,
    skippedTables: selection.skippedTables,
    tables: selection.tables.map(({ table, partitions }) => ({
      id: table.id,
      name: table.name,
      partitions: partitions.map((partition) => ({
        id: partition.id,
        name: partition.name,
        version: partition.visibleVersion,
        indexes: visibleIndexes(partition).map((index) => ({
          id: index.id,
          name: index.name,
          shards: shardsOf(index),
        })),
      })),
    })),
    views: selection.views.map(({ name, definition }) => ({
      name,
      definition,
    })),
  };
}

/**
 * About how large `__info` is, without building it: it names again what `__meta`, of `metaBytes`, names (tables, partitions,
 * indexes, views), and adds shards and files to that. A test holds it against real manifests.
 */
export function estimateInfoBytes(
  metaBytes: number,
  uploaded: Pick<UploadedShards, 'shards' | 'bundles'>,
  files: number,
): number {
  return Math.round(
    INFO_BASE_BYTES +
      metaBytes * INFO_BYTES_PER_META_BYTE +
      uploaded.shards.length * INFO_SHARD_BYTES +
      files * INFO_FILE_BYTES +
      bundlesBytes(uploaded.bundles ?? []),
  );
}

function bundlesBytes(ofShards: readonly (readonly Bundle[])[]): number {
  let bytes = 0;
  for (const bundles of ofShards)
    if (bundles.length > 0) bytes += INFO_BUNDLES_BYTES + bundles.length * INFO_BUNDLE_BYTES;
  return bytes;
}

const INFO_BASE_BYTES = 130;
/** It says of each index neither whether it is the base nor how many buckets it has. */
const INFO_BYTES_PER_META_BYTE = 0.8;
/** The shard's own fields, less what its header file's name is shorter than a segment's. */
const INFO_SHARD_BYTES = 20;
/** A segment file of some megabytes. */
const INFO_FILE_BYTES = 100;
/** A shard's list of bundles, and a bundle in it. */
const INFO_BUNDLES_BYTES = 13;
const INFO_BUNDLE_BYTES = 75;

function manifestShard(
  catalog: Catalog,
  shard: number,
  checksums: readonly Checksum[],
  bundles: readonly Bundle[],
): ManifestShard {
  const { shards } = catalog;
  const { shardId, version } = catalog.addressOf(shard);
  const firstFile = shards.firstFile[shard]!;
  const files = checksums.map((checksum, file) => ({
    name: shardFileName(shardId, version, file),
    sizeBytes: shards.fileSizeBytes[firstFile + file]!,
    checksum: checksumText(checksum),
  }));
  const bundled = bundles.map(({ checksum, ...which }) => ({ ...which, checksum: checksumText(checksum) }));
  return {
    id: shardId,
    bucket: shards.bucket[shard]!,
    files,
    ...(bundled.length === 0 ? {} : { bundles: bundled }),
  };
}

const visibleIndexes = (partition: Partition): Index[] => partition.indexes.filter((index) => index.visible);

const range = (from: number, end: number): number[] => Array.from({ length: end - from }, (_, i) => from + i);
