import { listOf, nearest } from '../base/text.js';
import type { BackupStatement, Property, RestoreStatement } from './ast.js';
import { errorAt, placeOf } from './locate.js';
import {
  badValue,
  readReplication,
  readTimeoutMs,
  readTimestamp,
  readWord,
  show,
} from './property-values.js';

export interface PropertyLimits {
  /** The least timeout that a statement may name. */
  readonly minTimeoutMs: number;
  /** The timeout of a statement that names none. */
  readonly defaultTimeoutMs: number;
}

export interface BackupOptions {
  readonly timeoutMs: number;
  /** Whether the data is backed up with the metadata. */
  readonly content: 'all' | 'metadata_only';
}

export interface RestoreOptions {
  readonly timeoutMs: number;
  /** Which of the snapshots under the label, as `yyyy-mm-dd-hh-mm-ss`. */
  readonly backupTimestamp?: string;
  /** Copies of each restored shard. */
  readonly replication?: number;
}

const BACKUP_PROPERTIES = ['type', 'timeout', 'content'] as const;
const RESTORE_PROPERTIES = ['backup_timestamp', 'replication_num', 'timeout'] as const;

/** What Doris's RESTORE knows besides. */
const DORIS_RESTORE_PROPERTIES: ReadonlySet<string> = new Set([
  'reserve_replica',
  'reserve_dynamic_partition_enable',
  'meta_version',
  'allow_load',
  'replication_allocation',
  'clean_tables',
  'clean_partitions',
  'atomic_restore',
  'force_replace',
  'reserve_colocate',
  'storage_vault_name',
]);

/** What the properties of a BACKUP ask for. A property that is unknown, repeated or wrong is SQL_PROPERTY, at its place. */
export function backupOptions(statement: BackupStatement, limits: PropertyLimits): BackupOptions {
  const properties = byName(statement, BACKUP_PROPERTIES);
  const type = properties.get('type');
  const timeout = properties.get('timeout');
  const content = properties.get('content');
  if (type) checkType(statement, type);
  return Object.freeze({
    timeoutMs: timeout ? readTimeoutMs(statement, timeout, limits.minTimeoutMs) : limits.defaultTimeoutMs,
    content: content ? readWord(statement, content, ['all', 'metadata_only']) : 'all',
  });
}

/** What the properties of a RESTORE ask for. A property that is unknown, repeated or wrong is SQL_PROPERTY, at its place. */
export function restoreOptions(statement: RestoreStatement, limits: PropertyLimits): RestoreOptions {
  const properties = byName(statement, RESTORE_PROPERTIES);
  const timeout = properties.get('timeout');
  const timestamp = properties.get('backup_timestamp');
  const replication = properties.get('replication_num');
  return Object.freeze({
    timeoutMs: timeout ? readTimeoutMs(statement, timeout, limits.minTimeoutMs) : limits.defaultTimeoutMs,
    ...(timestamp ? { backupTimestamp: readTimestamp(statement, timestamp) } : {}),
    ...(replication ? { replication: readReplication(statement, replication) } : {}),
  });
}

function checkType(statement: BackupStatement, type: Property): void {
  if (type.value.text.trim().toLowerCase() === 'incremental') {
    const message = 'type "incremental" is not supported: Doris itself backs up nothing but "full" so far';
    throw badValue(statement, type, message, 'write "type" = "full", or leave it out');
  }
  readWord(statement, type, ['full']);
}

type Job = BackupStatement | RestoreStatement;

/** The properties of a statement by their names in lower case. */
function byName<Key extends string>(statement: Job, known: readonly Key[]): ReadonlyMap<Key, Property> {
  const found = new Map<Key, Property>();
  for (const property of statement.properties) {
    const name = property.key.text.trim().toLowerCase();
    const key = known.find((candidate) => candidate === name);
    if (key === undefined) throw unknownProperty(statement, property, name, known);
    const first = found.get(key);
    if (first) {
      const { line, column } = placeOf(statement, first.key.span);
      const message = `property ${key} is given twice`;
      throw errorAt(
        statement,
        property.key.span,
        'SQL_PROPERTY',
        message,
        `it is first given at ${line}:${column}`,
      );
    }
    found.set(key, property);
  }
  return found;
}

function unknownProperty(statement: Job, { key }: Property, name: string, known: readonly string[]) {
  const job = statement.kind.toUpperCase();
  const message = `${job} has no property ${show(key.text)}; it knows ${listOf(known, 'and')}`;
  return errorAt(statement, key.span, 'SQL_PROPERTY', message, propertyHint(statement, name, known));
}

function propertyHint(statement: Job, name: string, known: readonly string[]): string | undefined {
  const meant = nearest(name, known);
  if (meant !== undefined) return `did you mean ${show(meant)}?`;
  const isBackup = statement.kind === 'backup';
  const others: readonly string[] = isBackup ? RESTORE_PROPERTIES : BACKUP_PROPERTIES;
  if (others.includes(name)) return `${name} is a property of ${isBackup ? 'RESTORE' : 'BACKUP'}`;
  if (DORIS_RESTORE_PROPERTIES.has(name)) {
    return isBackup
      ? `${name} is a property of RESTORE in Doris`
      : 'Doris knows it, but it is not supported here yet';
  }
  return undefined;
}
