import test from 'ava';
import * as fc from 'fast-check';
import { applyChange, Catalog, isOlap, ShardStore, tableRecord } from '../../src/catalog/index.js';
import { sampleCatalog, shop, tableShapes } from './sample.js';

const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

test('a table’s record, put into another catalog, gives the same record, whatever the table', (t) => {
  fc.assert(
    fc.property(tableShapes, (shapes) => {
      const { catalog } = sampleCatalog({ db: shapes });
      const other = new Catalog(catalog.nodeNames);
      const target = other.createDatabase('db');
      for (const table of catalog.database('db').tables.values()) {
        if (!isOlap(table)) continue;
        const record = plain(tableRecord(catalog, table));
        applyChange(other, { kind: 'put-table', database: 'db', table: record });
        const copy = target.tables.get(table.name);
        if (!copy || !isOlap(copy)) return t.fail();
        t.deepEqual(tableRecord(other, copy), record);
        for (const { indexes } of copy.partitions) {
          for (const { firstShard, endShard } of indexes) {
            for (let shard = firstShard; shard < endShard; shard++) {
              const { databaseId, ...address } = other.addressOf(shard);
              t.is(databaseId, target.id);
              t.is(other.shards.ordinalOf(address.shardId), shard);
              t.is(other.shards.bucket[shard], shard - firstShard);
            }
          }
        }
      }
    }),
  );
});

test('shards that the catalog has are not added again', (t) => {
  const { catalog } = shop();
  const database = catalog.database('shop');
  const orders = database.tables.get('orders')!;
  if (!isOlap(orders)) return t.fail();
  const { count } = catalog.shards;
  applyChange(catalog, { kind: 'put-table', database: 'shop', table: tableRecord(catalog, orders) });
  t.is(catalog.shards.count, count);
  t.deepEqual(database.tables.get('orders'), orders);
  // Also those whose table is not seen any more, and of an index without any.
  applyChange(catalog, { kind: 'drop-table', database: 'shop', name: 'orders' });
  t.false(database.tables.has('orders'));
  applyChange(catalog, { kind: 'drop-table', database: 'shop', name: 'orders' });
  applyChange(catalog, { kind: 'put-table', database: 'shop', table: tableRecord(catalog, orders) });
  t.deepEqual(database.tables.get('orders'), orders);
  t.is(catalog.shards.count, count);
});

test('a view takes the place of what has its name, and its id is not given again', (t) => {
  const { catalog } = shop();
  const view = { id: 77_777, name: 'orders', definition: 'SELECT 1' };
  applyChange(catalog, { kind: 'put-view', database: 'shop', view });
  const { tables } = catalog.database('shop');
  t.deepEqual(tables.get('orders'), { type: 'VIEW', ...view });
  t.is([...tables.keys()][0], 'orders');
  t.is(catalog.createDatabase('next').id, 77_778);
});

test('a change of a database that there is not is refused', (t) => {
  const { catalog } = shop();
  t.throws(() => applyChange(catalog, { kind: 'drop-table', database: 'shopp', name: 'orders' }), {
    message: /no database shopp/,
  });
});

test('a shard is found by its id, whether ids ascend or not', (t) => {
  const ids = fc.uniqueArray(fc.nat({ max: 200 }), { maxLength: 40 });
  fc.assert(
    fc.property(ids, fc.boolean(), fc.nat({ max: 200 }), (drawn, sorted, other) => {
      const store = new ShardStore();
      const all = sorted ? drawn.toSorted((a, b) => a - b) : drawn;
      for (const [s, id] of all.entries()) {
        store.add(id, { owner: 0, bucket: 0, version: 1, fileSizeBytes: [], replicaNodes: [] });
        t.is(store.ordinalOf(id), s);
      }
      t.is(store.ordinalOf(other), all.indexOf(other));
    }),
  );
});
