import { DrillError } from '../base/errors.js';
import type { Catalog } from './catalog.js';

export type ReplicaPolicy = 'lowest-id' | 'balanced';

/**
 * What one more file costs a node, expressed in bytes, when `balanced` weighs files against bytes: about what a node
 * moves in the time of one small request.
 */
const FILE_WEIGHT_BYTES = 256 * 1024;

/**
 * Chooses for each shard the node whose replica is backed up: one that is healthy, alive and at the partition's version.
 *
 * `lowest-id` takes the first such replica, as Doris does. `balanced` deals the shards, largest first, each to the
 * candidate that has the least to do so far (the LPT rule: Graham, 1969).
 *
 * Returns node ordinals, one a shard. Throws REPLICA_UNAVAILABLE if a shard has no candidate.
 */
export function chooseReplicas(catalog: Catalog, shards: Int32Array, policy: ReplicaPolicy): Int32Array {
  const chosen = new Int32Array(shards.length);
  if (policy === 'lowest-id') {
    for (let i = 0; i < shards.length; i++) chosen[i] = firstCandidate(catalog, shards[i]!);
    return chosen;
  }
  const loadBytes = new Float64Array(catalog.nodeNames.length);
  for (const i of largestFirst(catalog, shards)) chosen[i] = leastLoaded(catalog, shards[i]!, loadBytes);
  return chosen;
}

/** Positions in `shards`, by falling cost; equals keep their order. */
export function largestFirst(catalog: Catalog, shards: Int32Array): Int32Array {
  const cost = Float64Array.from(shards, (shard) => shardCostBytes(catalog, shard));
  return Int32Array.from(shards.keys()).sort((a, b) => cost[b]! - cost[a]! || a - b);
}

function shardCostBytes({ shards }: Catalog, shard: number): number {
  return shards.sizeBytes[shard]! + shards.fileCount(shard) * FILE_WEIGHT_BYTES;
}

function leastLoaded(catalog: Catalog, shard: number, loadBytes: Float64Array): number {
  const { firstReplica, replicaNode } = catalog.shards;
  let best = -1;
  for (let r = firstReplica[shard]!; r < firstReplica[shard + 1]!; r++) {
    const node = replicaNode[r]!;
    if (isCandidate(catalog, shard, r) && (best < 0 || loadBytes[node]! < loadBytes[best]!)) best = node;
  }
  if (best < 0) throw noReplica(catalog, shard);
  loadBytes[best]! += shardCostBytes(catalog, shard);
  return best;
}

/**
 * The nodes whose replica of a shard could be backed up now, in order of replica id; `orLater`: also those that are away, whose
 * replica can be backed up when they are back.
 */
export function replicaCandidates(catalog: Catalog, shard: number, orLater = false): number[] {
  const { firstReplica, replicaNode } = catalog.shards;
  const isWanted = orLater ? isFit : isCandidate;
  const nodes: number[] = [];
  for (let r = firstReplica[shard]!; r < firstReplica[shard + 1]!; r++)
    if (isWanted(catalog, shard, r)) nodes.push(replicaNode[r]!);
  return nodes;
}

function firstCandidate(catalog: Catalog, shard: number): number {
  const { firstReplica, replicaNode } = catalog.shards;
  for (let r = firstReplica[shard]!; r < firstReplica[shard + 1]!; r++) {
    if (isCandidate(catalog, shard, r)) return replicaNode[r]!;
  }
  throw noReplica(catalog, shard);
}

function isCandidate(catalog: Catalog, shard: number, replica: number): boolean {
  return catalog.nodeAlive[catalog.shards.replicaNode[replica]!] === 1 && isFit(catalog, shard, replica);
}

function isFit({ shards, indexes }: Catalog, shard: number, replica: number): boolean {
  return (
    shards.replicaHealthy[replica] === 1 &&
    shards.replicaVersion[replica]! >= indexes[shards.owner[shard]!]!.version
  );
}

function noReplica(catalog: Catalog, shard: number): DrillError {
  const { shardId, version } = catalog.addressOf(shard);
  return new DrillError(
    'REPLICA_UNAVAILABLE',
    `shard ${shardId} has no healthy replica of version ${version} on a live node`,
    {
      hint: 'wait for repair, or leave its partition out with EXCLUDE',
    },
  );
}
