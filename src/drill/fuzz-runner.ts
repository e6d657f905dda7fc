import { setMaxListeners } from 'node:events';
import type { Piscina } from 'piscina';
import {
  addTally,
  emptyTally,
  type FuzzCase,
  type SeedFailure,
  type Tally,
  type Violation,
} from '../fuzz/index.js';
import { startThreads } from '../world/real/threads.js';
import type { FuzzAnswer, FuzzTask } from './fuzz-tasks.js';

const FUZZ_WORKER = new URL('./fuzz-worker.js', import.meta.url);

/** Seeds that a thread runs between two looks at the clock and at Ctrl-C: some tenths of a second. */
const SEEDS_PER_BATCH = 50;
/** So many failures say enough, where the search goes on after the first. */
const MOST_FAILURES = 20;
const SHRINK_RUNS = 1500;

export interface FuzzProgress {
  readonly runs: number;
  readonly failures: number;
  readonly elapsedMs: number;
  /** How much is done, 0 to 1. */
  readonly share: number;
}

export interface FuzzOptions {
  /** Both included. */
  readonly from: number;
  readonly to: number;
  /** Undefined: until all seeds were run. */
  readonly forMs: number | undefined;
  readonly threads: number;
  /** Go on after a failure. */
  readonly keepGoing: boolean;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: FuzzProgress) => void;
  readonly onShrinking?: (seed: number) => void;
}

export interface FuzzFailure extends SeedFailure {
  /** The smallest case that was found to fail in the same way. */
  readonly shrunk?: { readonly case: FuzzCase; readonly violation: Violation; readonly runs: number };
}

export interface FuzzOutcome {
  readonly ended: 'all seeds' | 'time' | 'failure' | 'interrupted';
  readonly tally: Tally;
  readonly failures: readonly FuzzFailure[];
  readonly elapsedMs: number;
}

/**
 * Runs the cases of many seeds on threads. Without a time limit, what it finds does not depend on how many there are: results
 * are taken in the order of their seeds, and what comes after the first failure counts for nothing, unless all is wanted.
 */
export async function fuzz(options: FuzzOptions): Promise<FuzzOutcome> {
  const signal = AbortSignal.any([options.signal]);
  setMaxListeners(0, signal);
  const pool = startThreads(FUZZ_WORKER, { minThreads: 1, maxThreads: options.threads });
  try {
    const search = new Search(options, pool);
    const outcome = await search.run();
    return { ...outcome, failures: await shrunken(outcome.failures, options, pool, signal) };
  } finally {
    await pool.destroy();
  }
}

/** The search itself: batches of seeds, as many at once as there are threads. */
class Search {
  private readonly options: FuzzOptions;
  private readonly pool: Piscina;
  private readonly startMs = performance.now();
  private readonly tally = emptyTally();
  private readonly failures: SeedFailure[] = [];
  /** Answers that came before those of lower seeds. */
  private readonly early = new Map<number, FuzzAnswer & { readonly kind: 'seeds' }>();
  private nextFrom: number;
  private takenUpTo: number;
  private ended: FuzzOutcome['ended'] | undefined;

  constructor(options: FuzzOptions, pool: Piscina) {
    this.options = options;
    this.pool = pool;
    this.nextFrom = options.from;
    this.takenUpTo = options.from;
  }

  async run(): Promise<Omit<FuzzOutcome, 'failures'> & { readonly failures: readonly SeedFailure[] }> {
    await Promise.all(Array.from({ length: this.options.threads }, () => this.feed()));
    const { tally, failures, ended = 'all seeds' } = this;
    return { ended, tally, failures, elapsedMs: this.elapsedMs };
  }

  private get elapsedMs(): number {
    return performance.now() - this.startMs;
  }

  /** Gives one thread a batch after the other. */
  private async feed(): Promise<void> {
    const { to } = this.options;
    while (this.nextFrom <= to && !this.isOver()) {
      const from = this.nextFrom;
      this.nextFrom = Math.min(to, from + SEEDS_PER_BATCH - 1) + 1;
      const task: FuzzTask = { kind: 'seeds', from, to: this.nextFrom - 1 };
      const answer = (await this.pool.run(task)) as FuzzAnswer & { readonly kind: 'seeds' };
      this.early.set(from, answer);
      this.takeInOrder();
    }
  }

  private isOver(): boolean {
    const { signal, forMs } = this.options;
    if (signal.aborted) this.ended ??= 'interrupted';
    else if (forMs !== undefined && this.elapsedMs > forMs) this.ended ??= 'time';
    return this.ended !== undefined;
  }

  private takeInOrder(): void {
    for (let next = this.early.get(this.takenUpTo); next; next = this.early.get(this.takenUpTo)) {
      this.early.delete(this.takenUpTo);
      this.takenUpTo += SEEDS_PER_BATCH;
      if (this.ended === 'failure') continue;
      addTally(this.tally, next.result.tally);
      this.failures.push(...next.result.failures);
      const most = this.options.keepGoing ? MOST_FAILURES : 1;
      if (this.failures.length >= most) this.ended = 'failure';
    }
    this.options.onProgress?.({
      runs: this.tally.runs,
      failures: this.failures.length,
      elapsedMs: this.elapsedMs,
      share: this.share,
    });
  }

  private get share(): number {
    const { from, to, forMs } = this.options;
    const ofSeeds = this.tally.runs / (to - from + 1);
    return forMs === undefined ? ofSeeds : Math.max(ofSeeds, Math.min(1, this.elapsedMs / forMs));
  }
}

/** Makes the first failure of each checker smaller; others of it are most likely the same. */
async function shrunken(
  failures: readonly SeedFailure[],
  { signal: interrupted, onShrinking }: FuzzOptions,
  pool: Piscina,
  signal: AbortSignal,
): Promise<FuzzFailure[]> {
  const known = new Set<string>();
  const done: FuzzFailure[] = [];
  for (const failure of failures) {
    const violation = failure.violations[0]!;
    if (interrupted.aborted || known.has(violation.checker)) {
      done.push(failure);
      continue;
    }
    known.add(violation.checker);
    onShrinking?.(failure.seed);
    const task: FuzzTask = { kind: 'shrink', seed: failure.seed, violation, mostRuns: SHRINK_RUNS };
    try {
      const answer = (await pool.run(task, { signal })) as FuzzAnswer;
      done.push(answer.kind === 'shrunk' ? { ...failure, shrunk: answer } : failure);
    } catch (error) {
      if (!signal.aborted) throw error;
      done.push(failure);
    }
  }
  return done;
}
