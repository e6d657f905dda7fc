export type { DrillListener, Phase, ProgressSnapshot } from './listener.js';
export { machine } from './machine.js';
export { interrupted } from './real-job.js';
export { runDrill, type DrillOptions } from './run-drill.js';
