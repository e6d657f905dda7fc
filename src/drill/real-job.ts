import { DrillError, invariant, revive } from '../base/errors.js';
import type { LabelContents, StoredJob } from '../coordinator/index.js';
import { printStatement, type BackupStatement, type RestoreStatement } from '../sql/index.js';
import { resultOf } from '../world/result-of.js';
import type { RunResult } from '../world/result.js';
import type { ProgressSnapshot } from '../world/progress.js';
import { RealCluster, type RealClusterOptions } from './real-cluster.js';

export interface RealJobOptions extends RealClusterOptions {
  readonly statement: BackupStatement | RestoreStatement;
  readonly signal: AbortSignal;
  readonly onProgress: (snapshot: ProgressSnapshot) => void;
  /** Told of the cluster while its job runs, and must be done with it when it is told to stop. */
  readonly onCluster?: (cluster: RealCluster) => Promise<() => Promise<void>>;
}

/**
 * Starts a cluster, runs one statement on it to the end of its job, and stops the cluster. If the journal has a job of the
 * same statement already, that one is taken up, or its end told again. An aborted signal cancels the job and waits until
 * every node has dropped what it held. Throws what is wrong with the statement; a job that fails is a result.
 */
export async function runRealJob(options: RealJobOptions): Promise<RunResult> {
  const { signal } = options;
  const cluster = await RealCluster.start(options);
  const cancel = (): void => cluster.cancelAll(interrupted().toJSON());
  signal.addEventListener('abort', cancel);
  let stop: (() => Promise<void>) | undefined;
  try {
    // Found before anything is cancelled: a job that is taken up and cancelled at once is not to be run again.
    const earlier = earlierJob(cluster, options.statement);
    // The signal may have come while the cluster was starting: then the statement's answer must not be waited for, either.
    if (signal.aborted) cancel();
    stop = await options.onCluster?.(cluster);
    if (earlier) await requireSnapshot(cluster, earlier);
    const jobId = earlier?.id ?? (await start(cluster, options.statement));
    if (signal.aborted) cancel();
    await cluster.waitFor(jobId, {
      // Cancelled jobs are waited for: what they hold on the nodes is to be dropped.
      signal: NEVER,
      onProgress: () => options.onProgress(snapshot(cluster, jobId)),
    });
    return resultFor(cluster, jobId, options);
  } finally {
    signal.removeEventListener('abort', cancel);
    await stop?.();
    await cluster.close();
  }
}

const NEVER = new AbortController().signal;

export const interrupted = (): DrillError =>
  new DrillError(
    'INTERRUPTED',
    'the run was interrupted; its job was cancelled and nothing of it is left on the nodes',
  );

/** The last job of a statement, unless it was cancelled: then it is to be run again. */
function earlierJob(
  cluster: RealCluster,
  statement: BackupStatement | RestoreStatement,
): StoredJob | undefined {
  const { kind, label } = statement;
  const text = printStatement(statement);
  const last = cluster.coordinator
    .jobs()
    .findLast(({ stored }) => stored.detail.kind === kind && stored.label === label.text)?.stored;
  if (!last || last.states.at(-1)!.state === 'CANCELLED') return undefined;
  return last.statement === text ? last : undefined;
}

/** A backup that finished once is told again only if it is still there: at its place there may be another repository now. */
async function requireSnapshot(
  { world }: RealCluster,
  { detail, states, repository, label }: StoredJob,
): Promise<void> {
  if (detail.kind !== 'backup' || states.at(-1)!.state !== 'FINISHED') return;
  const { timestamps } = await new Promise<LabelContents>((resolve, reject) => {
    world.perform({ op: 'inspect', repository, label }, (outcome) => {
      if (outcome.ok) resolve(outcome.value);
      else reject(revive(outcome.error));
    });
  });
  if (timestamps.includes(detail.backupTime)) return;
  const message = `the backup of this run has finished, but repository ${repository} does not hold its snapshot ${label}`;
  throw new DrillError('SNAPSHOT_UNKNOWN', message, {
    hint: 'give the --repository that it was made with, or begin anew with another --data-dir',
  });
}

async function start(cluster: RealCluster, statement: BackupStatement | RestoreStatement): Promise<number> {
  const reply = await cluster.execute(statement, {});
  invariant(reply.kind === 'accepted', 'a statement that makes a job was answered without one');
  return reply.jobId;
}

function resultFor(cluster: RealCluster, jobId: number, options: RealJobOptions): RunResult {
  const { coordinator, world } = cluster;
  const { job, work, limitHistory } = coordinator.recordOf(jobId)!;
  return resultOf({
    world: 'real',
    statement: options.statement,
    job,
    work,
    limitHistory,
    recorder: cluster.recorderOf(jobId),
    nodeNames: options.catalog.nodeNames,
    requests: world.requests,
    settings: options.settings,
  });
}

function snapshot({ coordinator, world }: RealCluster, jobId: number): ProgressSnapshot {
  const { job, work } = coordinator.recordOf(jobId)!;
  const { bytes, files, shards } = world.progress;
  return {
    elapsedMs: world.now() - job.createdAtMs,
    state: job.state,
    doneBytes: bytes,
    totalBytes: work.totals.sizeBytes,
    doneFiles: files,
    totalFiles: work.totals.files,
    doneShards: shards,
    totalShards: work.totals.shards,
  };
}
