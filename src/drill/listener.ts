/** What a drill is doing, for people who wait. */
export type Phase = 'data' | 'backup' | 'verify' | 'restore' | 'compare';

export interface ProgressSnapshot {
  readonly phase: Phase;
  /** Of a sweep: which point of it; '' without one. */
  readonly variant: string;
  readonly elapsedMs: number;
  /** The job's state, in the phases that are a job. */
  readonly state: string;
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly doneFiles: number;
  readonly totalFiles: number;
  readonly doneShards: number;
  readonly totalShards: number;
}

/** Where a phase has nothing to count. */
export const NO_PROGRESS: Omit<ProgressSnapshot, 'phase' | 'variant' | 'elapsedMs'> = {
  state: '',
  doneBytes: 0,
  totalBytes: 0,
  doneFiles: 0,
  totalFiles: 0,
  doneShards: 0,
  totalShards: 0,
};

export interface DrillListener {
  /** A phase begins; one sentence of what it is about. */
  readonly onPhase: (phase: Phase, variant: string, what: string) => void;
  /** Some times a second while a phase lasts. */
  readonly onProgress: (snapshot: ProgressSnapshot) => void;
}
