import { setMaxListeners } from 'node:events';
import { freemem } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import type { Piscina } from 'piscina';
import { DrillError, revive } from '../base/errors.js';
import { expectedFiles, type AttributedRun, type PlanRunner } from '../planner/index.js';
import type { Scenario } from '../scenario/index.js';
import type { RunSummary } from '../world/outlook.js';
import { startThreads } from '../world/real/threads.js';
import type { PlanAnswer, PlanTask } from './plan-tasks.js';
import simulateTask from './plan-worker.js';

const PLAN_WORKER = new URL('./plan-worker.js', import.meta.url);

/** Simulating so many files takes about as long as starting threads that could do it. */
const FILES_IN_PLACE = 100_000;
/** What a run takes besides its files, in files. */
const FILES_PER_RUN = 200;
/** What a simulation needs for each file at its height, and for itself. */
const MEMORY_PER_FILE_BYTES = 110;
const MEMORY_PER_THREAD_BYTES = 100 << 20;

/** How far the simulations of a plan are, of those that were asked for until now. */
export interface RunsProgress {
  readonly doneRuns: number;
  readonly totalRuns: number;
  readonly elapsedMs: number;
}

export interface PlanRunnerOptions {
  /** Simulations at once, at most: fewer where memory would run out. */
  readonly threads: number;
  readonly signal: AbortSignal;
  /** Threads are for simulations of more files than these. */
  readonly filesInPlace?: number;
  /** Told whenever simulations are asked for, and after each of them. */
  readonly onProgress?: (progress: RunsProgress) => void;
}

/**
 * Simulates on threads, which it starts when there is enough to do for them. Results do not depend on how many there are.
 * `close` ends them.
 */
export function openPlanRunner(options: PlanRunnerOptions): PlanRunner & { close: () => Promise<void> } {
  const signal = AbortSignal.any([options.signal]);
  // Each task of a pool listens.
  setMaxListeners(0, signal);
  const startMs = performance.now();
  const tell = (): void =>
    options.onProgress?.({ doneRuns, totalRuns, elapsedMs: performance.now() - startMs });
  let pool: Piscina | undefined;
  let doneRuns = 0;
  let totalRuns = 0;

  const onThread = async (task: PlanTask): Promise<PlanAnswer> => {
    pool ??= startThreads(PLAN_WORKER, { minThreads: 1, maxThreads: threadsFor(task, options.threads) });
    return (await pool.run(task, { signal })) as PlanAnswer;
  };
  const here = async (task: PlanTask): Promise<PlanAnswer> => {
    // Lets Ctrl-C and progress through.
    await setImmediate();
    if (signal.aborted) throw interrupted();
    return simulateTask(task);
  };

  const perform = async (tasks: readonly PlanTask[]): Promise<readonly (RunSummary | AttributedRun)[]> => {
    if (signal.aborted) throw interrupted();
    totalRuns += tasks.length;
    const isSmall = costOf(tasks) <= (options.filesInPlace ?? FILES_IN_PLACE);
    const answers: PlanAnswer[] = [];
    const one = async (task: PlanTask, i: number): Promise<void> => {
      answers[i] = await (isSmall ? here(task) : onThread(task));
      doneRuns += 1;
      tell();
    };
    tell();
    if (isSmall) for (const [i, task] of tasks.entries()) await one(task, i);
    else {
      const ended = await Promise.allSettled(tasks.map(one));
      if (signal.aborted) throw interrupted();
      for (const end of ended) if (end.status === 'rejected') throw end.reason;
    }
    // In the order of the tasks, so that it is the same error however many threads there are.
    return answers.map((answer) => {
      if (!answer.ok) throw revive(answer.error);
      return answer.value;
    });
  };

  return {
    run: async (scenarios) =>
      (await perform(scenarios.map((scenario) => ({ kind: 'summary', scenario })))) as RunSummary[],
    detail: async (scenario) => (await perform([{ kind: 'detail', scenario }]))[0] as AttributedRun,
    close: async () => {
      await pool?.destroy();
    },
  };
}

const costOf = (tasks: readonly PlanTask[]): number =>
  tasks.reduce((sum, { scenario }) => sum + expectedFiles(scenario) + FILES_PER_RUN, 0);

function threadsFor({ scenario }: PlanTask, threads: number): number {
  const eachBytes = MEMORY_PER_THREAD_BYTES + memoryOf(scenario);
  return Math.max(1, Math.min(threads, Math.floor(freemem() / eachBytes)));
}

const memoryOf = (scenario: Scenario): number => expectedFiles(scenario) * MEMORY_PER_FILE_BYTES;

const interrupted = (): DrillError =>
  new DrillError('INTERRUPTED', 'the plan was interrupted; nothing was written');
