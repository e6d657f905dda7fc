import { DrillError, revive, type SerializedError } from '../base/errors.js';
import { bindDatabase, type Catalog, type Placement } from '../catalog/index.js';
import {
  isEnded,
  stepAny,
  type Command,
  type EngineSettings,
  type Job,
  type JobEvent,
  type Step,
  type UploadedShards,
} from '../job/index.js';
import {
  errorAt,
  type BackupStatement,
  type CancelStatement,
  type RestoreStatement,
  type Statement,
} from '../sql/index.js';
import { isLabel } from '../repository/index.js';
import { backupWork } from './backup-work.js';
import type { Journal } from './journal.js';
import { failure, success } from './outcome.js';
import { restoreWork } from './restore-work.js';
import type { Work } from './work.js';
import type { Answer, LabelContents, Outcome, World } from './world.js';

export interface RepositorySettings {
  readonly readOnly: boolean;
  readonly canRename: boolean;
}

export interface CoordinatorOptions {
  readonly catalog: Catalog;
  readonly world: World;
  readonly settings: EngineSettings;
  readonly repositories: ReadonlyMap<string, RepositorySettings>;
  readonly journal: Journal;
  /** Where restored tables are placed. */
  readonly placement: Placement;
  /** Told whenever a job changed its state, and when the last node has dropped what it left. */
  readonly onChange?: (job: Job) => void;
}

export interface Session {
  /** The database that `USE` chose. */
  readonly database?: string;
}

/** The answer to an asynchronous statement: which job carries it out. */
export interface Accepted {
  readonly jobId: number;
}

interface Entry {
  job: Job;
  readonly work: Work;
  /** Nodes that still have to drop what the job left there. */
  readonly unreleased: Set<number>;
  /** Its manifest is being written: also a cancelled job keeps its label until that has ended. */
  publishing: boolean;
  readonly residue: Residue[];
}

/** What a node could not drop, and why. */
export interface Residue {
  readonly node: number;
  readonly error: SerializedError;
}

const FIRST_JOB_ID = 20_001;

/** How often a node is asked to drop what a job left, and how much longer the wait before each further time is. */
const RELEASE_ATTEMPTS = 5;
const RELEASE_RETRY_MS = 200;

/**
 * Carries statements out: makes jobs of them, feeds the jobs their events and does what they command. It lives on
 * callbacks of its world, and is the same over worker threads as over a queue of simulated events.
 */
export class Coordinator {
  private readonly options: CoordinatorOptions;
  private readonly entries = new Map<number, Entry>();
  /** Who has taken a database or a label: from a statement's arrival to its job's end. */
  private readonly claims = new Map<string, string>();
  private readonly inbox: { readonly entry: Entry; readonly event: JobEvent }[] = [];
  private draining = false;
  private nextJobId = FIRST_JOB_ID;

  constructor(options: CoordinatorOptions) {
    this.options = options;
  }

  /**
   * Starts what a statement asks for. Answers once it is accepted, or refused with the error to show; the job goes on
   * behind it. Errors: those of binding, REPOSITORY_UNKNOWN, REPOSITORY_READ_ONLY, LABEL_EXISTS, SNAPSHOT_UNKNOWN,
   * JOB_RUNNING, JOB_UNKNOWN, SQL_PROPERTY.
   */
  execute(statement: Statement, session: Session, answer: Answer<Accepted>): void {
    try {
      switch (statement.kind) {
        case 'backup':
        case 'restore':
          this.accept(statement, this.bind(statement, session), answer);
          break;
        case 'cancel':
          answer(success(this.cancel(statement, session)));
          break;
        case 'show-jobs':
          throw errorAt(
            statement,
            statement.span,
            'NOT_SUPPORTED',
            'SHOW is understood but not carried out yet',
          );
      }
    } catch (error) {
      answer(failure(error));
    }
  }

  job(jobId: number): Job | undefined {
    return this.entries.get(jobId)?.job;
  }

  workOf(jobId: number): Work | undefined {
    return this.entries.get(jobId)?.work;
  }

  /** Whether a job has ended, no node holds anything of it, and nothing of it is still on its way to the repository. */
  isSettled(jobId: number): boolean {
    const entry = this.entries.get(jobId);
    return entry !== undefined && isEnded(entry.job) && entry.unreleased.size === 0 && !entry.publishing;
  }

  /** What nodes could not drop of a job that has ended, however often they were asked. */
  residueOf(jobId: number): readonly Residue[] {
    return this.entries.get(jobId)?.residue ?? [];
  }

  /** Cancels every job that runs: what a signal to the coordinator's process does. */
  cancelAll(error: SerializedError): void {
    for (const entry of this.entries.values()) this.post(entry, { kind: 'cancel', error });
  }

  nodeLost(node: number): void {
    this.options.catalog.nodeAlive[node] = 0;
    for (const entry of this.entries.values()) this.post(entry, { kind: 'node-lost', node });
  }

  nodeBack(node: number): void {
    this.options.catalog.nodeAlive[node] = 1;
    for (const entry of this.entries.values()) {
      if (entry.unreleased.has(node)) this.release(entry, [node]);
      this.post(entry, { kind: 'node-back', node });
    }
  }

  private bind(statement: BackupStatement | RestoreStatement, session: Session): Work {
    const { repositories } = this.options;
    const { text, span } = statement.repository;
    const repository = repositories.get(text);
    if (!repository) {
      const hint = `the repositories: ${[...repositories.keys()].join(', ')}`;
      throw errorAt(statement, span, 'REPOSITORY_UNKNOWN', `there is no repository ${text}`, hint);
    }
    if (!isLabel(statement.label.text)) {
      const message = `${statement.label.text} cannot be the label of a snapshot`;
      const hint = 'a label has 1 to 128 letters, digits, and any of - _ :';
      throw errorAt(statement, statement.label.span, 'NAME_INVALID', message, hint);
    }
    if (statement.kind === 'backup' && repository.readOnly) {
      throw errorAt(statement, span, 'REPOSITORY_READ_ONLY', `repository ${text} is read only`);
    }
    const sessionDatabase = session.database;
    return statement.kind === 'backup'
      ? backupWork({ ...this.options, statement, sessionDatabase, repository })
      : restoreWork({ ...this.options, statement, sessionDatabase });
  }

  private accept(statement: BackupStatement | RestoreStatement, work: Work, answer: Answer<Accepted>): void {
    const id = this.nextJobId++;
    this.claim(
      statement,
      work,
      `${statement.kind.toUpperCase()} job ${id} with label ${statement.label.text}`,
    );
    const { text: label } = statement.label;
    const { text: repository } = statement.repository;
    const spec = { id, label, repository, databaseId: work.database.id, database: work.database.name };
    this.options.world.perform({ op: 'inspect', repository, label }, (outcome: Outcome<LabelContents>) => {
      let step: Step<Job>;
      try {
        if (!outcome.ok) throw revive(outcome.error);
        step = work.create(spec, outcome.value);
      } catch (error) {
        this.unclaim(work);
        answer(failure(error));
        return;
      }
      const entry: Entry = { job: step.job, work, unreleased: new Set(), publishing: false, residue: [] };
      this.entries.set(id, entry);
      answer(success({ jobId: id }));
      for (const command of step.commands) this.carryOut(entry, command);
    });
  }

  private claim(statement: BackupStatement | RestoreStatement, work: Work, holder: string): void {
    for (const claim of work.claims) {
      const other = this.claims.get(claim);
      if (other === undefined) continue;
      const message = `only one BACKUP or RESTORE can run on a ${claim.split(' ')[0]} at a time, and ${other} is running on ${claim}`;
      throw errorAt(
        statement,
        statement.label.span,
        'JOB_RUNNING',
        message,
        'wait for it to end, or CANCEL it',
      );
    }
    for (const claim of work.claims) this.claims.set(claim, holder);
  }

  private unclaim(work: Work): void {
    for (const claim of work.claims) this.claims.delete(claim);
  }

  private cancel(statement: CancelStatement, session: Session): Accepted {
    const database = bindDatabase(this.options.catalog, statement, session.database);
    const running = [...this.entries.values()].find(
      ({ job }) => job.kind === statement.job && job.databaseId === database.id && !isEnded(job),
    );
    if (!running) {
      const message = `no ${statement.job.toUpperCase()} job is running on database ${database.name}`;
      throw errorAt(statement, statement.span, 'JOB_UNKNOWN', message);
    }
    const error = new DrillError('JOB_CANCELLED', 'the job was cancelled by its user').toJSON();
    this.post(running, { kind: 'cancel', error });
    return { jobId: running.job.id };
  }

  /** Events are taken one after the other, also those that arise while one is being taken. */
  private post(entry: Entry, event: JobEvent): void {
    this.inbox.push({ entry, event });
    if (this.draining) return;
    this.draining = true;
    try {
      for (let next = this.inbox.shift(); next; next = this.inbox.shift()) this.take(next.entry, next.event);
    } finally {
      this.draining = false;
    }
  }

  private take(entry: Entry, event: JobEvent): void {
    const before = entry.job.state;
    const step = stepAny(entry.job, event, this.options.world.now(), this.options.settings);
    entry.job = step.job;
    for (const command of step.commands) this.carryOut(entry, command);
    if (entry.job.state === before) return;
    if (isEnded(entry.job) && !entry.publishing) this.unclaim(entry.work);
    this.options.onChange?.(entry.job);
  }

  private publish(entry: Entry, uploaded: UploadedShards): void {
    entry.publishing = true;
    const isWanted = (): boolean => !isEnded(entry.job);
    entry.work.publish(entry.job, uploaded, isWanted, (outcome) => {
      entry.publishing = false;
      if (!isWanted()) {
        this.unclaim(entry.work);
        this.options.onChange?.(entry.job);
      } else if (outcome.ok) this.post(entry, { kind: 'published', manifestBytes: outcome.value });
      else this.post(entry, { kind: 'publish-failed', error: outcome.error });
    });
  }

  private carryOut(entry: Entry, command: Command): void {
    const { world, journal } = this.options;
    const { job, work } = entry;
    switch (command.kind) {
      case 'persist':
        return journal.append(job);
      case 'wake':
        return world.wakeAt(command.atMs, () => this.post(entry, { kind: 'tick' }));
      case 'plan':
        return work.plan(job, (outcome) =>
          this.post(
            entry,
            outcome.ok
              ? { kind: 'planned', plan: outcome.value }
              : { kind: 'plan-failed', error: outcome.error },
          ),
        );
      case 'send': {
        const { taskId } = command.task;
        return world.send(command.task, work.contextFor(job), (outcome) =>
          this.post(
            entry,
            outcome.ok
              ? { kind: 'task-finished', taskId, report: outcome.value }
              : { kind: 'task-failed', taskId, error: outcome.error },
          ),
        );
      }
      case 'abort':
        return world.abort(job.id);
      case 'release':
        return this.release(entry, command.nodes);
      case 'publish':
        return this.publish(entry, command.uploaded);
      case 'commit':
        return work.commit();
      case 'discard':
        return work.discard();
    }
  }

  /** A node that cannot be reached drops its part when it is back. */
  private release(entry: Entry, nodes: readonly number[]): void {
    for (const node of nodes) entry.unreleased.add(node);
    for (const node of nodes) if (this.options.catalog.nodeAlive[node]) this.drop(entry, node, 1);
  }

  private drop(entry: Entry, node: number, attempt: number): void {
    const { catalog, world } = this.options;
    const { job, work } = entry;
    const task = { kind: 'release', taskId: 0, jobId: job.id, node } as const;
    world.send(task, work.contextFor(job), (outcome) => {
      if (outcome.ok) {
        entry.unreleased.delete(node);
      } else if (attempt < RELEASE_ATTEMPTS) {
        const again = (): void => {
          if (catalog.nodeAlive[node]) this.drop(entry, node, attempt + 1);
        };
        return world.wakeAt(world.now() + attempt * RELEASE_RETRY_MS, again);
      } else {
        // Waiting longer would keep everyone waiting; what is left is for a person to remove.
        entry.unreleased.delete(node);
        entry.residue.push({ node, error: outcome.error });
      }
      if (this.isSettled(job.id)) this.options.onChange?.(entry.job);
    });
  }
}
