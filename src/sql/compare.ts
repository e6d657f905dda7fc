import type { Name, Scope, Statement } from './ast.js';

/** A statement as plain data without places: what two ways of writing the same statement have in common. */
export interface BareStatement {
  readonly kind: Statement['kind'];
  readonly job?: 'backup' | 'restore';
  readonly database?: string;
  readonly label?: string;
  readonly repository?: string;
  readonly scope?: BareScope;
  readonly properties?: readonly (readonly [key: string, value: string])[];
}

export interface BareScope {
  readonly kind: Scope['kind'];
  readonly tables: readonly BareTable[];
}

export interface BareTable {
  readonly table: string;
  readonly partitions?: readonly string[];
  readonly alias?: string;
}

/** `statement` without spans and source, for comparing. */
export function withoutSpans(statement: Statement): BareStatement {
  const { kind } = statement;
  const database = statement.database ? { database: statement.database.text } : {};
  if (statement.kind === 'cancel' || statement.kind === 'show-jobs') {
    return { kind, job: statement.job, ...database };
  }
  const { label, repository, scope, properties } = statement;
  return {
    kind,
    ...database,
    label: label.text,
    repository: repository.text,
    scope: bareScope(scope),
    properties: properties.map(({ key, value }) => [key.text, value.text] as const),
  };
}

function bareScope(scope: Scope): BareScope {
  if (scope.kind === 'all') return { kind: 'all', tables: [] };
  return {
    kind: scope.kind,
    tables: scope.tables.map(({ table, partitions, alias }) => ({
      table: table.text,
      ...(partitions ? { partitions: partitions.map(textOf) } : {}),
      ...(alias ? { alias: alias.text } : {}),
    })),
  };
}

const textOf = ({ text }: Name): string => text;

/** Whether two statements say the same, however and wherever they are written. */
export const sameStatement = (a: Statement, b: Statement): boolean =>
  JSON.stringify(withoutSpans(a)) === JSON.stringify(withoutSpans(b));
