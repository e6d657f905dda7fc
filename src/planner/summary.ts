import type { Scenario } from '../scenario/index.js';
import { CAUSES, type CauseTimes, type RunSummary } from '../world/outlook.js';
import { simulate } from './simulate.js';

/** Simulates a scenario and keeps what repetitions need. A pure function. Throws what is wrong with the statement. */
export function summarise(scenario: Scenario): RunSummary {
  const { job, totals } = simulate(scenario);
  const causeMs = {
    ...Object.fromEntries(CAUSES.map((cause) => [cause, 0])),
    coordinator: totals.durationMs,
  } as unknown as CauseTimes;
  return {
    seed: scenario.seed,
    state: job.state,
    ...(job.error ? { error: job.error } : {}),
    durationMs: totals.durationMs,
    attribution: { causeMs },
  };
}
