import type { SerializedError } from '../base/errors.js';

/** How far a job is, for whoever waits for it. */
export interface JobProgress {
  readonly jobId: number;
  readonly state: string;
  readonly elapsedMs: number;
  /** Of the phase that moves data; both 0 outside of it. */
  readonly doneShards: number;
  readonly totalShards: number;
  readonly totalBytes: number;
}

/** How a job ended. */
export interface JobEnd {
  readonly jobId: number;
  readonly state: 'FINISHED' | 'CANCELLED';
  readonly error?: SerializedError;
  readonly durationMs: number;
}
