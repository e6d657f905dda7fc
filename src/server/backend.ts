import type { JobEnd, JobProgress, Reply, Session } from '../coordinator/index.js';
import type { Statement } from '../sql/index.js';

/** What a front door needs of the cluster behind it. */
export interface SqlBackend {
  /** Carries out a statement; resolves when it is answered, or its job accepted. Rejects with the DrillError to show. */
  execute(statement: Statement, session: Session): Promise<Reply>;
  /** Resolves when a job has ended and left nothing behind. Rejects when `signal` aborts; the job goes on. */
  waitFor(jobId: number, options: WaitOptions): Promise<JobEnd>;
}

export interface WaitOptions {
  readonly signal: AbortSignal;
  /** Some times a second. */
  readonly onProgress: (progress: JobProgress) => void;
}
