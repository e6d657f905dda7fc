import { DrillError } from '../base/errors.js';
import type { RandomStream } from '../base/random.js';
import type { Operation } from './operation.js';

export interface RetryPolicy {
  /** How often a request may be made again before its failure is the task's. */
  readonly requestRetries: number;
  /** The wait before the first of these, at most: it doubles each time. */
  readonly retryDelayMs: number;
}

/** Operations that ask something of the repository: all of them may be done again after a failure. */
const REQUESTS: ReadonlySet<Operation['op']> = new Set(['list', 'check', 'put', 'rename', 'delete', 'get']);

export const isRequest = ({ op }: Operation): boolean => REQUESTS.has(op);

/** Where doubling ends. */
const MAX_DELAY_MS = 10_000;

/**
 * When a task makes a request to its repository again. It has so many retries in all, and gets them back whenever a request
 * succeeds: so a repository that fails now and then costs little, and one that is dead costs a task its retries once, not once
 * a file. One of these is for one task.
 */
export class Retries {
  private readonly policy: RetryPolicy;
  private readonly random: RandomStream;
  private made = 0;

  constructor(policy: RetryPolicy, random: RandomStream) {
    this.policy = policy;
    this.random = random;
  }

  /**
   * Milliseconds until the request that failed is to be made again, undefined if it is not. Half of it is certain, so that
   * requests are spaced; half is chance, so that nodes that failed together do not come back together.
   */
  nextWaitMs(error: unknown): number | undefined {
    if (!mayPass(error) || this.made >= this.policy.requestRetries) return undefined;
    const fullMs = Math.min(this.policy.retryDelayMs * 2 ** this.made, MAX_DELAY_MS);
    this.made++;
    return (fullMs / 2) * (1 + this.random());
  }

  /** A request was answered. */
  succeeded(): void {
    this.made = 0;
  }
}

/** Failures of the repository that may pass. A full disk, a refusal, a file that is not there do not pass by waiting a little. */
function mayPass(error: unknown): boolean {
  return error instanceof DrillError && error.code === 'STORAGE_FAILED';
}
