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

/** `ALTER BACKUP [FROM db] PROPERTIES (…)`, `ALTER RESTORE …`: what the job that runs may do from now on; Doris has no such statement. */
export interface AlterJobStatement extends StatementBase {
  readonly kind: 'alter-job';
  readonly job: 'backup' | 'restore';
  readonly database?: Name;
  readonly properties: readonly Property[];
}

/** `column = "value"` or `column LIKE "pattern"`; in a pattern `%` is any text and `_` any one character. */
export interface Filter {
  readonly by: 'equals' | 'like';
  readonly value: Name;
}

/** `SHOW BACKUP [FROM db] [WHERE SnapshotName = | LIKE "…"]`, `SHOW RESTORE [FROM db] [WHERE Label = | LIKE "…"]` */
export interface ShowJobsStatement extends StatementBase {
  readonly kind: 'show-jobs';
  readonly job: 'backup' | 'restore';
  readonly database?: Name;
  readonly filter?: Filter;
}

/** `CREATE [READ ONLY] REPOSITORY name WITH S3 | LOCAL ON LOCATION "…" [PROPERTIES (…)]` */
export interface CreateRepositoryStatement extends StatementBase {
  readonly kind: 'create-repository';
  readonly repository: Name;
  readonly readOnly: boolean;
  readonly storage: 's3' | 'local';
  readonly location: Name;
  readonly properties: readonly Property[];
}

/** `DROP REPOSITORY name`: forgets the repository; what it holds stays where it is. */
export interface DropRepositoryStatement extends StatementBase {
  readonly kind: 'drop-repository';
  readonly repository: Name;
}

/** `SHOW REPOSITORIES` */
export interface ShowRepositoriesStatement extends StatementBase {
  readonly kind: 'show-repositories';
}

/** `SHOW CREATE REPOSITORY FOR name`; `FOR` may be left out. */
export interface ShowCreateRepositoryStatement extends StatementBase {
  readonly kind: 'show-create-repository';
  readonly repository: Name;
}

/** `SHOW SNAPSHOT ON repository [WHERE SNAPSHOT = "…" [AND TIMESTAMP = "…"]]` */
export interface ShowSnapshotsStatement extends StatementBase {
  readonly kind: 'show-snapshots';
  readonly repository: Name;
  readonly label?: Name;
  readonly timestamp?: Name;
}

/** `DROP SNAPSHOT label ON repository`: removes a snapshot's files; this project's own, Doris has no such statement. */
export interface DropSnapshotStatement extends StatementBase {
  readonly kind: 'drop-snapshot';
  readonly label: Name;
  readonly repository: Name;
}

/** `SHOW DATABASES [LIKE "…"]`, `SHOW TABLES [FROM db] [LIKE "…"]`, `SHOW BACKENDS` */
export interface ShowDatabasesStatement extends StatementBase {
  readonly kind: 'show-databases';
  readonly filter?: Filter;
}

export interface ShowTablesStatement extends StatementBase {
  readonly kind: 'show-tables';
  readonly database?: Name;
  readonly filter?: Filter;
}

export interface ShowBackendsStatement extends StatementBase {
  readonly kind: 'show-backends';
}

/** `SHOW PARTITIONS FROM [db.]table`, `SHOW TABLETS FROM [db.]table [PARTITION (p1, …)]` */
export interface ShowPartitionsStatement extends StatementBase {
  readonly kind: 'show-partitions';
  readonly database?: Name;
  readonly table: Name;
}

export interface ShowTabletsStatement extends StatementBase {
  readonly kind: 'show-tablets';
  readonly database?: Name;
  readonly table: Name;
  readonly partitions?: readonly Name[];
}

/** `USE db` */
export interface UseStatement extends StatementBase {
  readonly kind: 'use';
  readonly database: Name;
}

/** What is answered from what the coordinator knows, at once. */
export type ShowStatement =
  | ShowJobsStatement
  | ShowRepositoriesStatement
  | ShowCreateRepositoryStatement
  | ShowDatabasesStatement
  | ShowTablesStatement
  | ShowBackendsStatement
  | ShowPartitionsStatement
  | ShowTabletsStatement;

export type Statement =
  | BackupStatement
  | RestoreStatement
  | CancelStatement
  | AlterJobStatement
  | CreateRepositoryStatement
  | DropRepositoryStatement
  | ShowSnapshotsStatement
  | DropSnapshotStatement
  | UseStatement
  | ShowStatement;
