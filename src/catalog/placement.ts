import type { RandomStream } from '../base/random.js';
import { shuffle } from '../base/random.js';
import { invariant } from '../base/errors.js';

/** Gives, a call a shard, the nodes that hold its replicas in order of replica id. */
export type Placement = (replication: number) => Int32Array;

/**
 * Round-robin over the nodes in a shuffled order, going on where the last shard ended: node loads differ by at most one
 * replica. Which of a shard's replicas has the lowest id is drawn, as it is in a cluster that has been repaired and
 * rebalanced for a while.
 */
export function evenPlacement(nodeCount: number, random: RandomStream): Placement {
  const ring = shuffle(
    Int32Array.from({ length: nodeCount }, (_, node) => node),
    random,
  );
  let next = 0;
  return (replication) => {
    invariant(replication <= nodeCount, 'more replicas than nodes');
    const nodes = new Int32Array(replication);
    for (let r = 0; r < replication; r++) nodes[r] = ring[(next + r) % nodeCount]!;
    next = (next + replication) % nodeCount;
    return replication > 1 ? shuffle(nodes, random) : nodes;
  };
}

/** Distinct nodes drawn for each shard: loads differ as chance has it. */
export function randomPlacement(nodeCount: number, random: RandomStream): Placement {
  const all = Int32Array.from({ length: nodeCount }, (_, node) => node);
  return (replication) => {
    invariant(replication <= nodeCount, 'more replicas than nodes');
    for (let r = 0; r < replication; r++) {
      const j = r + Math.floor(random() * (nodeCount - r));
      const kept = all[r]!;
      all[r] = all[j]!;
      all[j] = kept;
    }
    return all.slice(0, replication);
  };
}
