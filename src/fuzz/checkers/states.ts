import type { StoredJob } from '../../coordinator/index.js';
import type { Seen } from '../../world/virtual/witness.js';
import { Checker } from '../checker.js';

type Successors = Readonly<Record<string, readonly string[]>>;

/** As the documentation of the statement has them; a coordinator that takes a job up may go back, as it says there. */
const BACKUP: Successors = {
  PENDING: ['SNAPSHOTING', 'CANCELLED'],
  SNAPSHOTING: ['UPLOAD_SNAPSHOT', 'CANCELLED'],
  UPLOAD_SNAPSHOT: ['UPLOADING', 'CANCELLED'],
  UPLOADING: ['SAVE_META', 'CANCELLED'],
  SAVE_META: ['UPLOAD_INFO', 'CANCELLED'],
  UPLOAD_INFO: ['FINISHED', 'CANCELLED'],
  FINISHED: [],
  CANCELLED: [],
};
const BACKUP_TAKEN_UP: Successors = {
  SNAPSHOTING: ['PENDING'],
  UPLOADING: ['UPLOAD_SNAPSHOT'],
  UPLOAD_INFO: ['SAVE_META'],
};
const RESTORE: Successors = {
  PENDING: ['DOWNLOAD', 'CANCELLED'],
  DOWNLOAD: ['DOWNLOADING', 'CANCELLED'],
  DOWNLOADING: ['COMMIT', 'CANCELLED'],
  COMMIT: ['COMMITTING', 'CANCELLED'],
  COMMITTING: ['FINISHED', 'CANCELLED'],
  FINISHED: [],
  CANCELLED: [],
};
const RESTORE_TAKEN_UP: Successors = {
  DOWNLOAD: ['PENDING'],
  DOWNLOADING: ['PENDING'],
  COMMIT: ['PENDING'],
  COMMITTING: ['PENDING'],
};

/** A job goes from state to state as documented, forgets none of them, and what has ended stays as it is. */
export class States extends Checker {
  readonly name = 'states';
  readonly kinds = ['journal'] as const;
  private readonly last = new Map<number, StoredJob>();

  see(seen: Seen): void {
    if (seen.kind !== 'journal') return;
    for (const change of seen.changes) {
      if (change.kind === 'job') this.compare(change.job, seen.atMs);
      else if (change.kind === 'forget-job') this.forget(change.jobId, seen.atMs);
    }
  }

  private forget(jobId: number, atMs: number): void {
    const state = this.last.get(jobId)?.states.at(-1)?.state;
    if (state !== undefined && state !== 'FINISHED' && state !== 'CANCELLED')
      this.wrong(atMs, `job ${jobId} was forgotten while it was ${state}`);
  }

  private compare(job: StoredJob, atMs: number): void {
    const before = this.last.get(job.id);
    this.last.set(job.id, job);
    const known = before?.states.length ?? 0;
    for (let i = 0; i < known; i++) {
      if (job.states[i]?.state !== before!.states[i]!.state)
        return this.wrong(atMs, `job ${job.id} forgot that it had been ${before!.states[i]!.state}`);
    }
    if (job.states[0]?.state !== 'PENDING') this.wrong(atMs, `job ${job.id} did not begin with PENDING`);
    const wasTakenUp = job.restarts > (before?.restarts ?? 0);
    for (let i = Math.max(1, known); i < job.states.length; i++)
      this.follow(job, job.states[i - 1]!.state, job.states[i]!.state, wasTakenUp, atMs);
  }

  private follow(job: StoredJob, from: string, to: string, wasTakenUp: boolean, atMs: number): void {
    const isBackup = job.detail.kind === 'backup';
    if ((isBackup ? BACKUP : RESTORE)[from]?.includes(to)) return;
    if (wasTakenUp && (isBackup ? BACKUP_TAKEN_UP : RESTORE_TAKEN_UP)[from]?.includes(to)) return;
    this.wrong(atMs, `job ${job.id} went from ${from} to ${to}`);
  }
}
