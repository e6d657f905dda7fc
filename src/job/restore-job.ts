import type { JobEvent } from './event.js';
import {
  acceptJob,
  enter,
  finishTask,
  releaseAll,
  requestPlan,
  resumeJob,
  startBoard,
  stepJob,
  type JobEnvironment,
  type JobRecord,
  type Lifecycle,
  type Step,
  type Turn,
} from './lifecycle.js';
import type { EngineSettings } from './settings.js';
import type { Slice } from './task-queue.js';
import { batchSize, evenBatches } from './work.js';

export type RestoreState =
  'PENDING' | 'DOWNLOAD' | 'DOWNLOADING' | 'COMMIT' | 'COMMITTING' | 'FINISHED' | 'CANCELLED';

/**
 * A restore. Doris has a SNAPSHOTING state between PENDING and DOWNLOAD, in which it snapshots the (empty) tablets that
 * it just made; here a download goes to a staging directory and needs no such snapshot.
 */
export interface RestoreJob extends JobRecord<RestoreState> {
  readonly kind: 'restore';
}

export type NewRestoreJob = Pick<
  RestoreJob,
  'id' | 'label' | 'databaseId' | 'database' | 'repository' | 'timeoutMs'
>;

export function createRestoreJob(
  spec: NewRestoreJob,
  nowMs: number,
  settings: EngineSettings,
): Step<RestoreJob> {
  const job: RestoreJob = {
    kind: 'restore',
    ...spec,
    createdAtMs: nowMs,
    state: 'PENDING',
    states: [{ state: 'PENDING', atMs: nowMs }],
    restarts: 0,
    transient: {},
  };
  return acceptJob(job, settings);
}

/**
 * Takes up a restore whose coordinator is gone: from its beginning, since the shards it was filling were known to that
 * coordinator alone.
 */
export function resumeRestore(
  stored: Omit<RestoreJob, 'transient'>,
  nowMs: number,
  settings: EngineSettings,
): Step<RestoreJob> {
  const { plan: _, ...unplanned } = stored;
  return resumeJob<RestoreJob>({ ...unplanned, transient: {} }, 'PENDING', nowMs, settings);
}

/** The effect of `event` on `job`; see `stepJob`. */
export function stepRestore(
  job: RestoreJob,
  event: JobEvent,
  nowMs: number,
  environment: JobEnvironment,
): Step<RestoreJob> {
  return stepJob(restoreLifecycle, job, event, nowMs, environment);
}

const restoreLifecycle: Lifecycle<RestoreState, RestoreJob> = {
  finished: 'FINISHED',
  cancelled: 'CANCELLED',
  advance,
  take,
  onCancel(turn) {
    releaseAll(turn);
    turn.commands.push({ kind: 'discard' });
  },
};

type RestoreTurn = Turn<RestoreJob>;

function advance(turn: RestoreTurn): boolean {
  const { job } = turn;
  switch (job.state) {
    case 'PENDING':
      requestPlan(turn);
      return false;
    case 'DOWNLOAD':
      return startDownloads(turn);
    case 'DOWNLOADING':
      return job.transient.board?.isDone === true && enter(turn, 'COMMIT');
    case 'COMMIT':
      return startInstalls(turn);
    case 'COMMITTING':
      if (job.transient.board?.isDone !== true) return false;
      turn.commands.push({ kind: 'commit' });
      releaseAll(turn);
      return enter(turn, 'FINISHED');
    default:
      return false;
  }
}

function take(turn: RestoreTurn, event: JobEvent): void {
  if (event.kind === 'planned' && turn.job.state === 'PENDING') {
    turn.job = { ...turn.job, plan: event.plan };
    enter(turn, 'DOWNLOAD');
  } else if (event.kind === 'task-finished') {
    finishTask(turn, event);
  }
}

function startDownloads(turn: RestoreTurn): boolean {
  const { settings, job } = turn;
  const { id: jobId } = job;
  const plan = job.plan!;
  startBoard(turn, plan, {
    batchSize: batchSize(settings.batching),
    perNode: settings.dispatch === 'at-once' ? Infinity : settings.downloadWorkers + 1,
    // The target's replicas are where the plan put them: nobody else can fill them.
    canMove: false,
    makeTask: (taskId, slice, attempt) => ({
      kind: 'download',
      taskId,
      attempt,
      jobId,
      node: slice.node,
      shards: slice.shards,
      expected: ofSlice(plan.expected!, slice),
      ...(plan.bundles ? { bundles: ofSlice(plan.bundles, slice) } : {}),
    }),
  });
  return enter(turn, 'DOWNLOADING');
}

function startInstalls(turn: RestoreTurn): boolean {
  const { id: jobId } = turn.job;
  const plan = turn.job.plan!;
  startBoard(turn, plan, {
    batchSize: evenBatches(turn.settings.downloadWorkers),
    perNode: Infinity,
    canMove: false,
    makeTask: (taskId, slice, attempt) => ({
      kind: 'install',
      taskId,
      attempt,
      jobId,
      node: slice.node,
      shards: slice.shards,
    }),
  });
  return enter(turn, 'COMMITTING');
}

/** What of something that a plan has for each of its shards is of a slice's. */
const ofSlice = <T>(ofShards: readonly T[], { positions }: Slice): T[] =>
  Array.from(positions, (position) => ofShards[position]!);
