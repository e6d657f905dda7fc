export { bench, type BenchOptions, type BenchResults } from './bench/bench.js';
export { calibrate, type CalibrateOptions, type Calibration } from './calibrate/index.js';
export { checkoutCommit } from './checkout-commit.js';
export {
  fuzz,
  type FuzzFailure,
  type FuzzOptions,
  type FuzzOutcome,
  type FuzzProgress,
} from './fuzz-runner.js';
export { givingWay } from './give-way.js';
export { NO_PROGRESS, type DrillListener, type Phase, type PhaseProgress } from './listener.js';
export { machine } from './machine.js';
export { cleanDataDirectory, cleanWorkDirectory, setRunsAside } from './workspace.js';
export { openPlanRunner, type PlanRunnerOptions, type RunsProgress } from './plan-runner.js';
export { interrupted } from './real-job.js';
export { runDrill, type DrillOptions } from './run-drill.js';
export { RealCluster } from './real-cluster.js';
export { serveCluster, type ServeOptions } from './serve.js';
export { settle } from './settle.js';
export { storageAt } from './storage-at.js';
