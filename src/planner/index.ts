export { plan, reportHeader } from './plan.js';
export { simulate } from './simulate.js';
export {
  runStatement,
  SIMULATION_EPOCH_MS,
  virtualCluster,
  type VirtualCluster,
  type VirtualClusterOptions,
} from './virtual-cluster.js';
