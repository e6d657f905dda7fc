import type { Name, Property, Scope, Statement, TableReference } from './ast.js';
import { quoteName, quoteString } from './quoting.js';

/**
 * The canonical text of a statement, on one line and without a `;`: keywords in upper case, names bare where they may
 * be, properties in double quotes. Parsing it gives the same statement, but for the places.
 */
export function printStatement(statement: Statement): string {
  switch (statement.kind) {
    case 'backup':
      return clauses('BACKUP SNAPSHOT', printTarget(statement), 'TO', printJob(statement));
    case 'restore':
      return clauses('RESTORE SNAPSHOT', printTarget(statement), 'FROM', printJob(statement));
    case 'cancel':
      return clauses('CANCEL', statement.job.toUpperCase(), printDatabase(statement.database));
    case 'show-jobs':
    default:
      return clauses('SHOW', statement.job.toUpperCase(), printDatabase(statement.database));
  }
}

const clauses = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join(' ');

const printName = ({ text }: Name): string => quoteName(text);

const printDatabase = (database: Name | undefined): string => (database ? `FROM ${printName(database)}` : '');

function printTarget({ database, label }: { readonly database?: Name; readonly label: Name }): string {
  return database ? `${printName(database)}.${printName(label)}` : printName(label);
}

interface Job {
  readonly repository: Name;
  readonly scope: Scope;
  readonly properties: readonly Property[];
}

const printJob = ({ repository, scope, properties }: Job): string =>
  clauses(printName(repository), printScope(scope), printProperties(properties));

function printScope(scope: Scope): string {
  return scope.kind === 'all'
    ? ''
    : `${scope.kind.toUpperCase()} (${scope.tables.map(printTable).join(', ')})`;
}

function printTable({ table, partitions, alias }: TableReference): string {
  return clauses(
    printName(table),
    partitions ? `PARTITION (${partitions.map(printName).join(', ')})` : '',
    alias ? `AS ${printName(alias)}` : '',
  );
}

function printProperties(properties: readonly Property[]): string {
  if (properties.length === 0) return '';
  const pairs = properties.map(({ key, value }) => `${quoteString(key.text)} = ${quoteString(value.text)}`);
  return `PROPERTIES (${pairs.join(', ')})`;
}
