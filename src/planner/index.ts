export { plan, reportHeader, type HardwareFile, type PlanOptions } from './plan.js';
export { simulate } from './simulate.js';
export {
  runStatement,
  SIMULATION_EPOCH_MS,
  virtualCluster,
  type VirtualCluster,
  type VirtualClusterOptions,
} from './virtual-cluster.js';
