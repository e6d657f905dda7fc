import type { SerializedError } from '../../base/errors.js';
import type { Catalog } from '../../catalog/index.js';
import type { JobLimits } from '../../job/index.js';
import type { StoredJob, StoredRepository } from '../journal.js';

/** All that SHOW statements can tell of. */
export interface ShowContext {
  readonly catalog: Catalog;
  /** The session's database. */
  readonly sessionDatabase: string | undefined;
  /** In ascending order of their ids. */
  readonly jobs: readonly JobView[];
  readonly repositories: readonly RepositoryView[];
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  readonly version: string;
}

export interface JobView {
  readonly stored: StoredJob;
  /** Tasks that nodes have now. */
  readonly unfinishedTasks: readonly { readonly taskId: number; readonly node: number }[];
  /** Of the phase that the job is in; both 0 outside of phases that move data. */
  readonly doneShards: number;
  readonly totalShards: number;
  /** What a job that runs may do: as its statement and its engine say, or as it was altered since. */
  readonly limits?: JobLimits;
  /** The last failure that is being tried again; of a job that has ended, `stored.error` tells all. */
  readonly lastFailure?: SerializedError;
}

export interface RepositoryView {
  readonly stored: StoredRepository;
  /** The statement that would make it again, without secrets. */
  readonly createStatement: string;
  /** Why it could not be used the last time. */
  readonly lastError?: string;
}

/** The number that names a node in answers, as backends have one. */
export const backendId = (node: number): number => FIRST_BACKEND_ID + node;

const FIRST_BACKEND_ID = 1001;
