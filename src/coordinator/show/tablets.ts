import type { Partition, ShardStore } from '../../catalog/index.js';
import type { ShowTabletsStatement } from '../../sql/index.js';
import type { Cell, RowSet } from '../reply.js';
import { bindOlapTable, bindPartitions } from './binding.js';
import { backendId, type ShowContext } from './view.js';

export const TABLET_COLUMNS: readonly string[] = [
  'TabletId',
  'ReplicaId',
  'BackendId',
  'SchemaHash',
  'Version',
  'LstSuccessVersion',
  'LstFailedVersion',
  'LstFailedTime',
  'LocalDataSize',
  'RemoteDataSize',
  'RowCount',
  'State',
  'LstConsistencyCheckTime',
  'CheckVersion',
  'VisibleVersionCount',
  'VersionCount',
  'QueryHits',
  'PathHash',
  'Path',
  'MetaUrl',
  'CompactionStatus',
  'CooldownReplicaId',
  'CooldownMetaId',
];

/** Far above the ids of everything else, so that nobody takes one for the other. */
const FIRST_REPLICA_ID = 1_000_000_001;

/** `SHOW TABLETS FROM …`: a row for each replica, of invisible indexes too, in the order of partitions, indexes and buckets. */
export function tabletRows(statement: ShowTabletsStatement, context: ShowContext): RowSet {
  const table = bindOlapTable(statement, context);
  const { shards } = context.catalog;
  const rows: (readonly Cell[])[] = [];
  for (const partition of bindPartitions(statement, table)) {
    for (const { firstShard, endShard } of partition.indexes) {
      for (let shard = firstShard; shard < endShard; shard++) {
        const end = shards.firstReplica[shard + 1]!;
        for (let replica = shards.firstReplica[shard]!; replica < end; replica++)
          rows.push(replicaRow(shards, partition, shard, replica));
      }
    }
  }
  return { columns: TABLET_COLUMNS, rows };
}

function replicaRow(
  shards: ShardStore,
  { visibleVersion }: Partition,
  shard: number,
  replica: number,
): readonly Cell[] {
  const version = shards.replicaVersion[replica]!;
  return [
    shards.id[shard]!,
    FIRST_REPLICA_ID + replica,
    backendId(shards.replicaNode[replica]!),
    // Tables have no columns to make a hash of.
    0,
    version,
    version,
    // The version that a replica left behind is lacking.
    version < visibleVersion ? visibleVersion : -1,
    null,
    // Bytes: sizes have no unit here, in Doris either.
    shards.sizeBytes[shard]!,
    0,
    // Nobody counts rows.
    0,
    // Doris hides a broken replica behind SHOW REPLICA STATUS, under this name.
    shards.replicaHealthy[replica] === 1 ? 'NORMAL' : 'BAD',
    null,
    -1,
    // A shard has one rowset.
    1,
    1,
    0,
    // Where a node keeps its files is its own affair, and it serves no pages.
    -1,
    '',
    null,
    null,
    -1,
    '',
  ];
}
