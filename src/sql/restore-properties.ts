import { nearest } from '../base/text.js';
import type { Property, RestoreStatement } from './ast.js';
import { errorAt } from './locate.js';
import type { PropertyLimits } from './properties.js';
import { LIMIT_PROPERTIES, readLimits, type LimitOptions } from './limit-properties.js';
import { byKey, type KnownProperties } from './property-lookup.js';
import {
  badValue,
  readBoolean,
  readReplication,
  readReplicationOfAllocation,
  readTimeoutMs,
  readTimestamp,
  readWholeNumber,
  show,
} from './property-values.js';

/** What is missing was not asked for. */
export interface RestoreOptions {
  readonly timeoutMs: number;
  readonly limits?: LimitOptions;
  /** Which of the snapshots under the label, as `yyyy-mm-dd-hh-mm-ss`. */
  readonly backupTimestamp?: string;
  /** Copies of each restored shard. */
  readonly replication?: number;
  /** As many copies as the snapshot's tables had. When true, there is no `replication`. */
  readonly reserveReplica?: boolean;
  /** Version of the metadata format, as the statement claims it. */
  readonly metaVersion?: number;
  /** Tables and views of the database that the snapshot does not have are dropped; never with ON or EXCLUDE. */
  readonly cleanTables?: boolean;
  /** Partitions of restored tables that the snapshot does not have are dropped. */
  readonly cleanPartitions?: boolean;
  /** A table that exists is replaced whole, and not partition by partition. */
  readonly atomicRestore?: boolean;
  /** A table or view that exists is replaced also where its schema is another one. */
  readonly forceReplace?: boolean;
  /** Only shown: nothing is loaded here. */
  readonly allowLoad?: boolean;
}

export const RESTORE_PROPERTIES = [
  'backup_timestamp',
  'replication_num',
  'replication_allocation',
  'reserve_replica',
  'timeout',
  'meta_version',
  'clean_tables',
  'clean_partitions',
  'atomic_restore',
  'force_replace',
  'allow_load',
  'reserve_dynamic_partition_enable',
  'reserve_colocate',
  ...LIMIT_PROPERTIES,
] as const;

type Key = (typeof RESTORE_PROPERTIES)[number];

/** Checked, and nothing else: what they are about is not there. */
const WITHOUT_EFFECT = ['reserve_dynamic_partition_enable', 'reserve_colocate'] as const;

const KNOWN: KnownProperties<Key> = {
  owner: 'RESTORE',
  names: RESTORE_PROPERTIES,
  keyOf: (name) => RESTORE_PROPERTIES.find((known) => known === name),
  hint: unknownHint,
};

/** What the properties of a RESTORE ask for. A property that is unknown, repeated or wrong is SQL_PROPERTY, at its place. */
export function restoreOptions(statement: RestoreStatement, limits: PropertyLimits): RestoreOptions {
  refuseStorageVault(statement);
  const properties = byKey(statement, statement.properties, KNOWN);
  const read = <T>(key: Key, reader: (where: RestoreStatement, property: Property) => T): T | undefined => {
    const property = properties.get(key);
    return property && reader(statement, property);
  };
  for (const key of WITHOUT_EFFECT) read(key, readBoolean);
  const reserveReplica = read('reserve_replica', readBoolean);
  const replication = read('replication_num', readReplication);
  const allocated = read('replication_allocation', readReplicationOfAllocation);
  refuseBoth(statement, properties, 'replication_allocation', 'replication_num');
  if (reserveReplica) {
    refuseBoth(statement, properties, 'reserve_replica', 'replication_num');
    refuseBoth(statement, properties, 'reserve_replica', 'replication_allocation');
  }
  const cleanTables = read('clean_tables', readBoolean);
  if (cleanTables) refuseWithTables(statement, properties.get('clean_tables'));
  return Object.freeze({
    timeoutMs:
      read('timeout', (where, property) => readTimeoutMs(where, property, limits.minTimeoutMs)) ??
      limits.defaultTimeoutMs,
    ...given({
      limits: readLimits(statement, properties),
      backupTimestamp: read('backup_timestamp', readTimestamp),
      replication: replication ?? allocated,
      reserveReplica,
      metaVersion: read('meta_version', readWholeNumber),
      cleanTables,
      cleanPartitions: read('clean_partitions', readBoolean),
      atomicRestore: read('atomic_restore', readBoolean),
      forceReplace: read('force_replace', readBoolean),
      allowLoad: read('allow_load', readBoolean),
    }),
  });
}

type Given<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** Only what is there. */
const given = <T extends object>(all: T): Given<T> =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Given<T>;

/** Two properties that ask for different things; the error is at the one that is written later. */
function refuseBoth(
  statement: RestoreStatement,
  properties: ReadonlyMap<Key, Property>,
  a: Key,
  b: Key,
): void {
  const both = [properties.get(a), properties.get(b)];
  const [first, second] = both
    .filter((property) => property !== undefined)
    .toSorted((x, y) => x.key.span.offset - y.key.span.offset);
  if (!first || !second) return;
  const message = `${a} and ${b} exclude one another: both say how many copies there are to be`;
  throw errorAt(statement, second.key.span, 'SQL_PROPERTY', message, 'leave one of them out');
}

function refuseWithTables(statement: RestoreStatement, property: Property | undefined): void {
  const { kind } = statement.scope;
  if (!property || kind === 'all') return;
  const clause = kind.toUpperCase();
  const message = `clean_tables goes with the restore of a whole snapshot, and this one has ${clause}`;
  const hint = `leave out clean_tables: it would drop every table that ${kind === 'on' ? 'is not named' : 'is left out'}`;
  throw badValue(statement, property, message, hint);
}

function refuseStorageVault({ properties, source }: RestoreStatement): void {
  const vault = properties.find(({ key }) => key.text.trim().toLowerCase() === 'storage_vault_name');
  if (!vault) return;
  const message =
    'storage_vault_name is not supported: storage vaults belong to clusters that keep no data on their nodes';
  throw errorAt(source, vault.key.span, 'SQL_PROPERTY', message, 'leave it out');
}

function unknownHint(name: string): string | undefined {
  const meant = nearest(name, RESTORE_PROPERTIES);
  if (meant !== undefined) return `did you mean ${show(meant)}?`;
  if (name === 'type' || name === 'content') return `${name} is a property of BACKUP`;
  return undefined;
}
