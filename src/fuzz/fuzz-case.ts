import { quoteName } from '../sql/index.js';
import type { Scenario } from '../scenario/index.js';
import type { Fault } from '../world/faults.js';

/** What a BACKUP of a case covers, as data: what its statement says, said in another way. */
export interface Selected {
  readonly kind: 'all' | 'on' | 'exclude';
  readonly tables: readonly SelectedTable[];
}

export interface SelectedTable {
  readonly table: string;
  /** Undefined: all of them. */
  readonly partitions?: readonly string[];
}

export interface BackupSpec {
  readonly database: string;
  readonly selected: Selected;
  readonly content: 'all' | 'metadata_only';
  /** Undefined: the engine's default. */
  readonly timeoutSec?: number;
}

/** Something else that a user does while the first statement's job runs. */
export interface Meanwhile {
  readonly atMs: number;
  readonly what: 'second-backup' | 'other-database' | 'drop-snapshot' | 'cancel' | 'show';
}

/** A replica that is not fit to be backed up when the case begins, and of which the catalog knows that. */
export interface BrokenReplica {
  /** Ordinals in the catalog that the scenario generates. */
  readonly shard: number;
  readonly replica: number;
  readonly why: 'unhealthy' | 'behind';
}

/** One case of the fuzzer: a cluster, what goes wrong in it, and what its user does. Plain data, drawn from a seed. */
export interface FuzzCase {
  readonly seed: string;
  /** With its faults, and with the first statement as its own. */
  readonly scenario: Scenario;
  readonly backup: BackupSpec;
  readonly brokenReplicas: readonly BrokenReplica[];
  readonly meanwhile: readonly Meanwhile[];
  /** When everything is mended, though jobs may be at work; undefined: once they have ended. */
  readonly calmAfterMs?: number;
  /** What follows, still under faults, where the first job was cancelled or refused. */
  readonly afterCancel: 'nothing' | 'same-label' | 'drop-and-same-label';
  /** What goes wrong while the snapshot is restored into another cluster; undefined: it is restored in calm alone. */
  readonly restoreFaults?: readonly Fault[];
}

export const DATABASE = 'example_db';
export const OTHER_DATABASE = 'other_db';
export const REPOSITORY = 'example_repo';
export const FIRST_LABEL = 'label1';
export const OTHER_LABEL = 'other1';
export const SECOND_LABEL = 'second1';
export const CALM_LABEL = 'calm1';

/** The text of a BACKUP statement. */
export function backupText(spec: BackupSpec, label: string, repository: string = REPOSITORY): string {
  const { database, selected, content, timeoutSec } = spec;
  const items = selected.tables.map(({ table, partitions }) =>
    partitions ? `${quoteName(table)} PARTITION (${partitions.map(quoteName).join(', ')})` : quoteName(table),
  );
  const scope = selected.kind === 'all' ? '' : ` ${selected.kind.toUpperCase()} (${items.join(', ')})`;
  const properties = [
    ...(content === 'all' ? [] : [`"content" = "${content}"`]),
    ...(timeoutSec === undefined ? [] : [`"timeout" = "${timeoutSec}"`]),
  ];
  const tail = properties.length === 0 ? '' : ` PROPERTIES (${properties.join(', ')})`;
  return `BACKUP SNAPSHOT ${quoteName(database)}.${label} TO ${quoteName(repository)}${scope}${tail}`;
}

/** Whether a partition is selected, told from the selection alone. */
export function isSelected({ kind, tables }: Selected, table: string, partition: string): boolean {
  if (kind === 'all') return true;
  let isNamed = false;
  for (const named of tables)
    if (named.table === table && (named.partitions?.includes(partition) ?? true)) isNamed = true;
  return kind === 'on' ? isNamed : !isNamed;
}

/** The case with another statement, whose text the scenario is to carry as well. */
export function withBackup(fuzzCase: FuzzCase, backup: BackupSpec): FuzzCase {
  const statement = { text: backupText(backup, FIRST_LABEL, fuzzCase.scenario.repository.name), line: 1 };
  return { ...fuzzCase, backup, scenario: { ...fuzzCase.scenario, statement } };
}

/** How long a job of the case may run, in milliseconds. */
export const timeoutMsOf = ({ backup, scenario }: FuzzCase): number =>
  backup.timeoutSec === undefined ? scenario.engine.defaultTimeoutMs : backup.timeoutSec * 1000;
