import { fixed, type Distribution } from '../../base/distribution.js';
import type { PartitionSpec, TableSpec } from '../../scenario/index.js';
import type { Dice } from './dice.js';

const LARGEST_FILE_BYTES = 4e6;

/** A few small tables of every type. */
export function drawTables(dice: Dice, mostReplicas: number): TableSpec[] {
  return Array.from({ length: dice.pick([0, 1, 1, 1, 2, 2, 3]) }, (_, i) =>
    drawTable(dice, `t${i + 1}`, mostReplicas),
  );
}

export function drawTable(dice: Dice, name: string, mostReplicas: number): TableSpec {
  const other = dice.share();
  if (other < 0.07) return { ...EMPTY, name, type: 'VIEW', definition: `SELECT 1 AS ${name}` };
  if (other < 0.14) return { ...EMPTY, name, type: dice.pick(['MYSQL', 'ELASTICSEARCH', 'HIVE'] as const) };
  const sizes = drawSizes(dice);
  const partitions = dice.pick([0, 1, 1, 1, 2, 2, 3]);
  return {
    name,
    type: 'OLAP',
    replication: dice.int(1, mostReplicas),
    partitions: Array.from({ length: partitions }, (_, i) => drawPartition(dice, `p${i + 1}`, sizes)),
    rollups: dice.chance(0.2) ? ['r1'] : [],
    rollupRatio: 0.5,
  };
}

const EMPTY = { replication: 1, partitions: [], rollups: [], rollupRatio: 1 } as const;

function drawPartition(dice: Dice, name: string, fileSizeBytes: Distribution): PartitionSpec {
  return {
    name,
    buckets: fixed(dice.pick([1, 1, 2, 2, 3, 4])),
    filesPerShard: fixed(dice.pick([0, 1, 1, 1, 2, 2, 3, 4])),
    fileSizeBytes,
    version: dice.int(1, 20),
  };
}

function drawSizes(dice: Dice): Distribution {
  if (dice.chance(0.1)) return fixed(0);
  const most = Math.round(dice.magnitude(1, LARGEST_FILE_BYTES));
  return dice.chance(0.5) ? fixed(most) : { kind: 'uniform', min: 0, max: most };
}
