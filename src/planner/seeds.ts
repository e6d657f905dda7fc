import { mean, type Distribution } from '../base/distribution.js';
import type { Scenario } from '../scenario/index.js';

/** The scenario with the seed of its repetition `i`: its own for the first, which is 0. `--set seed=…` gives it again. */
export const seeded = (scenario: Scenario, i: number): Scenario =>
  i === 0 ? scenario : { ...scenario, seed: `${scenario.seed}-${i}` };

/**
 * Whether anything in a scenario is drawn from its seed. Where shards are placed is, on several nodes, even where each holds
 * as many as the others: of which shards is drawn. Shards that are listed are where they are.
 */
export function isRandom({ cluster, databases, repository, faults = [] }: Scenario): boolean {
  // Which messages are lost, which requests fail, how long is waited before they are made again.
  if (faults.length > 0) return true;
  const { nodes, stragglers } = cluster;
  const isPlaced = partitionsOf(databases).every(({ shards }) => shards !== undefined);
  if ((nodes.length > 1 && !isPlaced) || isDrawn(repository.limits.latencyMs)) return true;
  if (stragglers.slowdown !== 1 && Math.round(stragglers.share * nodes.length) % nodes.length > 0)
    return true;
  return partitionsOf(databases).some(({ buckets, filesPerShard, fileSizeBytes }) =>
    [buckets, filesPerShard, fileSizeBytes].some(isDrawn),
  );
}

const partitionsOf = (databases: Scenario['databases']) =>
  databases.flatMap(({ tables }) => tables.flatMap(({ partitions }) => partitions));

const isDrawn = (distribution: Distribution): boolean => distribution.kind !== 'fixed';

/** About how many files a scenario has: what simulating it costs is in proportion. */
export const expectedFiles = ({ databases }: Scenario): number =>
  sum(databases, ({ tables }) =>
    sum(tables, ({ partitions, rollups }) =>
      sum(
        partitions,
        ({ buckets, filesPerShard }) => mean(buckets) * (mean(filesPerShard) + 1) * (1 + rollups.length),
      ),
    ),
  );

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
