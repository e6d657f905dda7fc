import type { S3ClientConfig } from '@aws-sdk/client-s3';

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

const THROTTLED = new Set(['SlowDown', 'ServiceUnavailable', 'TooManyRequests', 'TooManyRequestsException']);
const THROTTLED_STATUS = new Set([429, 503]);
/** What the SDK takes for the client's fault: bytes that were damaged on the way, two requests that met. */
const BROKEN = new Set([
  'BadDigest',
  'XAmzContentSHA256Mismatch',
  'OperationAborted',
  'ConditionalRequestConflict',
]);

interface Failure {
  readonly name?: string;
  readonly $metadata?: { readonly httpStatusCode?: number | undefined };
}

export function reasonOf(failure: Failure | undefined, errorType: string): RetryReason {
  const name = failure?.name ?? '';
  const status = failure?.$metadata?.httpStatusCode ?? 0;
  if (errorType === 'THROTTLING' || THROTTLED.has(name) || THROTTLED_STATUS.has(status)) return 'throttled';
  return errorType === 'TRANSIENT' || BROKEN.has(name) ? 'broken' : 'none';
}

type Strategy = Extract<NonNullable<S3ClientConfig['retryStrategy']>, { acquireInitialRetryToken: unknown }>;
type Token = Awaited<ReturnType<Strategy['acquireInitialRetryToken']>>;

/**
 * In place of the SDK's standard strategy, which takes its tries from one budget a client: with a hundred throttled
 * requests it gives up on all of them, and a backup with many uploads meets that in the first second of a SlowDown. It
 * also treats a 503 without a code as a broken connection, and waits 25 ms for it. Here every request has its own tries.
 */
export function retryStrategy(maxAttempts: number, backoff: Backoff, random: () => number): Strategy {
  const token = (retries: number, ms: number): Token => ({
    getRetryCount: () => retries,
    getRetryDelay: () => ms,
  });
  return {
    acquireInitialRetryToken: async () => token(0, 0),
    async refreshRetryTokenForRetry(last, { error, errorType, retryAfterHint }) {
      const attempt = last.getRetryCount() + 1;
      const reason = reasonOf(error, errorType);
      // The SDK catches this one, and throws what the request failed of.
      if (reason === 'none' || attempt >= maxAttempts) throw new Error('no further attempt');
      const retryAfterMs = retryAfterHint ? retryAfterHint.getTime() - Date.now() : 0;
      return token(attempt, delayMs(backoff, reason, attempt, random, retryAfterMs));
    },
    recordSuccess() {},
  };
}
