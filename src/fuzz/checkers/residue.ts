import type { NodeTask } from '../../node/index.js';
import type { Seen } from '../../world/virtual/witness.js';
import { Checker, type Final } from '../checker.js';
import type { Scene, Stage } from '../scene.js';
import { tryKey } from '../try-key.js';

/** When all jobs have ended and all nodes are there: no snapshot, no staged file, no task and no stray replica is left. */
export class Residue extends Checker {
  readonly name = 'residue';
  readonly kinds = ['task'] as const;
  private readonly scene: Scene;
  private readonly stage: Stage;
  private readonly atWork = new Map<string, NodeTask>();

  constructor(scene: Scene, stage: Stage) {
    super();
    this.scene = scene;
    this.stage = stage;
  }

  see(seen: Seen): void {
    if (seen.kind !== 'task') return;
    const { kind } = seen.task;
    if (kind === 'sweep' || kind === 'release') return;
    const key = tryKey(seen.task, seen.generation);
    if (seen.event === 'begun') this.atWork.set(key, seen.task);
    else this.atWork.delete(key);
  }

  protected override judge({ nowMs }: Final): void {
    for (const { kind, node, jobId, taskId } of this.atWork.values())
      this.wrong(nowMs, `node ${node} is still at ${kind} task ${taskId} of job ${jobId}`);
    const { nodes } = this.stage;
    if (!nodes.isClean) this.wrong(nowMs, 'a node still holds snapshots or staged files');
    for (const stray of this.strays())
      this.wrong(nowMs, `node/shard ${stray} has a replica that no table knows`);
  }

  /** Replicas that a restore put on a node, and that no table has. */
  private strays(): string[] {
    const { catalog } = this.scene;
    const { firstReplica, replicaNode } = catalog.shards;
    const wanted = new Set<string>();
    for (const { tables } of catalog.databases.values()) {
      for (const table of tables.values()) {
        if (!('partitions' in table)) continue;
        for (const { indexes } of table.partitions)
          for (const { firstShard, endShard } of indexes)
            for (let shard = firstShard; shard < endShard; shard++)
              for (let r = firstReplica[shard]!; r < firstReplica[shard + 1]!; r++)
                wanted.add(`${replicaNode[r]}/${shard}`);
      }
    }
    const strays: string[] = [];
    for (let node = 0; node < catalog.nodeNames.length; node++)
      for (const shard of this.stage.nodes.installedShards(node))
        if (!wanted.has(`${node}/${shard}`)) strays.push(`${node}/${shard}`);
    return strays;
  }
}
