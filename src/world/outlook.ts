import type { SerializedError } from '../base/errors.js';

/**
 * What a second of a backup's critical path can be spent on. Each second has one cause:
 *
 * - `disk`, `nic`, `connection`, `bandwidth`: bytes, held back by the node's (or host's) disk, its network card, the limit
 *   of one connection, the repository's bandwidth.
 * - `cpu`: hashing and sending where all cores of the host are busy.
 * - `workers`: a thread hashes and sends as fast as one thread can while cores have room: more of them would do more.
 * - `limits`: bytes, requests and transfers that would go on, were the job allowed more.
 * - `latency`, `requestRate`: requests, waiting for their answer, or for their turn.
 * - `snapshot`: hard links and directories of the shards' snapshots.
 * - `imbalance`: this worker had more to do, or was slower, than the mean of all: one slow or overloaded node, one huge shard.
 * - `coordinator`: ticks, messages, the journal, the manifest.
 * - `waiting`: the same where something went wrong, and waiting for nodes that are away or slow, and for retries.
 */
export const CAUSES = [
  'disk',
  'cpu',
  'workers',
  'nic',
  'connection',
  'bandwidth',
  'limits',
  'latency',
  'requestRate',
  'snapshot',
  'imbalance',
  'coordinator',
  'waiting',
] as const;

export type Cause = (typeof CAUSES)[number];

/** What each cause is called by people. */
export const CAUSE_LABELS: Readonly<Record<Cause, string>> = {
  disk: 'source disk',
  cpu: 'processor cores',
  workers: 'upload workers',
  nic: 'network card',
  connection: 'limit of one connection',
  bandwidth: 'repository bandwidth',
  limits: 'limits of the job',
  latency: 'request latency',
  requestRate: 'request rate',
  snapshot: 'making snapshots',
  imbalance: 'slow or overloaded node',
  coordinator: 'coordinator',
  waiting: 'waiting out faults',
};

/** Milliseconds by cause. */
export type CauseTimes = Readonly<Record<Cause, number>>;

/** Where the time of one job went: the sum over the causes is the job's duration. */
export interface Attribution {
  readonly causeMs: CauseTimes;
  /** The node whose worker ended last, and when that was; undefined where no file was sent. */
  readonly critical?: CriticalNode;
}

export interface CriticalNode {
  readonly name: string;
  readonly workers: number;
  /** From the acceptance of the statement. */
  readonly endMs: number;
  /** The same, on the mean of all workers of the cluster. */
  readonly meanEndMs: number;
}

/** What is kept of one simulated run: little, because there are many, and they cross threads. */
export interface RunSummary {
  readonly seed: string;
  readonly state: 'FINISHED' | 'CANCELLED';
  readonly error?: SerializedError;
  readonly durationMs: number;
  /** Absent where nobody asked: of repetitions of a large scenario, where it takes much of the time. */
  readonly attribution?: Attribution;
}

/**
 * A number from repeated runs, with an interval that holds the true one at the forecast's confidence. Too few runs say
 * nothing of how much longer the next may take: then `high` is Infinity, which is null in JSON.
 */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** What repeated runs with other seeds say of a scenario. */
export interface Forecast {
  readonly runs: number;
  /** Why there were no more: intervals are narrow, the limit was reached, or nothing in the scenario is random. */
  readonly stopped: 'narrow' | 'limit' | 'exact';
  /** Of all intervals here: 0.95. */
  readonly confidence: number;
  /** The chance (0 to 1) of finishing within the window that was asked for: `fits` is held against it. */
  readonly wanted: number;
  /** Of every run, in the order of their seeds; Infinity, as null in JSON, for a job that was cancelled. */
  readonly durationsMs: readonly (number | null)[];
  readonly p50Ms: Estimate;
  readonly p90Ms: Estimate;
  readonly p95Ms: Estimate;
  readonly p99Ms: Estimate;
  /** The chance (0 to 1) of finishing within the window, where there is one. */
  readonly fits?: Estimate;
  /** The chance that the job finishes, and so within its own timeout. */
  readonly finishes: Estimate;
  /** Means over the runs that were asked: their sum is the mean of these runs' durations. */
  readonly causeMs: CauseTimes;
  /** The nodes that ended last, most frequent first, and in what share of the runs. */
  readonly criticalNodes: readonly { readonly name: string; readonly share: number }[];
}

/** What turning one knob would change. */
export interface KnobGain {
  /** A path of the scenario, such as `engine.uploadWorkers`. */
  readonly knob: string;
  /** For people: `upload workers a node`. */
  readonly label: string;
  /** For people, with units: what it is now, and what was tried. */
  readonly from: string;
  readonly to: string;
  /**
   * Saved of the median duration; negative where it gets slower. Infinity, as null in JSON, where the job is cancelled without
   * it.
   */
  readonly gainMs: number;
  /** The same with the knob at its end (unlimited, or nothing): what all turning of it could gain. */
  readonly mostMs?: number;
}

export interface Advice {
  /** Median duration as the scenario is; gains are from here, with the same seeds. */
  readonly baseMs: number;
  /** Largest gain first. */
  readonly gains: readonly KnobGain[];
  /** With the first of `gains` already done: what others would gain besides. Largest first. */
  readonly besides: readonly KnobGain[];
}

/** A limit that the backup meets, or comes near to. */
export interface Finding {
  /** Stable, for scripts: `job-timeout`. */
  readonly id: string;
  readonly severity: 'note' | 'warning' | 'problem';
  /** One sentence with its numbers. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
  readonly numbers: Readonly<Record<string, number>>;
}

/** The answer to `--fit`. */
export interface FitAnswer {
  readonly knob: string;
  readonly windowMs: number;
  readonly confidence: number;
  /** The smallest value that fits, and its forecast; undefined where none does. */
  readonly found?: { readonly value: string; readonly forecast: Forecast };
  /** In the order of the values. */
  readonly tried: readonly { readonly value: string; readonly p50Ms: number; readonly fits: Estimate }[];
  /** Where none does: what holds it back, in words. */
  readonly why?: string;
}

/** What a plan says of one variant beyond its first run. */
export interface Outlook {
  readonly forecast: Forecast;
  readonly findings: readonly Finding[];
  readonly advice?: Advice;
  readonly fit?: FitAnswer;
}
