import { serialize, type SerializedError } from '../base/errors.js';
import { replicaCandidates, type Catalog } from '../catalog/index.js';
import {
  isEnded,
  isLimited,
  limitsWith,
  stepAny,
  type Command,
  type EngineSettings,
  type Job,
  type JobLimits,
  type JobEnvironment,
  type JobEvent,
} from '../job/index.js';
import type { NodeTask } from '../node/index.js';
import { Claims } from './claims.js';
import { isSettled, nameOf, storedJob, type Entry } from './entry.js';
import type { Journal, JournalChange, StoredJob } from './journal.js';
import { Messenger } from './messenger.js';
import { NodeCleaner } from './node-cleaner.js';
import { NodeMonitor } from './node-monitor.js';
import { Publisher } from './publisher.js';
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
  private readonly environment: JobEnvironment;
  private readonly messenger: Messenger;
  private readonly cleaner: NodeCleaner;
  private readonly monitor: NodeMonitor;
  readonly publisher: Publisher;
  broken: SerializedError | undefined;
  /** How many coordinators there were with this journal, this one included. */
  generation = 0;

  constructor(options: DriverOptions) {
    const { catalog, world, settings } = options;
    this.options = options;
    this.epochMs = Math.round(world.wallClockMs() - world.now());
    this.environment = { settings, replicas: (shard, orLater) => replicaCandidates(catalog, shard, orLater) };
    this.messenger = new Messenger(world, catalog, settings.heartbeatMs);
    this.publisher = new Publisher({
      world,
      nodeAlive: catalog.nodeAlive,
      lostAfterMs: settings.lostAfterMs,
      post: (entry, event) => this.post(entry, event),
      onDone: (entry) => {
        if (isEnded(entry.job)) this.unclaim(entry);
        this.forgetIfSettled(entry);
        options.onChange?.(entry.job);
      },
    });
    this.cleaner = new NodeCleaner({
      catalog,
      world,
      messenger: this.messenger,
      generation: () => this.generation,
      entries: () => this.entries.values(),
      onReleased: (entry) => {
        this.publisher.goOn(entry);
        this.forgetIfSettled(entry);
        if (isSettled(entry)) options.onChange?.(entry.job);
      },
    });
    this.monitor = new NodeMonitor({
      world,
      nodeAlive: catalog.nodeAlive,
      heartbeatMs: settings.heartbeatMs,
      lostAfterMs: settings.lostAfterMs,
      generation: () => this.generation,
      isNeeded: () => this.needsNodes,
      tasksOf: (node) => this.messenger.tasksOf(node),
      onStatus: (task, status) => this.messenger.takeStatus(task, status),
      onLost: (node) => this.nodeLost(node),
      onBack: (node) => this.nodeBack(node),
    });
  }

  /** Takes over a new job, or one of an earlier coordinator: makes it durable, and then has it begin. */
  begin(entry: Entry, commands: readonly Command[]): void {
    this.entries.set(entry.job.id, entry);
    if (isLimited(entry.limits)) this.options.world.limit(entry.job.id, entry.limits);
    this.run(entry, commands);
    if (isEnded(entry.job) && !entry.publishing) this.unclaim(entry);
    this.forgetIfSettled(entry);
    this.monitor.wake();
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

  /** Changes what a job may do, and remembers it. */
  limit(entry: Entry, changes: JobLimits): void {
    const { limits: before, limitHistory: history } = entry;
    entry.limits = limitsWith(before, changes);
    const past = history.length > 0 ? history : [{ sinceMs: entry.job.createdAtMs, limits: before }];
    entry.limitHistory = [...past, { sinceMs: this.options.world.now(), limits: entry.limits }];
    if (this.persist(entry)) this.options.world.limit(entry.job.id, entry.limits);
    else Object.assign(entry, { limits: before, limitHistory: history });
  }

  nodeLost(node: number): void {
    const { catalog } = this.options;
    catalog.nodeAlive[node] = 0;
    this.messenger.forgetNode(node);
    this.cleaner.lose(node);
    for (const entry of this.entries.values()) {
      this.publisher.lose(entry, node);
      this.post(entry, { kind: 'node-lost', node, name: catalog.nodeNames[node]! });
    }
  }

  /** A node that is there again drops what it should have dropped meanwhile before it gets anything to do. */
  nodeBack(node: number): void {
    this.cleaner.regain(node, () => {
      this.options.catalog.nodeAlive[node] = 1;
      for (const entry of this.entries.values()) {
        if (entry.unreleased.has(node)) this.cleaner.release(entry, [node]);
        this.post(entry, { kind: 'node-back', node });
      }
    });
  }

  /** Has every node drop what no job and no table knows of; a node that is away does it when it is back. */
  sweep(nodes: readonly number[], done: () => void): void {
    this.cleaner.sweep(nodes, done);
    this.monitor.wake();
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

  /** Whether a backup that is remembered, also one that was cancelled, has this timestamp under a label. */
  isTimeTaken(repository: string, label: string, timestamp: string): boolean {
    const isSame = (job: Pick<StoredJob, 'repository' | 'label'>, time: string | undefined): boolean =>
      job.repository === repository && job.label === label && time === timestamp;
    for (const { job } of this.entries.values())
      if (job.kind === 'backup' && isSame(job, job.backupTime)) return true;
    for (const stored of this.history.values())
      if (stored.detail.kind === 'backup' && isSame(stored, stored.detail.backupTime)) return true;
    return false;
  }

  /** Whether it matters which nodes are there. */
  private get needsNodes(): boolean {
    if (this.broken) return false;
    if (this.cleaner.isSweeping || this.options.catalog.nodeAlive.includes(0)) return true;
    for (const entry of this.entries.values()) if (!isSettled(entry)) return true;
    return false;
  }

  private take(entry: Entry, event: JobEvent): void {
    const before = entry.job;
    const step = stepAny(entry.job, event, this.options.world.now(), this.environment);
    entry.job = step.job;
    // What cannot be remembered has not happened.
    if (!this.run(entry, step.commands)) entry.job = before;
    if (entry.job.state === before.state) return;
    if (isEnded(entry.job) && !entry.publishing) this.unclaim(entry);
    this.forgetIfSettled(entry);
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

  private forgetIfSettled(entry: Entry): void {
    if (isSettled(entry)) this.options.world.forget(entry.job.id);
  }

  private unclaim(entry: Entry): void {
    this.claims.release(entry.claims, nameOf(entry.job));
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
      case 'send':
        return this.send(entry, command.task);
      case 'abort':
        this.messenger.forgetJob(job.id);
        return world.abort(job.id);
      case 'release':
        return this.cleaner.release(entry, command.nodes);
      case 'publish':
        return this.publisher.publish(entry, command.uploaded, command.untidy);
      case 'retract':
        return this.publisher.retract(entry);
      case 'commit':
        return work.commit();
      case 'discard':
        return work.discard();
    }
  }

  private send(entry: Entry, task: NodeTask): void {
    const { taskId, attempt } = task;
    this.messenger.send(task, entry.work.contextFor(entry.job), (outcome) =>
      this.post(
        entry,
        outcome.ok
          ? { kind: 'task-finished', taskId, attempt, report: outcome.value }
          : { kind: 'task-failed', taskId, attempt, error: outcome.error },
      ),
    );
  }
}
