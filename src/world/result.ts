import type { SerializedError } from '../base/errors.js';
import type { JobLimits } from '../job/index.js';
import type { Outlook } from './outlook.js';

/**
 * What one job in one world did. A measured and a predicted result have the same shape, so that reports put them side
 * by side. Times are milliseconds from the acceptance of the statement; the predicted one is a pure function of
 * (scenario, seed).
 */
export interface RunResult {
  readonly world: 'real' | 'virtual';
  readonly kind: 'backup' | 'restore';
  readonly statement: string;
  readonly job: JobOutcome;
  readonly totals: RunTotals;
  /** Time in each state the job was in, in order; a state entered twice is there twice. */
  readonly states: readonly StateSpan[];
  /** One entry a node that had work, in the cluster's order. */
  readonly nodes: readonly NodeResult[];
  /** Bytes moved to (or from) the repository over time. */
  readonly throughput: Series;
  /** How busy each node's workers were over time: for at most MAX_TIMELINE_NODES nodes, those that ended last. */
  readonly timeline: { readonly bucketMs: number; readonly nodes: readonly NodeTimeline[] };
  /** What went wrong and was got over, in the order of time; absent where nothing did. */
  readonly incidents?: readonly Incident[];
}

/** Something that went wrong, or was found slow, and what was done about it. */
export interface Incident {
  readonly atMs: number;
  readonly what: 'retry' | 'failover' | 'hand-over' | 'node-lost' | 'node-back' | 'coordinator-restart';
  readonly node?: string;
  /** The node that took over. */
  readonly to?: string;
  /** How many of them were moved. */
  readonly shards?: number;
  /** For people. */
  readonly text: string;
}

export interface JobOutcome {
  readonly id: number;
  readonly label: string;
  readonly database: string;
  readonly state: 'FINISHED' | 'CANCELLED';
  readonly error?: SerializedError;
  /** Tables that were left out because their type cannot be backed up: `name (TYPE)`. */
  readonly skippedTables: readonly string[];
  /** What the job could do at most when it began, as its statement and its engine say; absent where nothing was limited. */
  readonly limits?: JobLimits;
  /** What it could do from then on, where that was changed while it ran; `atMs` as from its acceptance. */
  readonly limitChanges?: readonly { readonly atMs: number; readonly limits: JobLimits }[];
  /** How often a coordinator took the job up again; what was moved and when is known since the last time only. */
  readonly restarts?: number;
  /** The job had ended before this process began: of its transfers nothing is known. */
  readonly isRecalled?: true;
}

export interface RunTotals {
  readonly durationMs: number;
  readonly shards: number;
  /** Files and bytes that the job covers. */
  readonly files: number;
  readonly sizeBytes: number;
  /** Of these, what was sent in this run … */
  readonly movedFiles: number;
  readonly movedBytes: number;
  /** … and what was already there with the right checksum. */
  readonly skippedFiles: number;
  /** Requests to the repository, manifests included. */
  readonly requests: number;
  /** Size of the manifest files. */
  readonly manifestBytes: number;
}

export interface StateSpan {
  readonly state: string;
  readonly startMs: number;
  readonly durationMs: number;
}

export interface NodeResult {
  readonly name: string;
  readonly workers: number;
  readonly shards: number;
  readonly files: number;
  readonly sizeBytes: number;
  /** When its first transfer began and its last one ended. */
  readonly startMs: number;
  readonly endMs: number;
  /** Worker time spent on transfers; `busyMs / (workers * (endMs - startMs))` is how busy its workers were. */
  readonly busyMs: number;
}

/** Equal buckets of time from 0; the last may be cut short by the end. */
export interface Series {
  readonly bucketMs: number;
  readonly bytes: readonly number[];
}

export interface NodeTimeline {
  readonly name: string;
  /** Share (0 to 1) of the node's workers that were busy in each bucket. */
  readonly busy: readonly number[];
}

export const MAX_TIMELINE_NODES = 64;

/** Everything that one `drill run` or `drill plan` has to say. */
export interface DrillReport {
  readonly tool: { readonly name: 'backup-drill'; readonly version: string };
  readonly scenario: {
    readonly name: string;
    readonly description: string;
    readonly file: string;
    readonly seed: string;
    readonly digest: string;
    readonly preset: string;
    readonly windowMs?: number;
    /** How many faults the scenario has that were left out, because real runs know nothing of them. */
    readonly faultsLeftOut?: number;
  };
  /** The file of measured hardware that predictions were made with, and what it says of itself. */
  readonly hardware?: { readonly file: string; readonly about: string };
  /** The command that gives this result again. */
  readonly command: string;
  /** Present on real runs only: a plan is the same on any machine. */
  readonly machine?: {
    readonly cpu: string;
    readonly cores: number;
    readonly node: string;
    readonly platform: string;
  };
  readonly variants: readonly VariantReport[];
}

/** One point of a sweep; a scenario without a sweep has exactly one variant, with an empty name. */
export interface VariantReport {
  /** `cluster.nodes = 4`, or the variant's own name. */
  readonly name: string;
  readonly nodes: number;
  /** What goes wrong in the prediction, in words; absent where nothing does. */
  readonly faults?: readonly string[];
  readonly predicted: RunResult;
  /** What a plan says beyond this one run. */
  readonly outlook?: Outlook;
  readonly measured?: RunResult;
  readonly restore?: RestoreReport;
}

/** How a measured backup was proved. */
export interface RestoreReport {
  readonly run: RunResult;
  readonly targetNodes: number;
  /** Checksums of the whole repository, checked after the backup. */
  readonly verifiedFiles: number;
  readonly verifiedBytes: number;
  readonly problems: readonly string[];
  /** Restored files held against the source, byte by byte. */
  readonly comparedFiles: number;
  readonly comparedBytes: number;
  readonly differences: readonly string[];
}
