import type { Partition, ShardStore } from '../../catalog/index.js';
import type { ShowPartitionsStatement } from '../../sql/index.js';
import type { Cell, RowSet } from '../reply.js';
import { bindOlapTable } from './binding.js';
import { dorisSize, replicaAllocation, trueOrFalse } from './cells.js';
import type { ShowContext } from './view.js';

export const PARTITION_COLUMNS: readonly string[] = [
  'PartitionId',
  'PartitionName',
  'VisibleVersion',
  'VisibleVersionTime',
  'State',
  'PartitionKey',
  'Range',
  'DistributionKey',
  'Buckets',
  'ReplicationNum',
  'StorageMedium',
  'CooldownTime',
  'RemoteStoragePolicy',
  'LastConsistencyCheckTime',
  'DataSize',
  'IsInMemory',
  'ReplicaAllocation',
  'IsMutable',
  'SyncWithBaseTables',
  'UnsyncTables',
  'CommittedVersion',
  'RowCount',
];

/** As Doris shows data that never moves to a slower disk. */
const NEVER = '9999-12-31 23:59:59';

/** `SHOW PARTITIONS FROM …`: in the table's order. */
export function partitionRows(statement: ShowPartitionsStatement, context: ShowContext): RowSet {
  const { partitions, replication } = bindOlapTable(statement, context);
  const { shards } = context.catalog;
  const rows = partitions.map((partition): readonly Cell[] => [
    partition.id,
    partition.name,
    partition.visibleVersion,
    // Versions have no dates here.
    null,
    'NORMAL',
    // Tables have no columns: neither keys nor ranges, and rows that go to any bucket.
    '',
    '',
    'RANDOM',
    bucketsOf(partition),
    replication,
    'HDD',
    NEVER,
    '',
    null,
    dorisSize(sizeOf(partition, shards)),
    trueOrFalse(false),
    replicaAllocation(replication),
    trueOrFalse(true),
    // Only of meaning for materialized views over several tables, which there are none of.
    trueOrFalse(true),
    null,
    // A version is visible as soon as it is there.
    partition.visibleVersion,
    // Nobody counts rows: files hold bytes here.
    0,
  ]);
  return { columns: PARTITION_COLUMNS, rows };
}

/** Of the base table; a rollup may have another number. */
function bucketsOf({ indexes }: Partition): number {
  const base = indexes.find((index) => index.base);
  return base ? base.endShard - base.firstShard : 0;
}

/** Bytes of all replicas of all visible indexes, which is what Doris adds up. A backup takes one copy of them. */
function sizeOf({ indexes }: Partition, { firstReplica, sizeBytes }: ShardStore): number {
  let sum = 0;
  for (const { visible, firstShard, endShard } of indexes) {
    if (!visible) continue;
    for (let shard = firstShard; shard < endShard; shard++) {
      sum += sizeBytes[shard]! * (firstReplica[shard + 1]! - firstReplica[shard]!);
    }
  }
  return sum;
}
