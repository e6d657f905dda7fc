import { randomStream, shuffle } from '../../src/base/random.js';
import { formatDuration } from '../../src/base/units.js';
import { interrupted } from '../../src/drill/index.js';
import type { RunResult } from '../../src/world/result.js';

interface Named {
  readonly name: string;
}

export interface ScheduleOptions<T extends Named> {
  readonly cases: readonly T[];
  readonly repetitions: number;
  readonly signal: AbortSignal;
  /** How long a case is expected to run; its own runs tell better, once there are any. */
  readonly expectedMs: (one: T) => number;
  readonly run: (one: T, round: number) => Promise<RunResult>;
  /** Told of everything so far when a round is over. */
  readonly onRound: (soFar: Measurements) => void;
  readonly say: (line: string) => void;
  readonly nowMs: () => number;
}

/** By the names of the cases. */
export interface Measurements {
  readonly runs: ReadonlyMap<string, readonly RunResult[]>;
  readonly failures: readonly Failure[];
}

export interface Failure {
  readonly name: string;
  readonly message: string;
}

/**
 * Runs every case once, then every case again, and so on, each round in another order: so whatever the machine does
 * meanwhile hits all cases alike. A case that fails is not run again. Throws when it is interrupted.
 */
export async function runInterleaved<T extends Named>(options: ScheduleOptions<T>): Promise<Measurements> {
  const { cases, repetitions, signal, onRound } = options;
  const runs = new Map<string, RunResult[]>(cases.map(({ name }) => [name, []]));
  const failures: Failure[] = [];
  const eta = estimator(options, runs, failures);
  for (let round = 0; round < repetitions; round++) {
    for (const one of inOrder(cases, round)) {
      if (signal.aborted) throw interrupted();
      if (failures.some(({ name }) => name === one.name)) continue;
      await runOne(one, round, options, runs, failures, eta);
    }
    onRound({ runs, failures });
  }
  return { runs, failures };
}

async function runOne<T extends Named>(
  one: T,
  round: number,
  { run, signal, say, nowMs }: ScheduleOptions<T>,
  runs: ReadonlyMap<string, RunResult[]>,
  failures: Failure[],
  eta: Estimator,
): Promise<void> {
  const startMs = nowMs();
  try {
    const result = await run(one, round);
    runs.get(one.name)!.push(result);
    const { durationMs } = result.totals;
    say(`${one.name}: ${formatDuration(durationMs)}; ${eta(nowMs() - startMs - durationMs)}`);
  } catch (error) {
    if (signal.aborted) throw error;
    const { message } = error as Error;
    failures.push({ name: one.name, message });
    say(`${one.name} FAILED: ${message}; ${eta()}`);
  }
}

const inOrder = <T>(cases: readonly T[], round: number): readonly T[] => {
  const order = shuffle(Array.from(cases.keys()), randomStream('accuracy', `round/${round}`));
  return order.map((i) => cases[i]!);
};

/** Told that a run is over, and what it took besides its backup if that is known, tells what is left. */
type Estimator = (aroundMs?: number) => string;

function estimator<T extends Named>(
  { cases, repetitions, expectedMs }: ScheduleOptions<T>,
  runs: ReadonlyMap<string, readonly RunResult[]>,
  failures: readonly Failure[],
): Estimator {
  const expected = new Map(cases.map((one) => [one.name, expectedMs(one)]));
  let done = 0;
  let timed = 0;
  let allAroundMs = 0;
  return (aroundMs) => {
    done++;
    if (aroundMs !== undefined) {
      timed++;
      allAroundMs += aroundMs;
    }
    const eachAroundMs = timed === 0 ? 0 : allAroundMs / timed;
    let left = 0;
    let leftMs = 0;
    for (const [name, own] of runs) {
      // What has failed is not run again.
      if (failures.some((failure) => failure.name === name)) continue;
      const missing = repetitions - own.length;
      const eachMs = own.at(-1)?.totals.durationMs ?? expected.get(name)!;
      left += missing;
      leftMs += missing * (eachMs + eachAroundMs);
    }
    return `${done} of ${done + left}, about ${formatDuration(Math.ceil(leftMs / 1000) * 1000)} left`;
  };
}
