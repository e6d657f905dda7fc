export { givingWay } from './give-way.js';
export { NO_PROGRESS, type DrillListener, type Phase, type PhaseProgress } from './listener.js';
export { machine } from './machine.js';
export { cleanDataDirectory, cleanWorkDirectory } from './workspace.js';
export { interrupted } from './real-job.js';
export { runDrill, type DrillOptions } from './run-drill.js';
export { RealCluster } from './real-cluster.js';
export { serveCluster, type ServeOptions } from './serve.js';
export { storageAt } from './storage-at.js';
