import type { ExecutionContext } from 'ava';
import { isOlap, isView, type Catalog } from '../../src/catalog/index.js';
import { rule } from './rule.js';
import {
  accepted,
  detailsOf,
  filesOf,
  finish,
  finished,
  holds,
  refused,
  rows,
  shardsOf,
} from './rule-world.js';
import type { RuleWorld } from './rule-world.js';

const EVERYTHING = ['shop.orders', 'shop.customers'];

/** A backup under a label of its own, with this clause, must hold these. */
async function selects(
  t: ExecutionContext,
  world: RuleWorld,
  label: string,
  clause: string,
  names: readonly string[],
): Promise<void> {
  await finished(t, world, `BACKUP SNAPSHOT shop.${label} TO repo ${clause}`);
  await holds(t, world, label, names);
}

rule('R01 keywords in any case, backquotes, comments and the last semicolon', {}, async (t, world) => {
  await finished(
    t,
    world,
    'backup Snapshot `shop`.`a` /* why */ to `repo` -- where\n oN (`customers`) properties ("timeout" = "600");',
  );
  await holds(t, world, 'a', ['shop.customers']);
});

rule('R02 PARTITION p, PARTITION (p, …) and PARTITIONS (p, …) mean the same', {}, async (t, world) => {
  await selects(t, world, 'a', 'ON (orders PARTITION p1)', ['shop.orders.p1']);
  await selects(t, world, 'b', 'ON (orders PARTITION (p1))', ['shop.orders.p1']);
  await selects(t, world, 'c', 'ON (orders PARTITIONS (p1, p2))', ['shop.orders']);
  await selects(t, world, 'd', 'ON (orders PARTITION (p1, p2))', ['shop.orders']);
});

rule("R03 without a database the session's is meant", {}, async (t, world) => {
  await refused(t, world, 'BACKUP SNAPSHOT a TO repo', 'DATABASE_UNKNOWN', /names no database/);
  await finished(t, world, 'BACKUP SNAPSHOT a TO repo', { database: 'other' });
  await holds(t, world, 'a', ['other.notes']);
  await finished(t, world, 'BACKUP SNAPSHOT shop.b TO repo', { database: 'other' });
  await holds(t, world, 'b', EVERYTHING);
});

rule('R04 without ON and EXCLUDE the whole database is backed up', {}, async (t, world) => {
  await selects(t, world, 'a', '', EVERYTHING);
});

rule('R05 ON: the named tables', {}, async (t, world) => {
  await selects(t, world, 'a', 'ON (customers)', ['shop.customers']);
  await selects(t, world, 'b', 'ON (customers, orders)', EVERYTHING);
});

rule('R06 ON: of a table the named partitions, or all', {}, async (t, world) => {
  await selects(t, world, 'a', 'ON (orders PARTITION (p2))', ['shop.orders.p2']);
  await selects(t, world, 'b', 'ON (orders PARTITION p1, customers)', ['shop.orders.p1', 'shop.customers']);
});

rule('R07 EXCLUDE: everything but the named tables', {}, async (t, world) => {
  await selects(t, world, 'a', 'EXCLUDE (orders)', ['shop.customers']);
});

rule('R08 EXCLUDE with partitions: everything but those partitions', {}, async (t, world) => {
  await selects(t, world, 'a', 'EXCLUDE (orders PARTITION (p1))', ['shop.orders.p2', 'shop.customers']);
  await selects(t, world, 'b', 'EXCLUDE (orders PARTITIONS (p1, p2))', ['shop.customers']);
});

rule('R09 a table or partition that does not exist is refused by name', {}, async (t, world) => {
  for (const scope of ['ON', 'EXCLUDE']) {
    const backup = `BACKUP SNAPSHOT shop.a TO repo ${scope}`;
    await refused(t, world, `${backup} (customer)`, 'TABLE_UNKNOWN', /no table customer .*mean customers/);
    await refused(t, world, `${backup} (orders PARTITION p9)`, 'PARTITION_UNKNOWN', /no partition p9/);
    await refused(t, world, `${backup} (orders, orders)`, 'SQL_SYNTAX', /orders is named twice/);
  }
  await refused(t, world, 'BACKUP SNAPSHOT shap.a TO repo', 'DATABASE_UNKNOWN', /no database shap/);
  await refused(t, world, 'BACKUP SNAPSHOT shop.a TO rep', 'REPOSITORY_UNKNOWN', /no repository rep/);
});

rule('R10 a table that cannot be backed up is an error in ON', {}, async (t, world) => {
  const sql = 'BACKUP SNAPSHOT shop.a TO repo ON (customers, legacy)';
  await refused(t, world, sql, 'TABLE_TYPE_UNSUPPORTED', /legacy is of type MYSQL/);
});

rule('R11 a table that cannot be backed up is left out elsewhere, and named', {}, async (t, world) => {
  for (const [label, clause] of [
    ['a', ''],
    ['b', 'EXCLUDE (customers)'],
  ] as const) {
    const jobId = await finished(t, world, `BACKUP SNAPSHOT shop.${label} TO repo ${clause}`);
    const [job] = await rows(world, `SHOW BACKUP FROM shop WHERE SnapshotName = "${label}"`);
    t.regex(String(job!['Status']), /^\[OK\], skipped: legacy \(MYSQL\)$/);
    t.deepEqual(world.coordinator.recordOf(jobId)!.work.skippedTables, ['legacy (MYSQL)']);
    t.deepEqual((await detailsOf(world, label))['skipped_tables'], ['legacy (MYSQL)']);
  }
  await finished(t, world, 'BACKUP SNAPSHOT shop.c TO repo EXCLUDE (legacy)');
  const [job] = await rows(world, 'SHOW BACKUP FROM shop WHERE SnapshotName = "c"');
  t.is(job!['Status'], '[OK]');
});

rule(
  'R12 unsupportedTables = refuse: a table that cannot be backed up is an error everywhere',
  { engine: { unsupportedTables: 'refuse' } },
  async (t, world) => {
    await refused(t, world, 'BACKUP SNAPSHOT shop.a TO repo', 'TABLE_TYPE_UNSUPPORTED', /table legacy/);
    const others = 'BACKUP SNAPSHOT shop.a TO repo EXCLUDE (customers)';
    await refused(t, world, others, 'TABLE_TYPE_UNSUPPORTED', /table legacy/);
    await selects(t, world, 'a', 'EXCLUDE (legacy)', EVERYTHING);
  },
);

rule('R13 views are carried as definitions', {}, async (t, world) => {
  await selects(t, world, 'a', 'ON (daily)', []);
  t.deepEqual((await detailsOf(world, 'a'))['view_list'], [{ name: 'daily' }]);
  await finished(t, world, 'RESTORE SNAPSHOT other.a FROM repo');
  const view = world.catalog.database('other').tables.get('daily')!;
  t.true(isView(view));
  if (isView(view)) t.regex(view.definition, /^SELECT day FROM/);
  await selects(t, world, 'b', 'EXCLUDE (daily)', EVERYTHING);
  t.deepEqual((await detailsOf(world, 'b'))['view_list'], []);
});

/** The rollup of `orders` in `p2` is still being built. */
function hideRollup(catalog: Catalog): void {
  const orders = catalog.database('shop').tables.get('orders')!;
  if (!isOlap(orders)) throw new Error('orders is a table');
  Object.assign(orders.partitions[1]!.indexes[1]!, { visible: false });
}

rule('R14 all visible indexes of a partition are backed up', { shape: hideRollup }, async (t, world) => {
  const bucketsOfAnIndex = 2;
  t.is(shardsOf(world.catalog, 'shop.orders.p1').length, 2 * bucketsOfAnIndex);
  t.is(shardsOf(world.catalog, 'shop.orders.p2').length, bucketsOfAnIndex);
  await selects(t, world, 'a', 'ON (orders)', ['shop.orders']);
});

rule('R15 one copy of each shard is backed up', {}, async (t, world) => {
  const before = world.sentFiles();
  await selects(t, world, 'a', 'ON (orders)', ['shop.orders']);
  const { shards } = world.catalog;
  const [first] = shardsOf(world.catalog, 'shop.orders');
  t.is(shards.firstReplica[first! + 1]! - shards.firstReplica[first!]!, 2);
  t.is(world.sentFiles() - before, filesOf(world.catalog, ['shop.orders']));
});

/** Of the first shard the first copy is broken, of the second it is behind. */
function breakReplicas({ shards }: Catalog): void {
  shards.replicaHealthy[shards.firstReplica[0]!] = 0;
  shards.replicaVersion[shards.firstReplica[1]!] = 1;
}

rule(
  'R16 the copy is a healthy one of the right version, and with lowest-id the first such',
  { shape: breakReplicas, engine: { replicaPolicy: 'lowest-id', order: 'catalog' } },
  async (t, world) => {
    const { coordinator, catalog } = world;
    const jobId = await finished(t, world, 'BACKUP SNAPSHOT shop.a TO repo ON (orders)');
    const { firstReplica, replicaNode } = catalog.shards;
    const plan = coordinator.job(jobId)!.plan!;
    const wanted = [...plan.shards].map((shard) => replicaNode[firstReplica[shard]! + (shard < 2 ? 1 : 0)]);
    t.deepEqual([...plan.nodes], wanted);
    const [first] = shardsOf(catalog, 'shop.orders');
    catalog.shards.replicaHealthy.fill(0, firstReplica[first!], firstReplica[first! + 1]);
    const hopeless = await accepted(t, world, 'BACKUP SNAPSHOT shop.b TO repo ON (orders)');
    t.like(await finish(world, hopeless), { state: 'CANCELLED', error: { code: 'REPLICA_UNAVAILABLE' } });
  },
);
