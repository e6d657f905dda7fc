import type { Scope } from './ast.js';
import { ClauseParser } from './clause-rules.js';
import type { Condition, StatementDraft } from './conditions.js';
import * as t from './tokens.js';

/** The grammar of the statements. One token decides every choice, so the token at which the parser stops is always the one that is wrong. */
export class StatementParser extends ClauseParser {
  readonly statement = this.RULE('statement', (): StatementDraft =>
    this.OR<StatementDraft>([
      { ALT: () => this.SUBRULE(this.backup) },
      { ALT: () => this.SUBRULE(this.restore) },
      { ALT: () => this.SUBRULE(this.show) },
      { ALT: () => this.SUBRULE(this.cancel) },
      { ALT: () => this.SUBRULE(this.alter) },
      { ALT: () => this.SUBRULE(this.createRepository) },
      { ALT: () => this.SUBRULE(this.drop) },
      { ALT: () => this.SUBRULE(this.use) },
    ]),
  );

  private readonly backup = this.RULE('backup', (): StatementDraft => {
    this.CONSUME(t.Backup);
    this.CONSUME(t.Snapshot);
    const target = this.SUBRULE(this.target);
    this.CONSUME(t.To);
    const repository = this.SUBRULE(this.repository);
    const scope = this.OPTION(() => this.SUBRULE(this.scope)) ?? ALL;
    const properties = this.OPTION1(() => this.SUBRULE(this.properties)) ?? [];
    return { kind: 'backup', ...target, repository, scope, properties };
  });

  private readonly restore = this.RULE('restore', (): StatementDraft => {
    this.CONSUME(t.Restore);
    this.CONSUME(t.Snapshot);
    const target = this.SUBRULE(this.target);
    this.CONSUME(t.From);
    const repository = this.SUBRULE(this.repository);
    const scope = this.OPTION(() => this.SUBRULE(this.restoreScope)) ?? ALL;
    const properties = this.OPTION1(() => this.SUBRULE(this.properties)) ?? [];
    return { kind: 'restore', ...target, repository, scope, properties };
  });

  private readonly cancel = this.RULE('cancel', (): StatementDraft => {
    this.CONSUME(t.Cancel);
    const job = this.SUBRULE(this.job);
    const database = this.OPTION(() => this.SUBRULE(this.fromDatabase));
    return { kind: 'cancel', job, ...(database ? { database } : {}) };
  });

  private readonly alter = this.RULE('alter', (): StatementDraft => {
    this.CONSUME(t.Alter);
    const job = this.SUBRULE(this.job);
    const database = this.OPTION(() => this.SUBRULE(this.fromDatabase));
    const properties = this.SUBRULE(this.properties);
    return { kind: 'alter-job', job, ...(database ? { database } : {}), properties };
  });

  private readonly createRepository = this.RULE('createRepository', (): StatementDraft => {
    this.CONSUME(t.Create);
    const readOnly = this.OPTION(() => (this.CONSUME(t.Read), this.CONSUME(t.Only), true)) ?? false;
    this.CONSUME(t.Repository);
    const repository = this.SUBRULE(this.repository);
    this.CONSUME(t.With);
    const storage = this.SUBRULE(this.storage);
    this.CONSUME(t.On);
    this.CONSUME(t.Location);
    const location = this.SUBRULE(this.location);
    const properties = this.OPTION1(() => this.SUBRULE(this.properties)) ?? [];
    return { kind: 'create-repository', repository, readOnly, storage, location, properties };
  });

  private readonly storage = this.RULE('storage', () =>
    this.OR<'s3' | 'local'>([
      { ALT: () => (this.CONSUME(t.S3), 's3') },
      { ALT: () => (this.CONSUME(t.Local), 'local') },
    ]),
  );

  private readonly drop = this.RULE('drop', (): StatementDraft => {
    this.CONSUME(t.Drop);
    return this.OR<StatementDraft>([
      { ALT: () => this.SUBRULE(this.dropRepository) },
      { ALT: () => this.SUBRULE(this.dropSnapshot) },
    ]);
  });

  private readonly dropRepository = this.RULE('dropRepository', (): StatementDraft => {
    this.CONSUME(t.Repository);
    return { kind: 'drop-repository', repository: this.SUBRULE(this.repository) };
  });

  private readonly dropSnapshot = this.RULE('dropSnapshot', (): StatementDraft => {
    this.CONSUME(t.Snapshot);
    const label = this.SUBRULE(this.label);
    this.OR([{ ALT: () => this.CONSUME(t.On) }, { ALT: () => this.CONSUME(t.From) }]);
    return { kind: 'drop-snapshot', label, repository: this.SUBRULE(this.repository) };
  });

  private readonly use = this.RULE('use', (): StatementDraft => {
    this.CONSUME(t.Use);
    return { kind: 'use', database: this.SUBRULE(this.database) };
  });

  private readonly show = this.RULE('show', (): StatementDraft => {
    this.CONSUME(t.Show);
    return this.OR<StatementDraft>([
      { ALT: () => this.SUBRULE(this.showJobs) },
      { ALT: () => this.SUBRULE(this.showSnapshots) },
      { ALT: () => this.SUBRULE(this.showRepositories) },
      { ALT: () => this.SUBRULE(this.showCreateRepository) },
      { ALT: () => this.SUBRULE(this.showDatabases) },
      { ALT: () => this.SUBRULE(this.showTables) },
      { ALT: () => this.SUBRULE(this.showPartitions) },
      { ALT: () => this.SUBRULE(this.showTablets) },
      { ALT: () => this.SUBRULE(this.showBackends) },
    ]);
  });

  private readonly showJobs = this.RULE('showJobs', (): StatementDraft => {
    const job = this.SUBRULE(this.job);
    const database = this.OPTION(() => this.SUBRULE(this.fromDatabase));
    const where = this.OPTION1(() => (this.CONSUME(t.Where), this.SUBRULE(this.jobCondition)));
    return { kind: 'show-jobs', job, ...(database ? { database } : {}), where: where ? [where] : [] };
  });

  private readonly showSnapshots = this.RULE('showSnapshots', (): StatementDraft => {
    this.CONSUME(t.Snapshot);
    this.CONSUME(t.On);
    const repository = this.SUBRULE(this.repository);
    const where: Condition[] = [];
    this.OPTION(() => {
      this.CONSUME(t.Where);
      this.AT_LEAST_ONE_SEP({ SEP: t.And, DEF: () => where.push(this.SUBRULE(this.snapshotCondition)) });
    });
    return { kind: 'show-snapshots', repository, where };
  });

  private readonly showRepositories = this.RULE('showRepositories', (): StatementDraft => {
    this.CONSUME(t.Repositories);
    return { kind: 'show-repositories' };
  });

  private readonly showCreateRepository = this.RULE('showCreateRepository', (): StatementDraft => {
    this.CONSUME(t.Create);
    this.CONSUME(t.Repository);
    this.OPTION(() => this.CONSUME(t.For));
    return { kind: 'show-create-repository', repository: this.SUBRULE(this.repository) };
  });

  private readonly showDatabases = this.RULE('showDatabases', (): StatementDraft => {
    this.CONSUME(t.Databases);
    const filter = this.OPTION(() => this.SUBRULE(this.like));
    return { kind: 'show-databases', ...(filter ? { filter } : {}) };
  });

  private readonly showTables = this.RULE('showTables', (): StatementDraft => {
    this.CONSUME(t.Tables);
    const database = this.OPTION(() => this.SUBRULE(this.fromDatabase));
    const filter = this.OPTION1(() => this.SUBRULE(this.like));
    return { kind: 'show-tables', ...(database ? { database } : {}), ...(filter ? { filter } : {}) };
  });

  private readonly showPartitions = this.RULE('showPartitions', (): StatementDraft => {
    this.CONSUME(t.Partitions);
    this.CONSUME(t.From);
    return { kind: 'show-partitions', ...this.SUBRULE(this.qualifiedTable) };
  });

  private readonly showTablets = this.RULE('showTablets', (): StatementDraft => {
    this.CONSUME(t.Tablets);
    this.CONSUME(t.From);
    const table = this.SUBRULE(this.qualifiedTable);
    const partitions = this.OPTION(() => this.SUBRULE(this.ofPartitions));
    return { kind: 'show-tablets', ...table, ...(partitions ? { partitions } : {}) };
  });

  private readonly showBackends = this.RULE('showBackends', (): StatementDraft => {
    this.CONSUME(t.Backends);
    return { kind: 'show-backends' };
  });

  /** Whether the grammar is one at all is for a test to say, and not for every start of a program: it takes as long as a small plan. */
  constructor({ skipValidations } = { skipValidations: true }) {
    super(t.VOCABULARY, { maxLookahead: 1, recoveryEnabled: false, skipValidations });
    this.performSelfAnalysis();
  }
}

const ALL: Scope = { kind: 'all' };

let parser: StatementParser | undefined;

/** Made when it is first asked for: that takes as long as a thread takes to start, and threads start before anything is parsed. */
export const statementParser = (): StatementParser => (parser ??= new StatementParser());
