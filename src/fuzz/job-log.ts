import type { StoredJob } from '../coordinator/index.js';
import type { Seen } from '../world/virtual/witness.js';

/** What the journal said of a job over time. */
export interface LoggedJob {
  readonly id: number;
  readonly kind: 'backup' | 'restore';
  readonly label: string;
  readonly database: string;
  readonly firstAtMs: number;
  readonly timeoutMs: number;
  /** The last that was written. */
  stored: StoredJob;
  state: string;
  endedAtMs: number | undefined;
}

/** The journal as a run has written it: for checkers that ask how a job is. It is shown everything before they are. */
export class JobLog {
  readonly jobs = new Map<number, LoggedJob>();

  see(seen: Seen): void {
    if (seen.kind !== 'journal') return;
    for (const change of seen.changes) if (change.kind === 'job') this.take(change.job, seen.atMs);
  }

  /** Jobs under a label of the repository, oldest first. */
  under(label: string): LoggedJob[] {
    return [...this.jobs.values()].filter((job) => job.label === label);
  }

  private take(stored: StoredJob, atMs: number): void {
    const { state } = stored.states.at(-1)!;
    let job = this.jobs.get(stored.id);
    if (!job) {
      const { id, label, database, timeoutMs, detail } = stored;
      const { kind } = detail;
      job = { id, kind, label, database, timeoutMs, firstAtMs: atMs, stored, state, endedAtMs: undefined };
      this.jobs.set(id, job);
    }
    job.stored = stored;
    job.state = state;
    if (job.endedAtMs === undefined && (state === 'FINISHED' || state === 'CANCELLED')) job.endedAtMs = atMs;
  }
}
