/** Where a piece of a statement stands in its text: a character offset and a length. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

/** An identifier, without its backquotes. */
export interface Name {
  readonly text: string;
  readonly span: Span;
}

/** `table [PARTITION (p1, …)] [AS alias]`; no partitions means all of them. */
export interface TableReference {
  readonly table: Name;
  readonly partitions?: readonly Name[];
  readonly alias?: Name;
}

/** What a statement selects of a database (or of a snapshot). */
export type Scope =
  | { readonly kind: 'all' }
  | { readonly kind: 'on'; readonly tables: readonly TableReference[] }
  | { readonly kind: 'exclude'; readonly tables: readonly TableReference[] };

/** `"key" = "value"`, unquoted and unescaped, in the order written. */
export interface Property {
  readonly key: Name;
  readonly value: Name;
}

interface StatementBase {
  /** The text that the spans of this statement point into. */
  readonly source: StatementSource;
  readonly span: Span;
}

/** The text of a statement and the name of where it came from (a file name, `<statement>`). */
export interface StatementSource {
  readonly name: string;
  readonly text: string;
}

/** `BACKUP SNAPSHOT [db.]label TO repository [ON | EXCLUDE (…)] [PROPERTIES (…)]` */
export interface BackupStatement extends StatementBase {
  readonly kind: 'backup';
  readonly database?: Name;
  readonly label: Name;
  readonly repository: Name;
  readonly scope: Scope;
  readonly properties: readonly Property[];
}

/** `RESTORE SNAPSHOT [db.]label FROM repository [ON | EXCLUDE (…)] [PROPERTIES (…)]` */
export interface RestoreStatement extends StatementBase {
  readonly kind: 'restore';
  readonly database?: Name;
  readonly label: Name;
  readonly repository: Name;
  readonly scope: Scope;
  readonly properties: readonly Property[];
}

/** `CANCEL BACKUP [FROM db]`, `CANCEL RESTORE [FROM db]` */
export interface CancelStatement extends StatementBase {
  readonly kind: 'cancel';
  readonly job: 'backup' | 'restore';
  readonly database?: Name;
}

/** `SHOW BACKUP [FROM db]`, `SHOW RESTORE [FROM db]` */
export interface ShowJobsStatement extends StatementBase {
  readonly kind: 'show-jobs';
  readonly job: 'backup' | 'restore';
  readonly database?: Name;
}

export type Statement = BackupStatement | RestoreStatement | CancelStatement | ShowJobsStatement;
