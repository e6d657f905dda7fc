import { DrillError, revive, type SerializedError } from '../base/errors.js';
import { VERSION } from '../base/version.js';
import { bindDatabase, type Catalog, type Placement } from '../catalog/index.js';
import { isEnded, type EngineSettings, type Job, type LimitsSince } from '../job/index.js';
import { canRename, isLabel } from '../repository/index.js';
import {
  errorAt,
  alteredLimits,
  type AlterJobStatement,
  type BackupStatement,
  type CancelStatement,
  type DropSnapshotStatement,
  type Name,
  type RestoreStatement,
  type ShowSnapshotsStatement,
  type ShowStatement,
  type Statement,
} from '../sql/index.js';
import { backupWork } from './backup-work.js';
import { databaseClaim, labelClaim, repositoryClaim, type Claim } from './claims.js';
import { isSettled, nameOf, newEntry, revivedJob, revivedLimits, type Entry, type Residue } from './entry.js';
import { JobDriver } from './job-driver.js';
import type { Journal } from './journal.js';
import { failure, success } from './outcome.js';
import { recover } from './recovery.js';
import type { Reply } from './reply.js';
import { Repositories, type GivenRepository } from './repositories.js';
import { restoreWork } from './restore-work.js';
import { showRows, snapshotDetailRows, snapshotRows } from './show/index.js';
import type { JobView } from './show/view.js';
import type { Work } from './work.js';
import type { Answer, LabelContents, Outcome, World } from './world.js';

export interface CoordinatorOptions {
  readonly catalog: Catalog;
  readonly world: World;
  readonly settings: EngineSettings;
  /** Repositories that are there without a CREATE REPOSITORY. */
  readonly repositories: readonly GivenRepository[];
  readonly journal: Journal;
  /** Where restored tables are placed. */
  readonly placement: Placement;
  /** Told whenever a job changed its state, and when the last node has dropped what it left. */
  readonly onChange?: (job: Job) => void;
  /** Told when the journal cannot be written any more: the coordinator then does nothing. */
  readonly onBroken?: (error: SerializedError) => void;
}

export interface Session {
  /** The database that `USE` chose. */
  readonly database?: string;
}

const FIRST_JOB_ID = 20_001;
const FIRST_REPOSITORY_ID = 30_001;

/**
 * Carries statements out: makes jobs of them and has them driven, and answers what is asked. It lives on callbacks of its
 * world, and is the same over worker threads as over a queue of simulated events.
 */
export class Coordinator {
  private readonly options: CoordinatorOptions;
  private readonly driver: JobDriver;
  private readonly repositories: Repositories;
  private nextJobId = FIRST_JOB_ID;
  private nextRepositoryId = FIRST_REPOSITORY_ID;

  constructor(options: CoordinatorOptions) {
    this.options = options;
    this.driver = new JobDriver(options);
    this.repositories = new Repositories(options.world, this.driver, () => this.nextRepositoryId++);
  }

  /**
   * Takes up what an earlier coordinator with the same journal left: its tables, its repositories, its unfinished jobs.
   * Call it once, before anything else. `ready` is called when the nodes hold nothing any more that no job knows of.
   */
  start(ready: () => void = () => undefined): void {
    const { journal, catalog, world, settings, repositories: given } = this.options;
    const contents = journal.read();
    // Who is there, it finds out; until then it takes everyone to be.
    if (!world.isReliable) catalog.nodeAlive.fill(1);
    this.driver.generation = contents.generation + 1;
    if (!this.driver.write([{ kind: 'generation', generation: this.driver.generation }])) return;
    this.nextJobId = Math.max(FIRST_JOB_ID, ...contents.jobs.map(({ id }) => id + 1));
    this.nextRepositoryId = Math.max(FIRST_REPOSITORY_ID, ...contents.repositories.map(({ id }) => id + 1));
    for (const stored of contents.repositories) this.repositories.recall(stored);
    for (const repository of given) this.repositories.give(repository);
    const bind = (statement: BackupStatement | RestoreStatement): Pick<Entry, 'work' | 'claims'> =>
      this.bind(statement, {}, true);
    const hasRepository = (name: string): boolean => this.repositories.has(name);
    recover({ contents, catalog, world, settings, driver: this.driver, hasRepository, bind }, ready);
  }

  /**
   * Starts what a statement asks for. Answers once it is done or its job accepted, or refused with the error to show; a
   * job goes on behind the answer. Errors: those of binding, REPOSITORY_*, NAME_INVALID, LABEL_EXISTS, SNAPSHOT_UNKNOWN,
   * JOB_RUNNING, JOB_UNKNOWN, JOURNAL_FAILED, SQL_PROPERTY.
   */
  execute(statement: Statement, session: Session, answer: Answer<Reply>): void {
    try {
      if (this.driver.broken) throw revive(this.driver.broken);
      this.dispatch(statement, session, answer);
    } catch (error) {
      answer(failure(error));
    }
  }

  job(jobId: number): Job | undefined {
    return this.driver.entries.get(jobId)?.job;
  }

  workOf(jobId: number): Work | undefined {
    return this.driver.entries.get(jobId)?.work;
  }

  /** What is known of a job, also of one that an earlier coordinator saw end. */
  recordOf(jobId: number):
    | {
        job: Omit<Job, 'transient'>;
        work: Pick<Work, 'totals' | 'skippedTables'>;
        limitHistory: readonly LimitsSince[];
      }
    | undefined {
    const entry = this.driver.entries.get(jobId);
    if (entry) return entry;
    const stored = this.driver.history.get(jobId);
    if (!stored) return undefined;
    const { epochMs } = this.driver;
    return {
      job: revivedJob(stored, epochMs, this.options.catalog.shards),
      work: stored,
      limitHistory: revivedLimits(stored, epochMs),
    };
  }

  /** Whether a job has ended, no node holds anything of it, and nothing of it is still on its way to the repository. */
  isSettled(jobId: number, where: 'everywhere' | 'but for lost nodes' = 'everywhere'): boolean {
    const entry = this.driver.entries.get(jobId);
    if (!entry) return this.driver.history.has(jobId);
    if (where === 'everywhere') return isSettled(entry);
    const { nodeAlive } = this.options.catalog;
    const waits = [...entry.unreleased].some((node) => nodeAlive[node]);
    return isEnded(entry.job) && !entry.publishing && !waits;
  }

  /** What nodes could not drop of a job that has ended, however often they were asked. */
  residueOf(jobId: number): readonly Residue[] {
    return this.driver.entries.get(jobId)?.residue ?? [];
  }

  /** Every job that is remembered, in the order of their ids. */
  jobs(): readonly JobView[] {
    const past = [...this.driver.history.values()].map((stored): JobView => ({
      stored,
      unfinishedTasks: [],
      doneShards: 0,
      totalShards: 0,
    }));
    const present = [...this.driver.entries.values()].map((entry) => this.viewOf(entry));
    return [...past, ...present].sort((a, b) => a.stored.id - b.stored.id);
  }

  /** Cancels every job that runs: what a signal to the coordinator's process does. */
  cancelAll(error: SerializedError): void {
    for (const entry of this.driver.entries.values()) this.driver.post(entry, { kind: 'cancel', error });
  }

  nodeLost(node: number): void {
    this.driver.nodeLost(node);
  }

  nodeBack(node: number): void {
    this.driver.nodeBack(node);
  }

  private dispatch(statement: Statement, session: Session, answer: Answer<Reply>): void {
    switch (statement.kind) {
      case 'backup':
      case 'restore':
        return this.accept(statement, session, answer);
      case 'cancel':
        return answer(success(this.cancel(statement, session)));
      case 'alter-job':
        return answer(success(this.alter(statement, session)));
      case 'create-repository':
        return this.repositories.create(statement, answer);
      case 'drop-repository':
        return answer(this.repositories.drop(statement));
      case 'show-snapshots':
        return this.showSnapshots(statement, answer);
      case 'drop-snapshot':
        return this.dropSnapshot(statement, answer);
      case 'use': {
        const { name } = bindDatabase(this.options.catalog, statement, undefined);
        return answer(success({ kind: 'use', database: name }));
      }
      default:
        return answer(success(this.show(statement, session)));
    }
  }

  private show(statement: ShowStatement, session: Session): Reply {
    const table = showRows(statement, {
      catalog: this.options.catalog,
      sessionDatabase: session.database,
      jobs: this.jobs(),
      repositories: this.repositories.views(),
      nowMs: this.options.world.wallClockMs(),
      version: VERSION,
    });
    return { kind: 'rows', table };
  }

  private viewOf(entry: Entry): JobView {
    const stored = this.driver.storedOf(entry);
    if (isEnded(entry.job)) return { stored, unfinishedTasks: [], doneShards: 0, totalShards: 0 };
    const { board, lastError } = entry.job.transient;
    const { running = [], doneShards = 0, totalShards = 0 } = board ?? {};
    // Publishing comes after all tasks: what went wrong with it is the later.
    const lastFailure = lastError ?? board?.lastError;
    const { limits } = entry;
    const view = { stored, unfinishedTasks: running, doneShards, totalShards, limits };
    return lastFailure ? { ...view, lastFailure } : view;
  }

  /** What a job is to do, and what it needs for itself. `again`: it was accepted by an earlier coordinator. */
  private bind(
    statement: BackupStatement | RestoreStatement,
    session: Session,
    again = false,
  ): Pick<Entry, 'work' | 'claims'> {
    const isBackup = statement.kind === 'backup';
    const repository =
      isBackup && !again
        ? this.repositories.bindForWriting(statement, statement.repository)
        : this.repositories.bind(statement, statement.repository);
    requireLabel(statement, statement.label);
    const { generation } = this.driver;
    const spec = { ...this.options, generation, sessionDatabase: session.database };
    const work = isBackup
      ? backupWork({
          ...spec,
          statement,
          canRename: canRename(repository.spec),
          bundleBelowBytes: repository.spec.bundleBelowBytes,
        })
      : restoreWork({ ...spec, statement });
    const claims = [
      databaseClaim(work.database.name),
      labelClaim(repository.name, statement.label.text, !isBackup),
      repositoryClaim(repository.name, true),
    ];
    return { work, claims };
  }

  private accept(
    statement: BackupStatement | RestoreStatement,
    session: Session,
    answer: Answer<Reply>,
  ): void {
    const { work, claims } = this.bind(statement, session);
    const id = this.nextJobId++;
    const label = statement.label.text;
    const repository = statement.repository.text;
    const name = nameOf({ kind: statement.kind, id, label });
    this.claim(statement, statement.label, claims, name);
    const isTimeTaken = (timestamp: string): boolean => this.driver.isTimeTaken(repository, label, timestamp);
    const { id: databaseId, name: database } = work.database;
    const spec = { id, label, repository, databaseId, database, isTimeTaken };
    this.options.world.perform({ op: 'inspect', repository, label }, (outcome: Outcome<LabelContents>) => {
      this.repositories.note(repository, outcome);
      try {
        if (!outcome.ok) throw revive(outcome.error);
        const { job, commands } = work.create(spec, outcome.value);
        this.driver.begin(newEntry({ job, statement, work, claims }), commands);
        if (this.driver.broken) throw revive(this.driver.broken);
      } catch (error) {
        this.driver.entries.delete(id);
        this.driver.claims.release(claims, name);
        answer(failure(error));
        return;
      }
      answer(success({ kind: 'accepted', jobId: id }));
    });
  }

  private claim(statement: Statement, at: Name, claims: readonly Claim[], name: string): void {
    const other = this.driver.claims.take(claims, name);
    if (!other) return;
    const kind = other.what.split(' ')[0]!;
    const rule =
      kind === 'database'
        ? 'only one BACKUP or RESTORE can run on a database at a time'
        : `only one statement can work on a ${kind} at a time`;
    const message = `${rule}, and ${other.holder} is running on ${other.what}`;
    throw errorAt(statement, at.span, 'JOB_RUNNING', message, 'wait for it to end, or CANCEL it');
  }

  /** Changes what a job may do from now on. */
  private alter(statement: AlterJobStatement, session: Session): Reply {
    const limits = alteredLimits(statement);
    this.driver.limit(this.runningJob(statement, session), limits);
    if (this.driver.broken) throw revive(this.driver.broken);
    return { kind: 'done' };
  }

  private cancel(statement: CancelStatement, session: Session): Reply {
    const running = this.runningJob(statement, session);
    const error = new DrillError('JOB_CANCELLED', 'the job was cancelled by its user').toJSON();
    this.driver.post(running, { kind: 'cancel', error });
    return { kind: 'done' };
  }

  /** The job of a database that a statement is about. */
  private runningJob(statement: CancelStatement | AlterJobStatement, session: Session): Entry {
    const database = bindDatabase(this.options.catalog, statement, session.database);
    const running = [...this.driver.entries.values()].find(
      ({ job }) => job.kind === statement.job && job.databaseId === database.id && !isEnded(job),
    );
    if (!running) {
      const message = `no ${statement.job.toUpperCase()} job is running on database ${database.name}`;
      throw errorAt(statement, statement.span, 'JOB_UNKNOWN', message);
    }
    return running;
  }

  private showSnapshots(statement: ShowSnapshotsStatement, answer: Answer<Reply>): void {
    const { name } = this.repositories.bind(statement, statement.repository);
    const { label, timestamp } = statement;
    if (label && timestamp) {
      const wanted = { repository: name, label: label.text, timestamp: timestamp.text };
      this.options.world.perform({ op: 'read', ...wanted }, (outcome) => {
        if (!outcome.ok) return answer(outcome);
        answer(success({ kind: 'rows', table: snapshotDetailRows(outcome.value) }));
      });
      return;
    }
    this.options.world.perform({ op: 'list', repository: name }, (outcome) => {
      this.repositories.note(name, outcome);
      if (!outcome.ok) return answer(outcome);
      const wanted = outcome.value.filter((listing) => !label || listing.label === label.text);
      answer(success({ kind: 'rows', table: snapshotRows(wanted) }));
    });
  }

  private dropSnapshot(statement: DropSnapshotStatement, answer: Answer<Reply>): void {
    const { name: repository } = this.repositories.bindForWriting(statement, statement.repository);
    requireLabel(statement, statement.label);
    const { text: label, span } = statement.label;
    const claims = [labelClaim(repository, label, false), repositoryClaim(repository, true)];
    const holder = `DROP SNAPSHOT ${label}`;
    this.claim(statement, statement.label, claims, holder);
    const end = (outcome: Outcome<Reply>): void => {
      this.driver.claims.release(claims, holder);
      answer(outcome);
    };
    this.options.world.perform({ op: 'inspect', repository, label }, (outcome) => {
      if (!outcome.ok) return end(outcome);
      if (!outcome.value.hasFiles) {
        const message = `repository ${repository} holds no snapshot ${label}`;
        const hint = `SHOW SNAPSHOT ON ${repository} lists what it holds`;
        return end(failure(errorAt(statement, span, 'SNAPSHOT_UNKNOWN', message, hint)));
      }
      this.options.world.perform({ op: 'drop', repository, label }, (dropped) =>
        end(dropped.ok ? success({ kind: 'done' }) : dropped),
      );
    });
  }
}

function requireLabel(statement: Statement, { text, span }: Name): void {
  if (isLabel(text)) return;
  const hint = 'a label has 1 to 128 letters, digits, and any of - _ :';
  throw errorAt(statement, span, 'NAME_INVALID', `${text} cannot be the label of a snapshot`, hint);
}
