import type { SerializedError } from '../base/errors.js';
import type { Reply, Session } from '../coordinator/index.js';
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

export interface JobProgress {
  readonly jobId: number;
  readonly state: string;
  readonly elapsedMs: number;
  readonly doneShards: number;
  readonly totalShards: number;
  readonly totalBytes: number;
}

export interface JobEnd {
  readonly jobId: number;
  readonly state: 'FINISHED' | 'CANCELLED';
  readonly error?: SerializedError;
  readonly durationMs: number;
}
