import type { ErrorCode } from '../../base/error-codes.js';
import type { SerializedError } from '../../base/errors.js';
import { limitsText } from '../../base/limits-text.js';
import { bindDatabase } from '../../catalog/index.js';
import { NO_LIMITS, type BackupState, type RestoreState } from '../../job/index.js';
import type { ShowJobsStatement } from '../../sql/index.js';
import type { StoredJob, StoredRestore } from '../journal.js';
import type { Cell, RowSet } from '../reply.js';
import { nameFilter } from './binding.js';
import { dateTime, oneLine, replicaAllocation, trueOrFalse } from './cells.js';
import { backendId, type JobView, type ShowContext } from './view.js';

export const BACKUP_COLUMNS: readonly string[] = [
  'JobId',
  'SnapshotName',
  'DbName',
  'State',
  'BackupObjs',
  'CreateTime',
  'SnapshotFinishedTime',
  'UploadFinishedTime',
  'FinishedTime',
  'UnfinishedTasks',
  'Progress',
  'TaskErrMsg',
  'Status',
  'Timeout',
];

export const RESTORE_COLUMNS: readonly string[] = [
  'JobId',
  'Label',
  'Timestamp',
  'DbName',
  'State',
  'AllowLoad',
  'ReplicationNum',
  'ReplicaAllocation',
  'ReserveReplica',
  'ReserveDynamicPartitionEnable',
  'RestoreObjs',
  'CreateTime',
  'MetaPreparedTime',
  'SnapshotFinishedTime',
  'DownloadFinishedTime',
  'FinishedTime',
  'UnfinishedTasks',
  'Progress',
  'TaskErrMsg',
  'Status',
  'Timeout',
];

/** Doris ignores the case of labels where it looks for them, with LIKE and with `=`. */
const LABELS = { caseSensitive: false };

/** `SHOW BACKUP`, `SHOW RESTORE`: the jobs of one database, the newest last. */
export function jobRows(statement: ShowJobsStatement, context: ShowContext): RowSet {
  const { name } = bindDatabase(context.catalog, statement, context.sessionDatabase);
  const isWanted = nameFilter(statement.filter, LABELS);
  const rows: (readonly Cell[])[] = [];
  for (const job of context.jobs) {
    const { detail, database, label } = job.stored;
    if (detail.kind !== statement.job || database !== name || !isWanted(label)) continue;
    rows.push(detail.kind === 'backup' ? backupRow(job) : restoreRow(job, detail));
  }
  return { columns: statement.job === 'backup' ? BACKUP_COLUMNS : RESTORE_COLUMNS, rows };
}

function backupRow(job: JobView): readonly Cell[] {
  const { stored } = job;
  const reached = timesOf(stored, BACKUP_ORDER);
  return [
    stored.id,
    stored.label,
    stored.database,
    stateOf(stored),
    stored.objects,
    dateTime(stored.createdAtMs),
    dateTime(reached.get('UPLOAD_SNAPSHOT')),
    dateTime(reached.get('SAVE_META')),
    dateTime(endOf(stored)),
    ...outlook(job),
  ];
}

function restoreRow(job: JobView, detail: StoredRestore): readonly Cell[] {
  const { stored } = job;
  const reached = timesOf(stored, RESTORE_ORDER);
  const { replication, allowLoad, timestamp } = detail;
  return [
    stored.id,
    stored.label,
    timestamp ?? null,
    stored.database,
    stateOf(stored),
    trueOrFalse(allowLoad),
    // A statement that asks for no number of copies gets each table's own, which Doris calls to reserve them.
    replication ?? null,
    replication === undefined ? null : replicaAllocation(replication),
    trueOrFalse(replication === undefined),
    // There are no dynamic partitions.
    trueOrFalse(false),
    stored.objects,
    dateTime(stored.createdAtMs),
    dateTime(reached.get('DOWNLOAD')),
    // Doris snapshots the empty tablets that it made, here there is nothing to wait for: both are done at once.
    dateTime(reached.get('DOWNLOAD')),
    dateTime(reached.get('COMMIT')),
    dateTime(endOf(stored)),
    ...outlook(job),
  ];
}

/** `UnfinishedTasks` to `Timeout`, which both kinds of job end with. */
function outlook(job: JobView): readonly Cell[] {
  const { stored, doneShards, totalShards } = job;
  return [
    unfinishedTasks(job),
    totalShards > 0 ? `[${doneShards}/${totalShards}]` : '',
    job.lastFailure ? `[${describe(job.lastFailure)}]` : '',
    statusOf(job),
    Math.floor(stored.timeoutMs / 1000),
  ];
}

/** As many as Doris shows: a job has thousands on a large cluster. */
const MAX_TASKS = 100;

function unfinishedTasks({ unfinishedTasks: tasks }: JobView): string {
  const shown = tasks.slice(0, MAX_TASKS).map(({ taskId, node }) => `[${taskId}=${backendId(node)}]`);
  if (tasks.length > MAX_TASKS) shown.push(`and ${tasks.length - MAX_TASKS} more`);
  return shown.join(', ');
}

/** Doris's words for what went wrong, where it has any but COMMON_ERROR. */
const DORIS_CODES: Partial<Record<ErrorCode, string>> = {
  JOB_TIMEOUT: 'TIMEOUT',
  DATABASE_UNKNOWN: 'NOT_FOUND',
  TABLE_UNKNOWN: 'NOT_FOUND',
  PARTITION_UNKNOWN: 'NOT_FOUND',
  SNAPSHOT_UNKNOWN: 'NOT_FOUND',
  REPOSITORY_UNKNOWN: 'NOT_FOUND',
  STORAGE_NOT_FOUND: 'NOT_FOUND',
  CHECKSUM_MISMATCH: 'BAD_FILE',
  REPOSITORY_CORRUPT: 'BAD_FILE',
};

/**
 * `[OK]` or `[COMMON_ERROR, msg: …]`. The tables that were left out are named behind it: whoever asks whether a backup is all
 * right has to read that not all of it is there; and so are the limits of a job that runs, of whoever asks why it takes so long.
 */
function statusOf({ stored: { error, skippedTables }, limits = NO_LIMITS }: JobView): string {
  const status = error ? `[${DORIS_CODES[error.code] ?? 'COMMON_ERROR'}, msg: ${describe(error)}]` : '[OK]';
  const limited = limitsText(limits);
  return oneLine(
    [
      status,
      ...(limited === undefined ? [] : [`limits: ${limited}`]),
      ...(skippedTables.length === 0 ? [] : [`skipped: ${skippedTables.join(', ')}`]),
    ].join(', '),
  );
}

/** The trace of where in this program something went wrong, which is not for a table's cell. */
const STACK_TRACE = /\n {4}at [\s\S]*$/;

function describe({ message, hint, code }: SerializedError): string {
  const advice = hint === undefined ? '' : `; ${hint}`;
  return oneLine(`${message.replace(STACK_TRACE, '')}${advice} (${code})`);
}

/** States in the order in which a job goes through them. */
const BACKUP_ORDER: readonly BackupState[] = [
  'PENDING',
  'SNAPSHOTING',
  'UPLOAD_SNAPSHOT',
  'UPLOADING',
  'SAVE_META',
  'UPLOAD_INFO',
];

const RESTORE_ORDER: readonly RestoreState[] = ['PENDING', 'DOWNLOAD', 'DOWNLOADING', 'COMMIT', 'COMMITTING'];

/**
 * When the job reached the states that it is in or past. One that a restart threw back has what it had reached ahead of it
 * again; what it reaches twice, it reached the last time.
 */
function timesOf({ states }: StoredJob, order: readonly string[]): ReadonlyMap<string, number> {
  const reached = new Map<string, number>();
  for (const { state, atMs } of states) {
    const rank = order.indexOf(state);
    // Behind the end there is nothing, and it takes nothing back.
    if (rank >= 0) for (const ahead of order.slice(rank)) reached.delete(ahead);
    reached.set(state, atMs);
  }
  return reached;
}

const stateOf = (stored: StoredJob): string => stored.states.at(-1)?.state ?? 'PENDING';

/** When the job ended, either way. */
function endOf(stored: StoredJob): number | undefined {
  const last = stored.states.at(-1);
  return last?.state === 'FINISHED' || last?.state === 'CANCELLED' ? last.atMs : undefined;
}
