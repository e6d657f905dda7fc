import type { SerializedError } from '../base/errors.js';
import type { CatalogChange } from '../catalog/index.js';
import type { BackupState, LimitsSince, RestoreState, UploadedShards, WorkPlan } from '../job/index.js';
import type { StorageSpec } from '../repository/index.js';

/*
 * What a coordinator must not forget. Plain data: times are milliseconds since 1970, since the clock of a world begins
 * anew with each process, and no value is a secret.
 */

export interface JournalContents {
  /** How many coordinators there were; 0 if none. */
  readonly generation: number;
  /** In ascending order of their ids. */
  readonly jobs: readonly StoredJob[];
  readonly repositories: readonly StoredRepository[];
  /** In the order in which they were made. */
  readonly catalogChanges: readonly CatalogChange[];
}

export type JournalChange =
  /** Another coordinator has begun. */
  | { readonly kind: 'generation'; readonly generation: number }
  /** Adds a job or replaces what is known of it. */
  | { readonly kind: 'job'; readonly job: StoredJob }
  | { readonly kind: 'forget-job'; readonly jobId: number }
  | { readonly kind: 'repository'; readonly repository: StoredRepository }
  | { readonly kind: 'drop-repository'; readonly name: string }
  | { readonly kind: 'catalog'; readonly change: CatalogChange };

/** Where a coordinator writes whatever it must not forget, before it acts on it. */
export interface Journal {
  read(): JournalContents;
  /** Makes all of the changes durable or none; when it returns, they are. Throws JOURNAL_FAILED. */
  write(changes: readonly JournalChange[]): void;
}

export interface StoredJob {
  readonly id: number;
  /** The statement, naming its database: what the job is made of again after a restart. */
  readonly statement: string;
  readonly label: string;
  readonly databaseId: number;
  readonly database: string;
  readonly repository: string;
  readonly createdAtMs: number;
  readonly timeoutMs: number;
  /** Every state entered, in order; the last one is the job's. */
  readonly states: readonly StoredState[];
  readonly error?: SerializedError;
  /** How often a coordinator took the job up again. */
  readonly restarts: number;
  /** What it covers, for people: `t PARTITION (p1), u`. */
  readonly objects: string;
  readonly skippedTables: readonly string[];
  readonly totals: { readonly shards: number; readonly files: number; readonly sizeBytes: number };
  readonly detail: StoredBackup | StoredRestore;
  /** What it might do since when (in milliseconds since 1970), where that was changed while it ran; the last is what it may. */
  readonly limitHistory?: readonly LimitsSince[];
  /**
   * Which node backs up which shard: that is where the snapshots are. Shards are named by their ids here, since ordinals
   * are not the same after a restart.
   */
  readonly plan?: WorkPlan;
  /** What was uploaded, from SAVE_META on; shards by their ids as well. */
  readonly uploaded?: UploadedShards;
}

export interface StoredState {
  readonly state: BackupState | RestoreState;
  readonly atMs: number;
}

export interface StoredBackup {
  readonly kind: 'backup';
  readonly content: 'all' | 'metadata_only';
  readonly canRename: boolean;
  readonly bundleBelowBytes?: number;
  /** `yyyy-mm-dd-hh-mm-ss`: the snapshot's timestamp. */
  readonly backupTime: string;
  /** Files of an earlier try may lie under the label. */
  readonly leftovers: boolean;
  readonly manifestBytes?: number;
}

export interface StoredRestore {
  readonly kind: 'restore';
  /** The snapshot's timestamp, where it is known. */
  readonly timestamp?: string;
  readonly allowLoad: boolean;
  /** Copies that the statement asked for; undefined: each table's own. */
  readonly replication?: number;
}

export interface StoredRepository {
  readonly id: number;
  readonly name: string;
  readonly readOnly: boolean;
  readonly createdAtMs: number;
  readonly spec: StorageSpec;
  /** It was there without a statement: the scenario's own. */
  readonly isGiven: boolean;
}

/** Remembers as long as the process lives, and for tests of restarts, as long as the test holds on to it. */
export function memoryJournal(): Journal {
  const jobs = new Map<number, StoredJob>();
  const repositories = new Map<string, StoredRepository>();
  const catalogChanges: CatalogChange[] = [];
  let generation = 0;
  const take = (change: JournalChange): void => {
    switch (change.kind) {
      case 'generation':
        generation = change.generation;
        break;
      case 'job':
        jobs.set(change.job.id, change.job);
        break;
      case 'forget-job':
        jobs.delete(change.jobId);
        break;
      case 'repository':
        repositories.set(change.repository.name, change.repository);
        break;
      case 'drop-repository':
        repositories.delete(change.name);
        break;
      case 'catalog':
        catalogChanges.push(change.change);
        break;
    }
  };
  return {
    read: () => ({
      generation,
      jobs: [...jobs.values()].sort((a, b) => a.id - b.id),
      repositories: [...repositories.values()],
      catalogChanges: [...catalogChanges],
    }),
    write: (changes) => changes.forEach(take),
  };
}
