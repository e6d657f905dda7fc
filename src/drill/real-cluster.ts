import { DrillError, revive, type SerializedError } from '../base/errors.js';
import type { Catalog, Placement } from '../catalog/index.js';
import {
  Coordinator,
  type GivenRepository,
  type JobEnd,
  type JobProgress,
  type Journal,
  type JobView,
  type Reply,
  type Session,
} from '../coordinator/index.js';
import type { EngineSettings } from '../job/index.js';
import type { Statement } from '../sql/index.js';
import type { NodeHardware, RepositoryLimits } from '../world/hardware.js';
import type { ClusterThreads } from '../world/real/cluster-threads.js';
import { RealWorld } from '../world/real/real-world.js';
import { Recorder } from '../world/recorder.js';
import type { TaskTally } from '../world/tally.js';

export interface RealClusterOptions {
  readonly catalog: Catalog;
  readonly placement: Placement;
  readonly settings: EngineSettings;
  readonly clusterDirectory: string;
  readonly hardware: readonly NodeHardware[];
  readonly limits: RepositoryLimits;
  readonly workersPerNode: number;
  readonly repositories: readonly GivenRepository[];
  readonly seed: string;
  /** Whether `clusterDirectory` is removed in the end. */
  readonly isTemporary?: boolean;
  /** Started before, with the same options, and the cluster's from now on. */
  readonly threads?: ClusterThreads | undefined;
  /** Told what each task did. */
  readonly onTally?: ((tally: TaskTally) => void) | undefined;
  /** What an earlier coordinator of the same cluster left is taken up from it. */
  readonly journal: Journal;
}

const PROGRESS_INTERVAL_MS = 200;

/** A cluster of worker threads with its coordinator: carries out statements, and tells how their jobs go. */
export class RealCluster {
  readonly coordinator: Coordinator;
  readonly world: RealWorld;
  private readonly catalog: Catalog;
  /** Whoever waits for something to change. */
  private readonly waiting = new Set<() => void>();
  private readonly recorders = new Map<number, Recorder>();
  private broken: SerializedError | undefined;

  private constructor(world: RealWorld, options: RealClusterOptions) {
    this.world = world;
    this.catalog = options.catalog;
    this.coordinator = new Coordinator({
      ...options,
      world,
      onChange: () => this.wake(),
      onBroken: (error) => {
        this.broken = error;
        this.wake();
      },
    });
  }

  /** Starts the threads, and takes up what the journal has. Resolves when no node holds anything that no job knows of. */
  static async start(options: RealClusterOptions): Promise<RealCluster> {
    const world = await RealWorld.start({ ...options, retries: options.settings });
    const cluster = new RealCluster(world, options);
    try {
      await cluster.recover();
      for (const { stored } of cluster.running()) cluster.record(stored.id);
    } catch (error) {
      await world.close();
      throw error;
    }
    return cluster;
  }

  /** Carries out a statement; resolves when it is answered, or its job accepted. Rejects with the DrillError to show. */
  execute(statement: Statement, session: Session): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.coordinator.execute(statement, session, (outcome) => {
        if (!outcome.ok) return reject(revive(outcome.error));
        if (outcome.value.kind === 'accepted') this.record(outcome.value.jobId);
        resolve(outcome.value);
      });
    });
  }

  /** What was seen of a job's transfers by this process. */
  recorderOf(jobId: number): Recorder | undefined {
    return this.recorders.get(jobId);
  }

  /** Jobs that have not ended. */
  running(): readonly JobView[] {
    return this.coordinator.jobs().filter(isRunning);
  }

  view(jobId: number): JobView | undefined {
    return this.coordinator.jobs().find(({ stored }) => stored.id === jobId);
  }

  /**
   * Resolves when a job has ended and left nothing behind. Rejects when the journal broke, when a node cannot drop what
   * the job left, and when `signal` aborts; then the job goes on.
   */
  async waitFor(
    jobId: number,
    { signal, onProgress }: { signal: AbortSignal; onProgress: (progress: JobProgress) => void },
  ): Promise<JobEnd> {
    const watch = setInterval(() => onProgress(this.progressOf(jobId)), PROGRESS_INTERVAL_MS);
    const wake = (): void => this.wake();
    signal.addEventListener('abort', wake);
    try {
      while (!this.coordinator.isSettled(jobId)) {
        if (this.broken) throw revive(this.broken);
        if (signal.aborted)
          throw new DrillError('INTERRUPTED', `no longer waiting for job ${jobId}; it goes on`);
        // Whoever is told may change something at once: so the wait begins before.
        const changed = new Promise<void>((resolve) => this.waiting.add(resolve));
        onProgress(this.progressOf(jobId));
        await changed;
      }
    } finally {
      clearInterval(watch);
      signal.removeEventListener('abort', wake);
    }
    this.refuseResidue(jobId);
    return this.endOf(jobId);
  }

  /** Cancels whatever runs, and does not wait any longer for what things should have cost. */
  cancelAll(error: SerializedError): void {
    this.coordinator.cancelAll(error);
    this.world.hurry();
  }

  /** Stops all threads. What still runs stays in the journal, to be taken up again. */
  close(): Promise<void> {
    return this.world.close();
  }

  private recover(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.coordinator.start(resolve);
      if (this.broken) reject(revive(this.broken));
    });
  }

  private record(jobId: number): void {
    const job = this.coordinator.job(jobId);
    if (!job || this.recorders.has(jobId)) return;
    // Of what is not remembered any more, nobody asks for more.
    for (const known of this.recorders.keys())
      if (!this.coordinator.recordOf(known)) this.recorders.delete(known);
    const recorder = new Recorder(job.createdAtMs);
    this.recorders.set(jobId, recorder);
    this.world.record(jobId, recorder);
  }

  private wake(): void {
    const waiting = [...this.waiting];
    this.waiting.clear();
    for (const resolve of waiting) resolve();
  }

  private progressOf(jobId: number): JobProgress {
    const { stored, doneShards, totalShards } = this.view(jobId)!;
    return {
      jobId,
      state: stored.states.at(-1)!.state,
      elapsedMs: this.world.wallClockMs() - stored.createdAtMs,
      doneShards,
      totalShards,
      totalBytes: stored.totals.sizeBytes,
    };
  }

  private endOf(jobId: number): JobEnd {
    const { states, createdAtMs, error } = this.view(jobId)!.stored;
    const { state, atMs } = states.at(-1)!;
    return {
      jobId,
      state: state === 'FINISHED' ? 'FINISHED' : 'CANCELLED',
      durationMs: atMs - createdAtMs,
      ...(error ? { error } : {}),
    };
  }

  /** A node that keeps what a job left is a fault of the engine or of its disk, and must not go unnoticed. */
  private refuseResidue(jobId: number): void {
    const [first] = this.coordinator.residueOf(jobId);
    if (!first) return;
    const { error, node } = first;
    const message = `${this.catalog.nodeNames[node]} could not drop what the job left there: ${error.message}`;
    throw new DrillError(error.code, message, { hint: error.hint });
  }
}

const isRunning = ({ stored }: JobView): boolean =>
  !['FINISHED', 'CANCELLED'].includes(stored.states.at(-1)!.state);
