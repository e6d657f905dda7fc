import type {
  CreateRepositoryStatement,
  Filter,
  Name,
  Property,
  Scope,
  Statement,
  TableReference,
} from './ast.js';
import { quoteName, quoteString } from './quoting.js';
import { HIDDEN_VALUE, isOpenKey, isOpenValue, USER_INFO } from './secrets.js';

/**
 * The canonical text of a statement, on one line and without a `;`: keywords in upper case, names bare where they may
 * be, properties in double quotes. Parsing it gives the same statement, but for the places, and for secrets, which are
 * not printed.
 */
export function printStatement(statement: Statement): string {
  switch (statement.kind) {
    case 'backup':
      return clauses('BACKUP SNAPSHOT', printTarget(statement), 'TO', printJob(statement));
    case 'restore':
      return clauses('RESTORE SNAPSHOT', printTarget(statement), 'FROM', printJob(statement));
    case 'cancel':
      return clauses('CANCEL', statement.job.toUpperCase(), printDatabase(statement.database));
    case 'alter-job': {
      const { job, database, properties } = statement;
      return clauses(
        'ALTER',
        job.toUpperCase(),
        printDatabase(database),
        printProperties(statement.kind, properties),
      );
    }
    case 'create-repository':
      return printCreateRepository(statement);
    case 'drop-repository':
      return clauses('DROP REPOSITORY', printName(statement.repository));
    case 'drop-snapshot':
      return clauses('DROP SNAPSHOT', printName(statement.label), 'ON', printName(statement.repository));
    case 'use':
      return clauses('USE', printName(statement.database));
    default:
      return clauses('SHOW', printShown(statement));
  }
}

type Show = Extract<Statement, { readonly kind: `show-${string}` }>;

function printShown(statement: Show): string {
  switch (statement.kind) {
    case 'show-jobs': {
      const { job, database, filter } = statement;
      const where = printFilter(filter, job === 'backup' ? 'WHERE SnapshotName ' : 'WHERE Label ');
      return clauses(job.toUpperCase(), printDatabase(database), where);
    }
    case 'show-snapshots': {
      const { repository, label, timestamp } = statement;
      return clauses(
        `SNAPSHOT ON ${printName(repository)}`,
        label ? `WHERE SNAPSHOT = ${quoteString(label.text)}` : '',
        label && timestamp ? `AND TIMESTAMP = ${quoteString(timestamp.text)}` : '',
      );
    }
    case 'show-repositories':
      return 'REPOSITORIES';
    case 'show-create-repository':
      return `CREATE REPOSITORY FOR ${printName(statement.repository)}`;
    case 'show-databases':
      return clauses('DATABASES', printFilter(statement.filter));
    case 'show-tables':
      return clauses('TABLES', printDatabase(statement.database), printFilter(statement.filter));
    case 'show-partitions':
      return clauses('PARTITIONS FROM', printQualified(statement.database, statement.table));
    case 'show-tablets': {
      const { database, table, partitions } = statement;
      return clauses('TABLETS FROM', printQualified(database, table), printPartitions(partitions));
    }
    case 'show-backends':
    default:
      return 'BACKENDS';
  }
}

function printCreateRepository(statement: CreateRepositoryStatement): string {
  const { readOnly, repository, storage, location, properties } = statement;
  return clauses(
    readOnly ? 'CREATE READ ONLY REPOSITORY' : 'CREATE REPOSITORY',
    printName(repository),
    `WITH ${storage.toUpperCase()} ON LOCATION`,
    quoteString(location.text.replaceAll(USER_INFO, HIDDEN_VALUE)),
    printProperties(statement.kind, properties),
  );
}

function printFilter(filter: Filter | undefined, column = ''): string {
  if (!filter) return '';
  return `${column}${filter.by === 'like' ? 'LIKE' : '='} ${quoteString(filter.value.text)}`;
}

const clauses = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join(' ');

const printName = ({ text }: Name): string => quoteName(text);

const printDatabase = (database: Name | undefined): string => (database ? `FROM ${printName(database)}` : '');

function printTarget({ database, label }: { readonly database?: Name; readonly label: Name }): string {
  return printQualified(database, label);
}

const printQualified = (database: Name | undefined, name: Name): string =>
  database ? `${printName(database)}.${printName(name)}` : printName(name);

interface Job {
  readonly kind: 'backup' | 'restore';
  readonly repository: Name;
  readonly scope: Scope;
  readonly properties: readonly Property[];
}

const printJob = ({ kind, repository, scope, properties }: Job): string =>
  clauses(printName(repository), printScope(scope), printProperties(kind, properties));

function printScope(scope: Scope): string {
  return scope.kind === 'all'
    ? ''
    : `${scope.kind.toUpperCase()} (${scope.tables.map(printTable).join(', ')})`;
}

function printTable({ table, partitions, alias }: TableReference): string {
  return clauses(printName(table), printPartitions(partitions), alias ? `AS ${printName(alias)}` : '');
}

const printPartitions = (partitions: readonly Name[] | undefined): string =>
  partitions ? `PARTITION (${partitions.map(printName).join(', ')})` : '';

function printProperties(kind: Statement['kind'], properties: readonly Property[]): string {
  if (properties.length === 0) return '';
  const pairs = properties.map((property) => {
    const key = isOpenKey(kind, property) ? property.key.text : HIDDEN_VALUE;
    const value = isOpenValue(kind, property) ? property.value.text : HIDDEN_VALUE;
    return `${quoteString(key)} = ${quoteString(value)}`;
  });
  return `PROPERTIES (${pairs.join(', ')})`;
}
