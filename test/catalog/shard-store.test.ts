import test from 'ava';
import * as fc from 'fast-check';
import { Catalog, ShardStore } from '../../src/catalog/index.js';

interface Given {
  readonly id: number;
  readonly owner: number;
  readonly bucket: number;
  readonly version: number;
  readonly fileSizeBytes: readonly number[];
  readonly replicaNodes: readonly number[];
}

const given: fc.Arbitrary<Given> = fc.record({
  id: fc.nat(),
  owner: fc.nat(),
  bucket: fc.nat(),
  version: fc.nat(),
  // Beyond 32 bits: sizes are bytes of real files.
  fileSizeBytes: fc.array(fc.nat({ max: 2 ** 40 }), { maxLength: 12 }),
  replicaNodes: fc.uniqueArray(fc.nat({ max: 50 }), { maxLength: 5 }),
});

const read = (store: ShardStore, s: number): Given & { readonly sizeBytes: number } => {
  const replicas = [store.firstReplica[s]!, store.firstReplica[s + 1]!] as const;
  const versions = new Set(store.replicaVersion.slice(...replicas));
  if (versions.size > 1) throw new Error('replicas of one new shard have different versions');
  return {
    id: store.id[s]!,
    owner: store.owner[s]!,
    bucket: store.bucket[s]!,
    version: [...versions][0] ?? -1,
    fileSizeBytes: [...store.fileSizeBytes.subarray(store.firstFile[s], store.firstFile[s + 1])],
    replicaNodes: [...store.replicaNode.subarray(...replicas)],
    sizeBytes: store.sizeBytes[s]!,
  };
};

test('what was added is what is there, across every growth of the columns', (t) => {
  fc.assert(
    fc.property(fc.array(given, { maxLength: 150, size: 'max' }), (shards) => {
      const store = new ShardStore();
      shards.forEach(({ id, ...shard }, i) => t.is(store.add(id, shard), i));
      t.is(store.count, shards.length);
      t.is(
        store.totalFiles,
        shards.reduce((sum, shard) => sum + shard.fileSizeBytes.length, 0),
      );
      for (const [s, shard] of shards.entries()) {
        const sizeBytes = shard.fileSizeBytes.reduce((sum, size) => sum + size, 0);
        const version = shard.replicaNodes.length > 0 ? shard.version : -1;
        t.deepEqual(read(store, s), { ...shard, version, sizeBytes });
        t.is(store.fileCount(s), shard.fileSizeBytes.length);
        t.true(
          store.replicaHealthy.slice(store.firstReplica[s], store.firstReplica[s + 1]).every((h) => h === 1),
        );
      }
    }),
    { numRuns: 30 },
  );
});

test('one shard with more files and replicas than the columns begin with', (t) => {
  const store = new ShardStore();
  const fileSizeBytes = Array.from({ length: 1000 }, (_, i) => i);
  const replicaNodes = Array.from({ length: 300 }, (_, i) => i);
  store.add(1, { owner: 0, bucket: 0, version: 1, fileSizeBytes, replicaNodes });
  store.add(2, { owner: 0, bucket: 1, version: 1, fileSizeBytes: [7], replicaNodes: [9] });
  t.deepEqual(read(store, 0).fileSizeBytes, fileSizeBytes);
  t.deepEqual(read(store, 0).replicaNodes, replicaNodes);
  t.deepEqual(read(store, 1).fileSizeBytes, [7]);
  t.deepEqual(read(store, 1).replicaNodes, [9]);
});

test('two replicas of a shard on one node are refused', (t) => {
  const shard = { owner: 0, bucket: 0, version: 1, fileSizeBytes: [], replicaNodes: [3, 1, 3] };
  t.throws(() => new ShardStore().add(1, shard), { code: 'INTERNAL' });
});

test('a catalog: ids are unique and ascend with ordinals, and each shard knows where it belongs', (t) => {
  const catalog = new Catalog(['be-1']);
  const database = catalog.createDatabase('db');
  const view = catalog.createView(database, 'v', 'SELECT 1');
  const shard = () => ({ fileSizeBytes: [1], replicaNodes: [0] });
  const indexOf = (name: string, base: boolean) => ({ name, base, buckets: 20, shard });
  const partitions = ['p1', 'p2'].map((name, i) => ({
    name,
    version: i + 5,
    indexes: [indexOf('t', true), indexOf('r', false)],
  }));
  const table = catalog.createTable(database, { name: 't', replication: 1, partitions });
  t.deepEqual([...database.tables.keys()], ['v', 't']);
  const ids = [database.id, view.id, table.id];
  for (const partition of table.partitions) {
    ids.push(partition.id);
    for (const index of partition.indexes) {
      ids.push(index.id);
      for (let s = index.firstShard; s < index.endShard; s++) {
        ids.push(catalog.shards.id[s]!);
        t.deepEqual(catalog.addressOf(s), {
          databaseId: database.id,
          tableId: table.id,
          partitionId: partition.id,
          indexId: index.id,
          version: partition.visibleVersion,
          shardId: catalog.shards.id[s]!,
        });
        t.is(catalog.shards.bucket[s], s - index.firstShard);
      }
    }
  }
  t.is(new Set(ids).size, ids.length);
  const shardIds = [...catalog.shards.id.subarray(0, catalog.shards.count)];
  t.deepEqual(
    shardIds,
    shardIds.toSorted((a, b) => a - b),
  );
});

test('a built table is not visible until it is attached, and a name is given out once', (t) => {
  const catalog = new Catalog([]);
  const database = catalog.createDatabase('db');
  const table = catalog.buildTable(database, { name: 't', replication: 1, partitions: [] });
  t.false(database.tables.has('t'));
  catalog.attach(database, table);
  t.is(database.tables.get('t'), table);
  t.throws(() => catalog.createView(database, 't', 'SELECT 1'), { code: 'INTERNAL' });
  t.throws(() => catalog.createDatabase('db'), { code: 'INTERNAL' });
});

test('an unknown database is named, with the one that was probably meant', (t) => {
  const catalog = new Catalog([]);
  const database = catalog.createDatabase('sales');
  t.is(catalog.database('sales'), database);
  const error = t.throws(() => catalog.database('sale'), { code: 'DATABASE_UNKNOWN' });
  t.like(error, { hint: 'did you mean sales?' });
});
