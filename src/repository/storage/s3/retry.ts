import type { S3Failure } from './failure.js';

/** How long to wait before trying again, all in milliseconds. */
export interface Backoff {
  /** Before the second attempt, on average 3/4 of it; doubles with every further one. Default: 100. */
  readonly baseDelayMs: number;
  /** The same where the server asks to slow down. Default: 1000. */
  readonly throttlingDelayMs: number;
  /** Where doubling ends. Default: 20,000. */
  readonly maxDelayMs: number;
  /** The longest `Retry-After` of a server that is honoured. Default: 60,000. */
  readonly maxRetryAfterMs: number;
}

export const DEFAULT_BACKOFF: Backoff = {
  baseDelayMs: 100,
  throttlingDelayMs: 1000,
  maxDelayMs: 20_000,
  maxRetryAfterMs: 60_000,
};

/** Why to try again. `throttled`: the server works, and wants less. */
export type RetryReason = 'throttled' | 'broken' | 'none';

/**
 * Milliseconds before attempt `attempt + 1`, where `attempt` counts from 1. Half of it is certain, so that requests are
 * spaced; half is chance, so that many clients that failed together do not come back together.
 */
export function delayMs(
  backoff: Backoff,
  reason: RetryReason,
  attempt: number,
  random: () => number,
  retryAfterMs = 0,
): number {
  const base = reason === 'throttled' ? backoff.throttlingDelayMs : backoff.baseDelayMs;
  const fullMs = Math.min(base * 2 ** (attempt - 1), backoff.maxDelayMs);
  const jitteredMs = (fullMs / 2) * (1 + random());
  const askedMs = Math.min(retryAfterMs, backoff.maxRetryAfterMs);
  return askedMs > jitteredMs ? askedMs + (fullMs / 2) * random() : jitteredMs;
}

/** The names that servers have for it. */
const THROTTLED = new Set([
  'SlowDown',
  'ServiceUnavailable',
  'TooManyRequests',
  'TooManyRequestsException',
  'BandwidthLimitExceeded',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
]);
const THROTTLED_STATUS = new Set([429, 503]);
const BROKEN = new Set([
  'InternalError',
  'TimeoutError',
  'RequestTimeout',
  'RequestTimeoutException',
  // Bytes that were damaged on the way, and two requests that met.
  'BadDigest',
  'XAmzContentSHA256Mismatch',
  'OperationAborted',
  'ConditionalRequestConflict',
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
const BROKEN_STATUS = new Set([500, 502, 504]);

/** There is no budget that requests share: a hundred that are throttled at once would use it up and all give up. */
export function reasonOf({ code, status }: Pick<S3Failure, 'code' | 'status'>): RetryReason {
  if (THROTTLED.has(code) || THROTTLED_STATUS.has(status)) return 'throttled';
  return BROKEN.has(code) || BROKEN_STATUS.has(status) ? 'broken' : 'none';
}

/** Milliseconds that a Retry-After header asks for: seconds, or a date. */
export function retryAfterMsOf(header: string | undefined, nowMs: number): number {
  if (header === undefined) return 0;
  const seconds = Number(header);
  const ms = Number.isNaN(seconds) ? Date.parse(header) - nowMs : seconds * 1000;
  return ms > 0 ? ms : 0;
}
