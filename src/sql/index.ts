export type {
  BackupStatement,
  CancelStatement,
  Name,
  Property,
  RestoreStatement,
  Scope,
  ShowJobsStatement,
  Span,
  Statement,
  StatementSource,
  TableReference,
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
export { printStatement } from './print.js';
export {
  backupOptions,
  restoreOptions,
  type BackupOptions,
  type PropertyLimits,
  type RestoreOptions,
} from './properties.js';
