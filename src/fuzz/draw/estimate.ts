import { mean } from '../../base/distribution.js';
import type { Scenario } from '../../scenario/index.js';

/** Looks of the coordinator that a backup needs, where it looks at regular times. */
export const TICKS = 6;

/**
 * About how long a backup of the scenario takes when nothing goes wrong: what moments for faults are drawn from. It need
 * not be right, only of the right order.
 */
export function estimateMs({ cluster, repository, databases, engine }: Scenario): number {
  let files = 0;
  let bytes = 0;
  let shards = 0;
  for (const { tables } of databases.slice(0, 1)) {
    for (const { partitions, rollups } of tables) {
      for (const partition of partitions) {
        const ofPartition = mean(partition.buckets) * (1 + rollups.length);
        shards += ofPartition;
        files += ofPartition * (1 + mean(partition.filesPerShard));
        bytes += ofPartition * mean(partition.filesPerShard) * mean(partition.fileSizeBytes);
      }
    }
  }
  const { limits } = repository;
  const { hardware } = cluster.nodes[0]!;
  const nodes = cluster.nodes.length;
  const requestMs = Math.max(mean(limits.latencyMs), 1000 / limits.requestsPerSec);
  const workers = nodes * engine.uploadWorkers;
  const moving = (1000 * bytes) / Math.min(limits.bandwidthBytesPerSec, nodes * hardware.nicBytesPerSec);
  const asking = ((2 * files + shards) * requestMs) / workers;
  const linking = (shards * (hardware.snapshotMs + 2 * hardware.linkMs)) / nodes;
  return (
    5 + moving + asking + linking + 10 * requestMs + 8 * cluster.coordinator.messageMs + TICKS * engine.tickMs
  );
}
