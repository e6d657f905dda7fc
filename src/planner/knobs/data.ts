import { fixed, mean, scaled } from '../../base/distribution.js';
import { formatBytes, formatCount } from '../../base/units.js';
import type { Scenario } from '../../scenario/index.js';
import { hasGivenShards } from './cluster.js';
import type { Knob, Turned } from './knob.js';

type Partition = Scenario['databases'][number]['tables'][number]['partitions'][number];

/** So many files become one: what a compaction before the backup does. */
const MERGE = 8;

/** Fewer, larger files with the same bytes. */
export const MERGING: Knob = {
  path: 'databases.tables.filesPerShard',
  label: 'merging small files',
  eases: ['latency', 'requestRate', 'workers', 'cpu', 'snapshot', 'coordinator'],
  now: files,
  step: (scenario) => merged(scenario, MERGE),
  end: (scenario) => merged(scenario, Infinity),
};

/** What the partitions' files are like: how many a shard has, on the mean, and how large they are. */
function files(scenario: Scenario): string {
  let shards = 0;
  let count = 0;
  let sizeBytes = 0;
  for (const partition of partitionsOf(scenario)) {
    const buckets = mean(partition.buckets);
    shards += buckets;
    count += buckets * mean(partition.filesPerShard);
    sizeBytes += buckets * mean(partition.filesPerShard) * mean(partition.fileSizeBytes);
  }
  const each = Math.round((count / shards) * 10) / 10;
  return `${formatCount(each)} a shard, of ${formatBytes(Math.round(sizeBytes / count))}`;
}

const partitionsOf = ({ databases }: Scenario): Partition[] =>
  databases.flatMap(({ tables }) => tables.flatMap(({ partitions }) => partitions));

/** Every shard with a `by`th of its files, but at least one; undefined where that is as many as there are. */
function merged(scenario: Scenario, by: number): Turned | undefined {
  if (
    hasGivenShards(scenario) ||
    !partitionsOf(scenario).some(({ filesPerShard }) => mean(filesPerShard) > 1)
  )
    return undefined;
  const databases = scenario.databases.map((database) => ({
    ...database,
    tables: database.tables.map((table) => ({
      ...table,
      partitions: table.partitions.map((partition) => mergedPartition(partition, by)),
    })),
  }));
  const turned = { ...scenario, databases };
  return { scenario: turned, to: files(turned) };
}

function mergedPartition(partition: Partition, by: number): Partition {
  const count = mean(partition.filesPerShard);
  if (count <= 1) return partition;
  const left = Math.max(1, Math.round(count / by));
  return {
    ...partition,
    filesPerShard: fixed(left),
    fileSizeBytes: scaled(partition.fileSizeBytes, count / left),
  };
}
