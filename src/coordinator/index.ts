export {
  Coordinator,
  type Accepted,
  type CoordinatorOptions,
  type RepositorySettings,
  type Session,
} from './coordinator.js';
export { memoryJournal, type Journal } from './journal.js';
export { buildInfo, buildMeta, estimateInfoBytes } from './manifest-builder.js';
export { failure, success } from './outcome.js';
export { restoredFileName } from './restore-plan.js';
export type { Work, WorkTotals } from './work.js';
export type {
  Answer,
  JobContext,
  LabelContents,
  Outcome,
  RepositoryAnswer,
  RepositoryOperation,
  SourceShard,
  World,
} from './world.js';
