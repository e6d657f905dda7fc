import { EmbeddedActionsParser, type IToken } from 'chevrotain';
import type { Name as NameNode, Property, Scope, TableReference } from './ast.js';
import type { Condition } from './conditions.js';
import * as t from './tokens.js';

/** A name that may have its database before it. */
export interface Target {
  readonly database?: NameNode;
  readonly label: NameNode;
}

/** The parts that statements share, one rule for each thing that a message may have to name. */
export class ClauseParser extends EmbeddedActionsParser {
  protected readonly job = this.RULE('job', () =>
    this.OR<'backup' | 'restore'>([
      { ALT: () => (this.CONSUME(t.Backup), 'backup') },
      { ALT: () => (this.CONSUME(t.Restore), 'restore') },
    ]),
  );

  protected readonly target = this.RULE('target', (): Target => {
    const first = nameOf(this.CONSUME(t.Name));
    const second = this.OPTION(() => {
      this.CONSUME(t.Dot);
      return nameOf(this.CONSUME1(t.Name));
    });
    return second ? { database: first, label: second } : { label: first };
  });

  protected readonly qualifiedTable = this.RULE('qualifiedTable', () => {
    const first = nameOf(this.CONSUME(t.Name));
    const second = this.OPTION(() => {
      this.CONSUME(t.Dot);
      return nameOf(this.CONSUME1(t.Name));
    });
    return second ? { database: first, table: second } : { table: first };
  });

  protected readonly fromDatabase = this.RULE('fromDatabase', () => {
    this.OR([{ ALT: () => this.CONSUME(t.From) }, { ALT: () => this.CONSUME(t.In) }]);
    return this.SUBRULE(this.database);
  });

  protected readonly like = this.RULE('like', () => {
    this.CONSUME(t.Like);
    return { by: 'like' as const, value: this.SUBRULE(this.text) };
  });

  protected readonly jobCondition = this.RULE('jobCondition', (): Condition => {
    const column = this.SUBRULE(this.jobColumn);
    const by = this.OR<'equals' | 'like'>([
      { ALT: () => (this.CONSUME(t.Equals), 'equals') },
      { ALT: () => (this.CONSUME(t.Like), 'like') },
    ]);
    return { column, by, value: this.SUBRULE(this.text) };
  });

  protected readonly snapshotCondition = this.RULE('snapshotCondition', (): Condition => {
    const column = this.SUBRULE(this.snapshotColumn);
    this.CONSUME(t.Equals);
    return { column, by: 'equals', value: this.SUBRULE(this.text) };
  });

  protected readonly scope = this.RULE('scope', (): Scope => {
    const kind = this.OR<'on' | 'exclude'>([
      { ALT: () => (this.CONSUME(t.On), 'on') },
      { ALT: () => (this.CONSUME(t.Exclude), 'exclude') },
    ]);
    return { kind, tables: this.SUBRULE(this.tables) };
  });

  protected readonly restoreScope = this.RULE('restoreScope', (): Scope =>
    this.OR<Scope>([
      { ALT: () => (this.CONSUME(t.On), { kind: 'on', tables: this.SUBRULE(this.renamedTables) }) },
      { ALT: () => (this.CONSUME(t.Exclude), { kind: 'exclude', tables: this.SUBRULE(this.tables) }) },
    ]),
  );

  protected readonly tables = this.RULE('tables', () => {
    const tables: TableReference[] = [];
    this.CONSUME(t.OpenParenthesis);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => tables.push(this.SUBRULE(this.tableReference)) });
    this.CONSUME(t.CloseParenthesis);
    return tables;
  });

  protected readonly renamedTables = this.RULE('renamedTables', () => {
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

  protected readonly tableReference = this.RULE('tableReference', (): TableReference => {
    const table = this.SUBRULE(this.table);
    const partitions = this.OPTION(() => this.SUBRULE(this.ofPartitions));
    return partitions ? { table, partitions } : { table };
  });

  protected readonly ofPartitions = this.RULE('ofPartitions', () =>
    this.OR([
      { ALT: () => (this.CONSUME(t.Partition), this.SUBRULE(this.onePartitionOrMore)) },
      { ALT: () => (this.CONSUME(t.Partitions), this.SUBRULE(this.partitions)) },
    ]),
  );

  protected readonly onePartitionOrMore = this.RULE('onePartitionOrMore', () =>
    this.OR([{ ALT: () => this.SUBRULE(this.partitions) }, { ALT: () => [this.SUBRULE(this.partition)] }]),
  );

  protected readonly partitions = this.RULE('partitions', () => {
    const partitions: NameNode[] = [];
    this.CONSUME(t.OpenParenthesis);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => partitions.push(this.SUBRULE(this.partition)) });
    this.CONSUME(t.CloseParenthesis);
    return partitions;
  });

  protected readonly properties = this.RULE('properties', () => {
    const properties: Property[] = [];
    this.CONSUME(t.Properties);
    this.CONSUME(t.OpenParenthesis);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => properties.push(this.SUBRULE(this.property)) });
    this.CONSUME(t.CloseParenthesis);
    return properties;
  });

  protected readonly property = this.RULE('property', (): Property => {
    const key = this.SUBRULE(this.propertyKey);
    this.CONSUME(t.Equals);
    return { key, value: this.SUBRULE(this.propertyValue) };
  });

  protected readonly propertyKey = this.RULE('propertyKey', () =>
    this.OR([{ ALT: () => nameOf(this.CONSUME(t.Text)) }, { ALT: () => nameOf(this.CONSUME(t.Name)) }]),
  );

  protected readonly propertyValue = this.RULE('propertyValue', () =>
    this.OR([
      { ALT: () => nameOf(this.CONSUME(t.Text)) },
      { ALT: () => nameOf(this.CONSUME(t.Name)) },
      { ALT: () => nameOf(this.CONSUME(t.NumberWord)) },
    ]),
  );

  protected readonly repository = this.RULE('repository', () => nameOf(this.CONSUME(t.Name)));
  protected readonly database = this.RULE('database', () => nameOf(this.CONSUME(t.Name)));
  protected readonly table = this.RULE('table', () => nameOf(this.CONSUME(t.Name)));
  protected readonly alias = this.RULE('alias', () => nameOf(this.CONSUME(t.Name)));
  protected readonly partition = this.RULE('partition', () => nameOf(this.CONSUME(t.Name)));
  protected readonly label = this.RULE('label', () => nameOf(this.CONSUME(t.Name)));
  protected readonly jobColumn = this.RULE('jobColumn', () => nameOf(this.CONSUME(t.Name)));
  protected readonly snapshotColumn = this.RULE('snapshotColumn', () => nameOf(this.CONSUME(t.Name)));
  protected readonly text = this.RULE('text', () => nameOf(this.CONSUME(t.Text)));
  protected readonly location = this.RULE('location', () => nameOf(this.CONSUME(t.Text)));
}

function nameOf(token: IToken): NameNode {
  const text: unknown = token.payload ?? token.image;
  return { text: String(text), span: { offset: token.startOffset, length: token.image.length } };
}
