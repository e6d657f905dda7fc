import {
  bundleName,
  createRepository,
  encodeInfo,
  encodeMeta,
  infoPath,
  md5Hex,
  metaPath,
  shardDirectory,
  withChecksum,
  writeDocument,
  type ManifestShard,
  type SnapshotInfo,
  type SnapshotMeta,
  type Storage,
} from '../../src/repository/index.js';
import { nodeMd5 } from '../../src/repository/storage/node-md5.js';
import { bytesOf, put } from './storage-helpers.js';

export interface SampleSpec {
  readonly repository?: string;
  readonly label?: string;
  readonly timestamp?: string;
  readonly shards?: number;
  readonly filesPerShard?: number;
  readonly content?: SnapshotInfo['content'];
  /** Whether a shard's files but its last are in one bundle; of two files both are. */
  readonly bundled?: boolean;
}

export interface Sample {
  readonly info: SnapshotInfo;
  readonly meta: SnapshotMeta;
  /** Full paths of both documents and of every shard's file. */
  readonly infoFile: string;
  readonly metaFile: string;
  readonly files: readonly string[];
}

/** Writes a small whole snapshot as a backup would. Shards are 2 to an index; every file has other content. */
export async function writeSample(storage: Storage, spec: SampleSpec = {}): Promise<Sample> {
  const { repository = 'repo', label = 'snap', timestamp = '2026-01-31-23-59-59' } = spec;
  const { shards = 4, filesPerShard = 2, content = 'all', bundled = false } = spec;
  const inBundle = bundled && filesPerShard >= 2 ? Math.max(2, filesPerShard - 1) : 0;
  const files: string[] = [];
  const databaseId = 10_001;
  const writeShard = async (bucket: number, indexId: number, partitionId: number): Promise<ManifestShard> => {
    const shardId = indexId * 100 + bucket;
    const directory = shardDirectory(repository, label, {
      databaseId,
      tableId: 1,
      partitionId,
      indexId,
      shardId,
    });
    const shardFiles = [];
    const store = async (name: string, bytes: Uint8Array): Promise<string> => {
      const checksum = md5Hex(nodeMd5, bytes);
      const path = `${directory}/${withChecksum(name, checksum)}`;
      await put(storage, path, bytes);
      files.push(path);
      return checksum;
    };
    const bundle: number[] = [];
    for (let f = 0; f < filesPerShard; f++) {
      const bytes = bytesOf(`${label} ${shardId} ${f} ${'x'.repeat(f * 50)}`);
      const name = f === 0 ? `${shardId}.hdr` : `020000000000000${f}_0.dat`;
      if (f < inBundle) bundle.push(...bytes);
      const checksum = f < inBundle ? md5Hex(nodeMd5, bytes) : await store(name, bytes);
      shardFiles.push({ name, sizeBytes: bytes.length, checksum });
    }
    if (inBundle === 0) return { id: shardId, bucket, files: shardFiles };
    const checksum = await store(bundleName(0), Uint8Array.from(bundle));
    return {
      id: shardId,
      bucket,
      files: shardFiles,
      bundles: [{ firstFile: 0, files: inBundle, checksum }],
    };
  };
  const partitions = [];
  for (let p = 0; p * 2 < shards; p++) {
    const buckets = Math.min(2, shards - p * 2);
    const index = { id: 100 + p, name: 'tbl', base: true, buckets };
    const stored: ManifestShard[] = [];
    for (let b = 0; b < (content === 'all' ? buckets : 0); b++)
      stored.push(await writeShard(b, index.id, 10 + p));
    partitions.push({ id: 10 + p, name: `p${p}`, version: 2, index, stored });
  }
  const views = [{ name: 'v', definition: 'SELECT 1\n' }];
  const meta: SnapshotMeta = {
    formatVersion: 1,
    databaseName: 'db',
    views,
    tables: [
      {
        id: 1,
        name: 'tbl',
        type: 'OLAP',
        replication: 3,
        partitions: partitions.map(({ id, name, version, index }) => ({
          id,
          name,
          version,
          indexes: [index],
        })),
      },
    ],
  };
  const info: SnapshotInfo = {
    formatVersion: inBundle > 0 && files.length > 0 ? 2 : 1,
    label,
    repository,
    databaseId,
    databaseName: 'db',
    backupTime: timestamp,
    content,
    views,
    skippedTables: ['mysql_tbl'],
    tables: [
      {
        id: 1,
        name: 'tbl',
        partitions: partitions.map(({ id, name, version, index, stored }) => ({
          id,
          name,
          version,
          indexes: [
            {
              id: index.id,
              name: index.name,
              shards: stored,
            },
          ],
        })),
      },
    ],
  };
  await createRepository(storage, repository, '2026-01-01-00-00-00');
  const writtenMeta = await writeDocument(storage, metaPath(repository, label), encodeMeta(meta), nodeMd5);
  const writtenInfo = await writeDocument(
    storage,
    infoPath(repository, label, timestamp),
    encodeInfo(info),
    nodeMd5,
  );
  return { info, meta, infoFile: writtenInfo, metaFile: writtenMeta, files };
}
