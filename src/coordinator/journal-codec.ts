import * as z from 'zod';
import { ERROR_CODES, type ErrorCode } from '../base/error-codes.js';
import { DrillError, invariant, type Place, type SerializedError } from '../base/errors.js';
import type {
  CatalogChange,
  IndexRecord,
  PartitionRecord,
  ShardRecord,
  TableRecord,
  ViewRecord,
} from '../catalog/index.js';
import type {
  BackupState,
  JobLimits,
  Limits,
  LimitsSince,
  RestoreState,
  UploadedShards,
  WorkPlan,
} from '../job/index.js';
import type { Bundle } from '../node/index.js';
import type { LocalStorageSpec, S3StorageSpec, StorageSpec } from '../repository/index.js';
import type { StoredBackup, StoredJob, StoredRepository, StoredRestore, StoredState } from './journal.js';

/*
 * The records of a journal as JSON. Keys that are not in the schemas are dropped, in both directions: what is not meant
 * for the journal, a credential above all, does not get there by accident.
 */

/** A job's record without its two large parts, which have records of their own. */
type SmallJob = Omit<StoredJob, 'plan' | 'uploaded'>;

/** The texts of one job, as far as it has them. */
export interface JobTexts {
  readonly job: string;
  readonly plan?: string | undefined;
  readonly uploaded?: string | undefined;
}

/** An object with a schema for each key of `T`, so that the compiler finds the key that was forgotten here. */
const record =
  <T>() =>
  <S extends { readonly [K in keyof Required<T>]: z.ZodType }>(shape: S) =>
    z.object(shape);

const whole = z.int().min(0);
const timeMs = z.number();
const ordinals = z.array(z.int32());
const checksum = z.union([z.string().regex(/^[0-9a-f]{32}$/), z.number()]);

/** All of them: the compiler misses a state that is not here. */
const STATES: Readonly<Record<BackupState | RestoreState, true>> = {
  PENDING: true,
  SNAPSHOTING: true,
  UPLOAD_SNAPSHOT: true,
  UPLOADING: true,
  SAVE_META: true,
  UPLOAD_INFO: true,
  DOWNLOAD: true,
  DOWNLOADING: true,
  COMMIT: true,
  COMMITTING: true,
  FINISHED: true,
  CANCELLED: true,
};

const error: z.ZodType<SerializedError> = record<SerializedError>()({
  code: z.enum(Object.keys(ERROR_CODES) as ErrorCode[]),
  message: z.string(),
  hint: z.string().exactOptional(),
  place: record<Place>()({
    source: z.string().exactOptional(),
    line: z.int(),
    column: z.int(),
  }).exactOptional(),
  frame: z.string().exactOptional(),
});

const storedState: z.ZodType<StoredState> = record<StoredState>()({
  state: z.enum(Object.keys(STATES) as (BackupState | RestoreState)[]),
  atMs: timeMs,
});

const storedBackup = record<StoredBackup>()({
  kind: z.literal('backup'),
  content: z.enum(['all', 'metadata_only']),
  canRename: z.boolean(),
  bundleBelowBytes: whole.exactOptional(),
  leftovers: z.boolean(),
  backupTime: z.string(),
  manifestBytes: whole.exactOptional(),
});

const storedRestore = record<StoredRestore>()({
  kind: z.literal('restore'),
  timestamp: z.string().exactOptional(),
  allowLoad: z.boolean(),
  replication: whole.exactOptional(),
});

const limits = record<Limits>()({
  bytesPerSec: z.number().positive().exactOptional(),
  requestsPerSec: z.number().positive().exactOptional(),
  transfers: z.int().positive().exactOptional(),
});

const limitsSince = record<LimitsSince>()({
  sinceMs: timeMs,
  limits: record<JobLimits>()({ job: limits, node: limits }),
});

const storedJob: z.ZodType<SmallJob> = record<SmallJob>()({
  id: whole,
  statement: z.string(),
  label: z.string(),
  databaseId: whole,
  database: z.string(),
  repository: z.string(),
  createdAtMs: timeMs,
  timeoutMs: z.number(),
  states: z.array(storedState).min(1),
  error: error.exactOptional(),
  restarts: whole,
  objects: z.string(),
  skippedTables: z.array(z.string()),
  totals: record<StoredJob['totals']>()({ shards: whole, files: whole, sizeBytes: whole }),
  detail: z.discriminatedUnion('kind', [storedBackup, storedRestore]),
  limitHistory: z.array(limitsSince).min(1).exactOptional(),
});

const plan = record<Omit<WorkPlan, 'expected' | 'bundles'>>()({ shards: ordinals, nodes: ordinals });
const bundle = record<Bundle>()({ firstFile: whole, files: whole, checksum });
const uploaded = record<UploadedShards>()({
  shards: ordinals,
  checksums: z.array(z.array(checksum)),
  bundles: z.array(z.array(bundle)).exactOptional(),
});

const storageSpec: z.ZodType<StorageSpec> = z.discriminatedUnion('kind', [
  record<LocalStorageSpec>()({
    kind: z.literal('local'),
    directory: z.string(),
    durable: z.boolean(),
    bundleBelowBytes: whole.exactOptional(),
  }),
  record<S3StorageSpec>()({
    kind: z.literal('s3'),
    endpoint: z.string().exactOptional(),
    region: z.string(),
    bucket: z.string(),
    prefix: z.string(),
    addressing: z.enum(['path', 'virtual-hosted']),
    bundleBelowBytes: whole.exactOptional(),
  }),
]);

const storedRepository: z.ZodType<StoredRepository> = record<StoredRepository>()({
  id: whole,
  name: z.string(),
  readOnly: z.boolean(),
  isGiven: z.boolean(),
  createdAtMs: timeMs,
  spec: storageSpec,
});

const shardRecord = record<ShardRecord>()({
  id: whole,
  fileSizeBytes: z.array(whole),
  replicaNodes: z.array(whole),
});
const indexRecord = record<IndexRecord>()({
  id: whole,
  name: z.string(),
  base: z.boolean(),
  visible: z.boolean(),
  shards: z.array(shardRecord),
});
const partitionRecord = record<PartitionRecord>()({
  id: whole,
  name: z.string(),
  version: whole,
  indexes: z.array(indexRecord),
});
const tableRecord = record<TableRecord>()({
  id: whole,
  name: z.string(),
  replication: whole,
  partitions: z.array(partitionRecord),
});
const viewRecord = record<ViewRecord>()({ id: whole, name: z.string(), definition: z.string() });

const catalogChange: z.ZodType<CatalogChange> = z.discriminatedUnion('kind', [
  record<Change<'put-table'>>()({ kind: z.literal('put-table'), database: z.string(), table: tableRecord }),
  record<Change<'put-view'>>()({ kind: z.literal('put-view'), database: z.string(), view: viewRecord }),
  record<Change<'drop-table'>>()({ kind: z.literal('drop-table'), database: z.string(), name: z.string() }),
]);

type Change<Kind extends CatalogChange['kind']> = Extract<CatalogChange, { readonly kind: Kind }>;

/** Without its plan and what it uploaded, which are large and seldom change. */
export const encodeJob = (job: StoredJob): string => encode(storedJob, job, `job ${job.id}`);

/** Without `expected` and `bundles`, which belong to RESTORE and are found again in the snapshot. */
export const encodePlan = ({ shards, nodes }: WorkPlan): string =>
  JSON.stringify({ shards: [...shards], nodes: [...nodes] });

export const encodeUploaded = ({ shards, checksums, bundles }: UploadedShards): string =>
  JSON.stringify({ shards: [...shards], checksums, bundles });

/** A job again; `key` names it in messages. Throws JOURNAL_CORRUPT, as all that decodes here. */
export function decodeJob(key: string, texts: JobTexts): StoredJob {
  const job = decode(storedJob, key, texts.job);
  return {
    ...job,
    ...(texts.plan === undefined ? {} : { plan: decodePlan(`${key}: plan`, texts.plan) }),
    ...(texts.uploaded === undefined ? {} : { uploaded: decodeUploaded(`${key}: uploaded`, texts.uploaded) }),
  };
}

function decodePlan(key: string, text: string): WorkPlan {
  const { shards, nodes } = decode(plan, key, text);
  if (shards.length !== nodes.length) throw corrupt(key, 'it has not as many nodes as shards');
  return { shards: Int32Array.from(shards), nodes: Int32Array.from(nodes) };
}

function decodeUploaded(key: string, text: string): UploadedShards {
  const { shards, checksums, bundles } = decode(uploaded, key, text);
  if (shards.length !== checksums.length) throw corrupt(key, 'it has not as many checksums as shards');
  if (bundles && shards.length !== bundles.length)
    throw corrupt(key, 'it has not as many lists of bundles as shards');
  return { shards: Int32Array.from(shards), checksums, ...(bundles ? { bundles } : {}) };
}

export const encodeRepository = (repository: StoredRepository): string =>
  encode(storedRepository, repository, `repository ${repository.name}`);

export const decodeRepository = (key: string, text: string): StoredRepository =>
  decode(storedRepository, key, text);

export const encodeCatalogChange = (change: CatalogChange): string =>
  encode(catalogChange, change, `a change of database ${change.database}`);

export const decodeCatalogChange = (key: string, text: string): CatalogChange =>
  decode(catalogChange, key, text);

/** What is not as it should be in a journal, and under which key. */
export function corrupt(key: string, what: string, cause?: unknown): DrillError {
  return new DrillError('JOURNAL_CORRUPT', `the journal's record ${key} is damaged: ${what}`, {
    hint: 'put the data directory back from a copy, or begin with a new one',
    cause,
  });
}

function encode<T>(schema: z.ZodType<T>, value: T, what: string): string {
  const checked = schema.safeParse(value);
  invariant(
    checked.success,
    `${what} cannot be journaled: ${checked.error ? whereAndWhy(checked.error) : ''}`,
  );
  return JSON.stringify(checked.data);
}

function decode<T>(schema: z.ZodType<T>, key: string, text: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw corrupt(key, 'it is not JSON', cause);
  }
  const checked = parsed(schema, key, value);
  if (!checked.success) throw corrupt(key, whereAndWhy(checked.error), checked.error);
  return checked.data;
}

function parsed<T>(schema: z.ZodType<T>, key: string, value: unknown): z.ZodSafeParseResult<T> {
  try {
    return schema.safeParse(value);
  } catch (cause) {
    // Some hundred thousand of them: zod's own list of them overflows the stack.
    if (cause instanceof RangeError) throw corrupt(key, 'it has more faults than can be told', cause);
    throw cause;
  }
}

function whereAndWhy({ issues }: z.ZodError): string {
  const [issue] = issues;
  return issue
    ? `${issue.path.map(String).join('.') || 'the whole'}: ${issue.message}`
    : 'it is not as it should be';
}
