import { DrillError } from '../../base/errors.js';
import { plural, shortened } from '../../base/text.js';
import { MAX_FILES } from '../shards.js';
import {
  Assumptions,
  type ClusterFacts,
  type PartitionFact,
  type ShardFact,
  type TableFact,
} from './facts.js';
import { sortListings, type ListedPartition, type ListedTable, type Replica } from './listings.js';
import { Names } from './names.js';
import { Nodes, USUAL_REPLICATION } from './nodes.js';
import type { ResultSet } from './result-set.js';

export interface ImportOptions {
  /** Whose tables these are; where it is not said, as the listings do. */
  readonly database?: string | undefined;
  /** No listing tells how many files a shard has: one for each version it is made of, and at least one for so many bytes. */
  readonly fileSizeBytes: number;
}

/** What Doris makes a table with, unless it is told otherwise. */
const USUAL_BUCKETS = 10;
const USUAL_VERSION = 2;

/** What a cluster is like, by its own listings. Throws IMPORT_UNREADABLE where they say nothing of any table. */
export function factsOf(sets: readonly ResultSet[], options: ImportOptions): ClusterFacts {
  const assumptions = new Assumptions();
  const named = options.database ?? databaseIn(sets);
  const { backends, tables } = sortListings(sets, named, assumptions);
  if (tables.size === 0) throw noTables(sets, options.database);
  const nodes = new Nodes(backends, assumptions);
  const names = new Names(assumptions);
  const facts = [...tables].map(([name, table]) =>
    tableFact(names.of(name, 'table'), name, table, { nodes, options, assumptions }),
  );
  const listed = nodes.list(facts);
  return {
    database: new Names(assumptions).of(named ?? 'imported', 'database'),
    nodes: listed,
    tables: withinNodes(facts, listed.length, assumptions),
    assumptions: assumptions.list(),
  };
}

/** Copies of a shard are on distinct nodes. */
function withinNodes(tables: readonly TableFact[], nodes: number, assumptions: Assumptions): TableFact[] {
  return tables.map((table) => {
    const most = mostCopies([table]);
    if (most <= nodes) return table;
    assumptions.add(
      `${table.name}: its ${most} copies of a shard are on distinct nodes, and there are ${nodes}: ${nodes}.`,
    );
    const partitions = table.partitions.map((one) => ({
      ...one,
      replication: Math.min(nodes, one.replication),
    }));
    return { ...table, partitions };
  });
}

const mostCopies = (tables: readonly TableFact[]): number =>
  tables
    .flatMap(({ partitions }) => partitions)
    .reduce((most, { replication }) => Math.max(most, replication), 1);

function noTables(sets: readonly ResultSet[], database: string | undefined): DrillError {
  const other = databaseIn(sets);
  if (database !== undefined && other !== undefined && other !== database)
    return new DrillError(
      'IMPORT_UNREADABLE',
      `the listings have no table of database ${cutName(database)}: they are of ${cutName(other)}`,
    );
  return new DrillError('IMPORT_UNREADABLE', 'the listings have no table in them', {
    hint: 'save at least SHOW PARTITIONS FROM <table>, better SHOW TABLETS as well: docs/import.md says how',
  });
}

/** Of a name in messages. */
const cutName = (name: string): string => shortened(name, 100);

const databaseIn = (sets: readonly ResultSet[]): string | undefined => {
  for (const { statement, headers } of sets) {
    const named =
      /^SHOW\s+(?:PARTITIONS|TABLETS?)\s+FROM\s+`?([^`.\s;]+)`?\.`?[^`.\s;]/i.exec(statement ?? '')?.[1] ??
      headers.map((header) => /^Tables_in_(.+)$/i.exec(header)?.[1]).find((one) => one !== undefined);
    if (named !== undefined) return named;
  }
  return undefined;
};

/** `own`: what the table is called in the scenario; `name`: in its cluster. */
function tableFact(
  own: string,
  name: string,
  table: ListedTable,
  { nodes, options, assumptions }: Omit<Context, 'table'>,
): TableFact {
  const { partitions, replicas } = table;
  if (table.isView) return { name: own, type: 'VIEW', partitions: [] };
  if (partitions.size === 0 && replicas.size === 0) return byData(own, table, options, assumptions);
  const unknown = replicas.get('') ?? [];
  const [single] = partitions.size === 1 ? [...partitions.keys()] : [];
  const all = new Map([...replicas].filter(([partition]) => partition !== ''));
  if (unknown.length > 0) {
    if (single === undefined && partitions.size > 1)
      assumptions.add(
        `${name}: its tablets are listed without their partitions, so all are in one partition.`,
      );
    const home = single ?? name;
    all.set(home, [...(all.get(home) ?? []), ...unknown]);
  }
  const isOne = unknown.length > 0 && single === undefined;
  const names = isOne ? all.keys() : new Set([...partitions.keys(), ...all.keys()]);
  const context = { table: name, nodes, options, assumptions };
  const partitionNames = new Names(assumptions);
  const made = [...names].map((partition): PartitionFact => {
    const listed = partitions.get(partition);
    const shown = partitionNames.of(partition, `partition of ${name}`);
    const replicasOf = all.get(partition);
    return replicasOf
      ? listedPartition(shown, replicasOf, listed, context)
      : evenPartition(shown, listed!, context);
  });
  return { name: own, type: 'OLAP', partitions: made };
}

interface Context {
  readonly table: string;
  readonly nodes: Nodes;
  readonly options: ImportOptions;
  readonly assumptions: Assumptions;
}

/** A partition whose replicas are listed. */
function listedPartition(
  name: string,
  replicas: readonly Replica[],
  listed: ListedPartition | undefined,
  { table, nodes, options, assumptions }: Context,
): PartitionFact {
  const shards = new Map<string, Map<number, Replica>>();
  for (const replica of replicas) {
    const copies = shards.get(replica.shard) ?? new Map<number, Replica>();
    shards.set(replica.shard, copies.set(replica.id, replica));
  }
  const version = listed?.version ?? Math.max(USUAL_VERSION, ...versionsOf(replicas));
  if (listed?.version === undefined)
    assumptions.add(
      `${table}: without its SHOW PARTITIONS, the highest version of a copy is taken for what queries see.`,
    );
  let behind = 0;
  let replication = listed?.replication ?? 0;
  const made = [...shards].map(([id, copies]): ShardFact => {
    const inOrder = [...copies.values()].toSorted((a, b) => a.id - b.id);
    const alive = inOrder.filter(({ backend }) => nodes.get(backend).isAlive);
    const good = alive.filter((copy) => !copy.isBad && (copy.version ?? version) >= version);
    // Doris would refuse to back up a shard without a good copy; what the plan is about is the time that one takes.
    const kept = good.length > 0 ? good : alive.length > 0 ? alive : inOrder;
    behind += alive.length - good.length;
    for (const { backend } of kept) nodes.use(backend);
    replication = Math.max(replication, kept.length);
    const [first] = kept;
    const sizeBytes = first!.sizeBytes ?? 0;
    return {
      id,
      sizeBytes,
      files: filesIn(sizeBytes, first!.versionCount, options),
      nodes: distinct(kept, nodes),
    };
  });
  if (behind > 0)
    assumptions.add(`${table}: ${plural(behind, 'copy is', 'copies are')} behind or broken, and left out.`);
  assumptions.add(FILES_ASSUMED);
  return { name, version, replication: Math.max(1, replication), shards: made };
}

const versionsOf = (replicas: readonly Replica[]): number[] => [
  replicas.reduce((most, { version }) => Math.max(most, version ?? 0), 0),
];

const distinct = (copies: readonly Replica[], nodes: Nodes): string[] => [
  ...new Set(copies.map(({ backend }) => nodes.get(backend).name)),
];

function filesIn(sizeBytes: number, versions: number | undefined, { fileSizeBytes }: ImportOptions): number {
  if (sizeBytes === 0) return 0;
  return Math.min(sizeBytes, MAX_FILES, Math.max(1, versions ?? 0, Math.ceil(sizeBytes / fileSizeBytes)));
}

const FILES_ASSUMED =
  'No listing says how many files a shard has: one for each of its versions (VersionCount), where that is listed, and at least one for each --file-size.';

/** A partition of which only the whole is known: its shards are alike. */
function evenPartition(
  name: string,
  { version, buckets, replication, allCopiesBytes }: ListedPartition,
  { table, options, assumptions }: Context,
): PartitionFact {
  assumptions.add(
    `${table}: without its SHOW TABLETS, the shards of a partition are equally large, and spread evenly.`,
  );
  assumptions.add('DataSize of a partition counts all copies.');
  assumptions.add(FILES_ASSUMED);
  if (replication === undefined)
    assumptions.add(`${table}: ReplicationNum is not listed: ${USUAL_REPLICATION}.`);
  if (buckets === undefined) assumptions.add(`${table}: Buckets is not listed: ${USUAL_BUCKETS}.`);
  const copies = replication ?? USUAL_REPLICATION;
  const count = buckets ?? USUAL_BUCKETS;
  const sizeBytes = Math.round((allCopiesBytes ?? 0) / copies / count);
  return {
    name,
    version: Math.max(1, version ?? USUAL_VERSION),
    replication: copies,
    shards: { count, sizeBytes, files: filesIn(sizeBytes, undefined, options) },
  };
}

/** A table of which only SHOW DATA is known, or its name. */
function byData(
  name: string,
  { allCopiesBytes, allCopies }: ListedTable,
  options: ImportOptions,
  assumptions: Assumptions,
): TableFact {
  const known = allCopiesBytes !== undefined;
  assumptions.add(
    known
      ? `${name}: only SHOW DATA tells of it: one partition, ${USUAL_REPLICATION} copies, equal shards.`
      : `${name}: only its name is known: it is taken to be empty.`,
  );
  if (known) assumptions.add(FILES_ASSUMED);
  const count = Math.max(1, Math.round((allCopies ?? USUAL_BUCKETS * USUAL_REPLICATION) / USUAL_REPLICATION));
  const sizeBytes = Math.round((allCopiesBytes ?? 0) / USUAL_REPLICATION / count);
  const shards = { count, sizeBytes, files: filesIn(sizeBytes, undefined, options) };
  return {
    name,
    type: 'OLAP',
    partitions: [{ name, version: USUAL_VERSION, replication: USUAL_REPLICATION, shards }],
  };
}
