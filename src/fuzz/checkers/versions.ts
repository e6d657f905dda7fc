import type { Seen } from '../../world/virtual/witness.js';
import { Checker } from '../checker.js';
import { shardAt, type Scene } from '../scene.js';

/** What is backed up of a shard is a replica that is there, can be read, and has the version that queries see. */
export class Versions extends Checker {
  readonly name = 'versions';
  readonly kinds = ['operation', 'fault'] as const;
  private readonly scene: Scene;
  /** By node and shard: replicas that are not fit, and since when. */
  private readonly unfitSinceMs = new Map<string, number>();

  constructor(scene: Scene) {
    super();
    this.scene = scene;
    const { firstReplica, replicaNode } = scene.catalog.shards;
    for (const { shard, replica } of scene.case.brokenReplicas)
      this.unfitSinceMs.set(`${replicaNode[firstReplica[shard]! + replica]}/${shard}`, -1);
  }

  see(seen: Seen): void {
    if (seen.kind === 'fault') {
      const { fault } = seen;
      if (fault.kind !== 'replica-gone' || seen.event !== 'begun') return;
      const struck = shardAt(this.scene, fault.shard);
      if (struck) this.unfitSinceMs.set(`${fault.node}/${struck.shard}`, seen.atMs);
      return;
    }
    if (seen.kind !== 'operation' || seen.error || seen.operation.op !== 'link') return;
    const { shard } = seen.operation;
    const { node } = seen.task;
    const sinceMs = this.unfitSinceMs.get(`${node}/${shard}`);
    if (sinceMs !== undefined && seen.startMs > sinceMs)
      this.wrong(seen.atMs, `node ${node} took a snapshot of shard ${shard}, of which it has no fit replica`);
    const { firstReplica, replicaNode } = this.scene.catalog.shards;
    for (let r = firstReplica[shard]!; r < firstReplica[shard + 1]!; r++) if (replicaNode[r] === node) return;
    this.wrong(seen.atMs, `node ${node} took a snapshot of shard ${shard}, of which it has no replica`);
  }
}
