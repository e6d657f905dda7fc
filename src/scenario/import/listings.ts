import type { Assumptions } from './facts.js';
import { columnOf, type ResultSet } from './result-set.js';
import { listedCount, listedNumber, listedSize } from './sizes.js';

/** A short, in Doris. */
const MAX_REPLICATION = 32_767;
/** As a scenario has them at most. */
const MAX_BUCKETS = 1_000_000_000;

export interface Backend {
  readonly id: string;
  readonly host: string;
  readonly port: string | undefined;
  readonly isAlive: boolean;
}

export interface ListedPartition {
  readonly name: string;
  readonly version: number | undefined;
  readonly buckets: number | undefined;
  readonly replication: number | undefined;
  /** Of all copies together. */
  readonly allCopiesBytes: number | undefined;
}

export interface Replica {
  readonly shard: string;
  readonly id: number;
  readonly backend: string;
  readonly version: number | undefined;
  readonly sizeBytes: number | undefined;
  readonly versionCount: number | undefined;
  readonly isBad: boolean;
}

/** What one table has been listed to be. */
export interface ListedTable {
  isView: boolean;
  partitions: Map<string, ListedPartition>;
  /** By partition; '' where the listing does not say which. */
  replicas: Map<string, Replica[]>;
  /** Of all copies, from SHOW DATA. */
  allCopiesBytes: number | undefined;
  allCopies: number | undefined;
}

export interface Listings {
  readonly backends: readonly Backend[];
  readonly tables: ReadonlyMap<string, ListedTable>;
}

/** Sorts out what each listing is, by the names of its columns, and which table it is of. Listings of other databases are left out. */
export function sortListings(
  sets: readonly ResultSet[],
  database: string | undefined,
  assumptions: Assumptions,
): Listings {
  const backends: Backend[] = [];
  const tables = new Map<string, ListedTable>();
  const tableOf = (name: string): ListedTable => {
    let table = tables.get(name);
    if (!table) {
      table = {
        isView: false,
        partitions: new Map(),
        replicas: new Map(),
        allCopiesBytes: undefined,
        allCopies: undefined,
      };
      tables.set(name, table);
    }
    return table;
  };
  for (const set of sets) {
    const target = targetOf(set.statement);
    if (target?.database !== undefined && database !== undefined && target.database !== database) {
      assumptions.add(`${set.source} has a listing of database ${target.database}, which was left out.`);
      continue;
    }
    const has = (...names: readonly string[]): boolean => columnOf(set, ...names) !== undefined;
    if (has('TabletId') && has('BackendId')) {
      if (target?.table === undefined) assumptions.add(unknownTable(set, 'tablets'));
      else addReplicas(tableOf(target.table), target.partition ?? '', set, assumptions);
    } else if (has('BackendId') && has('Host', 'IP'))
      for (const backend of backendsIn(set)) backends.push(backend);
    else if (has('PartitionName')) {
      if (target?.table === undefined) assumptions.add(unknownTable(set, 'partitions'));
      else
        for (const partition of partitionsIn(set))
          tableOf(target.table).partitions.set(partition.name, partition);
    } else if (has('TableName') && has('Size')) addData(set, tableOf);
    else if (tablesColumn(set) !== undefined) addTables(set, tableOf);
    else
      assumptions.add(
        `${set.source} has a table with the columns ${set.headers.slice(0, 5).join(', ')}, which says nothing that is needed.`,
      );
  }
  return { backends, tables };
}

const unknownTable = ({ source }: ResultSet, what: string): string =>
  `${source} does not say which table its ${what} are of, so they were left out: name the file ${what}.<database>.<table>.tsv, or keep the statement in it.`;

interface Target {
  readonly database?: string;
  readonly table?: string;
  readonly partition?: string;
}

const NAME = '`?([^`.\\s;()]+)`?';
const TARGET = new RegExp(
  `^SHOW\\s+(?:FULL\\s+|TEMPORARY\\s+)*(PARTITIONS|TABLETS?|DATA|TABLES)\\s+(?:FROM|IN)\\s+(?:${NAME}\\.)?${NAME}(?:\\s+PARTITIONS?\\s*\\(\\s*${NAME}\\s*\\))?`,
  'i',
);

/** What a statement lists. */
function targetOf(statement: string | undefined): Target | undefined {
  const match = TARGET.exec(statement ?? '');
  if (!match) return undefined;
  const [, kind, database, name, partition] = match;
  if (kind!.toUpperCase() === 'TABLES') return { database: name! };
  // SHOW DATA FROM a name alone may be of a database or of a table: its rows tell.
  if (kind!.toUpperCase() === 'DATA') return database === undefined ? {} : { database };
  return {
    table: name!,
    ...(database === undefined ? {} : { database }),
    ...(partition === undefined ? {} : { partition }),
  };
}

type Row = readonly (string | undefined)[];

/** Gives a reader of the values of one column. */
const reader = (set: ResultSet, ...names: readonly string[]): ((row: Row) => string | undefined) => {
  const at = columnOf(set, ...names);
  return (row) => (at === undefined ? undefined : row[at]);
};

function backendsIn(set: ResultSet): Backend[] {
  const id = reader(set, 'BackendId');
  const host = reader(set, 'Host', 'IP');
  const port = reader(set, 'HeartbeatPort');
  const alive = reader(set, 'Alive');
  return set.rows.map((row) => ({
    id: id(row) ?? '',
    host: host(row) ?? '',
    port: port(row),
    isAlive: (alive(row) ?? 'true').toLowerCase() !== 'false',
  }));
}

function partitionsIn(set: ResultSet): ListedPartition[] {
  const name = reader(set, 'PartitionName');
  const version = reader(set, 'VisibleVersion');
  const buckets = reader(set, 'Buckets');
  const replication = reader(set, 'ReplicationNum');
  const size = reader(set, 'DataSize');
  return set.rows.flatMap((row) => {
    const own = name(row);
    return own === undefined
      ? []
      : {
          name: own,
          version: listedNumber(version(row)),
          buckets: listedCount(buckets(row), MAX_BUCKETS),
          replication: listedCount(replication(row), MAX_REPLICATION),
          allCopiesBytes: listedSize(size(row)),
        };
  });
}

function addReplicas(
  { replicas }: ListedTable,
  partition: string,
  set: ResultSet,
  assumptions: Assumptions,
): void {
  const shard = reader(set, 'TabletId');
  const id = reader(set, 'ReplicaId');
  const backend = reader(set, 'BackendId');
  const version = reader(set, 'Version');
  const failed = reader(set, 'LstFailedVersion');
  const size = reader(set, 'LocalDataSize', 'DataSize');
  const state = reader(set, 'State');
  const versions = reader(set, 'VersionCount');
  const known = replicas.get(partition) ?? [];
  replicas.set(partition, known);
  for (const row of set.rows) {
    const own = shard(row);
    if (own === undefined) continue;
    if (!/^\d+$/.test(own)) {
      assumptions.add(`${set.source} has rows whose TabletId is no number: they were left out.`);
      continue;
    }
    known.push({
      shard: own,
      id: listedNumber(id(row)) ?? known.length,
      backend: backend(row) ?? '',
      version: listedNumber(version(row)),
      sizeBytes: listedSize(size(row)),
      versionCount: listedNumber(versions(row)),
      isBad: (listedNumber(failed(row)) ?? -1) > 0 || (state(row) ?? 'NORMAL').toUpperCase() !== 'NORMAL',
    });
  }
}

/** SHOW DATA: a line a table, or a line an index of one table, and then totals. */
function addData(set: ResultSet, tableOf: (name: string) => ListedTable): void {
  const name = reader(set, 'TableName');
  const size = reader(set, 'Size');
  const copies = reader(set, 'ReplicaCount');
  let last: string | undefined;
  for (const row of set.rows) {
    // Further indexes of a table have no name of their own.
    const own = name(row)?.trim() || last;
    if (own === undefined || ['Total', 'Quota', 'Left'].includes(own)) continue;
    const table = tableOf(own);
    const isFurther = own === last;
    table.allCopiesBytes = (isFurther ? (table.allCopiesBytes ?? 0) : 0) + (listedSize(size(row)) ?? 0);
    table.allCopies = (isFurther ? (table.allCopies ?? 0) : 0) + (listedNumber(copies(row)) ?? 0);
    last = own;
  }
}

const tablesColumn = (set: ResultSet): number | undefined => {
  const at = set.headers.findIndex((header) => /^Tables_in_/i.test(header));
  return at >= 0 ? at : columnOf(set, 'TableName', 'Name');
};

function addTables(set: ResultSet, tableOf: (name: string) => ListedTable): void {
  const at = tablesColumn(set)!;
  const type = reader(set, 'Table_type', 'Engine');
  for (const row of set.rows) {
    const name = row[at];
    if (name !== undefined && name !== '') tableOf(name).isView = /VIEW/i.test(type(row) ?? '');
  }
}
