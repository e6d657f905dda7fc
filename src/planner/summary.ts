import { scenarioStatement, type Scenario } from '../scenario/index.js';
import type { RunSummary } from '../world/outlook.js';
import { attributionIn, isKnown, type AttributedRun } from './attribution.js';
import { hasFaults, simulateFaulted } from './faulted-run.js';
import { expectedFiles } from './seeds.js';
import { simulate } from './simulate.js';
import { runStatement, virtualCluster, type VirtualClusterOptions } from './virtual-cluster.js';

/**
 * Simulates a scenario with its faults, and asks where the time went. A pure function. Throws as `simulate` does. `trace` is told
 * of the operations of a scenario without faults.
 */
export function simulateAttributed(
  scenario: Scenario,
  options: Pick<VirtualClusterOptions, 'trace'> = {},
): AttributedRun {
  if (hasFaults(scenario)) return simulateFaulted(scenario);
  const cluster = virtualCluster(scenario, { ...options, attribute: true });
  const result = runStatement(cluster, scenarioStatement(scenario));
  const { coordinator, world } = cluster;
  const { createdAtMs } = coordinator.job(result.job.id)!;
  return { result, attribution: attributionIn(scenario, result, world.ledger!, createdAtMs) };
}

/** Asking where the time went takes as long again as half of the simulation. In repetitions of more files than these nobody asks. */
const MOST_FILES_TO_ASK = 500_000;

/** Simulates a scenario and keeps little of it: for repetitions. */
export function summarise(scenario: Scenario): RunSummary {
  if (expectedFiles(scenario) <= MOST_FILES_TO_ASK) return summaryOf(scenario, simulateAttributed(scenario));
  return summaryOf(scenario, { result: simulate(scenario) });
}

/** What is kept of a run for which more is known. */
export function summaryOf(
  { seed }: Scenario,
  { result, attribution }: Pick<AttributedRun, 'result'> & Partial<AttributedRun>,
): RunSummary {
  const { job, totals } = result;
  return {
    seed,
    state: job.state,
    ...(job.error ? { error: job.error } : {}),
    durationMs: totals.durationMs,
    ...(attribution && isKnown(attribution) ? { attribution } : {}),
  };
}
