import type { ProgressSnapshot } from '../world/progress.js';

/** What a drill is doing, for people who wait. */
export type Phase = 'data' | 'backup' | 'verify' | 'restore' | 'compare';

/** How far a phase is, and which one. */
export interface PhaseProgress extends ProgressSnapshot {
  readonly phase: Phase;
  /** Of a sweep: which point of it; '' without one. */
  readonly variant: string;
}

/** Where a phase has nothing to count. */
export const NO_PROGRESS: Omit<ProgressSnapshot, 'elapsedMs'> = {
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
  readonly onProgress: (snapshot: PhaseProgress) => void;
}
