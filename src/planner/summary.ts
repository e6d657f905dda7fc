import { scenarioStatement, type Scenario } from '../scenario/index.js';
import type { Attribution, RunSummary } from '../world/outlook.js';
import type { RunResult } from '../world/result.js';
import { attributionOf } from './attribution.js';
import { expectedFiles } from './seeds.js';
import { simulate } from './simulate.js';
import { runStatement, virtualCluster, type VirtualClusterOptions } from './virtual-cluster.js';

/** A simulated run, and where its time went. */
export interface AttributedRun {
  readonly result: RunResult;
  readonly attribution: Attribution;
}

/** Simulates a scenario, and asks where the time went. A pure function. Throws what is wrong with the statement. */
export function simulateAttributed(
  scenario: Scenario,
  options: Pick<VirtualClusterOptions, 'trace'> = {},
): AttributedRun {
  const cluster = virtualCluster(scenario, { ...options, attribute: true });
  const result = runStatement(cluster, scenarioStatement(scenario));
  const { catalog, coordinator, world } = cluster;
  const { uploadWorkers, downloadWorkers } = scenario.engine;
  const perNode = result.kind === 'backup' ? uploadWorkers : downloadWorkers;
  const attribution = attributionOf(result, world.ledger!, {
    createdAtMs: coordinator.job(result.job.id)!.createdAtMs,
    workers: perNode * catalog.nodeNames.length,
    nodeNames: catalog.nodeNames,
  });
  return { result, attribution };
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
    ...(attribution ? { attribution } : {}),
  };
}
