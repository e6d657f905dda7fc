import { plural } from '../../base/text.js';
import type { Index, OlapTable, Partition } from '../../catalog/index.js';
import type { MetaIndex, MetaPartition } from '../../repository/index.js';
import { isUnpartitioned, restoredPartitionName, type RestoredTable } from './selection.js';

/**
 * How a table that exists differs from what is to be restored into it, for people; undefined where it does not. Its other
 * partitions do not matter.
 */
export function schemaDifference(existing: OlapTable, restored: RestoredTable): string | undefined {
  const { source, partitions } = restored;
  if (existing.partitions.length > 0 && source.partitions.length > 0) {
    const [here, there] = [isUnpartitioned(existing), isUnpartitioned(source)];
    if (here !== there)
      return `it is ${here ? 'not ' : ''}partitioned, and in the snapshot it is${here ? '' : ' not'}`;
  }
  const byName = new Map(existing.partitions.map((partition) => [partition.name, partition]));
  for (const partition of partitions) {
    const name = restoredPartitionName(restored, partition);
    const own = byName.get(name);
    // Rollups are those of the table, so a new partition must have the same ones; buckets may differ.
    const model = own ?? existing.partitions[0];
    const difference = model && indexDifference(model, partition, own ? name : undefined);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

/** The first index of a table that is still being built: a table that has one is about to change. */
export function unfinishedIndex({ partitions }: OlapTable): string | undefined {
  return partitions.flatMap((partition) => partition.indexes).find((index) => !index.visible)?.name;
}

export const bucketsOf = ({ firstShard, endShard }: Index): number => endShard - firstShard;

function indexDifference(
  existing: Partition,
  restored: MetaPartition,
  sameBucketsIn: string | undefined,
): string | undefined {
  const ours = new Map(
    existing.indexes.filter((index) => index.visible).map((index) => [keyOf(index), index]),
  );
  for (const index of restored.indexes) {
    const own = ours.get(keyOf(index));
    if (!own) return `it has no ${called(index)}, which the snapshot has`;
    ours.delete(keyOf(index));
    if (sameBucketsIn !== undefined && bucketsOf(own) !== index.buckets) {
      const buckets = plural(bucketsOf(own), 'bucket');
      return `${called(own)} has ${buckets} in partition ${sameBucketsIn}, and ${index.buckets} in the snapshot`;
    }
  }
  for (const index of ours.values()) return `it has a ${called(index)}, which the snapshot does not have`;
  return undefined;
}

/** The base index is called as its table, whatever that is called now. */
const keyOf = ({ name, base }: Pick<MetaIndex, 'name' | 'base'>): string =>
  base ? 'base' : `rollup ${name}`;

const called = ({ name, base }: Pick<MetaIndex, 'name' | 'base'>): string =>
  base ? 'base index' : `rollup ${name}`;
