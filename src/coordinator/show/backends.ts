import { isOlap, type Catalog } from '../../catalog/index.js';
import type { Cell, RowSet } from '../reply.js';
import { dateTime, dorisSize, trueOrFalse } from './cells.js';
import { backendId, type ShowContext } from './view.js';

export const BACKEND_COLUMNS: readonly string[] = [
  'BackendId',
  'Host',
  'HeartbeatPort',
  'BePort',
  'HttpPort',
  'BrpcPort',
  'ArrowFlightSqlPort',
  'LastStartTime',
  'LastHeartbeat',
  'Alive',
  'SystemDecommissioned',
  'TabletNum',
  'DataUsedCapacity',
  'TrashUsedCapacity',
  'AvailCapacity',
  'TotalCapacity',
  'UsedPct',
  'MaxDiskUsedPct',
  'RemoteUsedCapacity',
  'Tag',
  'ErrMsg',
  'Version',
  'Status',
  'HeartbeatFailureCounter',
  'NodeRole',
  'CpuCores',
  'Memory',
];

/** As Doris shows a port that nobody listens on: nodes are threads or simulated, and have none. */
const NO_PORT = -1;

const NO_SIZE = dorisSize(0);
const NO_PERCENT = '0.00 %';

const TAG = '{"location" : "default"}';

const STATUS =
  '{"lastSuccessReportTabletsTime":"N/A","lastStreamLoadTime":-1,"isQueryDisabled":false,"isLoadDisabled":false}';

/** `SHOW BACKENDS`: a row for each node. */
export function backendRows({ catalog, nowMs, version }: ShowContext): RowSet {
  const { replicas, sizeBytes } = holdings(catalog);
  const rows = catalog.nodeNames.map((name, node): readonly Cell[] => {
    const isAlive = catalog.nodeAlive[node] === 1;
    return [
      backendId(node),
      name,
      ...Array<number>(5).fill(NO_PORT),
      // Nobody notes when a node started.
      null,
      // Nodes send no heartbeats: one that is alive is known to be so now, and of one that is not, nobody noted since when.
      dateTime(isAlive ? nowMs : undefined),
      trueOrFalse(isAlive),
      trueOrFalse(false),
      replicas[node]!,
      dorisSize(sizeBytes[node]!),
      NO_SIZE,
      // Disks have no size here: free and total space are as in a Doris that has not heard of any disk yet.
      NO_SIZE,
      NO_SIZE,
      NO_PERCENT,
      NO_PERCENT,
      NO_SIZE,
      TAG,
      isAlive ? '' : 'the node does not answer',
      version,
      STATUS,
      isAlive ? 0 : 1,
      // As in Doris, known of live nodes only.
      isAlive ? 'mix' : '',
      // Neither cores nor memory belong to a node.
      0,
      NO_SIZE,
    ];
  });
  return { columns: BACKEND_COLUMNS, rows };
}

/** What each node holds of all tables, by node. Other shards in the store are what restores are making, or have replaced. */
function holdings({ databases, nodeNames, shards }: Catalog): {
  readonly replicas: Int32Array;
  readonly sizeBytes: Float64Array;
} {
  const replicas = new Int32Array(nodeNames.length);
  const sizeBytes = new Float64Array(nodeNames.length);
  const { firstReplica, replicaNode } = shards;
  const indexes = [...databases.values()]
    .flatMap((database) => [...database.tables.values()])
    .filter(isOlap)
    .flatMap((table) => table.partitions)
    .flatMap((partition) => partition.indexes);
  for (const { firstShard, endShard } of indexes) {
    for (let shard = firstShard; shard < endShard; shard++) {
      for (let replica = firstReplica[shard]!; replica < firstReplica[shard + 1]!; replica++) {
        const node = replicaNode[replica]!;
        replicas[node]!++;
        sizeBytes[node]! += shards.sizeBytes[shard]!;
      }
    }
  }
  return { replicas, sizeBytes };
}
