import { isOlap, type Catalog } from '../catalog/index.js';
import { isEnded } from '../job/index.js';
import type { NodeTask } from '../node/index.js';
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
  /** Nodes that are doing it, and what happens then; or, of a node that everyone waits for, also when it is lost. */
  private readonly sweeping = new Map<number, { readonly done: () => void; readonly isAwaited: boolean }>();
  /** How often each node was lost: what it was asked before that is void. */
  private readonly losses = new Map<number, number>();

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
      const isAwaited = true;
      this.sweepNode(node, isAwaited, () => {
        if (--left === 0) done();
      });
    }
  }

  /** A node is lost: nobody waits for what it was to drop until it is back. */
  lose(node: number): void {
    this.losses.set(node, this.lossesOf(node) + 1);
    const sweep = this.sweeping.get(node);
    if (!sweep) return;
    this.sweeping.delete(node);
    this.unswept.add(node);
    if (sweep.isAwaited) sweep.done();
  }

  /** A node is back: calls back, once, when it has dropped what nobody knows of. */
  regain(node: number, goOn: () => void): void {
    if (this.sweeping.has(node)) return;
    if (this.unswept.delete(node)) this.sweepNode(node, false, goOn);
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

  private sweepNode(node: number, isAwaited: boolean, done: () => void): void {
    const { messenger, generation } = this.options;
    const sweep = { done, isAwaited };
    this.sweeping.set(node, sweep);
    const isWanted = (): boolean => this.sweeping.get(node) === sweep;
    const context = { jobId: 0, label: '', repository: '', generation: generation() };
    messenger.sendSurely(
      () => this.sweepTask(node),
      context,
      isWanted,
      () => {
        // What cannot be dropped now is found by the next coordinator: nothing depends on it.
        if (!isWanted()) return;
        this.sweeping.delete(node);
        done();
      },
    );
  }

  private sweepTask(node: number): NodeTask {
    const { catalog, entries } = this.options;
    const active = [...entries()].filter(
      ({ job }) => !isEnded(job) && (job.plan?.nodes.includes(node) ?? false),
    );
    const keepJobs = active.map(({ job }) => job.id);
    const keepShardIds = shardIdsOn(catalog, node, active);
    return { kind: 'sweep', taskId: 0, jobId: 0, attempt: 1, node, keepJobs, keepShardIds };
  }

  private lossesOf(node: number): number {
    return this.losses.get(node) ?? 0;
  }

  private drop(entry: Entry, node: number, garbage: readonly number[], attempt: number): void {
    const { catalog, world, messenger, onReleased } = this.options;
    const { job, work } = entry;
    const shards = Int32Array.from(garbage);
    const task = { kind: 'release', taskId: 0, jobId: job.id, attempt, node, shards } as const;
    const losses = this.lossesOf(node);
    const isWanted = (): boolean => this.lossesOf(node) === losses;
    messenger.sendSurely(
      () => task,
      work.contextFor(job),
      isWanted,
      (outcome) => {
        if (!isWanted()) return;
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
      },
    );
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
