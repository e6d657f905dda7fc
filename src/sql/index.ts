export type {
  AlterJobStatement,
  BackupStatement,
  CancelStatement,
  CreateRepositoryStatement,
  DropRepositoryStatement,
  DropSnapshotStatement,
  Filter,
  Name,
  Property,
  RestoreStatement,
  Scope,
  ShowBackendsStatement,
  ShowCreateRepositoryStatement,
  ShowDatabasesStatement,
  ShowJobsStatement,
  ShowPartitionsStatement,
  ShowRepositoriesStatement,
  ShowSnapshotsStatement,
  ShowStatement,
  ShowTablesStatement,
  ShowTabletsStatement,
  Span,
  Statement,
  StatementSource,
  TableReference,
  UseStatement,
} from './ast.js';
export {
  sameStatement,
  withoutSpans,
  type BareScope,
  type BareStatement,
  type BareTable,
} from './compare.js';
export { errorAt, placeOf, type Located } from './locate.js';
export { parseScript, parseStatement } from './parse.js';
export { alteredLimits, type LimitOptions } from './limit-properties.js';
export { printStatement } from './print.js';
export { quoteName, quoteString } from './quoting.js';
export { backupOptions, type BackupOptions, type PropertyLimits } from './properties.js';
export { byKey, type KnownProperties } from './property-lookup.js';
export { badValue } from './property-values.js';
export {
  REPOSITORY_PROPERTIES,
  repositoryProperty,
  type RepositoryProperty,
} from './repository-properties.js';
export { restoreOptions, type RestoreOptions } from './restore-properties.js';
export { HIDDEN_VALUE } from './secrets.js';
