import { EmbeddedActionsParser, type IToken } from 'chevrotain';
import type { Name as NameNode, Property, Scope, Statement, TableReference } from './ast.js';
import * as t from './tokens.js';

/** A statement before it knows the text that it stands in. */
export type StatementDraft = Statement extends infer S
  ? S extends Statement
    ? Omit<S, 'source' | 'span'>
    : never
  : never;

type Target = Pick<Extract<Statement, { kind: 'backup' }>, 'label'> & { database?: NameNode };

/**
 * The grammar, one rule for each thing that a message may have to name. One token decides every choice, so the token
 * at which the parser stops is always the one that is wrong.
 */
class StatementParser extends EmbeddedActionsParser {
  readonly statement = this.RULE('statement', (): StatementDraft =>
    this.OR<StatementDraft>([
      { ALT: () => this.SUBRULE(this.backup) },
      { ALT: () => this.SUBRULE(this.restore) },
      { ALT: () => this.SUBRULE(this.showJobs) },
      { ALT: () => this.SUBRULE(this.cancel) },
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

  private readonly showJobs = this.RULE('showJobs', (): StatementDraft => {
    this.CONSUME(t.Show);
    const job = this.SUBRULE(this.job);
    const database = this.OPTION(() => {
      this.OR([{ ALT: () => this.CONSUME(t.From) }, { ALT: () => this.CONSUME(t.In) }]);
      return this.SUBRULE(this.database);
    });
    return { kind: 'show-jobs', job, ...(database ? { database } : {}) };
  });

  private readonly cancel = this.RULE('cancel', (): StatementDraft => {
    this.CONSUME(t.Cancel);
    const job = this.SUBRULE(this.job);
    const database = this.OPTION(() => {
      this.CONSUME(t.From);
      return this.SUBRULE(this.database);
    });
    return { kind: 'cancel', job, ...(database ? { database } : {}) };
  });

  private readonly job = this.RULE('job', () =>
    this.OR<'backup' | 'restore'>([
      { ALT: () => (this.CONSUME(t.Backup), 'backup') },
      { ALT: () => (this.CONSUME(t.Restore), 'restore') },
    ]),
  );

  private readonly target = this.RULE('target', (): Target => {
    const first = nameOf(this.CONSUME(t.Name));
    const second = this.OPTION(() => {
      this.CONSUME(t.Dot);
      return nameOf(this.CONSUME1(t.Name));
    });
    return second ? { database: first, label: second } : { label: first };
  });

  private readonly scope = this.RULE('scope', (): Scope => {
    const kind = this.OR<'on' | 'exclude'>([
      { ALT: () => (this.CONSUME(t.On), 'on') },
      { ALT: () => (this.CONSUME(t.Exclude), 'exclude') },
    ]);
    return { kind, tables: this.SUBRULE(this.tables) };
  });

  private readonly restoreScope = this.RULE('restoreScope', (): Scope =>
    this.OR<Scope>([
      { ALT: () => (this.CONSUME(t.On), { kind: 'on', tables: this.SUBRULE(this.renamedTables) }) },
      { ALT: () => (this.CONSUME(t.Exclude), { kind: 'exclude', tables: this.SUBRULE(this.tables) }) },
    ]),
  );

  private readonly tables = this.RULE('tables', () => {
    const tables: TableReference[] = [];
    this.CONSUME(t.OpenParenthesis);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => tables.push(this.SUBRULE(this.tableReference)) });
    this.CONSUME(t.CloseParenthesis);
    return tables;
  });

  private readonly renamedTables = this.RULE('renamedTables', () => {
    const tables: TableReference[] = [];
    this.CONSUME(t.OpenParenthesis);
    this.AT_LEAST_ONE_SEP({
      SEP: t.Comma,
      DEF: () => {
        const reference = this.SUBRULE(this.tableReference);
        const alias = this.OPTION(() => (this.CONSUME(t.As), this.SUBRULE(this.alias)));
        tables.push(alias ? { ...reference, alias } : reference);
      },
    });
    this.CONSUME(t.CloseParenthesis);
    return tables;
  });

  private readonly tableReference = this.RULE('tableReference', (): TableReference => {
    const table = this.SUBRULE(this.table);
    const partitions = this.OPTION(() =>
      this.OR([
        { ALT: () => (this.CONSUME(t.Partition), this.SUBRULE(this.onePartitionOrMore)) },
        { ALT: () => (this.CONSUME(t.Partitions), this.SUBRULE(this.partitions)) },
      ]),
    );
    return partitions ? { table, partitions } : { table };
  });

  private readonly onePartitionOrMore = this.RULE('onePartitionOrMore', () =>
    this.OR([{ ALT: () => this.SUBRULE(this.partitions) }, { ALT: () => [this.SUBRULE(this.partition)] }]),
  );

  private readonly partitions = this.RULE('partitions', () => {
    const partitions: NameNode[] = [];
    this.CONSUME(t.OpenParenthesis);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => partitions.push(this.SUBRULE(this.partition)) });
    this.CONSUME(t.CloseParenthesis);
    return partitions;
  });

  private readonly properties = this.RULE('properties', () => {
    const properties: Property[] = [];
    this.CONSUME(t.Properties);
    this.CONSUME(t.OpenParenthesis);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => properties.push(this.SUBRULE(this.property)) });
    this.CONSUME(t.CloseParenthesis);
    return properties;
  });

  private readonly property = this.RULE('property', (): Property => {
    const key = this.SUBRULE(this.propertyKey);
    this.CONSUME(t.Equals);
    return { key, value: this.SUBRULE(this.propertyValue) };
  });

  private readonly propertyKey = this.RULE('propertyKey', () =>
    this.OR([{ ALT: () => nameOf(this.CONSUME(t.Text)) }, { ALT: () => nameOf(this.CONSUME(t.Name)) }]),
  );

  private readonly propertyValue = this.RULE('propertyValue', () =>
    this.OR([
      { ALT: () => nameOf(this.CONSUME(t.Text)) },
      { ALT: () => nameOf(this.CONSUME(t.Name)) },
      { ALT: () => nameOf(this.CONSUME(t.NumberWord)) },
    ]),
  );

  private readonly repository = this.RULE('repository', () => nameOf(this.CONSUME(t.Name)));
  private readonly database = this.RULE('database', () => nameOf(this.CONSUME(t.Name)));
  private readonly table = this.RULE('table', () => nameOf(this.CONSUME(t.Name)));
  private readonly alias = this.RULE('alias', () => nameOf(this.CONSUME(t.Name)));
  private readonly partition = this.RULE('partition', () => nameOf(this.CONSUME(t.Name)));

  constructor() {
    super(t.VOCABULARY, { maxLookahead: 1, recoveryEnabled: false });
    this.performSelfAnalysis();
  }
}

const ALL: Scope = { kind: 'all' };

function nameOf(token: IToken): NameNode {
  const text: unknown = token.payload ?? token.image;
  return { text: String(text), span: { offset: token.startOffset, length: token.image.length } };
}

export const parser = new StatementParser();
