import type { Catalog } from '../../../src/catalog/index.js';
import type { StoredJob, StoredRepository } from '../../../src/coordinator/index.js';
import {
  showRows,
  type JobView,
  type RepositoryView,
  type ShowContext,
} from '../../../src/coordinator/show/index.js';
import type { Cell, RowSet } from '../../../src/coordinator/index.js';
import type { Filter, Name, ShowStatement, Span } from '../../../src/sql/index.js';
import { shop } from '../../catalog/sample.js';

/** Every test's now: 2026-03-04 05:06:07 UTC. */
const NOW_MS = Date.UTC(2026, 2, 4, 5, 6, 7);

export const contextOf = (parts: Partial<ShowContext> = {}): ShowContext => ({
  catalog: parts.catalog ?? shop().catalog,
  sessionDatabase: 'shop',
  jobs: [],
  repositories: [],
  nowMs: NOW_MS,
  version: '1.2.3',
  ...parts,
});

/** A statement's text, with helpers that find the names in it. */
export function written(text: string): {
  readonly base: { readonly source: { readonly name: string; readonly text: string }; readonly span: Span };
  readonly name: (word: string) => Name;
  readonly filter: (by: Filter['by'], value: string) => Filter;
} {
  const name = (word: string): Name => {
    const offset = text.lastIndexOf(word);
    if (offset < 0) throw new Error(`${word} is not in ${text}`);
    return { text: word, span: { offset, length: word.length } };
  };
  return {
    base: { source: { name: '<statement>', text }, span: { offset: 0, length: text.length } },
    name,
    filter: (by, value) => ({ by, value: name(value) }),
  };
}

export interface JobWords {
  readonly from?: string;
  readonly equals?: string;
  readonly like?: string;
}

export function showJobs(job: 'backup' | 'restore', { from, equals, like }: JobWords = {}): ShowStatement {
  const column = job === 'backup' ? 'SnapshotName' : 'Label';
  const where =
    equals !== undefined
      ? ` WHERE ${column} = "${equals}"`
      : like !== undefined
        ? ` WHERE ${column} LIKE "${like}"`
        : '';
  const text = `SHOW ${job.toUpperCase()}${from === undefined ? '' : ` FROM ${from}`}${where}`;
  const { base, name, filter } = written(text);
  return {
    kind: 'show-jobs',
    ...base,
    job,
    ...(from === undefined ? {} : { database: name(from) }),
    ...(equals === undefined ? {} : { filter: filter('equals', equals) }),
    ...(like === undefined ? {} : { filter: filter('like', like) }),
  };
}

export function showTablets(table: string, partitions?: readonly string[], database?: string): ShowStatement {
  const prefix = database === undefined ? '' : `${database}.`;
  const clause = partitions ? ` PARTITION (${partitions.join(', ')})` : '';
  const { base, name } = written(`SHOW TABLETS FROM ${prefix}${table}${clause}`);
  return {
    kind: 'show-tablets',
    ...base,
    table: name(table),
    ...(database === undefined ? {} : { database: name(database) }),
    ...(partitions ? { partitions: partitions.map(name) } : {}),
  };
}

export function showPartitions(table: string): ShowStatement {
  const { base, name } = written(`SHOW PARTITIONS FROM ${table}`);
  return { kind: 'show-partitions', ...base, table: name(table) };
}

export const showBackends = (): ShowStatement => ({
  kind: 'show-backends',
  ...written('SHOW BACKENDS').base,
});

/** Rows as objects by column. */
export const records = ({ columns, rows }: RowSet): readonly Readonly<Record<string, Cell>>[] =>
  rows.map((row) => Object.fromEntries(row.map((cell, i) => [columns[i]!, cell])));

export const show = (statement: ShowStatement, parts: Partial<ShowContext> = {}): RowSet =>
  showRows(statement, contextOf(parts));

export const showRecords = (
  statement: ShowStatement,
  parts: Partial<ShowContext> = {},
): readonly Readonly<Record<string, Cell>>[] => records(show(statement, parts));

const CREATED_MS = Date.UTC(2026, 0, 1, 10, 0, 0);

/** States entered a minute after one another, the first when the job was made. */
export const states = (...names: readonly StoredJob['states'][number]['state'][]): StoredJob['states'] =>
  names.map((state, i) => ({ state, atMs: CREATED_MS + i * 60_000 }));

export const backup = (parts: Partial<StoredJob> = {}): StoredJob => ({
  id: 20_001,
  statement: 'BACKUP SNAPSHOT shop.nightly TO repo',
  label: 'nightly',
  databaseId: 10_001,
  database: 'shop',
  repository: 'repo',
  createdAtMs: CREATED_MS,
  timeoutMs: 86_400_000,
  states: states('PENDING'),
  restarts: 0,
  objects: 'orders PARTITION (p1), customers',
  skippedTables: [],
  totals: { shards: 10, files: 20, sizeBytes: 1000 },
  detail: {
    kind: 'backup',
    content: 'all',
    canRename: true,
    backupTime: '2026-01-01-10-00-00',
    leftovers: false,
  },
  ...parts,
});

export const restore = (parts: Partial<StoredJob> = {}): StoredJob =>
  backup({
    statement: 'RESTORE SNAPSHOT shop.nightly FROM repo',
    detail: { kind: 'restore', allowLoad: false, timestamp: '2026-01-01-10-00-00' },
    ...parts,
  });

export const viewOf = (stored: StoredJob, parts: Partial<JobView> = {}): JobView => ({
  stored,
  unfinishedTasks: [],
  doneShards: 0,
  totalShards: 0,
  ...parts,
});

export const repositoryView = (
  parts: Partial<StoredRepository> = {},
  view: Partial<RepositoryView> = {},
): RepositoryView => ({
  stored: {
    id: 30_001,
    name: 'repo',
    readOnly: false,
    isGiven: false,
    createdAtMs: CREATED_MS,
    spec: { kind: 'local', directory: '/backups', durable: true },
    ...parts,
  },
  createStatement: 'CREATE REPOSITORY repo WITH LOCAL ON LOCATION "file:///backups"',
  ...view,
});

/** Replicas of a table, counted one by one as the catalog has them. */
export function replicasOf(
  catalog: Catalog,
  table: {
    readonly partitions: readonly {
      readonly name: string;
      readonly indexes: readonly { readonly firstShard: number; readonly endShard: number }[];
    }[];
  },
  only?: ReadonlySet<string>,
): string[] {
  const all: string[] = [];
  for (const partition of table.partitions) {
    if (only && !only.has(partition.name)) continue;
    for (const { firstShard, endShard } of partition.indexes)
      for (let s = firstShard; s < endShard; s++)
        for (const node of catalog.shards.replicaNodesOf(s)) all.push(`${catalog.shards.id[s]} on ${node}`);
  }
  return all;
}
