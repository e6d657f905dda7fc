import { invariant } from '../../base/errors.js';
import type { Catalog, Placement } from '../../catalog/index.js';

/** How many nodes answer. */
export const liveNodes = ({ nodeAlive }: Catalog): number => nodeAlive.reduce((sum, alive) => sum + alive, 0);

/**
 * `placement`, but for nodes that are dead: each is replaced by the next live one in turn that has no replica of the shard
 * yet. Drawing again instead would not do: a round-robin over four nodes draws pairs that all hold one of two dead ones.
 * There must be as many live nodes as copies.
 */
export function livePlacement({ nodeAlive }: Catalog, placement: Placement): Placement {
  const live: number[] = [];
  nodeAlive.forEach((alive, node) => {
    if (alive) live.push(node);
  });
  if (live.length === nodeAlive.length) return placement;
  let turn = 0;
  return (replication) => {
    invariant(replication <= live.length, 'more replicas than live nodes');
    const nodes = placement(replication);
    for (let r = 0; r < nodes.length; r++) {
      if (nodeAlive[nodes[r]!]) continue;
      let node = live[turn++ % live.length]!;
      while (nodes.includes(node)) node = live[turn++ % live.length]!;
      nodes[r] = node;
    }
    return nodes;
  };
}
