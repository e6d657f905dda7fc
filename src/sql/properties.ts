import { nearest } from '../base/text.js';
import type { BackupStatement, Property } from './ast.js';
import { LIMIT_PROPERTIES, readLimits, type LimitOptions } from './limit-properties.js';
import { byKey } from './property-lookup.js';
import { badValue, readTimeoutMs, readWord, show } from './property-values.js';
import { RESTORE_PROPERTIES } from './restore-properties.js';

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
  readonly limits?: LimitOptions;
}

const BACKUP_PROPERTIES = ['type', 'timeout', 'content', ...LIMIT_PROPERTIES] as const;

/** What the properties of a BACKUP ask for. A property that is unknown, repeated or wrong is SQL_PROPERTY, at its place. */
export function backupOptions(statement: BackupStatement, limits: PropertyLimits): BackupOptions {
  const properties = byKey(statement, statement.properties, {
    owner: 'BACKUP',
    names: BACKUP_PROPERTIES,
    keyOf: (name) => BACKUP_PROPERTIES.find((known) => known === name),
    hint: unknownHint,
  });
  const type = properties.get('type');
  const timeout = properties.get('timeout');
  const content = properties.get('content');
  const jobLimits = readLimits(statement, properties);
  if (type) checkType(statement, type);
  return Object.freeze({
    timeoutMs: timeout ? readTimeoutMs(statement, timeout, limits.minTimeoutMs) : limits.defaultTimeoutMs,
    content: content ? readWord(statement, content, ['all', 'metadata_only']) : 'all',
    ...(jobLimits ? { limits: jobLimits } : {}),
  });
}

function checkType(statement: BackupStatement, type: Property): void {
  if (type.value.text.trim().toLowerCase() === 'incremental') {
    const message = 'type "incremental" is not supported: Doris itself backs up nothing but "full" so far';
    throw badValue(statement, type, message, 'write "type" = "full", or leave it out');
  }
  readWord(statement, type, ['full']);
}

function unknownHint(name: string): string | undefined {
  const meant = nearest(name, BACKUP_PROPERTIES);
  if (meant !== undefined) return `did you mean ${show(meant)}?`;
  const isOfRestore = RESTORE_PROPERTIES.some((known) => known === name);
  return isOfRestore ? `${name} is a property of RESTORE` : undefined;
}
