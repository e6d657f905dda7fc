import { serialize, type SerializedError } from '../base/errors.js';
import { isOlap, type Catalog } from '../catalog/index.js';
import {
  isEnded,
  stepAny,
  type Command,
  type EngineSettings,
  type Job,
  type JobEvent,
  type UploadedShards,
} from '../job/index.js';
import { Claims } from './claims.js';
import { isSettled, nameOf, storedJob, type Entry } from './entry.js';
import type { Journal, JournalChange, StoredJob } from './journal.js';
import { retraction } from './publish.js';
import type { World } from './world.js';

export interface DriverOptions {
  readonly catalog: Catalog;
  readonly world: World;
  readonly settings: EngineSettings;
  readonly journal: Journal;
  /** Told whenever a job changed its state, and when the last node has dropped what it left. */
  readonly onChange?: (job: Job) => void;
  /** Told when the journal cannot be written: nothing is done any more, since nothing could be remembered. */
  readonly onBroken?: (error: SerializedError) => void;
}

/** How often a node is asked to drop what a job left, and how much longer the wait before each further time is. */
const RELEASE_ATTEMPTS = 5;
const RELEASE_RETRY_MS = 200;

/** Ended jobs of a database that are remembered, as in Doris. */
const MAX_ENDED_JOBS = 10;

/** Feeds jobs their events and does what they command. */
export class JobDriver {
  private readonly options: DriverOptions;
  readonly entries = new Map<number, Entry>();
  /** Ended jobs that an earlier coordinator drove. */
  readonly history = new Map<number, StoredJob>();
  readonly claims = new Claims();
  /** When the world's clock was at 0, in milliseconds since 1970. */
  readonly epochMs: number;
  private readonly inbox: { readonly entry: Entry; readonly event: JobEvent }[] = [];
  private draining = false;
  /** Nodes that were away when everyone was to drop what no job knows of. */
  private readonly unswept = new Set<number>();
  broken: SerializedError | undefined;
  /** How many coordinators there were with this journal, this one included. */
  generation = 0;

  constructor(options: DriverOptions) {
    this.options = options;
    this.epochMs = Math.round(options.world.wallClockMs() - options.world.now());
  }

  /** Takes over a new job, or one of an earlier coordinator: makes it durable, and then has it begin. */
  begin(entry: Entry, commands: readonly Command[]): void {
    this.entries.set(entry.job.id, entry);
    this.run(entry, commands);
  }

  /** Events are taken one after the other, also those that arise while one is being taken. */
  post(entry: Entry, event: JobEvent): void {
    if (this.broken) return;
    this.inbox.push({ entry, event });
    if (this.draining) return;
    this.draining = true;
    try {
      for (let next = this.inbox.shift(); next; next = this.inbox.shift()) this.take(next.entry, next.event);
    } finally {
      this.draining = false;
    }
  }

  nodeLost(node: number): void {
    for (const entry of this.entries.values()) this.post(entry, { kind: 'node-lost', node });
  }

  nodeBack(node: number): void {
    const goOn = (): void => {
      for (const entry of this.entries.values()) {
        if (entry.unreleased.has(node)) this.release(entry, [node]);
        this.post(entry, { kind: 'node-back', node });
      }
    };
    if (this.unswept.delete(node)) this.sweepNode(node, goOn);
    else goOn();
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

  /** Makes changes durable. False if they could not be: then nothing that rests on them may be done. */
  write(changes: readonly JournalChange[]): boolean {
    if (this.broken) return false;
    try {
      this.options.journal.write(changes);
      return true;
    } catch (error) {
      this.broken = serialize(error);
      this.options.onBroken?.(this.broken);
      return false;
    }
  }

  storedOf(entry: Entry): StoredJob {
    const { settings: limits, catalog } = this.options;
    return storedJob(entry, this.epochMs, { limits, shards: catalog.shards });
  }

  private sweepNode(node: number, done: () => void): void {
    const active = [...this.entries.values()].filter(
      ({ job }) => !isEnded(job) && (job.plan?.nodes.includes(node) ?? false),
    );
    const keepJobs = active.map(({ job }) => job.id);
    const keepShardIds = shardIdsOn(this.options.catalog, node, active);
    const task = { kind: 'sweep', taskId: 0, jobId: 0, attempt: 1, node, keepJobs, keepShardIds } as const;
    // What cannot be dropped now is found by the next coordinator: nothing depends on it.
    this.options.world.send(task, { jobId: 0, label: '', repository: '', generation: this.generation }, done);
  }

  private take(entry: Entry, event: JobEvent): void {
    const before = entry.job;
    const step = stepAny(entry.job, event, this.options.world.now(), this.options.settings);
    entry.job = step.job;
    // What cannot be remembered has not happened.
    if (!this.run(entry, step.commands)) entry.job = before;
    if (entry.job.state === before.state) return;
    if (isEnded(entry.job) && !entry.publishing) this.unclaim(entry);
    this.options.onChange?.(entry.job);
  }

  /** Remembers first, then acts: what a job does rests on the state that it is in. */
  private run(entry: Entry, commands: readonly Command[]): boolean {
    if (commands.some(({ kind }) => kind === 'persist') && !this.persist(entry)) return false;
    for (const command of commands) this.carryOut(entry, command);
    return true;
  }

  private persist(entry: Entry): boolean {
    const changes: JournalChange[] = [{ kind: 'job', job: this.storedOf(entry) }];
    if (entry.job.state === 'FINISHED') {
      for (const change of entry.work.changes()) changes.push({ kind: 'catalog', change });
    }
    const forgotten = isEnded(entry.job) ? this.outdated(entry) : [];
    for (const jobId of forgotten) changes.push({ kind: 'forget-job', jobId });
    if (!this.write(changes)) return false;
    for (const jobId of forgotten) {
      this.history.delete(jobId);
      this.entries.delete(jobId);
    }
    return true;
  }

  /** Ended jobs of the same database beyond those that are remembered. */
  private outdated({ job }: Entry): number[] {
    const past = [...this.history.values()].filter((stored) => stored.database === job.database);
    const ended = [...this.entries.values()].filter(
      (other) => other.job.database === job.database && other.job.id !== job.id && isSettled(other),
    );
    const ids = [...past.map(({ id }) => id), ...ended.map((entry) => entry.job.id)].sort((a, b) => a - b);
    return ids.slice(0, Math.max(0, ids.length + 1 - MAX_ENDED_JOBS));
  }

  private unclaim(entry: Entry): void {
    this.claims.release(entry.claims, nameOf(entry.job));
  }

  private publish(entry: Entry, uploaded: UploadedShards): void {
    entry.publishing = true;
    const isWanted = (): boolean => !isEnded(entry.job);
    entry.work.publish(entry.job, uploaded, isWanted, (outcome) => {
      entry.publishing = false;
      if (!isWanted()) {
        this.unclaim(entry);
        this.options.onChange?.(entry.job);
      } else if (outcome.ok) this.post(entry, { kind: 'published', manifestBytes: outcome.value });
      else this.post(entry, { kind: 'publish-failed', error: outcome.error });
    });
  }

  /** A job keeps its label until its manifest is gone: another one's would be taken away. */
  private retract(entry: Entry): void {
    const operation = entry.job.kind === 'backup' && retraction(entry.job);
    if (!operation) return;
    entry.publishing = true;
    this.options.world.perform(operation, () => {
      entry.publishing = false;
      this.unclaim(entry);
      this.options.onChange?.(entry.job);
    });
  }

  private carryOut(entry: Entry, command: Command): void {
    const { world } = this.options;
    const { job, work } = entry;
    switch (command.kind) {
      case 'persist':
        return undefined;
      case 'wake':
        return world.wakeAt(command.atMs, () => this.post(entry, { kind: 'tick' }));
      case 'plan':
        return work.plan(job, (outcome) =>
          this.post(
            entry,
            outcome.ok
              ? { kind: 'planned', plan: outcome.value }
              : { kind: 'plan-failed', error: outcome.error },
          ),
        );
      case 'send': {
        const { taskId } = command.task;
        return world.send(command.task, work.contextFor(job), (outcome) =>
          this.post(
            entry,
            outcome.ok
              ? { kind: 'task-finished', taskId, report: outcome.value }
              : { kind: 'task-failed', taskId, error: outcome.error },
          ),
        );
      }
      case 'abort':
        return world.abort(job.id);
      case 'release':
        return this.release(entry, command.nodes);
      case 'publish':
        return this.publish(entry, command.uploaded);
      case 'retract':
        return this.retract(entry);
      case 'commit':
        return work.commit();
      case 'discard':
        return work.discard();
    }
  }

  /** A node that cannot be reached drops its part when it is back. */
  private release(entry: Entry, nodes: readonly number[]): void {
    const garbage = garbageOf(entry);
    const all = new Set([...nodes, ...garbage.keys()]);
    for (const node of all) entry.unreleased.add(node);
    for (const node of all) {
      if (this.options.catalog.nodeAlive[node]) this.drop(entry, node, garbage.get(node) ?? [], 1);
    }
  }

  private drop(entry: Entry, node: number, shards: readonly number[], attempt: number): void {
    const { catalog, world } = this.options;
    const { job, work } = entry;
    const task = {
      kind: 'release',
      taskId: 0,
      jobId: job.id,
      attempt,
      node,
      shards: Int32Array.from(shards),
    } as const;
    world.send(task, work.contextFor(job), (outcome) => {
      if (outcome.ok) {
        entry.unreleased.delete(node);
      } else if (attempt < RELEASE_ATTEMPTS) {
        const again = (): void => {
          if (catalog.nodeAlive[node]) this.drop(entry, node, shards, attempt + 1);
        };
        return world.wakeAt(world.now() + attempt * RELEASE_RETRY_MS, again);
      } else {
        // Waiting longer would keep everyone waiting; what is left is for a person to remove.
        entry.unreleased.delete(node);
        entry.residue.push({ node, error: outcome.error });
      }
      if (isSettled(entry)) this.options.onChange?.(entry.job);
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
