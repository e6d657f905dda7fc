import { DrillError, type SerializedError } from '../base/errors.js';
import type { ShardStore } from '../catalog/index.js';
import {
  isEnded,
  type BackupJob,
  type Job,
  type JobLimits,
  type LimitsSince,
  type RestoreJob,
} from '../job/index.js';
import {
  restoreOptions,
  type BackupStatement,
  type PropertyLimits,
  type RestoreStatement,
} from '../sql/index.js';
import { printStatement } from '../sql/index.js';
import type { Claim } from './claims.js';
import type { StoredBackup, StoredJob, StoredRestore } from './journal.js';
import type { Work } from './work.js';

/** A job that this coordinator drives, or has driven to its end. */
export interface Entry {
  job: Job;
  readonly statement: BackupStatement | RestoreStatement;
  readonly work: Work;
  /** What it may do now. */
  limits: JobLimits;
  /** What it might do since when, where that was changed while it ran: what it began with first, and what it may do now last. */
  limitHistory: readonly LimitsSince[];
  readonly claims: readonly Claim[];
  /** Nodes that still have to drop what the job left there. */
  readonly unreleased: Set<number>;
  /** Its manifest is being written: also a cancelled job keeps its label until that has ended. */
  publishing: boolean;
  readonly residue: Residue[];
}

/** What a node could not drop, and why. */
export interface Residue {
  readonly node: number;
  readonly error: SerializedError;
}

export const newEntry = (fields: Pick<Entry, 'job' | 'statement' | 'work' | 'claims'>): Entry => ({
  ...fields,
  limits: fields.work.limits,
  limitHistory: [],
  unreleased: new Set(),
  publishing: false,
  residue: [],
});

/** A job as users and messages call it. */
export const nameOf = ({ kind, id, label }: Pick<Job, 'kind' | 'id' | 'label'>): string =>
  `${kind.toUpperCase()} job ${id} with label ${label}`;

/** Whether a job has ended, no node holds anything of it, and nothing of it is still on its way to the repository. */
export const isSettled = (entry: Entry): boolean =>
  isEnded(entry.job) && entry.unreleased.size === 0 && !entry.publishing;

/** What it takes to store a job besides itself. */
export interface StoringContext {
  readonly limits: PropertyLimits;
  readonly shards: ShardStore;
}

/** What the journal keeps of a job. `epochMs`: when the world's clock was at 0. */
export function storedJob(
  { job, statement, work, limitHistory }: Pick<Entry, 'job' | 'statement' | 'work' | 'limitHistory'>,
  epochMs: number,
  { limits, shards }: StoringContext,
): StoredJob {
  const { id, label, databaseId, database, repository, timeoutMs, error, restarts, plan } = job;
  // A restore is planned anew, a backup that has ended has no use for its plan any more.
  const isOpenBackup = job.kind === 'backup' && !isEnded(job);
  const uploaded = job.kind === 'backup' ? job.uploaded : undefined;
  return {
    id,
    statement: fullText(statement, database),
    label,
    databaseId,
    database,
    repository,
    createdAtMs: job.createdAtMs + epochMs,
    timeoutMs,
    states: job.states.map(({ state, atMs }) => ({ state, atMs: atMs + epochMs })),
    ...(error ? { error } : {}),
    restarts,
    objects: work.objects,
    skippedTables: work.skippedTables,
    totals: { ...work.totals },
    ...(limitHistory.length > 0 ? { limitHistory: shifted(limitHistory, epochMs) } : {}),
    detail:
      job.kind === 'backup' ? backupDetail(job) : restoreDetail(statement as RestoreStatement, work, limits),
    ...(isOpenBackup && plan ? { plan: { shards: idsOf(plan.shards, shards), nodes: plan.nodes } } : {}),
    ...(isOpenBackup && uploaded
      ? { uploaded: { ...uploaded, shards: idsOf(uploaded.shards, shards) } }
      : {}),
  };
}

/** A job of the journal as it was, but for what is transient. */
export function revivedJob(
  stored: StoredJob,
  epochMs: number,
  shards: ShardStore,
): Omit<BackupJob, 'transient'> | Omit<RestoreJob, 'transient'> {
  const { id, label, databaseId, database, repository, timeoutMs, error, restarts, plan, uploaded, detail } =
    stored;
  const states = stored.states.map(({ state, atMs }) => ({ state, atMs: atMs - epochMs }));
  const same = {
    id,
    label,
    databaseId,
    database,
    repository,
    timeoutMs,
    restarts,
    createdAtMs: stored.createdAtMs - epochMs,
    // Tasks answer to the coordinator that sent them: their numbers may begin anew.
    ...(error ? { error } : {}),
  };
  if (detail.kind === 'restore') {
    return {
      ...same,
      kind: 'restore',
      states: states as RestoreJob['states'],
      state: states.at(-1)!.state as RestoreJob['state'],
    };
  }
  const { content, canRename, bundleBelowBytes, backupTime, manifestBytes } = detail;
  return {
    ...same,
    kind: 'backup',
    states: states as BackupJob['states'],
    state: states.at(-1)!.state as BackupJob['state'],
    content,
    canRename,
    ...(bundleBelowBytes === undefined ? {} : { bundleBelowBytes }),
    backupTime,
    leftovers: detail.leftovers,
    ...(manifestBytes === undefined ? {} : { manifestBytes }),
    ...(plan ? { plan: { ...plan, shards: ordinalsOf(plan.shards, shards) } } : {}),
    ...(uploaded ? { uploaded: { ...uploaded, shards: ordinalsOf(uploaded.shards, shards) } } : {}),
  };
}

/** What a job of the journal might do since when, by this world's clock. */
export const revivedLimits = ({ limitHistory = [] }: StoredJob, epochMs: number): LimitsSince[] =>
  shifted(limitHistory, -epochMs);

const shifted = (history: readonly LimitsSince[], byMs: number): LimitsSince[] =>
  history.map(({ sinceMs, limits }) => ({ sinceMs: sinceMs + byMs, limits }));

const idsOf = (ordinals: Int32Array, { id }: ShardStore): Int32Array => ordinals.map((shard) => id[shard]!);

/** Throws JOURNAL_CORRUPT for a shard that there is not: the tables of a running backup do not change. */
function ordinalsOf(ids: Int32Array, shards: ShardStore): Int32Array {
  return ids.map((id) => {
    const shard = shards.ordinalOf(id);
    if (shard >= 0) return shard;
    throw new DrillError('JOURNAL_CORRUPT', `a job of the journal is about shard ${id}, which there is not`);
  });
}

/** A job is stored at each of its states, and its statement stays as it is. */
const texts = new WeakMap<object, string>();

/** The statement with its database, so that it means the same in any session. */
function fullText(statement: BackupStatement | RestoreStatement, database: string): string {
  let text = texts.get(statement);
  if (text === undefined) {
    text = printStatement({
      ...statement,
      database: statement.database ?? { text: database, span: statement.span },
    });
    texts.set(statement, text);
  }
  return text;
}

function backupDetail(job: BackupJob): StoredBackup {
  const { content, canRename, bundleBelowBytes, backupTime, leftovers, manifestBytes } = job;
  const bundling = bundleBelowBytes === undefined ? {} : { bundleBelowBytes };
  const size = manifestBytes === undefined ? {} : { manifestBytes };
  return { kind: 'backup', content, canRename, ...bundling, backupTime, leftovers, ...size };
}

function restoreDetail(statement: RestoreStatement, work: Work, limits: PropertyLimits): StoredRestore {
  const { allowLoad, replication } = restoreOptions(statement, limits);
  return {
    kind: 'restore',
    allowLoad: allowLoad ?? false,
    ...(work.timestamp === undefined ? {} : { timestamp: work.timestamp }),
    ...(replication === undefined ? {} : { replication }),
  };
}
