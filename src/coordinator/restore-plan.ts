import { DrillError } from '../base/errors.js';
import { listOf } from '../base/text.js';
import {
  renamedForShard,
  type Catalog,
  type Database,
  type NewPartition,
  type OlapTable,
  type Placement,
  type ShardAddress,
} from '../catalog/index.js';
import type { WorkPlan } from '../job/index.js';
import type {
  ManifestShard,
  MetaPartition,
  MetaTable,
  SnapshotInfo,
  SnapshotMeta,
} from '../repository/index.js';
import type { SourceShard } from './world.js';

/** What a RESTORE is going to do: tables that are built but not visible yet, and where their bytes come from. */
export interface RestorePlan {
  readonly work: WorkPlan;
  readonly tables: readonly OlapTable[];
  readonly views: readonly { readonly name: string; readonly definition: string }[];
  readonly sources: ReadonlyMap<number, SourceShard>;
}

export interface RestoreTarget {
  readonly catalog: Catalog;
  readonly database: Database;
  readonly placement: Placement;
  /** Copies of each shard; undefined: as many as the table had. */
  readonly replication: number | undefined;
}

/**
 * Makes the tables of a snapshot anew, on whatever nodes the target has, and finds for each of their replicas the files it
 * is to be filled with. Touches nothing that users see. Throws RESTORE_CONFLICT, REPOSITORY_CORRUPT.
 */
export function planRestore(target: RestoreTarget, meta: SnapshotMeta, info: SnapshotInfo): RestorePlan {
  refuseConflicts(target, meta);
  const sources = new Map<number, SourceShard>();
  const tables = meta.tables.map((table) => buildTable(target, table, info, sources));
  return { work: workOf(target.catalog, sources), tables, views: meta.views, sources };
}

function refuseConflicts({ database, catalog, replication }: RestoreTarget, meta: SnapshotMeta): void {
  const names = [...meta.tables, ...meta.views].map((table) => table.name);
  const existing = names.filter((name) => database.tables.has(name));
  if (existing.length > 0) {
    const message = `database ${database.name} already has ${listOf(existing, 'and')}`;
    throw new DrillError('RESTORE_CONFLICT', message, {
      hint: 'drop or rename it first, or restore into another database',
    });
  }
  const nodes = catalog.nodeNames.length;
  const most = replication ?? Math.max(0, ...meta.tables.map((table) => table.replication));
  if (most > nodes) {
    const message = `${nodes} nodes cannot hold ${most} copies of a shard on distinct nodes`;
    throw new DrillError('RESTORE_CONFLICT', message, {
      hint: `set PROPERTIES ("replication_num" = "${nodes}") or less`,
    });
  }
}

function buildTable(
  { catalog, database, placement, replication }: RestoreTarget,
  table: MetaTable,
  info: SnapshotInfo,
  sources: Map<number, SourceShard>,
): OlapTable {
  const copies = replication ?? table.replication;
  const stored = info.tables.find((t) => t.id === table.id);
  const partitions = table.partitions.map((partition): NewPartition => {
    const storedPartition = stored?.partitions.find((p) => p.id === partition.id);
    const indexes = partition.indexes.map((index) => {
      const shards = storedPartition?.indexes.find((i) => i.id === index.id)?.shards ?? [];
      return {
        name: index.name,
        base: index.base,
        buckets: index.buckets,
        shard: (bucket: number) => ({
          fileSizeBytes:
            info.content === 'all'
              ? shardIn(shards, bucket, table.name).files.map((file) => file.sizeBytes)
              : [],
          replicaNodes: placement(copies),
        }),
      };
    });
    return { name: partition.name, version: partition.version, indexes };
  });
  const built = catalog.buildTable(database, { name: table.name, replication: copies, partitions });
  if (stored && info.content === 'all') addSources(catalog, built, table, info, stored, sources);
  return built;
}

function addSources(
  catalog: Catalog,
  built: OlapTable,
  table: MetaTable,
  info: SnapshotInfo,
  stored: SnapshotInfo['tables'][number],
  sources: Map<number, SourceShard>,
): void {
  built.partitions.forEach((partition, p) => {
    const from = table.partitions[p] as MetaPartition;
    partition.indexes.forEach((index, i) => {
      const { id: indexId } = from.indexes[i]!;
      const shards =
        stored.partitions.find((s) => s.id === from.id)?.indexes.find((s) => s.id === indexId)?.shards ?? [];
      for (let shard = index.firstShard; shard < index.endShard; shard++) {
        const source = shardIn(shards, catalog.shards.bucket[shard]!, table.name);
        const address: ShardAddress = {
          databaseId: info.databaseId,
          tableId: table.id,
          partitionId: from.id,
          indexId,
          version: from.version,
          shardId: source.id,
        };
        sources.set(shard, { address, files: source.files });
      }
    });
  });
}

/** One entry for each replica: every copy is fetched from the repository, as Doris does. */
function workOf({ shards: store }: Catalog, sources: ReadonlyMap<number, SourceShard>): WorkPlan {
  const shards: number[] = [];
  const nodes: number[] = [];
  const expected: string[][] = [];
  for (const [shard, source] of sources) {
    const checksums = source.files.map((file) => file.checksum);
    for (let r = store.firstReplica[shard]!; r < store.firstReplica[shard + 1]!; r++) {
      shards.push(shard);
      nodes.push(store.replicaNode[r]!);
      expected.push(checksums);
    }
  }
  return { shards: Int32Array.from(shards), nodes: Int32Array.from(nodes), expected };
}

function shardIn(shards: readonly ManifestShard[], bucket: number, table: string): ManifestShard {
  const shard = shards.find((s) => s.bucket === bucket);
  if (shard) return shard;
  throw new DrillError(
    'REPOSITORY_CORRUPT',
    `the manifest has no shard for bucket ${bucket} of table ${table}`,
  );
}

/** The name that a file of the snapshot gets in the shard it is restored into. */
export const restoredFileName = renamedForShard;
