import test from 'ava';
import { DrillError, type SerializedError } from '../../src/base/errors.js';
import { checkMetaVersion } from '../../src/coordinator/restore/options.js';
import type { RestoreOptions } from '../../src/sql/index.js';
import { selectRestored } from '../../src/coordinator/restore/selection.js';
import { commitPlan } from '../../src/coordinator/restore/commit.js';
import {
  cluster,
  olap,
  outline,
  partition,
  plan,
  restoreStatement,
  snapshotOf,
  visible,
  type TableShape,
} from './restore-sample.js';

const VIEW: TableShape = { type: 'VIEW', name: 'v', definition: 'SELECT a FROM `internal`.`src`.`orders`' };

const SOURCE: readonly TableShape[] = [
  olap('orders', { rollups: ['by_day'], replication: 2 }),
  olap('customers', { partitions: [partition('customers')] }),
  VIEW,
  { type: 'MYSQL', name: 'legacy' },
];

interface Refused {
  readonly what: string;
  readonly clause?: string;
  readonly target?: readonly TableShape[];
  readonly options?: Partial<RestoreOptions>;
  readonly content?: 'metadata_only';
  readonly dead?: readonly number[];
  readonly code?: SerializedError['code'];
  readonly message: RegExp;
  readonly hint: RegExp;
  /** What the carets stand under. */
  readonly marked: string;
}

const REFUSED: readonly Refused[] = [
  {
    what: 'a table that the snapshot does not hold',
    clause: 'ON (ordres)',
    code: 'TABLE_UNKNOWN',
    message: /^table ordres does not exist in snapshot snap$/,
    hint: /there is orders, customers and v; did you mean orders\?/,
    marked: 'ordres',
  },
  {
    what: 'a table that its backup left out',
    clause: 'EXCLUDE (legacy)',
    code: 'TABLE_UNKNOWN',
    message: /table legacy does not exist in snapshot snap/,
    hint: /left legacy \(MYSQL\) out/,
    marked: 'legacy',
  },
  {
    what: 'a partition that the snapshot does not hold',
    clause: 'ON (orders PARTITION (p1, p7) AS o)',
    code: 'PARTITION_UNKNOWN',
    message: /partition p7 of table orders does not exist in snapshot snap/,
    hint: /there is p1 and p2; did you mean p1\?/,
    marked: 'p7',
  },
  {
    what: 'a partition to exclude that the snapshot does not hold',
    clause: 'EXCLUDE (orders PARTITION p_3)',
    code: 'PARTITION_UNKNOWN',
    message: /partition p_3 of table orders/,
    hint: /p1 and p2/,
    marked: 'p_3',
  },
  {
    what: 'a partition of a view',
    clause: 'ON (v PARTITION p1)',
    code: 'PARTITION_UNKNOWN',
    message: /v is a view and has no partitions/,
    hint: /leave out PARTITION/,
    marked: 'p1',
  },
  {
    what: 'a table without an index of the snapshot',
    target: [olap('orders', { replication: 2 })],
    message: /table orders already exists but with a different schema: it has no rollup by_day, which/,
    hint: /AS ….*"force_replace" = "true"/,
    marked: 'snap',
  },
  {
    what: 'a table with an index that the snapshot does not have, at its alias',
    clause: 'ON (orders AS o)',
    target: [olap('o', { replication: 2, rollups: ['by_day', 'by_year'] })],
    message: /table o already exists .* it has a rollup by_year, which the snapshot does not have/,
    hint: /AS …/,
    marked: 'o',
  },
  {
    what: 'a table without the indexes that a new partition needs',
    clause: 'ON (orders PARTITION p1)',
    target: [olap('orders', { partitions: [partition('p9')] })],
    message: /it has no rollup by_day/,
    hint: /force_replace/,
    marked: 'orders',
  },
  {
    what: 'a partition of another number of buckets',
    target: [olap('orders', { rollups: ['by_day'], partitions: [partition('p2', { buckets: 1 })] })],
    message: /base index has 1 bucket in partition p2, and 2 in the snapshot/,
    hint: /force_replace/,
    marked: 'snap',
  },
  {
    what: 'a table that is partitioned where the snapshot’s is not',
    target: [olap('customers')],
    message: /table customers .*it is partitioned, and in the snapshot it is not/,
    hint: /force_replace/,
    marked: 'snap',
  },
  {
    what: 'a table that is not partitioned where the snapshot’s is',
    target: [olap('orders', { rollups: ['by_day'], partitions: [partition('orders')] })],
    message: /it is not partitioned, and in the snapshot it is$/,
    hint: /force_replace/,
    marked: 'snap',
  },
  {
    what: 'a table that is changing, even to be replaced whole',
    target: [olap('orders', { rollups: ['by_day'], unfinished: 'r_new' })],
    options: { forceReplace: true, atomicRestore: true },
    message: /table orders is not in a state to be restored: its index r_new is still being built/,
    hint: /wait/,
    marked: 'snap',
  },
  {
    what: 'another number of copies than the table has',
    target: [olap('orders', { rollups: ['by_day'], replication: 1 })],
    options: { replication: 3 },
    clause: 'PROPERTIES ("replication_num" = "3")',
    message:
      /table orders already exists and has a different replication num, 1, than the 3 that replication_num/,
    hint: /leave replication_num out/,
    marked: '"3"',
  },
  {
    what: 'the snapshot’s number of copies, where the table has another',
    target: [olap('orders', { rollups: ['by_day'], replication: 1 })],
    options: { replication: 1, reserveReplica: true },
    message: /different replication num, 1, than the 2 that reserve_replica/,
    hint: /leave reserve_replica out/,
    marked: 'snap',
  },
  {
    what: 'a view where a table is to be',
    target: [{ type: 'VIEW', name: 'orders', definition: 'SELECT 1' }],
    options: { forceReplace: true },
    message:
      /orders already exists in database db with a different type: it is VIEW, and OLAP in the snapshot/,
    hint: /drop or rename/,
    marked: 'snap',
  },
  {
    what: 'a foreign table where a view is to be',
    clause: 'ON (v AS w)',
    target: [{ type: 'MYSQL', name: 'w' }],
    message: /w already exists .* it is MYSQL, and VIEW in the snapshot/,
    hint: /AS another name/,
    marked: 'w',
  },
  {
    what: 'another view of this name',
    target: [{ type: 'VIEW', name: 'v', definition: 'SELECT 2' }],
    message: /view v already exists but with a different definition/,
    hint: /force_replace/,
    marked: 'snap',
  },
  {
    what: 'more copies than nodes',
    clause: 'PROPERTIES ("replication_num" = "5")',
    options: { replication: 5 },
    message: /^4 nodes cannot hold 5 copies of a shard on distinct nodes, as table orders needs$/,
    hint: /^set PROPERTIES \("replication_num" = "4"\) or less$/,
    marked: '"5"',
  },
  {
    what: 'more copies than live nodes',
    dead: [0, 1, 3],
    message: /1 live node of 4 cannot hold 2 copies/,
    hint: /bring back be-1, be-2 and be-4, or set PROPERTIES \("replication_num" = "1"\)/,
    marked: 'snap',
  },
  {
    what: 'no node at all',
    clause: 'ON (customers)',
    dead: [0, 1, 2, 3],
    message: /0 live nodes of 4 cannot hold 1 copy/,
    hint: /^bring back be-1, be-2, be-3 and be-4$/,
    marked: 'snap',
  },
  {
    what: 'to empty a table',
    content: 'metadata_only',
    target: [olap('orders', { rollups: ['by_day'] })],
    options: { atomicRestore: true },
    message: /snapshot holds metadata only: replaced whole, the table would be empty/,
    hint: /drop it first/,
    marked: 'snap',
  },
];

for (const { what, code = 'RESTORE_CONFLICT', ...refused } of REFUSED) {
  test(`refused with ${code}: ${what}`, (t) => {
    const catalog = cluster('db', refused.target ?? [], 4, refused.dead);
    const before = visible(catalog);
    const { count } = catalog.shards;
    const snapshot = snapshotOf(SOURCE, refused.content);
    const error = t.throws(() => plan(catalog, snapshot, refused.clause, refused.options), {
      instanceOf: DrillError,
    });
    t.is(error.code, code);
    t.regex(error.message, refused.message);
    t.regex(error.hint ?? '', refused.hint);
    const [line, carets] = (error.frame ?? '').split('\n');
    const at = carets!.indexOf('^');
    t.is(line!.slice(at, at + carets!.lastIndexOf('^') - at + 1), refused.marked);
    t.deepEqual(visible(catalog), before);
    t.is(catalog.shards.count, count);
  });
}

interface Done {
  readonly what: string;
  readonly clause?: string;
  readonly target: readonly TableShape[];
  readonly options?: Partial<RestoreOptions>;
  readonly content?: 'metadata_only';
  readonly after: readonly string[];
  readonly objects?: string;
}

const OTHER_VERSION = [partition('p2', { version: 9 }), partition('own', { version: 9 })];

const DONE: readonly Done[] = [
  {
    what: 'into nothing: the whole snapshot, with views that name the new database',
    target: [],
    after: ['orders(p1:2,p2:2)', 'customers(customers:2)', 'v=SELECT a FROM `internal`.`db`.`orders`'],
    objects: 'orders, customers, v',
  },
  {
    what: 'under other names: what is called as its table is renamed with it; a view can have an alias too',
    clause: 'ON (customers AS people, v AS w, orders PARTITION (p1))',
    target: [],
    after: ['people(people:2)', 'orders(p1:2)', 'w=SELECT a FROM `internal`.`db`.`orders`'],
    objects: 'customers AS people, orders PARTITION (p1), v AS w',
  },
  {
    what: 'back in time, in the place of a partition; one that the table does not have is added, others stay',
    clause: 'ON (orders)',
    target: [olap('orders', { rollups: ['by_day'], partitions: OTHER_VERSION })],
    after: ['orders(p2:2,own:9,p1:2)'],
  },
  {
    what: 'cleaned of partitions that the snapshot does not have, and not of those that were not selected',
    clause: 'ON (orders PARTITION p1)',
    target: [olap('orders', { rollups: ['by_day'], partitions: OTHER_VERSION })],
    options: { cleanPartitions: true },
    after: ['orders(p2:9,p1:2)'],
  },
  {
    what: 'cleaned of tables that the snapshot does not have, and not of those that were not selected',
    clause: 'ON (customers AS c)',
    target: [
      olap('old'),
      olap('orders'),
      { type: 'VIEW', name: 'w', definition: 'SELECT 1' },
      { type: 'MYSQL', name: 'm' },
    ],
    options: { cleanTables: true },
    after: ['orders(p1:2,p2:2)', 'm:MYSQL', 'c(c:2)'],
  },
  {
    what: 'atomic_restore: the table is replaced whole',
    clause: 'ON (orders)',
    target: [olap('orders', { rollups: ['by_day'], partitions: OTHER_VERSION })],
    options: { atomicRestore: true },
    after: ['orders(p1:2,p2:2)'],
  },
  {
    what: 'force_replace: a table or view that is another one is replaced whole, one that fits is not',
    target: [
      olap('orders', { partitions: OTHER_VERSION }),
      olap('customers', { partitions: [partition('customers', { version: 9 })] }),
      { type: 'VIEW', name: 'v', definition: 'SELECT 2' },
    ],
    options: { forceReplace: true },
    after: ['orders(p1:2,p2:2)', 'customers(customers:2)', 'v=SELECT a FROM `internal`.`db`.`orders`'],
  },
  {
    what: 'a view that is there already stays',
    clause: 'ON (v)',
    target: [VIEW],
    after: ['v=SELECT a FROM `internal`.`src`.`orders`'],
  },
  {
    what: 'metadata only: what exists keeps its data',
    clause: 'EXCLUDE (customers, v)',
    target: [olap('orders', { rollups: ['by_day'], partitions: OTHER_VERSION })],
    content: 'metadata_only',
    after: ['orders(p2:9,own:9,p1:2)'],
  },
  {
    what: 'nothing, where everything is excluded',
    clause: 'EXCLUDE (customers, v, orders PARTITION (p1, p2))',
    target: [olap('own')],
    after: ['own(p1:2,p2:2)'],
    objects: '',
  },
];

for (const { what, target, clause, options, content, after, objects } of DONE) {
  test(`restored ${what}`, (t) => {
    const catalog = cluster('db', target);
    const database = catalog.database('db');
    const restored = plan(catalog, snapshotOf(SOURCE, content), clause, options);
    commitPlan(catalog, database, restored);
    t.deepEqual(outline(database), after);
    if (objects !== undefined) t.is(restored.objects, objects);
  });
}

test('a meta_version that is not ours is refused at its place', (t) => {
  const statement = restoreStatement('PROPERTIES ("Meta_Version" = "112")');
  const check = (metaVersion: number) => () => checkMetaVersion(statement, { timeoutMs: 1, metaVersion });
  t.notThrows(check(1));
  t.notThrows(() => checkMetaVersion(statement, { timeoutMs: 1 }));
  const error = t.throws(check(112), { instanceOf: DrillError });
  t.is(error.code, 'SQL_PROPERTY');
  t.regex(error.message, /meta_version 112 is not supported: this version reads metadata of version 1$/);
  t.is(error.place?.column, statement.source.text.indexOf('"112"') + 1);
});

test('two tables under one name are refused, should a statement come so far with them', (t) => {
  const { meta, info } = snapshotOf(SOURCE);
  const statement = restoreStatement('ON (orders AS a, v AS b)');
  if (statement.scope.kind !== 'on') return t.fail();
  const tables = statement.scope.tables.map((table) => ({ ...table, alias: { ...table.alias!, text: 'a' } }));
  const error = t.throws(() => selectRestored({ ...statement, scope: { kind: 'on', tables } }, meta, info), {
    instanceOf: DrillError,
  });
  t.is(error.code, 'RESTORE_CONFLICT');
  t.regex(error.message, /two tables would be restored under the name a/);
});

test('the number of copies: the statement’s, or else the snapshot’s; a table that exists keeps its own', (t) => {
  const copies = (target: readonly TableShape[], options?: Partial<RestoreOptions>) => {
    const catalog = cluster('db', target);
    const { tables, built } = plan(catalog, snapshotOf(SOURCE), 'ON (orders)', options);
    const { firstReplica } = catalog.shards;
    const replicas = firstReplica[built.end]! - firstReplica[built.first]!;
    return [tables[0]!.replication, replicas / (built.end - built.first)];
  };
  const there = [olap('orders', { rollups: ['by_day'], replication: 3 })];
  t.deepEqual(copies([]), [2, 2]);
  t.deepEqual(copies([], { replication: 4 }), [4, 4]);
  t.deepEqual(copies([], { replication: 4, reserveReplica: true }), [2, 2]);
  t.deepEqual(copies(there), [3, 3]);
  t.deepEqual(copies(there, { replication: 3 }), [3, 3]);
  t.deepEqual(copies(there, { atomicRestore: true }), [2, 2]);
});

test('indexes: the base index is called as its table, by whatever name that is restored, and rollups keep their names', (t) => {
  const names = (target: readonly TableShape[], clause: string) => {
    const { tables } = plan(cluster('db', target), snapshotOf(SOURCE), clause);
    return tables[0]!.partitions.map((p) =>
      p.indexes.map(({ name, base }) => `${name}${base ? '*' : ''}`).join(),
    );
  };
  t.deepEqual(names([], 'ON (orders)'), ['orders*,by_day', 'orders*,by_day']);
  t.deepEqual(names([], 'ON (orders AS o)'), ['o*,by_day', 'o*,by_day']);
  t.deepEqual(names([olap('o', { rollups: ['by_day'] })], 'ON (orders PARTITION p2 AS o)'), [
    'o*,by_day',
    'o*,by_day',
  ]);
});

test('metadata alone is restored without any file to fetch', (t) => {
  const catalog = cluster('db', []);
  const restored = plan(catalog, snapshotOf(SOURCE, 'metadata_only'));
  t.deepEqual(restored.totals, { shards: 0, files: 0, sizeBytes: 0 });
  t.is(restored.sources.size, 0);
  t.is(restored.tables[0]!.partitions[0]!.indexes[1]!.endShard, 4);
});

test('a manifest that lacks a shard is refused before anything is built', (t) => {
  const { meta, info } = snapshotOf([olap('orders')]);
  const torn = structuredClone(info);
  (torn.tables[0]!.partitions[1]!.indexes[0]!.shards as unknown[]).pop();
  const catalog = cluster('db', []);
  const error = t.throws(() => plan(catalog, { meta, info: torn }), { instanceOf: DrillError });
  t.is(error.code, 'REPOSITORY_CORRUPT');
  t.regex(error.message, /no shard for bucket 1 of index orders of table orders/);
  t.is(catalog.shards.count, 0);
});
