/** What may be done at once, or in a second. What is missing is not limited. */
export interface Limits {
  /** Bytes of files that are sent or fetched. At least 1. */
  readonly bytesPerSec?: number;
  /** Requests to the repository. */
  readonly requestsPerSec?: number;
  /** Files that are on their way at once. At least 1. */
  readonly transfers?: number;
}

/**
 * What a job may ask of a cluster and its repository, so that something is left for others: a promise, unlike the rates of
 * a scenario's hardware, which say what there is. They bind what nodes do for the job; the few requests and documents of
 * the coordinator are not counted.
 */
export interface JobLimits {
  /** All nodes together. */
  readonly job: Limits;
  /** Each of them. */
  readonly node: Limits;
}

/** What a job may do from some time on, in milliseconds. */
export interface LimitsSince {
  readonly sinceMs: number;
  readonly limits: JobLimits;
}

export const NO_LIMITS: JobLimits = { job: {}, node: {} };

/** `limits` with what differs: Infinity takes a limit away. */
export const limitsWith = (limits = NO_LIMITS, changes = NO_LIMITS): JobLimits => ({
  job: merged(limits.job, changes.job),
  node: merged(limits.node, changes.node),
});

const merged = (limits: Limits, changes: Limits): Limits =>
  Object.fromEntries(
    Object.entries({ ...limits, ...changes }).filter(([, limit]) => limit !== undefined && limit < Infinity),
  );

export const isLimited = ({ job, node }: JobLimits): boolean =>
  [job, node].some((limits) => Object.keys(limits).length > 0);
