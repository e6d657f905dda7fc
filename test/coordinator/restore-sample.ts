import * as fc from 'fast-check';
import {
  bindBackup,
  Catalog,
  isOlap,
  isView,
  selectedShards,
  type Database,
  type NewIndex,
  type NewPartition,
  type Partition,
  type Placement,
} from '../../src/catalog/index.js';
import { buildInfo, buildMeta } from '../../src/coordinator/manifest-builder.js';
import { planRestore, type RestorePlan } from '../../src/coordinator/restore-plan.js';
import type { SnapshotInfo, SnapshotMeta } from '../../src/repository/index.js';
import { parseStatement, type RestoreStatement, type RestoreOptions } from '../../src/sql/index.js';
import { backupStatement } from '../catalog/sample.js';

export interface PartitionShape {
  readonly name: string;
  readonly version: number;
  readonly buckets: number;
}

export type TableShape =
  | {
      readonly type: 'OLAP';
      readonly name: string;
      readonly replication: number;
      readonly rollups: readonly string[];
      readonly partitions: readonly PartitionShape[];
      /** A rollup that is still being built. */
      readonly unfinished?: string;
    }
  | { readonly type: 'VIEW'; readonly name: string; readonly definition: string }
  | { readonly type: 'MYSQL'; readonly name: string };

export type OlapShape = Extract<TableShape, { type: 'OLAP' }>;

export const olap = (name: string, changes: Partial<OlapShape> = {}): OlapShape => ({
  type: 'OLAP',
  name,
  replication: 1,
  rollups: [],
  partitions: [partition('p1'), partition('p2')],
  ...changes,
});

export const partition = (name: string, changes: Partial<PartitionShape> = {}): PartitionShape => ({
  name,
  version: 2,
  buckets: 2,
  ...changes,
});

/** A cluster with one database; every shard has a header and one file of a size that no other has. */
export function cluster(
  database: string,
  tables: readonly TableShape[],
  nodeCount = 4,
  dead: readonly number[] = [],
): Catalog {
  const catalog = new Catalog(Array.from({ length: nodeCount }, (_, i) => `be-${i + 1}`));
  const db = catalog.createDatabase(database);
  const placement = inTurn(nodeCount);
  for (const table of tables) addTable(catalog, db, table, placement);
  for (const node of dead) catalog.nodeAlive[node] = 0;
  return catalog;
}

export function inTurn(nodeCount: number): Placement {
  let next = 0;
  return (replication) => Int32Array.from({ length: replication }, () => next++ % nodeCount);
}

function addTable(catalog: Catalog, database: Database, table: TableShape, placement: Placement): void {
  if (table.type === 'VIEW') catalog.createView(database, table.name, table.definition);
  else if (table.type === 'MYSQL') catalog.createForeignTable(database, table.name, table.type);
  else {
    const { name, replication, rollups, unfinished } = table;
    const partitions = table.partitions.map((shape): NewPartition => {
      const all = [name, ...rollups, ...(unfinished === undefined ? [] : [unfinished])];
      const indexes = all.map((index, i): NewIndex => ({
        name: index,
        base: i === 0,
        visible: index !== unfinished,
        buckets: shape.buckets,
        shard: () => ({
          fileSizeBytes: [4096, 1000 + catalog.shards.count],
          replicaNodes: placement(replication),
        }),
      }));
      return { name: shape.name, version: shape.version, indexes };
    });
    catalog.createTable(database, { name, replication, partitions });
  }
}

export interface Snapshot {
  readonly meta: SnapshotMeta;
  readonly info: SnapshotInfo;
}

/** The manifest of a backup of a database `src` of these tables. */
export function snapshotOf(
  tables: readonly TableShape[],
  content: SnapshotInfo['content'] = 'all',
): Snapshot {
  const catalog = cluster('src', tables);
  const statement = backupStatement('BACKUP SNAPSHOT src.snap TO repo');
  const selection = bindBackup(catalog, statement, { unsupportedTables: 'skip' });
  const shards = content === 'all' ? selectedShards(selection) : new Int32Array(0);
  const checksums = Array.from(shards, (shard) => [`${2 * shard}`, `${2 * shard + 1}`].map(md5Like));
  const backupTime = '2026-01-02-03-04-05';
  const spec = { catalog, selection, label: 'snap', repository: 'repo', backupTime, content };
  return { meta: buildMeta(spec), info: buildInfo(spec, { shards, checksums }) };
}

const md5Like = (text: string): string => text.padStart(32, '0');

export function restoreStatement(clauses = ''): RestoreStatement {
  const statement = parseStatement(`RESTORE SNAPSHOT db.snap FROM repo ${clauses}`);
  if (statement.kind !== 'restore') throw new Error('not a RESTORE');
  return statement;
}

/** Plans a restore into database `db`. */
export function plan(
  catalog: Catalog,
  { meta, info }: Snapshot,
  clauses = '',
  options: Partial<RestoreOptions> = {},
): RestorePlan {
  const target = {
    catalog,
    database: catalog.database('db'),
    placement: inTurn(catalog.nodeNames.length),
    statement: restoreStatement(clauses),
    options: { timeoutMs: 1e6, ...options },
  };
  return planRestore(target, meta, info);
}

/** All that users see of a catalog, as plain data; shards by id, since ordinals may differ. */
export function visible(catalog: Catalog): unknown {
  return [...catalog.databases.values()].map((database) => ({
    database: database.name,
    tables: [...database.tables.values()].map((table) =>
      isOlap(table)
        ? { ...table, partitions: table.partitions.map((p) => visiblePartition(catalog, p)) }
        : table,
    ),
  }));
}

function visiblePartition(catalog: Catalog, { indexes, ...rest }: Partition): unknown {
  const { shards } = catalog;
  return {
    ...rest,
    indexes: indexes.map(({ firstShard, endShard, ...index }) => ({
      ...index,
      shards: Array.from({ length: endShard - firstShard }, (_, i) => {
        const shard = firstShard + i;
        const sizes = shards.fileSizeBytes.subarray(shards.firstFile[shard], shards.firstFile[shard + 1]);
        return {
          address: catalog.addressOf(shard),
          bucket: shards.bucket[shard],
          sizeBytes: [...sizes],
          nodes: [...shards.replicaNodesOf(shard)],
        };
      }),
    })),
  };
}

/** `shard@node` of every replica that a database's partitions have. */
export function replicas({ shards }: Catalog, database: Database): string[] {
  return [...database.tables.values()]
    .filter(isOlap)
    .flatMap((table) => table.partitions)
    .flatMap((p) => p.indexes)
    .flatMap(({ firstShard, endShard }) =>
      Array.from({ length: endShard - firstShard }, (_, i) => firstShard + i),
    )
    .flatMap((shard) => [...shards.replicaNodesOf(shard)].map((node) => `${shard}@${node}`));
}

/** What a database holds by name: `t(p1,p2)` and views; to tell one state from another at a glance. */
export const outline = (database: Database): string[] =>
  [...database.tables.values()].map((table) =>
    isOlap(table)
      ? `${table.name}(${table.partitions.map((p) => `${p.name}:${p.visibleVersion}`).join()})`
      : isView(table)
        ? `${table.name}=${table.definition}`
        : `${table.name}:${table.type}`,
  );

const NAMES = ['t1', 't2', 't3'] as const;

const arbitraryOlap = (name: string): fc.Arbitrary<OlapShape> =>
  fc.record({
    type: fc.constant('OLAP' as const),
    name: fc.constant(name),
    replication: fc.integer({ min: 1, max: 2 }),
    rollups: fc.subarray(['r1', 'r2']),
    partitions: fc.oneof(
      { weight: 4, arbitrary: partitionsNamed(['p1', 'p2', 'p3']) },
      { weight: 1, arbitrary: partitionsNamed([name]) },
    ),
  });

const partitionsNamed = (names: string[]): fc.Arbitrary<PartitionShape[]> =>
  fc
    .record({
      chosen: fc.subarray(names),
      shapes: fc.array(
        fc.record({ version: fc.integer({ min: 1, max: 9 }), buckets: fc.integer({ min: 1, max: 3 }) }),
        { minLength: names.length, maxLength: names.length },
      ),
    })
    .map(({ chosen, shapes }) => chosen.map((name, i) => ({ name, ...shapes[i]! })));

const arbitraryView = (name: string): fc.Arbitrary<TableShape> =>
  fc.constantFrom('SELECT 1', 'SELECT 2').map((definition) => ({ type: 'VIEW', name, definition }));

const arbitraryTable = (name: string): fc.Arbitrary<TableShape | undefined> =>
  fc.oneof(
    { weight: 5, arbitrary: arbitraryOlap(name) },
    { weight: 1, arbitrary: arbitraryView(name) },
    { weight: 1, arbitrary: fc.constant({ type: 'MYSQL' as const, name }) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );

const arbitraryTables = (names: readonly string[]): fc.Arbitrary<TableShape[]> =>
  fc.tuple(...names.map(arbitraryTable)).map((tables) => tables.filter((table) => table !== undefined));

/** A table that one of the snapshot's can be restored into: with some of its partitions, and others of its own. */
function arbitraryHome(source: TableShape, name: string): fc.Arbitrary<TableShape | undefined> {
  if (source.type !== 'OLAP') return fc.constant(source.type === 'MYSQL' ? undefined : { ...source, name });
  const isUnpartitioned = source.partitions.length === 1 && source.partitions[0]!.name === source.name;
  if (source.partitions.length === 0) return fc.constant(undefined);
  return fc
    .record({
      kept: fc.subarray([...source.partitions]),
      more: fc.boolean(),
      version: fc.integer({ min: 1, max: 9 }),
      replication: fc.integer({ min: 1, max: 2 }),
    })
    .map(({ kept, more, version, replication }): OlapShape => {
      const own = isUnpartitioned ? source.partitions.map((p) => ({ ...p, name })) : kept;
      const others = more && !isUnpartitioned ? [{ name: 'own', version: 1, buckets: 5 }] : [];
      return {
        ...source,
        name,
        replication,
        partitions: [...others, ...own].map((p) => ({ ...p, version })),
      };
    });
}

export interface Case {
  readonly source: readonly TableShape[];
  readonly target: readonly TableShape[];
  readonly nodeCount: number;
  readonly dead: readonly number[];
  readonly clause: string;
  readonly options: Partial<RestoreOptions>;
  /** By the snapshot's names: what of it the clause selects, and under which name. */
  readonly selected: ReadonlyMap<string, { readonly partitions: readonly string[]; readonly name: string }>;
}

export type TargetKind = 'fitting' | 'any';

/** Random snapshots, targets and statements; with `fitting`, such that nothing is in the way. */
export function arbitraryCase(kind: TargetKind): fc.Arbitrary<Case> {
  return arbitraryTables(NAMES).chain((source) => {
    const homes = source.flatMap((table) => [
      fc.option(arbitraryHome(table, table.name), { nil: undefined }),
      fc.option(arbitraryHome(table, `${table.name}_copy`), { nil: undefined }),
    ]);
    const fitting = fc
      .tuple(fc.tuple(...homes), fc.constantFrom<TableShape[]>([], [olap('x1', { replication: 2 })]))
      .map(([home, others]) => [...home.filter((table) => table !== undefined), ...others]);
    return fc
      .record({
        target: kind === 'fitting' ? fitting : arbitraryTables([...NAMES, 't1_copy', 'x1']),
        nodes: fc.integer({ min: 3, max: 5 }),
        dead: fc.integer({ min: 0, max: kind === 'fitting' ? 1 : 3 }),
        options: kind === 'fitting' ? arbitraryCleaning : arbitraryOptions,
        scope: fc.constantFrom('all' as const, 'on' as const, 'exclude' as const),
        draws: fc.infiniteStream(fc.nat({ max: 3 })),
      })
      .map(({ target, nodes: nodeCount, dead, options, scope, draws }) => ({
        source,
        target,
        nodeCount,
        dead: Array.from({ length: dead }, (_, i) => (i * 2) % nodeCount),
        options,
        ...arbitraryScope(scope, source, draws),
      }));
  });
}

const arbitraryCleaning = fc.record({ cleanTables: fc.boolean(), cleanPartitions: fc.boolean() });

const arbitraryOptions: fc.Arbitrary<Partial<RestoreOptions>> = fc.record(
  {
    replication: fc.integer({ min: 1, max: 3 }),
    reserveReplica: fc.boolean(),
    cleanTables: fc.boolean(),
    cleanPartitions: fc.boolean(),
    atomicRestore: fc.boolean(),
    forceReplace: fc.boolean(),
  },
  { requiredKeys: [] },
);

function arbitraryScope(
  kind: 'all' | 'on' | 'exclude',
  source: readonly TableShape[],
  draws: Iterator<number>,
): Pick<Case, 'clause' | 'selected'> {
  const draw = (): number => draws.next().value as number;
  const backedUp = source.filter((table) => table.type !== 'MYSQL');
  const partitionsOf = (table: TableShape): string[] =>
    table.type === 'OLAP' ? table.partitions.map((p) => p.name) : [];
  const whole = backedUp.map(
    (table) => [table.name, { partitions: partitionsOf(table), name: table.name }] as const,
  );
  const drawn = backedUp
    .filter(() => draw() > 0)
    .map((table) => {
      const partitions = partitionsOf(table).filter(() => draw() > 1);
      const isWhole = partitions.length === 0;
      const name = kind === 'on' && draw() > 2 ? `${table.name}_copy` : table.name;
      const clause = isWhole ? '' : ` PARTITION (${partitions.join(', ')})`;
      const item = `${table.name}${clause}${name === table.name ? '' : ` AS ${name}`}`;
      return { table, partitions: isWhole ? partitionsOf(table) : partitions, isWhole, name, item };
    });
  if (kind === 'all' || drawn.length === 0) return { clause: '', selected: new Map(whole) };
  const clause = `${kind.toUpperCase()} (${drawn.map(({ item }) => item).join(', ')})`;
  if (kind === 'on') {
    const named = drawn.map(({ table, partitions, name }) => [table.name, { partitions, name }] as const);
    return { clause, selected: new Map(named) };
  }
  const excluded = new Map(drawn.map((entry) => [entry.table.name, entry]));
  const rest = whole.flatMap(([name, { partitions }]) => {
    const exclusion = excluded.get(name);
    if (exclusion?.isWhole) return [];
    const left = partitions.filter((p) => !exclusion?.partitions.includes(p));
    return left.length === 0 && partitions.length > 0 ? [] : [[name, { partitions: left, name }] as const];
  });
  return { clause, selected: new Map(rest) };
}
