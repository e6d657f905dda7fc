import type { Work } from '../coordinator/index.js';
import {
  isLimited,
  type EngineSettings,
  type Incident as JobIncident,
  type Job,
  type JobLimits,
  type LimitsSince,
} from '../job/index.js';
import { printStatement, type Statement } from '../sql/index.js';
import { incidentsOf } from './incidents.js';
import { Recorder } from './recorder.js';
import type { Incident, JobOutcome, RunResult, StateSpan } from './result.js';

export interface FinishedRun {
  readonly world: 'real' | 'virtual';
  readonly statement: Statement;
  readonly job: Omit<Job, 'transient'>;
  readonly work: Pick<Work, 'totals' | 'skippedTables'> & Partial<Pick<Work, 'limits'>>;
  /** What it might do since when, where that was changed. */
  readonly limitHistory?: readonly LimitsSince[];
  /** Undefined if the job ended in an earlier process. */
  readonly recorder: Recorder | undefined;
  readonly nodeNames: readonly string[];
  readonly requests: number;
  readonly settings: EngineSettings;
  /** What the job got over; and what else was, by others than the job. */
  readonly incidents?: readonly JobIncident[];
  readonly besides?: readonly Incident[];
}

/** What a job that has ended did, in the form that reports take. */
export function resultOf({
  world,
  statement,
  job,
  work,
  limitHistory = [],
  recorder,
  nodeNames,
  requests,
  settings,
  incidents = [],
  besides = [],
}: FinishedRun): RunResult {
  const endMs = job.states.at(-1)!.atMs;
  const workers = job.kind === 'backup' ? settings.uploadWorkers : settings.downloadWorkers;
  const durationMs = endMs - job.createdAtMs;
  const recording = (recorder ?? new Recorder(job.createdAtMs)).read(durationMs, nodeNames, workers);
  const moved = recording.movedFiles;
  const overcome = [...incidentsOf(incidents, { createdAtMs: job.createdAtMs, nodeNames }), ...besides].sort(
    (a, b) => a.atMs - b.atMs,
  );
  return {
    world,
    kind: job.kind,
    statement: printStatement(statement),
    job: {
      id: job.id,
      label: job.label,
      database: job.database,
      state: job.state === 'FINISHED' ? 'FINISHED' : 'CANCELLED',
      ...(job.error ? { error: job.error } : {}),
      skippedTables: work.skippedTables,
      ...limitsOf(limitHistory[0]?.limits ?? work.limits),
      ...(limitHistory.length > 1 ? { limitChanges: changesOf(limitHistory, job.createdAtMs) } : {}),
      ...(job.restarts > 0 ? { restarts: job.restarts } : {}),
      ...(recorder ? {} : { isRecalled: true }),
    },
    totals: {
      durationMs,
      ...work.totals,
      movedFiles: moved,
      movedBytes: recording.movedBytes,
      requests,
      skippedFiles: recorder && job.state === 'FINISHED' ? Math.max(0, work.totals.files - moved) : 0,
      manifestBytes: 'manifestBytes' in job ? (job.manifestBytes as number) : 0,
    },
    states: stateSpans(job),
    nodes: recording.nodes,
    throughput: recording.throughput,
    timeline: recording.timeline,
    ...(overcome.length > 0 ? { incidents: overcome } : {}),
  };
}

const limitsOf = (limits: JobLimits | undefined): Pick<JobOutcome, 'limits'> =>
  limits && isLimited(limits) ? { limits } : {};

const changesOf = (
  history: readonly LimitsSince[],
  createdAtMs: number,
): NonNullable<JobOutcome['limitChanges']> =>
  history.slice(1).map(({ sinceMs, limits }) => ({ atMs: Math.max(0, sinceMs - createdAtMs), limits }));

function stateSpans(job: Pick<Job, 'states' | 'createdAtMs'>): StateSpan[] {
  const ended = job.states.slice(0, -1);
  return ended.map(({ state, atMs }, i) => ({
    state,
    startMs: atMs - job.createdAtMs,
    durationMs: job.states[i + 1]!.atMs - atMs,
  }));
}
