import type { FaultedCluster, FaultedClusterOptions } from '../planner/index.js';
import type { Scenario } from '../scenario/index.js';

/** Makes the cluster that a case runs on. */
export type OpenCluster = (scenario: Scenario, options: FaultedClusterOptions) => FaultedCluster;
