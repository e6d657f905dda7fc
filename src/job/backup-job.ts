import type { SerializedError } from '../base/errors.js';
import type { Bundle, Checksum, TaskReport } from '../node/index.js';
import type { JobEvent, UploadedShards, WorkPlan } from './event.js';
import {
  acceptJob,
  enter,
  finishTask,
  releaseAll,
  requestPlan,
  resumeJob,
  setTransient,
  startBoard,
  stepJob,
  type JobEnvironment,
  type JobRecord,
  type Lifecycle,
  type Step,
  type Transient,
  type Turn,
} from './lifecycle.js';
import type { EngineSettings } from './settings.js';
import { batchSize, evenBatches } from './work.js';

export type BackupState =
  | 'PENDING'
  | 'SNAPSHOTING'
  | 'UPLOAD_SNAPSHOT'
  | 'UPLOADING'
  | 'SAVE_META'
  | 'UPLOAD_INFO'
  | 'FINISHED'
  | 'CANCELLED';

export interface BackupJob extends JobRecord<BackupState> {
  readonly kind: 'backup';
  readonly content: 'all' | 'metadata_only';
  /** An earlier, unfinished backup left files under this label: look before sending, tidy up at the end. */
  readonly leftovers: boolean;
  /** The repository's storage renames atomically. */
  readonly canRename: boolean;
  /** Files smaller than this go into bundles; absent: each is stored by itself. */
  readonly bundleBelowBytes?: number;
  /** When it was accepted, as snapshots are dated: `yyyy-mm-dd-hh-mm-ss`. */
  readonly backupTime: string;
  /** What was uploaded, once all of it was. */
  readonly uploaded?: UploadedShards;
  /** Size of the manifest, once it is written. */
  readonly manifestBytes?: number;
  readonly transient: BackupTransient;
}

interface BackupTransient extends Transient {
  /** By position in the plan. */
  readonly checksums: (readonly Checksum[] | undefined)[];
  readonly bundles: (readonly Bundle[] | undefined)[];
  /** Whether the manifest is on its way; if not, when it may be tried (again). */
  readonly publishing: boolean;
  readonly publishNotBeforeMs: number;
}

export type NewBackupJob = Pick<
  BackupJob,
  | 'id'
  | 'label'
  | 'databaseId'
  | 'database'
  | 'repository'
  | 'timeoutMs'
  | 'content'
  | 'leftovers'
  | 'canRename'
  | 'bundleBelowBytes'
  | 'backupTime'
>;

/** Wait before another try to publish, where no tick sets the pace. */
const PUBLISH_RETRY_MS = 1000;

export function createBackupJob(
  spec: NewBackupJob,
  nowMs: number,
  settings: EngineSettings,
): Step<BackupJob> {
  const job: BackupJob = {
    kind: 'backup',
    ...spec,
    createdAtMs: nowMs,
    state: 'PENDING',
    states: [{ state: 'PENDING', atMs: nowMs }],
    restarts: 0,
    transient: nothingDone(),
  };
  return acceptJob(job, settings);
}

/**
 * Takes up a backup whose coordinator is gone. Snapshots being taken are taken anew, because nobody knows which are
 * whole; uploads begin again over the snapshots that are there, and find what the repository has; once all the data is
 * there, only the manifest is left to write. As Doris does.
 */
export function resumeBackup(
  stored: Omit<BackupJob, 'transient'>,
  nowMs: number,
  settings: EngineSettings,
): Step<BackupJob> {
  const job: BackupJob = { ...stored, transient: nothingDone() };
  switch (job.state) {
    case 'PENDING':
    case 'SNAPSHOTING': {
      const { plan: _, ...unplanned } = job;
      return resumeJob<BackupJob>(unplanned, 'PENDING', nowMs, settings);
    }
    case 'UPLOAD_SNAPSHOT':
    case 'UPLOADING':
      return resumeJob<BackupJob>({ ...job, leftovers: true }, 'UPLOAD_SNAPSHOT', nowMs, settings);
    default:
      // Whether the nodes were told to drop their snapshots is not known: SAVE_META tells them (again).
      return resumeJob<BackupJob>({ ...job, leftovers: true }, 'SAVE_META', nowMs, settings);
  }
}

const nothingDone = (): BackupTransient => ({
  checksums: [],
  bundles: [],
  publishing: false,
  publishNotBeforeMs: 0,
});

/** The effect of `event` on `job`; see `stepJob`. */
export function stepBackup(
  job: BackupJob,
  event: JobEvent,
  nowMs: number,
  environment: JobEnvironment,
): Step<BackupJob> {
  return stepJob(backupLifecycle, job, event, nowMs, environment);
}

const backupLifecycle: Lifecycle<BackupState, BackupJob> = {
  finished: 'FINISHED',
  cancelled: 'CANCELLED',
  advance,
  take,
  onCancel,
};

type BackupTurn = Turn<BackupJob>;

function advance(turn: BackupTurn): boolean {
  const { job } = turn;
  switch (job.state) {
    case 'PENDING':
      requestPlan(turn);
      return false;
    case 'SNAPSHOTING':
      return job.transient.board?.isDone === true && enter(turn, 'UPLOAD_SNAPSHOT');
    case 'UPLOAD_SNAPSHOT':
      return startUploads(turn);
    case 'UPLOADING':
      return job.transient.board?.isDone === true && saveMeta(turn);
    case 'SAVE_META':
      // Every byte is in the repository: the nodes need not hold old files any longer.
      releaseAll(turn);
      return enter(turn, 'UPLOAD_INFO');
    case 'UPLOAD_INFO':
      publish(turn);
      return false;
    default:
      return false;
  }
}

function take(turn: BackupTurn, event: JobEvent): void {
  switch (event.kind) {
    case 'planned':
      startSnapshots(turn, event.plan);
      break;
    case 'task-finished':
      takeReport(turn, event, event.report);
      break;
    case 'published':
      if (!turn.job.transient.publishing) break;
      turn.job = { ...turn.job, manifestBytes: event.manifestBytes };
      enter(turn, 'FINISHED');
      break;
    case 'publish-failed':
      if (!turn.job.transient.publishing) break;
      retryPublish(turn, event.error);
      break;
    default:
  }
}

function startSnapshots(turn: BackupTurn, plan: WorkPlan): void {
  if (turn.job.state !== 'PENDING') return;
  const { id: jobId } = turn.job;
  startBoard(turn, plan, {
    batchSize: evenBatches(turn.settings.snapshotWorkers),
    perNode: Infinity,
    canMove: true,
    makeTask: (taskId, slice, attempt) => ({
      kind: 'snapshot',
      taskId,
      attempt,
      jobId,
      node: slice.node,
      shards: slice.shards,
    }),
  });
  enter(turn, 'SNAPSHOTING');
}

function startUploads(turn: BackupTurn): boolean {
  const { settings, job } = turn;
  const plan = job.plan!;
  const { id: jobId, canRename: rename, bundleBelowBytes } = job;
  setTransient(turn, { checksums: [], bundles: [] });
  const onePass = rename && settings.hashing === 'one-pass';
  const probe = settings.probe === 'always' || job.leftovers;
  startBoard(turn, plan, {
    batchSize: batchSize(settings.batching),
    // One task more than it has workers lies ready on the node, so that no worker waits for a message.
    perNode: settings.dispatch === 'at-once' ? Infinity : settings.uploadWorkers + 1,
    canMove: true,
    makeTask: (taskId, slice, attempt) => ({
      kind: 'upload',
      taskId,
      attempt,
      relink: slice.isMoved || slice.isAgain || (settings.failover && (job.leftovers || attempt > 1)),
      checkSource: settings.checkSource,
      jobId,
      node: slice.node,
      // A failed try may have left files as well.
      probe: probe || attempt > 1 || slice.isAgain,
      rename,
      onePass,
      ...(bundleBelowBytes === undefined ? {} : { bundleBelowBytes }),
      shards: slice.shards,
    }),
  });
  return enter(turn, 'UPLOADING');
}

/**
 * A manifest on its way is taken back by whoever writes it. One that a coordinator wrote which is gone by now, or that a failed
 * try left, is nobody's: a cancelled job shows nothing.
 */
function onCancel(turn: BackupTurn): void {
  releaseAll(turn);
  if (mayHavePublished(turn.job) && !turn.job.transient.publishing) turn.commands.push({ kind: 'retract' });
}

/** Whether the job, under this or an earlier coordinator, came as far as to write its manifest. */
export const mayHavePublished = ({ states }: Pick<BackupJob, 'states'>): boolean =>
  states.some(({ state }) => state === 'UPLOAD_INFO');

function takeReport(
  turn: BackupTurn,
  task: { readonly taskId: number; readonly attempt: number },
  report: TaskReport,
): void {
  const { checksums, bundles } = turn.job.transient;
  const slice = finishTask(turn, task);
  if (!slice || !report.checksums) return;
  slice.positions.forEach((position, i) => {
    checksums[position] = report.checksums![i];
    if (report.bundles) bundles[position] = report.bundles[i];
  });
}

/** From here on the job knows for good what it uploaded: a coordinator that takes it up has only the manifest to write. */
function saveMeta(turn: BackupTurn): true {
  const { plan, transient } = turn.job;
  const checksums = transient.checksums as (readonly Checksum[])[];
  const bundles = transient.bundles as (readonly Bundle[])[];
  const bundled = turn.job.bundleBelowBytes === undefined ? {} : { bundles };
  turn.job = { ...turn.job, uploaded: { shards: plan!.shards, checksums, ...bundled } };
  return enter(turn, 'SAVE_META');
}

function publish(turn: BackupTurn): void {
  const { publishing, publishNotBeforeMs } = turn.job.transient;
  if (publishing || turn.nowMs < publishNotBeforeMs) return;
  const { isUntidy: untidy = false } = turn.job.transient;
  turn.commands.push({ kind: 'publish', uploaded: turn.job.uploaded!, untidy });
  setTransient(turn, { publishing: true });
}

/** The last step is tried again until the timeout: all the data is there, and it would be a pity to lose it. */
function retryPublish(turn: BackupTurn, error: SerializedError): void {
  const publishNotBeforeMs = turn.nowMs + PUBLISH_RETRY_MS;
  setTransient(turn, { publishing: false, publishNotBeforeMs, lastError: error });
  if (turn.settings.tickMs === 0) turn.commands.push({ kind: 'wake', atMs: publishNotBeforeMs });
}
