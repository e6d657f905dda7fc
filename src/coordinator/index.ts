export { Coordinator, type CoordinatorOptions, type Session } from './coordinator.js';
export { repositoryStorage } from './create-repository/storage.js';
export type { GivenRepository } from './repositories.js';
export type { JobView } from './show/view.js';
export {
  memoryJournal,
  type Journal,
  type JournalChange,
  type JournalContents,
  type StoredBackup,
  type StoredJob,
  type StoredRepository,
  type StoredRestore,
  type StoredState,
} from './journal.js';
export type { JobEnd, JobProgress } from './job-progress.js';
export type { Cell, Reply, RowSet } from './reply.js';
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
  TaskKey,
  TaskStatus,
  World,
} from './world.js';
