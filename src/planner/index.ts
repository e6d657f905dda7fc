export { faultedCluster, FaultedCluster, type Fate, type FaultedClusterOptions } from './faulted-cluster.js';
export { consult, type ConsultOptions, type Consultation } from './consult.js';
export { plan, planAhead, reportHeader, type HardwareFile, type PlanOptions } from './plan.js';
export { DEFAULT_WANTED, forecast, type ForecastOfRuns, type ForecastOptions } from './forecast.js';
export type { PlanRunner, Runner } from './runner.js';
export { expectedFiles, isRandom, seeded } from './seeds.js';
export { simulate } from './simulate.js';
export type { AttributedRun } from './attribution.js';
export { simulateAttributed, summarise, summaryOf } from './summary.js';
export {
  runStatement,
  SIMULATION_EPOCH_MS,
  virtualCluster,
  type VirtualCluster,
  type VirtualClusterOptions,
} from './virtual-cluster.js';
