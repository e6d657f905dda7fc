import { stepBackup, type BackupJob } from './backup-job.js';
import type { JobEvent } from './event.js';
import type { JobEnvironment, Step } from './lifecycle.js';
import { stepRestore, type RestoreJob } from './restore-job.js';

export {
  createBackupJob,
  mayHavePublished,
  resumeBackup,
  type BackupJob,
  type BackupState,
  type NewBackupJob,
} from './backup-job.js';
export type { Command, JobEvent, UploadedShards, WorkPlan } from './event.js';
export type { Incident, JobEnvironment, Step } from './lifecycle.js';
export { isLimited, limitsWith, NO_LIMITS, type JobLimits, type Limits, type LimitsSince } from './limits.js';
export type { ReplicaLookup } from './task-board.js';
export {
  createRestoreJob,
  resumeRestore,
  type NewRestoreJob,
  type RestoreJob,
  type RestoreState,
} from './restore-job.js';
export { MAX_BUNDLE_BYTES } from '../node/index.js';
export type { Batching, EngineSettings } from './settings.js';

export type Job = BackupJob | RestoreJob;

/** The effect of an event on a job of either kind. */
export function stepAny(job: Job, event: JobEvent, nowMs: number, environment: JobEnvironment): Step<Job> {
  return job.kind === 'backup'
    ? stepBackup(job, event, nowMs, environment)
    : stepRestore(job, event, nowMs, environment);
}

export const isEnded = (job: Job): boolean => job.state === 'FINISHED' || job.state === 'CANCELLED';
