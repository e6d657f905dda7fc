import type { JobLimits } from '../../job/index.js';
import { STAGE, type Activities } from './activities.js';
import type { Clock } from './clock.js';
import { JobLimiter, type Waiter } from './job-limiter.js';
import type { Ledger } from './ledger.js';
import type { Running } from './running.js';

export interface ActivityLimitsOptions {
  readonly activities: Activities;
  readonly clock: Clock;
  readonly ledger: Ledger | undefined;
  readonly wakeAt: (atMs: number, callback: () => void) => void;
}

/** Has activities wait until the limits of their jobs allow what they are about to do. */
export class ActivityLimits {
  private readonly options: ActivityLimitsOptions;
  private readonly byJob = new Map<number, JobLimiter>();

  constructor(options: ActivityLimitsOptions) {
    this.options = options;
  }

  /** Whether no job has, or had, limits: then nobody needs to ask. */
  get isEmpty(): boolean {
    return this.byJob.size === 0;
  }

  /** What a job may do from now on; files that are on their way already count. */
  change(jobId: number, limits: JobLimits): void {
    let limiter = this.byJob.get(jobId);
    if (!limiter) this.byJob.set(jobId, (limiter = this.limiterFor(jobId)));
    limiter.change(limits);
  }

  /** A job, for which nobody does anything, is not asked about any more. */
  forget(jobId: number): void {
    this.byJob.delete(jobId);
  }

  /** Has a request made when it may be. */
  ask(slot: number, request: () => void): void {
    const limiter = this.limiterOf(slot);
    if (limiter) limiter.ask(this.waiter(slot, request));
    else request();
  }

  /** Has a file moved when one more may be on its way; it is until it leaves. */
  enter(slot: number, move: () => void): void {
    const limiter = this.limiterOf(slot);
    if (limiter) limiter.enter(this.waiter(slot, move));
    else move();
  }

  /** What an activity does has ended. */
  leave(slot: number): void {
    this.options.activities.setTransferring(slot, false);
    if (!this.isEmpty) this.limiterOf(slot)?.leave(slot);
  }

  /** Activities do not wait for anything any more. */
  withdraw(isMeant: (running: Running) => boolean): void {
    const { activities } = this.options;
    for (const limiter of this.byJob.values())
      limiter.withdraw((slot) => isMeant(activities.runningAt(slot)));
  }

  private limiterFor(jobId: number): JobLimiter {
    const { activities, clock, wakeAt } = this.options;
    const limiter = new JobLimiter(clock, wakeAt);
    for (const [slot, running] of activities.running.entries()) {
      if (running?.task.jobId === jobId && activities.isTransferring(slot))
        limiter.admit(slot, activities.node(slot));
    }
    return limiter;
  }

  private waiter(slot: number, act: () => void): Waiter {
    const { activities, clock, ledger } = this.options;
    const sinceMs = clock.nowMs;
    activities.setStage(slot, STAGE.limited);
    const go = (): void => {
      ledger?.limited(slot, clock.nowMs - sinceMs);
      act();
    };
    return { slot, node: activities.node(slot), go };
  }

  private limiterOf(slot: number): JobLimiter | undefined {
    return this.byJob.get(this.options.activities.runningAt(slot).task.jobId);
  }
}
