import { MANIFEST_FORMAT_VERSION } from '../../repository/index.js';
import { errorAt, type RestoreStatement, type Span } from '../../sql/index.js';

/** What the properties of a RESTORE ask for; what is missing was not asked for. */
export interface RestoreProperties {
  readonly timeoutMs: number;
  /** Which of the snapshots under the label, as `yyyy-mm-dd-hh-mm-ss`. */
  readonly backupTimestamp?: string;
  /** Copies of each restored shard. */
  readonly replication?: number;
  /** As many copies as the snapshot's tables had, whatever `replication` says. */
  readonly reserveReplica?: boolean;
  readonly metaVersion?: number;
  /** Tables and views of the database that the snapshot does not have are dropped. */
  readonly cleanTables?: boolean;
  /** Partitions of restored tables that the snapshot does not have are dropped. */
  readonly cleanPartitions?: boolean;
  /** A table that exists is replaced whole, and not partition by partition. */
  readonly atomicRestore?: boolean;
  /** A table or view that exists is replaced also where its schema is another one. */
  readonly forceReplace?: boolean;
}

/** Refuses a `meta_version` that this program cannot read: SQL_PROPERTY at its place. */
export function checkMetaVersion(statement: RestoreStatement, { metaVersion }: RestoreProperties): void {
  if (metaVersion === undefined || metaVersion === MANIFEST_FORMAT_VERSION) return;
  throw errorAt(
    statement,
    propertySpan(statement, 'meta_version'),
    'SQL_PROPERTY',
    `meta_version ${metaVersion} is not supported: this version reads metadata of version ${MANIFEST_FORMAT_VERSION}`,
    'leave it out: a snapshot says itself of which version it is',
  );
}

/** Where the value of a property stands, or else the statement's label. */
export function propertySpan(statement: RestoreStatement, key: string): Span {
  const property = statement.properties.find(({ key: { text } }) => text.trim().toLowerCase() === key);
  return property?.value.span ?? statement.label.span;
}
