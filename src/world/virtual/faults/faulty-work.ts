import { invariant } from '../../../base/errors.js';
import { randomStream } from '../../../base/random.js';
import { isRequest, Retries, type Operation, type RetryPolicy } from '../../../node/index.js';
import type { Activities } from '../activities.js';
import type { Clock } from '../clock.js';
import type { Cluster } from '../node-operations.js';
import type { Running } from '../running.js';
import type { WorkWitness } from '../work-witness.js';
import { performHalf, performInWeather, requestError } from './faulty-operations.js';
import type { Weather } from './weather.js';

/** What goes wrong at nodes, and how they deal with it. */
export interface FaultsAtNodes {
  readonly weather: Weather;
  readonly retries: RetryPolicy;
  readonly seed: string;
}

/** What of a node's work is the same with and without faults. */
export interface WorkSteps {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly activities: Activities;
  readonly witness: WorkWitness | undefined;
  /** Has an operation take its time; false if it takes none. */
  readonly start: (slot: number, operation: Operation) => boolean;
  /** Goes on with an operation's answer, or with what it failed of. */
  readonly resume: (slot: number, answer: unknown, failed?: { readonly error: unknown }) => void;
  readonly wait: (slot: number, ms: number) => void;
  /** A file has been moved, or a bundle of so many. */
  readonly moved: (slot: number, files: number | undefined) => void;
}

/** How operations end where faults happen: they may take longer, fail, or fail and be tried again. */
export class FaultyWork {
  private readonly faults: FaultsAtNodes;
  private readonly steps: WorkSteps;

  constructor(faults: FaultsAtNodes, steps: WorkSteps) {
    this.faults = faults;
    this.steps = steps;
  }

  /** Made when a request of the task fails for the first time: most never do. */
  private retriesOf(running: Running): Retries {
    if (running.retries) return running.retries;
    const { task, job } = running;
    const purpose = `retries/${job.generation}/${job.jobId}/${task.node}/${task.taskId}/${task.attempt}`;
    return (running.retries = new Retries(this.faults.retries, randomStream(this.faults.seed, purpose)));
  }

  /** What an operation does and answers, once its time has passed. */
  perform(slot: number, operation: Operation): unknown {
    const { cluster, activities } = this.steps;
    return performInWeather(cluster, this.faults.weather, activities, slot, operation);
  }

  /** An operation's time has passed, or what it waited for besides. */
  complete(slot: number): void {
    const { activities, start, resume, wait, moved, witness } = this.steps;
    const running = activities.runningAt(slot);
    const operation = running.operation!;
    const waitedFor = running.waitsFor;
    running.waitsFor = undefined;
    if (waitedFor === 'retry') {
      invariant(start(slot, operation), 'a request that takes no time');
      return;
    }
    const lostMs = waitedFor === 'slowness' ? 0 : this.lostMs(slot, running);
    if (lostMs > 0) {
      running.waitsFor = 'slowness';
      return wait(slot, lostMs);
    }
    let answer: unknown;
    try {
      answer = this.attempt(slot, running, operation);
    } catch (error) {
      witness?.operation(slot, operation, undefined, error);
      const waitMs = isRequest(operation) ? this.retriesOf(running).nextWaitMs(error) : undefined;
      if (waitMs === undefined) return resume(slot, undefined, { error });
      running.waitsFor = 'retry';
      return wait(slot, waitMs);
    }
    witness?.operation(slot, operation, answer, undefined);
    if (operation.op === 'put' || operation.op === 'get') moved(slot, operation.files);
    return resume(slot, answer);
  }

  /** How much longer an operation takes because its node is slow. */
  private lostMs(slot: number, { task, operation }: Running): number {
    const { clock, activities } = this.steps;
    const factor = this.faults.weather.slowness(task.node, operation!);
    return (factor - 1) * (clock.nowMs - activities.operationStartMs(slot));
  }

  /** Performs an operation; of a request that fails nothing, half or all has happened by then. */
  private attempt(slot: number, running: Running, operation: Operation): unknown {
    if (!isRequest(operation)) return this.perform(slot, operation);
    const failed = this.faults.weather.requestFailure(running.task.node);
    if (failed === 'torn') performHalf(this.steps.cluster, running, operation);
    if (failed === undefined) {
      const answer = this.perform(slot, operation);
      running.retries?.succeeded();
      return answer;
    }
    if (failed === 'timeout') this.perform(slot, operation);
    throw requestError(failed);
  }
}
