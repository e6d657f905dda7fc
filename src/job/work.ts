import type { WorkPlan } from './event.js';
import type { Batching } from './settings.js';

/** One node's share of a plan: positions in `WorkPlan.shards`, in working order, and the shards there. */
export interface NodeShare {
  readonly node: number;
  readonly positions: Int32Array;
  readonly shards: Int32Array;
}

/** Splits a plan by node, keeping its order within each; nodes in ascending order. A counting sort: linear. */
export function shareByNode(plan: WorkPlan): readonly NodeShare[] {
  const counts = new Map<number, number>();
  for (const node of plan.nodes) counts.set(node, (counts.get(node) ?? 0) + 1);
  const shares = [...counts.keys()]
    .sort((a, b) => a - b)
    .map((node) => {
      const length = counts.get(node)!;
      return { node, positions: new Int32Array(length), shards: new Int32Array(length) };
    });
  const shareOf = new Map(shares.map((share) => [share.node, share]));
  const filled = new Map<number, number>();
  plan.nodes.forEach((node, position) => {
    const n = filled.get(node) ?? 0;
    const share = shareOf.get(node)!;
    share.positions[n] = position;
    share.shards[n] = plan.shards[position]!;
    filled.set(node, n + 1);
  });
  return shares;
}

/** How many shards the next task of a node gets, when `taken` of its `total` are in tasks already. */
export type BatchSize = (taken: number, total: number) => number;

/** Batches as the settings want them. By tasks, the last one takes what division leaves over, as Doris deals them. */
export function batchSize(batching: Batching): BatchSize {
  const { by, count } = batching;
  if (by === 'shards') return (taken, total) => Math.min(count, total - taken);
  return (taken, total) => {
    const perTask = Math.max(1, Math.floor(total / count));
    const isLast = taken + perTask >= perTask * count;
    return isLast ? total - taken : Math.min(perTask, total - taken);
  };
}

/** `count` batches (fewer where there are fewer shards) that differ by at most one shard. */
export function evenBatches(count: number): BatchSize {
  return (taken, total) => {
    const batches = Math.min(count, total);
    // Batch b ends at ceil((b + 1) * total / batches): rounded up, so that `taken` tells which batch is next.
    const batch = Math.floor((taken * batches) / total);
    return Math.ceil(((batch + 1) * total) / batches) - taken;
  };
}
