import { formatBytes } from '../../base/units.js';
import type { Scenario } from '../../scenario/index.js';
import type { Rule } from './finding-facts.js';

/** A node with so many times its share of the bytes holds the others up. */
const SKEWED = 1.3;

/** How evenly the bytes are spread over the nodes: `lowest-id` takes each shard's first replica, wherever that is. */
export const skewRule: Rule = ({ scenario, result: { nodes, totals } }) => {
  const { cluster } = scenario;
  const meanBytes = totals.sizeBytes / cluster.nodes.length;
  const most = nodes.reduce((sofar, node) => (node.sizeBytes > sofar.sizeBytes ? node : sofar), {
    name: '',
    sizeBytes: 0,
    shards: 0,
  });
  const skew = most.sizeBytes / meanBytes;
  // One shard is on one node, however well they are spread.
  if (meanBytes === 0 || skew < SKEWED || most.shards < 2) return undefined;
  const idle = cluster.nodes.length - nodes.length;
  const others = idle > 0 ? `; ${idle} of ${cluster.nodes.length} nodes have nothing to send` : '';
  return {
    id: 'node-skew',
    severity: 'warning',
    message: `${most.name} sends ${formatBytes(most.sizeBytes)}, ${skew.toFixed(1)} times the mean of all nodes${others}`,
    hint: hintFor(scenario),
    numbers: { mostBytes: most.sizeBytes, meanBytes, skew, idleNodes: idle },
  };
};

function hintFor({ databases, engine }: Scenario): string {
  const hasChoice = databases.some(({ tables }) => tables.some(({ replication }) => replication > 1));
  // With one replica of everything no policy changes anything: the shards are where they are.
  if (!hasChoice)
    return 'shards have one replica each: only the cluster’s own balancing, or more buckets, would spread them';
  return engine.replicaPolicy === 'balanced'
    ? 'some shards are much larger than others: more buckets would spread them'
    : `replicaPolicy: balanced would choose replicas by load; ${engine.replicaPolicy} does not`;
}
