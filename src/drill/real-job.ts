import { DrillError, revive } from '../base/errors.js';
import type { Catalog, Placement } from '../catalog/index.js';
import { Coordinator, memoryJournal, type Accepted } from '../coordinator/index.js';
import type { EngineSettings } from '../job/index.js';
import type { Statement } from '../sql/index.js';
import type { NodeHardware, RepositoryLimits } from '../world/hardware.js';
import { RealWorld } from '../world/real/real-world.js';
import { Recorder } from '../world/recorder.js';
import { resultOf } from '../world/result-of.js';
import type { RunResult } from '../world/result.js';
import type { ProgressSnapshot } from './listener.js';

export interface RealJobOptions {
  readonly statement: Statement;
  readonly catalog: Catalog;
  readonly placement: Placement;
  readonly settings: EngineSettings;
  readonly clusterDirectory: string;
  readonly hardware: readonly NodeHardware[];
  readonly limits: RepositoryLimits;
  readonly threadsPerNode: number;
  readonly repository: { readonly name: string; readonly directory: string; readonly readOnly: boolean };
  readonly seed: string;
  readonly signal: AbortSignal;
  readonly onProgress: (snapshot: Omit<ProgressSnapshot, 'phase' | 'variant'>) => void;
}

const PROGRESS_INTERVAL_MS = 200;

/**
 * Starts a cluster, runs one statement on it to the end of its job, and stops the cluster. An aborted signal cancels the
 * job and waits until every node has dropped what it held. Throws what is wrong with the statement; a job that fails
 * is a result.
 */
export async function runRealJob(options: RealJobOptions): Promise<RunResult> {
  const { catalog, repository, settings, signal } = options;
  const world = await RealWorld.start({
    ...options,
    repositories: { [repository.name]: repository.directory },
  });
  const settled = new Wakeup();
  const coordinator = new Coordinator({
    catalog,
    world,
    settings,
    placement: options.placement,
    journal: memoryJournal(),
    repositories: new Map([
      [
        repository.name,
        {
          readOnly: repository.readOnly,
          canRename: true,
        },
      ],
    ]),
    onChange: () => settled.signal(),
  });
  const cancel = (): void => {
    coordinator.cancelAll(interrupted().toJSON());
    world.hurry();
  };
  signal.addEventListener('abort', cancel);
  try {
    // It may have come while the cluster was starting: then the statement's answer must not be waited for, either.
    if (signal.aborted) cancel();
    const { jobId } = await execute(coordinator, options.statement);
    const recorder = new Recorder(coordinator.job(jobId)!.createdAtMs);
    world.record(jobId, recorder);
    if (signal.aborted) cancel();
    const watch = setInterval(
      () => options.onProgress(snapshot(coordinator, world, jobId)),
      PROGRESS_INTERVAL_MS,
    );
    try {
      while (!coordinator.isSettled(jobId)) await settled.wait();
    } finally {
      clearInterval(watch);
    }
    refuseResidue(coordinator, jobId, catalog);
    return resultOf({
      world: 'real',
      statement: options.statement,
      job: coordinator.job(jobId)!,
      recorder,
      settings,
      work: coordinator.workOf(jobId)!,
      nodeNames: catalog.nodeNames,
      requests: world.requests,
    });
  } finally {
    signal.removeEventListener('abort', cancel);
    await world.close();
  }
}

export const interrupted = (): DrillError =>
  new DrillError(
    'INTERRUPTED',
    'the run was interrupted; its job was cancelled and nothing of it is left on the nodes',
  );

function execute(coordinator: Coordinator, statement: Statement): Promise<Accepted> {
  return new Promise((resolve, reject) => {
    coordinator.execute(statement, {}, (outcome) =>
      outcome.ok ? resolve(outcome.value) : reject(revive(outcome.error)),
    );
  });
}

/** A node that keeps what a job left is a fault of the engine or of its disk, and must not go unnoticed. */
function refuseResidue(coordinator: Coordinator, jobId: number, { nodeNames }: Catalog): void {
  const [first] = coordinator.residueOf(jobId);
  if (!first) return;
  const { error, node } = first;
  const message = `${nodeNames[node]} could not drop what the job left there: ${error.message}`;
  throw new DrillError(error.code, message, { hint: error.hint });
}

function snapshot(
  coordinator: Coordinator,
  world: RealWorld,
  jobId: number,
): Omit<ProgressSnapshot, 'phase' | 'variant'> {
  const job = coordinator.job(jobId)!;
  const { totals } = coordinator.workOf(jobId)!;
  const { bytes, files, shards } = world.progress;
  return {
    elapsedMs: world.now() - job.createdAtMs,
    state: job.state,
    doneBytes: bytes,
    totalBytes: totals.sizeBytes,
    doneFiles: files,
    totalFiles: totals.files,
    doneShards: shards,
    totalShards: totals.shards,
  };
}

/** Lets an async function wait for callbacks; a signal that nobody waits for yet is not lost. */
class Wakeup {
  private signalled = false;
  private resolve: (() => void) | undefined;

  signal(): void {
    this.signalled = true;
    this.resolve?.();
  }

  async wait(): Promise<void> {
    if (!this.signalled) await new Promise<void>((resolve) => (this.resolve = resolve));
    this.signalled = false;
    this.resolve = undefined;
  }
}
