import type { EngineSettings } from '../job/settings.js';
import type { PresetName } from './scenario.js';

const MS_PER_MIN = 60_000;
const MS_PER_DAY = 86_400_000;

/** Goes on for longer than a day: a failed task of Doris is tried again until its job's timeout. */
const UNTIL_TIMEOUT = 1000;

/**
 * The engine of Apache Doris before 2.1.8 and 3.0.4: `backup_upload_task_num_per_be` cuts a node's shards into three
 * upload tasks. Where each number comes from, and which are this project's simplifications: docs/scenarios.md.
 */
const DORIS_CLASSIC: EngineSettings = {
  tickMs: 3000,
  replicaPolicy: 'lowest-id',
  snapshotWorkers: 5,
  uploadWorkers: 1,
  downloadWorkers: 1,
  batching: { by: 'tasks', count: 3 },
  dispatch: 'at-once',
  order: 'catalog',
  hashing: 'separate',
  probe: 'always',
  maxTaskAttempts: UNTIL_TIMEOUT,
  requestRetries: 0,
  retryDelayMs: 100,
  failover: false,
  handOver: false,
  checkSource: false,
  heartbeatMs: 5000,
  lostAfterMs: 15_000,
  unsupportedTables: 'skip',
  defaultTimeoutMs: MS_PER_DAY,
  minTimeoutMs: 10 * MS_PER_MIN,
};

/** Doris today: tasks of `backup_upload_snapshot_batch_size` shards. */
const DORIS: EngineSettings = {
  ...DORIS_CLASSIC,
  batching: { by: 'shards', count: 10 },
};

/** What this project thinks best. */
const TUNED: EngineSettings = {
  ...DORIS,
  tickMs: 0,
  replicaPolicy: 'balanced',
  uploadWorkers: 8,
  downloadWorkers: 8,
  batching: { by: 'shards', count: 1 },
  dispatch: 'as-free',
  order: 'largest-first',
  hashing: 'one-pass',
  probe: 'retry',
  maxTaskAttempts: 3,
  requestRetries: 4,
  failover: true,
  handOver: true,
  checkSource: true,
};

export const PRESETS: Readonly<Record<PresetName, EngineSettings>> = {
  'doris-classic': DORIS_CLASSIC,
  doris: DORIS,
  tuned: TUNED,
};

export const DEFAULT_PRESET: PresetName = 'tuned';
