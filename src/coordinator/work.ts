import type { CatalogChange, Database, ReplicaList } from '../catalog/index.js';
import type { Job, JobLimits, Step, UploadedShards, WorkPlan } from '../job/index.js';
import type { Answer, JobContext, LabelContents } from './world.js';

/** What is the same for every new job. */
export interface NewJob {
  readonly id: number;
  readonly label: string;
  readonly databaseId: number;
  readonly database: string;
  readonly repository: string;
  /** Whether another backup under the label, known to the journal, is dated so: its manifest is, or may be, under that name. */
  readonly isTimeTaken: (timestamp: string) => boolean;
}

/** How much there is to move. */
export interface WorkTotals {
  readonly shards: number;
  readonly files: number;
  readonly sizeBytes: number;
}

/** How a manifest comes to be written. */
export interface Publication {
  /** Whether the job still goes on. */
  readonly isWanted: () => boolean;
  /** Tasks failed or were moved: files may lie in the repository that are not the snapshot's. */
  readonly untidy: boolean;
}

/** What BACKUP and RESTORE do differently when a job's commands are carried out. */
export interface Work {
  readonly database: Database;
  readonly totals: WorkTotals;
  readonly skippedTables: readonly string[];
  /** What it may do, as the statement says and the settings. */
  readonly limits: JobLimits;
  /** What the job covers, for people: `t PARTITION (p1), u`. */
  readonly objects: string;
  /** Makes the job, knowing what is under its label; refuses it with a DrillError. */
  create(spec: NewJob, label: LabelContents): Step<Job>;
  /** Whether these are all the shards that the statement selects now: tables may have come and gone since it was accepted. */
  selects(shards: Int32Array): boolean;
  contextFor(job: Job): JobContext;
  plan(job: Job, answer: Answer<WorkPlan>): void;
  /** BACKUP: writes the manifest as long as the job is wanted; answers with its size. */
  publish(job: Job, uploaded: UploadedShards, publication: Publication, answer: Answer<number>): void;
  /** RESTORE: what the catalog will be told, to be made durable together with the job's end. */
  changes(): readonly CatalogChange[];
  /** RESTORE: shows the restored tables, or forgets them. */
  commit(): void;
  discard(): void;
  /** Replicas that nobody needs once the job has ended: those a restore took the place of, or those it made in vain. */
  garbage(end: 'FINISHED' | 'CANCELLED'): ReplicaList;
  /** RESTORE: the snapshot's timestamp, once it is known. */
  readonly timestamp?: string | undefined;
}
