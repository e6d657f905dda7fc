import type { StoredJob } from '../../coordinator/index.js';
import type { UploadTask } from '../../node/index.js';
import type { FaultKind } from '../../world/faults.js';
import type { Seen } from '../../world/virtual/witness.js';
import { Checker } from '../checker.js';
import type { Scene } from '../scene.js';

/** What makes a coordinator take a task for lost that goes on: then a second node may be sent the same shards. */
const EXCUSES: ReadonlySet<FaultKind> = new Set([
  'node-crash',
  'node-slow',
  'partition',
  'messages',
  'coordinator-crash',
]);

interface Share {
  readonly task: UploadTask;
  readonly generation: number;
  state: 'begun' | 'finished';
}

/** One replica of a shard is backed up, never more: a plan names each shard once, and nodes do not share one. */
export class OneCopy extends Checker {
  readonly name = 'one-copy';
  readonly kinds = ['journal', 'task'] as const;
  private readonly scene: Scene;
  private readonly isExcused: boolean;
  /** By job and shard: who uploads it, or has. */
  private readonly shares = new Map<string, Share>();
  private readonly planned = new Set<number>();

  constructor(scene: Scene) {
    super();
    this.scene = scene;
    this.isExcused = (scene.scenario.faults ?? []).some(({ kind }) => EXCUSES.has(kind));
  }

  see(seen: Seen): void {
    if (seen.kind === 'journal') {
      for (const change of seen.changes) if (change.kind === 'job') this.plan(change.job, seen.atMs);
    } else if (seen.kind === 'task' && seen.task.kind === 'upload' && !this.isExcused) {
      this.task(seen.task, seen.generation, seen.event, seen.atMs);
    }
  }

  private plan({ id, plan, uploaded, detail, states }: StoredJob, atMs: number): void {
    if (detail.kind !== 'backup') return;
    if (plan && states.at(-1)!.state === 'SNAPSHOTING' && !this.planned.has(id)) {
      this.planned.add(id);
      for (const [i, shardId] of plan.shards.entries()) this.holds(id, shardId, plan.nodes[i]!, atMs);
    }
    for (const [what, shards] of [['plans', plan?.shards] as const, ['uploaded', uploaded?.shards] as const])
      if (shards && new Set(shards).size !== shards.length)
        this.wrong(atMs, `job ${id} ${what} a shard more than once`);
  }

  private holds(jobId: number, shardId: number, node: number, atMs: number): void {
    const shard = this.scene.shardOfId.get(shardId);
    const { firstReplica, replicaNode } = this.scene.catalog.shards;
    if (!shard) return this.wrong(atMs, `job ${jobId} plans shard ${shardId}, which there never was`);
    for (let r = firstReplica[shard.shard]!; r < firstReplica[shard.shard + 1]!; r++)
      if (replicaNode[r] === node) return;
    this.wrong(atMs, `job ${jobId} plans shard ${shardId} on node ${node}, which has no replica of it`);
  }

  private task(task: UploadTask, generation: number, event: string, atMs: number): void {
    for (const shard of task.shards) {
      const key = `${task.jobId}/${shard}`;
      const other = this.shares.get(key);
      if (event !== 'begun') {
        if (event === 'finished' && other) other.state = 'finished';
        else this.shares.delete(key);
        continue;
      }
      if (other)
        this.wrong(
          atMs,
          `node ${task.node} began to upload shard ${shard} of job ${task.jobId}, which node ${other.task.node} has ${other.state}`,
        );
      this.shares.set(key, { task, generation, state: 'begun' });
    }
  }
}
