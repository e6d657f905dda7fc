import { isOlap, type Catalog } from '../catalog/index.js';
import { isEnded } from '../job/index.js';
import type { Entry } from './entry.js';
import type { Messenger } from './messenger.js';
import type { World } from './world.js';

export interface CleanerOptions {
  readonly catalog: Catalog;
  readonly world: World;
  readonly messenger: Messenger;
  readonly generation: () => number;
  readonly entries: () => Iterable<Entry>;
  /** Told when a node has dropped what a job left there, or never will. */
  readonly onReleased: (entry: Entry) => void;
}

/** How often a node is asked to drop what a job left, and how much longer the wait before each further time is. */
const RELEASE_ATTEMPTS = 5;
const RELEASE_RETRY_MS = 200;

/** Has nodes drop what jobs left on them: once a job has no use for it, and, when a coordinator begins, whatever no job knows of. */
export class NodeCleaner {
  private readonly options: CleanerOptions;
  /** Nodes that were away when everyone was to drop what no job knows of. */
  private readonly unswept = new Set<number>();
  /** Nodes that are doing it, and what happens then. */
  private readonly sweeping = new Map<number, () => void>();

  constructor(options: CleanerOptions) {
    this.options = options;
  }

  /** Whether some node that is there has not answered yet. */
  get isSweeping(): boolean {
    return this.sweeping.size > 0;
  }

  /** Has every node drop what no job and no table knows of; a node that is away does it when it is back. */
  sweep(nodes: readonly number[], done: () => void): void {
    const { nodeAlive } = this.options.catalog;
    const alive = nodes.filter((node) => nodeAlive[node]);
    for (const node of nodes) if (!nodeAlive[node]) this.unswept.add(node);
    let left = alive.length;
    if (left === 0) return done();
    for (const node of alive) {
      this.sweepNode(node, () => {
        if (--left === 0) done();
      });
    }
  }

  /** A node is lost: nobody waits for what it was to drop until it is back. */
  lose(node: number): void {
    const goOn = this.sweeping.get(node);
    if (!goOn) return;
    this.unswept.add(node);
    goOn();
  }

  /** A node is back: calls back when it has dropped what nobody knows of. */
  regain(node: number, goOn: () => void): void {
    if (this.unswept.delete(node)) this.sweepNode(node, goOn);
    else goOn();
  }

  /** A node that cannot be reached drops its part when it is back. */
  release(entry: Entry, nodes: readonly number[]): void {
    const garbage = garbageOf(entry);
    const all = new Set([...nodes, ...garbage.keys()]);
    for (const node of all) entry.unreleased.add(node);
    for (const node of all) {
      if (this.options.catalog.nodeAlive[node]) this.drop(entry, node, garbage.get(node) ?? [], 1);
    }
  }

  private sweepNode(node: number, done: () => void): void {
    const { catalog, messenger, generation, entries } = this.options;
    const active = [...entries()].filter(
      ({ job }) => !isEnded(job) && (job.plan?.nodes.includes(node) ?? false),
    );
    const keepJobs = active.map(({ job }) => job.id);
    const keepShardIds = shardIdsOn(catalog, node, active);
    const task = { kind: 'sweep', taskId: 0, jobId: 0, attempt: 1, node, keepJobs, keepShardIds } as const;
    const goOn = (): void => {
      if (this.sweeping.get(node) !== goOn) return;
      this.sweeping.delete(node);
      done();
    };
    this.sweeping.set(node, goOn);
    // What cannot be dropped now is found by the next coordinator: nothing depends on it.
    messenger.sendSurely(task, { jobId: 0, label: '', repository: '', generation: generation() }, goOn);
  }

  private drop(entry: Entry, node: number, garbage: readonly number[], attempt: number): void {
    const { catalog, world, messenger, onReleased } = this.options;
    const { job, work } = entry;
    const shards = Int32Array.from(garbage);
    const task = { kind: 'release', taskId: 0, jobId: job.id, attempt, node, shards } as const;
    messenger.sendSurely(task, work.contextFor(job), (outcome) => {
      if (outcome.ok) {
        entry.unreleased.delete(node);
      } else if (attempt < RELEASE_ATTEMPTS) {
        const again = (): void => {
          if (catalog.nodeAlive[node]) this.drop(entry, node, garbage, attempt + 1);
        };
        return world.wakeAt(world.now() + attempt * RELEASE_RETRY_MS, again);
      } else {
        // Waiting longer would keep everyone waiting; what is left is for a person to remove.
        entry.unreleased.delete(node);
        entry.residue.push({ node, error: outcome.error });
      }
      onReleased(entry);
    });
  }
}

/** By node: the shards of which it has a replica that nobody needs since the job has ended. */
function garbageOf({ job, work }: Entry): ReadonlyMap<number, readonly number[]> {
  const byNode = new Map<number, number[]>();
  if (!isEnded(job)) return byNode;
  const { shards, nodes } = work.garbage(job.state === 'FINISHED' ? 'FINISHED' : 'CANCELLED');
  shards.forEach((shard, i) => {
    const node = nodes[i]!;
    const held = byNode.get(node);
    if (held) held.push(shard);
    else byNode.set(node, [shard]);
  });
  return byNode;
}

/** Ids of the shards of which a node should have a replica: those of tables, and those that restores are making. */
function shardIdsOn(catalog: Catalog, node: number, active: readonly Entry[]): Int32Array {
  const { id, firstReplica, replicaNode } = catalog.shards;
  const ids: number[] = [];
  const tables = [...catalog.databases.values()].flatMap(({ tables: all }) => [...all.values()]);
  const indexes = tables.filter(isOlap).flatMap(({ partitions }) => partitions.flatMap((p) => p.indexes));
  for (const { firstShard, endShard } of indexes) {
    for (let shard = firstShard; shard < endShard; shard++) {
      for (let r = firstReplica[shard]!; r < firstReplica[shard + 1]!; r++)
        if (replicaNode[r] === node) ids.push(id[shard]!);
    }
  }
  for (const { job } of active) {
    if (job.kind !== 'restore') continue;
    job.plan?.shards.forEach((shard, i) => {
      if (job.plan!.nodes[i] === node) ids.push(id[shard]!);
    });
  }
  return Int32Array.from(ids);
}
