/** How far something with a known size has come. */
export interface ProgressSnapshot {
  readonly elapsedMs: number;
  /** The job's state; '' outside of a job. */
  readonly state: string;
  readonly doneBytes: number;
  /** 0 where it is not known (yet). */
  readonly totalBytes: number;
  readonly doneFiles: number;
  readonly totalFiles: number;
  readonly doneShards: number;
  readonly totalShards: number;
  /** A smoothed rate, if the caller has one; otherwise the average since the beginning. */
  readonly bytesPerSec?: number;
}
