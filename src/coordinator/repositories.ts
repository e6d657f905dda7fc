import { DrillError, revive } from '../base/errors.js';
import { nearest } from '../base/text.js';
import {
  formatTimestamp,
  isRepositoryName,
  locationOf,
  type S3Credentials,
  type StorageSpec,
} from '../repository/index.js';
import {
  errorAt,
  type CreateRepositoryStatement,
  type DropRepositoryStatement,
  type Name,
  type StatementSource,
} from '../sql/index.js';
import { repositoryClaim } from './claims.js';
import { repositoryStorage } from './create-repository/storage.js';
import { createRepositoryText } from './create-repository/text.js';
import type { JobDriver } from './job-driver.js';
import type { StoredRepository } from './journal.js';
import { failure, success } from './outcome.js';
import type { Reply } from './reply.js';
import type { RepositoryView } from './show/view.js';
import type { Answer, Outcome, World } from './world.js';

/** A repository that is there without a statement: the scenario's own. */
export interface GivenRepository {
  readonly name: string;
  readonly readOnly: boolean;
  readonly spec: StorageSpec;
  readonly credentials?: S3Credentials;
}

const DONE: Outcome<Reply> = success({ kind: 'done' });

/** The repositories that statements may name. */
export class Repositories {
  private readonly world: World;
  private readonly driver: JobDriver;
  private readonly nextId: () => number;
  private readonly known = new Map<string, StoredRepository>();
  private readonly lastErrors = new Map<string, string>();

  constructor(world: World, driver: JobDriver, nextId: () => number) {
    this.world = world;
    this.driver = driver;
    this.nextId = nextId;
  }

  /** Knows a repository of the journal again. Credentials given in a statement are gone with the process that had them. */
  recall(stored: StoredRepository): void {
    this.known.set(stored.name, stored);
    this.world.mount(stored.name, stored.spec);
  }

  /**
   * Adds a repository that needs no statement, unless a statement made one of its name. Throws JOURNAL_FOREIGN if the journal
   * knows it elsewhere: what its jobs have uploaded is there.
   */
  give({ name, readOnly, spec, credentials }: GivenRepository): void {
    const before = this.known.get(name);
    if (before && !before.isGiven) return;
    if (before && locationOf(before.spec) !== locationOf(spec)) {
      const message = `repository ${name} was at ${locationOf(before.spec)} when this journal was written, and is given at ${locationOf(spec)} now`;
      throw new DrillError('JOURNAL_FOREIGN', message, {
        hint: 'start it with the repository where it was, or with another data directory',
      });
    }
    const { id, createdAtMs } = before ?? { id: this.nextId(), createdAtMs: this.world.wallClockMs() };
    const stored: StoredRepository = { id, name, readOnly, createdAtMs, spec, isGiven: true };
    if (!before && !this.driver.write([{ kind: 'repository', repository: stored }])) return;
    this.known.set(name, stored);
    this.world.mount(name, spec, credentials);
  }

  has(name: string): boolean {
    return this.known.has(name);
  }

  /** The repository of a statement, or REPOSITORY_UNKNOWN at its place. */
  bind(where: { readonly source: StatementSource }, { text, span }: Name): StoredRepository {
    const repository = this.known.get(text);
    if (repository) return repository;
    const names = [...this.known.keys()];
    const meant = nearest(text, names);
    const list = names.length === 0 ? 'CREATE REPOSITORY makes one' : `the repositories: ${names.join(', ')}`;
    const hint = meant === undefined ? list : `did you mean ${meant}?`;
    throw errorAt(where, span, 'REPOSITORY_UNKNOWN', `there is no repository ${text}`, hint);
  }

  /** As `bind`, and REPOSITORY_READ_ONLY where nothing may be written. */
  bindForWriting(where: { readonly source: StatementSource }, name: Name): StoredRepository {
    const repository = this.bind(where, name);
    if (!repository.readOnly) return repository;
    const hint = 'DROP it and CREATE it again without READ ONLY to write to it';
    throw errorAt(where, name.span, 'REPOSITORY_READ_ONLY', `repository ${name.text} is read only`, hint);
  }

  /** Opens the repository at its location, or makes it there, and only then knows it. */
  create(statement: CreateRepositoryStatement, answer: Answer<Reply>): void {
    const { repository, readOnly } = statement;
    const name = repository.text;
    this.refuseName(statement);
    const { spec, credentials } = repositoryStorage(statement);
    const claims = [repositoryClaim(name, false)];
    const holder = `CREATE REPOSITORY ${name}`;
    if (this.driver.claims.take(claims, holder)) throw this.exists(statement);
    this.world.mount(name, spec, credentials);
    const createdAtMs = this.world.wallClockMs();
    const createdAt = formatTimestamp(createdAtMs);
    this.world.perform({ op: 'open', repository: name, create: !readOnly, createdAt }, (outcome) => {
      this.driver.claims.release(claims, holder);
      const stored: StoredRepository = {
        id: this.nextId(),
        name,
        readOnly,
        createdAtMs,
        spec,
        isGiven: false,
      };
      if (outcome.ok && this.driver.write([{ kind: 'repository', repository: stored }])) {
        this.known.set(name, stored);
        return answer(DONE);
      }
      this.world.unmount(name);
      answer(outcome.ok ? failure(revive(this.driver.broken!)) : outcome);
    });
  }

  /** Forgets a repository; what it holds stays. Refused while a job or a statement uses it. */
  drop(statement: DropRepositoryStatement): Outcome<Reply> {
    const { name } = this.bind(statement, statement.repository);
    const claims = [repositoryClaim(name, false)];
    const other = this.driver.claims.take(claims, `DROP REPOSITORY ${name}`);
    if (other) {
      const message = `repository ${name} is in use: ${other.holder} is running on it`;
      const hint = 'wait for it to end, or CANCEL it';
      throw errorAt(statement, statement.repository.span, 'JOB_RUNNING', message, hint);
    }
    this.driver.claims.release(claims, `DROP REPOSITORY ${name}`);
    if (!this.driver.write([{ kind: 'drop-repository', name }])) return failure(revive(this.driver.broken!));
    this.known.delete(name);
    this.lastErrors.delete(name);
    this.world.unmount(name);
    return DONE;
  }

  /** Remembers how using a repository went, for SHOW REPOSITORIES. */
  note(name: string, outcome: Outcome<unknown>): void {
    if (outcome.ok) this.lastErrors.delete(name);
    else this.lastErrors.set(name, outcome.error.message);
  }

  views(): RepositoryView[] {
    return [...this.known.values()].map((stored) => {
      const lastError = this.lastErrors.get(stored.name);
      const view = { stored, createStatement: createRepositoryText(stored) };
      return lastError === undefined ? view : { ...view, lastError };
    });
  }

  private refuseName(statement: CreateRepositoryStatement): void {
    const { text, span } = statement.repository;
    if (this.known.has(text)) throw this.exists(statement);
    if (isRepositoryName(text)) return;
    const hint = "a repository's name is a letter, then at most 63 more letters, digits, - or _";
    throw errorAt(statement, span, 'NAME_INVALID', `${text} cannot be the name of a repository`, hint);
  }

  private exists(statement: CreateRepositoryStatement): Error {
    const { text, span } = statement.repository;
    const hint = 'choose another name, or DROP REPOSITORY first, which removes nothing that it holds';
    return errorAt(statement, span, 'REPOSITORY_EXISTS', `there already is a repository ${text}`, hint);
  }
}
