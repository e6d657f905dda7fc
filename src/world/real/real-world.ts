import type { Worker } from 'node:worker_threads';
import { sampler } from '../../base/distribution.js';
import { randomStream } from '../../base/random.js';
import type { Catalog } from '../../catalog/index.js';
import { failure, success, type Answer, type JobContext, type World } from '../../coordinator/index.js';
import { DrillError, invariant } from '../../base/errors.js';
import type { NodeTask, TaskReport } from '../../node/index.js';
import { canRename, type S3Credentials, type StorageSpec } from '../../repository/index.js';
import { openStorage } from '../../repository/storage/open.js';
import type { Storage } from '../../repository/storage/storage.js';
import type { Recorder } from '../recorder.js';
import type { TaskTally } from '../tally.js';
import type { JobLimits } from '../../job/index.js';
import { ClusterThreads, type ClusterThreadsOptions } from './cluster-threads.js';
import { ownerOf } from './interpreter.js';
import { JobLimitCells } from './limits/job-limit-cells.js';
import { msToNs, nowNs, nsToMs, Pacer } from './pacer.js';
import {
  ABORT_CELLS,
  PROGRESS,
  type MountedStorage,
  type TaskMessage,
  type WorkerAnswer,
  type WorkerShard,
} from './protocol.js';
import { performOnStorage, requestsOf } from './real-repository.js';

export interface RealWorldOptions extends Omit<ClusterThreadsOptions, 'nodeNames' | 'countFileCalls'> {
  readonly catalog: Catalog;
  /** Those that were started before, with the same options, and are the world's from now on. */
  readonly threads?: ClusterThreads | undefined;
  /**
   * Told what each task did, also one that failed. Calls of the file system are counted then, and tasks done one after the other:
   * of threads that run at once, which one makes a directory for all is chance.
   */
  readonly onTally?: ((tally: TaskTally) => void) | undefined;
}

/** What has been moved so far, for progress. */
export interface Progress {
  readonly bytes: number;
  readonly files: number;
  readonly shards: number;
}

/** Timers may wait no longer than this. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The world of threads and files: every compute node is a Piscina pool, whose threads are the node's workers. */
export class RealWorld implements World {
  /** Messages are calls, and what becomes of a thread is told at once. */
  readonly isReliable = true;
  private readonly options: RealWorldOptions;
  private readonly threads: ClusterThreads;
  private readonly progressCells: BigInt64Array;
  private readonly mounted = new Map<string, MountedStorage>();
  private readonly storages = new Map<string, Promise<Storage>>();
  private readonly inFlight = new Map<string, Set<Promise<void>>>();
  private readonly recorders = new Map<number, Recorder>();
  private readonly timers = new Set<NodeJS.Timeout>();
  /** Answers to the coordinator that wait for their time. */
  private readonly waitingAnswers = new Map<NodeJS.Timeout, () => void>();
  private readonly limitCells: JobLimitCells;
  private readonly bandwidth: Pacer;
  private readonly requestTurns: Pacer;
  private readonly latencyMs: () => number;
  private hurried = false;
  private lastTask: Promise<void> = Promise.resolve();
  private sentTasks = 0;
  private originNs = nowNs();
  private epochMs = Date.now();
  private coordinatorRequests = 0;

  private constructor(options: RealWorldOptions) {
    this.options = options;
    const { latencyMs, bandwidthBytesPerSec, requestsPerSec, requestBurst } = options.limits;
    this.latencyMs = sampler(latencyMs, randomStream(options.seed, 'latency/coordinator'));
    this.threads = options.threads ?? startedFor(options);
    this.progressCells = new BigInt64Array(this.threads.progress);
    this.bandwidth = new Pacer(this.threads.bandwidth, bandwidthBytesPerSec);
    this.requestTurns = new Pacer(this.threads.requests, requestsPerSec, requestBurst);
    this.limitCells = new JobLimitCells(options.catalog.nodeNames.length, options.workersPerNode);
  }

  /** Starts the cluster's threads and waits until all are up. The world's time begins then. */
  static async start(options: RealWorldOptions): Promise<RealWorld> {
    const world = new RealWorld(options);
    try {
      await world.threads.warmUp();
    } catch (error) {
      await world.close();
      throw error;
    }
    world.originNs = nowNs();
    world.epochMs = Date.now();
    return world;
  }

  now(): number {
    return nsToMs(nowNs() - this.originNs);
  }

  wallClockMs(): number {
    return this.epochMs + Math.floor(this.now());
  }

  wakeAt(atMs: number, callback: () => void): void {
    const timer = setTimeout(
      () => {
        this.timers.delete(timer);
        // A timer may fire a little early, and has a longest wait.
        if (this.now() < atMs) this.wakeAt(atMs, callback);
        else callback();
      },
      Math.min(MAX_TIMER_MS, Math.max(0, Math.ceil(atMs - this.now()))),
    );
    this.timers.add(timer);
  }

  /** The threads of a node, for whoever watches over them, or has them die. */
  threadsOf(node: number): readonly Worker[] {
    return this.threads.pools[node]!.threads;
  }

  /** Has `recorder` watch a job's transfers from now on. */
  record(jobId: number, recorder: Recorder): void {
    this.recorders.set(jobId, recorder);
  }

  get progress(): Progress {
    const read = (cell: number): number => Number(Atomics.load(this.progressCells, cell));
    return { bytes: read(PROGRESS.bytes), files: read(PROGRESS.files), shards: read(PROGRESS.shards) };
  }

  /** Requests made to repositories so far. */
  get requests(): number {
    return this.coordinatorRequests + this.nodeRequests;
  }

  /** Those of them that nodes made. */
  get nodeRequests(): number {
    return Number(Atomics.load(this.progressCells, PROGRESS.requests));
  }

  send(task: NodeTask, job: JobContext, answer: Answer<TaskReport>): void {
    const key = `${task.node}/${job.jobId}`;
    const running = this.inFlight.get(key) ?? new Set();
    this.inFlight.set(key, running);
    // What a job left can only be dropped once nothing of the job is running there any more.
    const own = task.kind === 'release' ? Promise.allSettled(running) : undefined;
    const before = this.options.onTally ? Promise.allSettled([own, this.lastTask]) : own;
    const message = this.messageFor(task, job);
    const done = this.doTask(message, job, before, answer).finally(() => {
      running.delete(done);
      if (running.size === 0) this.inFlight.delete(key);
    });
    running.add(done);
    this.lastTask = done;
  }

  /** A task that was sent is being done until it is answered. */
  ask: World['ask'] = (_node, _generation, tasks, answer) => answer(tasks.map(() => ({ state: 'running' })));

  abort(jobId: number): void {
    const aborts = new Int32Array(this.threads.aborts);
    Atomics.store(aborts, jobId % ABORT_CELLS, this.sentTasks);
    Atomics.notify(aborts, jobId % ABORT_CELLS);
  }

  limit(jobId: number, limits: JobLimits): void {
    this.limitCells.change(jobId, limits, nowNs());
    // Those who wait look again.
    Atomics.notify(new Int32Array(this.threads.aborts), jobId % ABORT_CELLS);
  }

  forget(jobId: number): void {
    this.limitCells.forget(jobId);
    this.recorders.delete(jobId);
  }

  mount(repository: string, spec: StorageSpec, credentials?: S3Credentials): void {
    this.mounted.set(repository, { spec, credentials });
    this.storages.delete(repository);
  }

  unmount(repository: string): void {
    this.mounted.delete(repository);
    this.storages.delete(repository);
  }

  perform: World['perform'] = (operation, answer) => {
    const requests = requestsOf(operation, canRename(this.mountedAt(operation.repository).spec));
    const dueMs = this.dueFor(requests, operation.op === 'write' ? operation.sizeBytes : 0);
    this.coordinatorRequests += requests;
    this.storageOf(operation.repository)
      .then((storage) => performOnStorage(storage, operation))
      .then(
        (value) => this.answerAt(dueMs, () => answer(success(value) as never)),
        (error: unknown) => answer(failure(error)),
      );
  };

  /** The run is to end: the coordinator's operations do not wait for what they should have cost any longer. */
  hurry(): void {
    this.hurried = true;
    for (const [timer, callback] of this.waitingAnswers) {
      clearTimeout(timer);
      callback();
    }
    this.waitingAnswers.clear();
  }

  /** Stops all threads. Nothing may be running any more. */
  async close(): Promise<void> {
    for (const timer of [...this.timers, ...this.waitingAnswers.keys()]) clearTimeout(timer);
    await this.threads.close();
  }

  /** When requests made now, one after the other, and then some bytes, will have taken the time that the scenario says. */
  private dueFor(requests: number, bytes: number): number {
    const { perConnectionBytesPerSec } = this.options.limits;
    let atNs = nowNs();
    for (let i = 0; i < requests; i++) {
      const turnNs = this.requestTurns.turn(atNs);
      atNs = (turnNs > atNs ? turnNs : atNs) + msToNs(this.latencyMs());
    }
    const paidNs = this.bandwidth.take(bytes, atNs);
    const aloneNs = atNs + msToNs((bytes / perConnectionBytesPerSec) * 1000);
    return nsToMs((paidNs > aloneNs ? paidNs : aloneNs) - this.originNs);
  }

  private answerAt(dueMs: number, callback: () => void): void {
    const leftMs = dueMs - this.now();
    if (this.hurried || leftMs <= 0) return callback();
    const timer = setTimeout(
      () => {
        this.waitingAnswers.delete(timer);
        this.answerAt(dueMs, callback);
      },
      Math.min(MAX_TIMER_MS, Math.ceil(leftMs)),
    );
    this.waitingAnswers.set(timer, callback);
  }

  private async doTask(
    message: TaskMessage,
    job: JobContext,
    before: Promise<unknown> | undefined,
    answer: Answer<TaskReport>,
  ): Promise<void> {
    const { task } = message;
    await before;
    let done: WorkerAnswer;
    try {
      done = (await this.threads.pools[task.node]!.run(message)) as WorkerAnswer;
    } catch (error) {
      this.limitCells.free(task, ownerOf(message));
      const reason = (error as Error).message;
      answer(
        failure(
          new DrillError('NODE_LOST', `a thread of ${this.nameOf(task.node)} died: ${reason}`, {
            cause: error,
          }),
        ),
      );
      return;
    }
    this.note(task, job, done);
    const { operations, fileCalls } = done;
    this.options.onTally?.({ node: task.node, task: task.kind, operations, fileCalls });
    if (done.aborted) return;
    answer(done.outcome.ok ? success(done.outcome.report) : { ok: false, error: done.outcome.error });
  }

  private note(task: NodeTask, job: JobContext, { outcome, startNs, endNs, transfers }: WorkerAnswer): void {
    const recorder = this.recorders.get(job.jobId);
    if (!recorder || (task.kind !== 'upload' && task.kind !== 'download')) return;
    const startMs = nsToMs(startNs - this.originNs);
    let bytes = 0;
    let files = 0;
    for (let i = 0; i < transfers.length; i += 4) {
      const [fromMs, toMs, movedBytes, movedFiles] = transfers.subarray(i, i + 4) as unknown as Transferred;
      recorder.flowed(startMs + fromMs, startMs + toMs, movedBytes, movedFiles);
      bytes += movedBytes;
      files += movedFiles;
    }
    recorder.worked({
      node: task.node,
      startMs,
      endMs: nsToMs(endNs - this.originNs),
      shards: outcome.ok ? task.shards.length : 0,
      files,
      bytes,
    });
  }

  private messageFor(task: NodeTask, job: JobContext): TaskMessage {
    const shards = 'shards' in task ? Array.from(task.shards, (shard) => this.workerShard(shard, job)) : [];
    const { label, repository, generation } = job;
    const usesStorage = task.kind === 'upload' || task.kind === 'download';
    const mounted = usesStorage || task.kind === 'install' ? this.mountedAt(repository) : undefined;
    // Whoever does without it in the repository does without it on the nodes, too.
    const durable = mounted !== undefined && (mounted.spec.kind === 's3' || mounted.spec.durable);
    const sendOrdinal = this.sentTasks++;
    const limits = usesStorage ? { limits: this.limitCells.of(task) } : {};
    const about = { task, generation, label, repository, mounted, durable, ...limits };
    return { kind: 'task', ...about, sentNs: nowNs(), sendOrdinal, shards };
  }

  private mountedAt(repository: string): MountedStorage {
    const mounted = this.mounted.get(repository);
    invariant(mounted, `repository ${repository} is not mounted`);
    return mounted;
  }

  private storageOf(repository: string): Promise<Storage> {
    let storage = this.storages.get(repository);
    if (!storage) {
      const { spec, credentials } = this.mountedAt(repository);
      storage = openStorage(spec, credentials, this.options.limits.multipart);
      this.storages.set(repository, storage);
    }
    return storage;
  }

  private workerShard(shard: number, job: JobContext): WorkerShard {
    const { catalog } = this.options;
    const source = job.sources?.get(shard);
    const { firstFile, fileSizeBytes: sizes } = catalog.shards;
    const fileSizeBytes = sizes.slice(firstFile[shard], firstFile[shard + 1]);
    return { shard, address: catalog.addressOf(shard), fileSizeBytes, ...(source ? { source } : {}) };
  }

  private nameOf(node: number): string {
    return this.options.catalog.nodeNames[node]!;
  }
}

const startedFor = (options: RealWorldOptions): ClusterThreads =>
  new ClusterThreads({
    ...options,
    nodeNames: options.catalog.nodeNames,
    countFileCalls: options.onTally !== undefined,
  });

/** A piece of `WorkerAnswer.transfers`. */
type Transferred = readonly [startMs: number, endMs: number, bytes: number, files: number];
