import { scenarioStatement, type Scenario } from '../scenario/index.js';
import type { RunResult } from '../world/result.js';
import { hasFaults, simulateFaulted } from './faulted-run.js';
import { runStatement, virtualCluster, type VirtualClusterOptions } from './virtual-cluster.js';

/**
 * Runs a scenario's statement in virtual time, where what the scenario says goes wrong. A pure function: the same scenario gives the same result, on any machine.
 * Throws what is wrong with the statement; a job that fails is a result, not an error.
 */
export function simulate(scenario: Scenario, options: Pick<VirtualClusterOptions, 'asRun'> = {}): RunResult {
  if (hasFaults(scenario)) return simulateFaulted(scenario).result;
  const statement = scenarioStatement(scenario);
  return runStatement(virtualCluster(scenario, options), statement);
}
