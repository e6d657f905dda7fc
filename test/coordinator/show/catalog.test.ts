import test from 'ava';
import * as fc from 'fast-check';
import { Catalog, isOlap } from '../../../src/catalog/index.js';
import type { ShowStatement } from '../../../src/sql/index.js';
import { sampleCatalog, shop, tableShapes } from '../../catalog/sample.js';
import {
  replicasOf,
  show,
  showBackends,
  showPartitions,
  showRecords,
  showTablets,
  written,
} from './sample.js';

function showDatabases(like?: string): ShowStatement {
  const { base, filter } = written(`SHOW DATABASES${like === undefined ? '' : ` LIKE "${like}"`}`);
  return { kind: 'show-databases', ...base, ...(like === undefined ? {} : { filter: filter('like', like) }) };
}

function showTables(words: { readonly from?: string; readonly like?: string } = {}): ShowStatement {
  const from = words.from === undefined ? '' : ` FROM ${words.from}`;
  const like = words.like === undefined ? '' : ` LIKE "${words.like}"`;
  const { base, name, filter } = written(`SHOW TABLES${from}${like}`);
  return {
    kind: 'show-tables',
    ...base,
    ...(words.from === undefined ? {} : { database: name(words.from) }),
    ...(words.like === undefined ? {} : { filter: filter('like', words.like) }),
  };
}

/** Two nodes; one table with a rollup and one that is being built, three replicas' worth of sizes to add up. */
function sized(): Catalog {
  const catalog = new Catalog(['be-a', 'be-b', 'be-c']);
  const database = catalog.createDatabase('d');
  const shard = (sizeBytes: number, replicaNodes: readonly number[]) => () => ({
    fileSizeBytes: [sizeBytes],
    replicaNodes,
  });
  catalog.createTable(database, {
    name: 't',
    replication: 2,
    partitions: [
      {
        name: 'p1',
        version: 5,
        indexes: [
          { name: 't', base: true, buckets: 2, shard: shard(1024 ** 3, [0, 1]) },
          { name: 'r', base: false, buckets: 1, shard: shard(1024 ** 3, [1, 2]) },
          { name: 'building', base: false, visible: false, buckets: 1, shard: shard(1024 ** 3 / 2, [2, 0]) },
        ],
      },
      { name: 'p2', version: 1, indexes: [{ name: 't', base: true, buckets: 0, shard: shard(0, []) }] },
    ],
  });
  return catalog;
}

test('databases and tables: one column, in order, filtered with case', (t) => {
  t.deepEqual(show(showDatabases()), { columns: ['Database'], rows: [['archive'], ['shop']] });
  t.deepEqual(show(showDatabases('s%')).rows, [['shop']]);
  t.deepEqual(show(showDatabases('S%')).rows, []);
  t.deepEqual(show(showTables()), {
    columns: ['Tables_in_shop'],
    rows: [['best_sellers'], ['customers'], ['fresh'], ['legacy'], ['orders'], ['search']],
  });
  t.deepEqual(show(showTables({ from: 'archive' })), { columns: ['Tables_in_archive'], rows: [['orders']] });
  t.deepEqual(show(showTables({ like: '%\\_%' })).rows, [['best_sellers']]);
  t.throws(() => show(showTables({ from: 'shops' })), { code: 'DATABASE_UNKNOWN' });
  t.throws(() => show(showTables(), { sessionDatabase: undefined }), { code: 'DATABASE_UNKNOWN' });
});

test('backends: the columns are Doris’s', (t) => {
  t.deepEqual(
    show(showBackends()).columns,
    'BackendId Host HeartbeatPort BePort HttpPort BrpcPort ArrowFlightSqlPort LastStartTime LastHeartbeat Alive SystemDecommissioned TabletNum DataUsedCapacity TrashUsedCapacity AvailCapacity TotalCapacity UsedPct MaxDiskUsedPct RemoteUsedCapacity Tag ErrMsg Version Status HeartbeatFailureCounter NodeRole CpuCores Memory'.split(
      ' ',
    ),
  );
});

test('backends: what each holds, and whether it is there', (t) => {
  const catalog = sized();
  catalog.nodeAlive[1] = 0;
  const rows = showRecords(showBackends(), { catalog });
  t.deepEqual(
    rows.map((row) => [
      row['BackendId'],
      row['Host'],
      row['TabletNum'],
      row['DataUsedCapacity'],
      row['Version'],
    ]),
    [
      [1001, 'be-a', 3, '2.500 GB', '1.2.3'],
      [1002, 'be-b', 3, '3.000 GB', '1.2.3'],
      [1003, 'be-c', 2, '1.500 GB', '1.2.3'],
    ],
  );
  t.like(rows[0], {
    Alive: 'true',
    LastHeartbeat: '2026-03-04 05:06:07',
    ErrMsg: '',
    NodeRole: 'mix',
    HeartbeatFailureCounter: 0,
  });
  t.like(rows[1], { Alive: 'false', LastHeartbeat: null, ErrMsg: 'the node does not answer', NodeRole: '' });
  t.notThrows(() => JSON.parse(String(rows[0]!['Status'])) as unknown);
});

test('backends: shards of no table count nowhere', (t) => {
  const catalog = sized();
  catalog.buildTable(catalog.database('d'), {
    name: 'restoring',
    replication: 1,
    partitions: [
      {
        name: 'p',
        version: 1,
        indexes: [
          { name: 'p', base: true, buckets: 4, shard: () => ({ fileSizeBytes: [9], replicaNodes: [0] }) },
        ],
      },
    ],
  });
  t.deepEqual(show(showBackends(), { catalog }).rows, show(showBackends(), { catalog: sized() }).rows);
});

test('backends: together they hold every replica of every table', (t) => {
  fc.assert(
    fc.property(tableShapes, fc.integer({ min: 1, max: 5 }), (shapes, nodeCount) => {
      const { catalog, noted } = sampleCatalog({ d: shapes }, nodeCount);
      const rows = showRecords(showBackends(), { catalog });
      t.is(rows.length, nodeCount);
      t.is(
        rows.reduce((sum, row) => sum + Number(row['TabletNum']), 0),
        noted.length,
      );
    }),
  );
});

test('partitions: the columns are Doris’s, and sizes are those of all replicas of visible indexes', (t) => {
  const { columns, rows } = show(showPartitions('t'), { catalog: sized(), sessionDatabase: 'd' });
  t.deepEqual(
    columns,
    'PartitionId PartitionName VisibleVersion VisibleVersionTime State PartitionKey Range DistributionKey Buckets ReplicationNum StorageMedium CooldownTime RemoteStoragePolicy LastConsistencyCheckTime DataSize IsInMemory ReplicaAllocation IsMutable SyncWithBaseTables UnsyncTables CommittedVersion RowCount'.split(
      ' ',
    ),
  );
  t.true(rows.every((row) => row.length === columns.length));
  const [p1, p2] = showRecords(showPartitions('t'), { catalog: sized(), sessionDatabase: 'd' });
  t.like(p1, {
    PartitionName: 'p1',
    VisibleVersion: 5,
    CommittedVersion: 5,
    Buckets: 2,
    ReplicationNum: 2,
    ReplicaAllocation: 'tag.location.default: 2',
    DataSize: '6.000 GB',
  });
  t.like(p2, { PartitionName: 'p2', Buckets: 0, DataSize: '0.000 ' });
});

test('partitions and tablets of what has none are refused at the name', (t) => {
  for (const [make, what] of [
    [showPartitions, 'partitions'],
    [showTablets, 'tablets'],
  ] as const) {
    for (const [name, type] of [
      ['best_sellers', 'VIEW'],
      ['search', 'ELASTICSEARCH'],
    ]) {
      t.like(
        t.throws(() => show(make(name!)), { code: 'TABLE_TYPE_UNSUPPORTED' }),
        {
          message: `${name} is of type ${type}, and only OLAP tables have ${what}`,
          hint: 'the OLAP tables of database shop: orders, customers and fresh',
          place: { line: 1, column: make === showPartitions ? 22 : 19 },
        },
      );
    }
    t.like(
      t.throws(() => show(make('order')), { code: 'TABLE_UNKNOWN' }),
      {
        message: 'there is no table order in database shop',
        hint: 'did you mean orders?',
      },
    );
    t.throws(() => show(make('orders'), { sessionDatabase: undefined }), { code: 'DATABASE_UNKNOWN' });
  }
  t.like(
    t.throws(() => show(showTablets('orders', ['p1', 'p3'])), { code: 'PARTITION_UNKNOWN' }),
    {
      message: 'there is no partition p3 in table orders',
      place: { line: 1, column: 41 },
    },
  );
  t.like(
    t.throws(() => show(showTablets('fresh', ['p1'])), { code: 'PARTITION_UNKNOWN' }),
    {
      hint: 'there is none in table fresh',
    },
  );
});

test('tablets: the columns are Doris’s', (t) => {
  t.deepEqual(
    show(showTablets('orders')).columns,
    'TabletId ReplicaId BackendId SchemaHash Version LstSuccessVersion LstFailedVersion LstFailedTime LocalDataSize RemoteDataSize RowCount State LstConsistencyCheckTime CheckVersion VisibleVersionCount VersionCount QueryHits PathHash Path MetaUrl CompactionStatus CooldownReplicaId CooldownMetaId'.split(
      ' ',
    ),
  );
});

test('tablets: a replica that is broken, and one that was left behind', (t) => {
  const catalog = sized();
  catalog.shards.replicaHealthy[0] = 0;
  catalog.shards.replicaVersion[1] = 3;
  const [broken, behind, good] = showRecords(showTablets('t', undefined, 'd'), { catalog });
  t.like(broken, { BackendId: 1001, State: 'BAD', Version: 5, LstFailedVersion: -1 });
  t.like(behind, { BackendId: 1002, State: 'NORMAL', Version: 3, LstSuccessVersion: 3, LstFailedVersion: 5 });
  t.like(good, {
    BackendId: 1001,
    State: 'NORMAL',
    Version: 5,
    LstFailedVersion: -1,
    LocalDataSize: 1024 ** 3,
  });
  t.is(broken!['TabletId'], behind!['TabletId']);
  t.not(behind!['TabletId'], good!['TabletId']);
});

const catalogs = fc.record({
  shapes: tableShapes,
  nodeCount: fc.integer({ min: 1, max: 4 }),
  replication: fc.nat({ max: 3 }),
});

test('tablets: each replica of the table exactly once, or of its partitions that are named', (t) => {
  fc.assert(
    fc.property(catalogs, fc.infiniteStream(fc.boolean()), ({ shapes, nodeCount }, flips) => {
      const { catalog } = sampleCatalog({ d: shapes, e: shapes }, nodeCount);
      for (const table of catalog.database('e').tables.values()) {
        if (!isOlap(table)) continue;
        const told = (partitions?: readonly string[]): string[] =>
          showRecords(showTablets(table.name, partitions, 'e'), { catalog }).map(
            (row) => `${row['TabletId']} on ${Number(row['BackendId']) - 1001}`,
          );
        t.deepEqual(told(), replicasOf(catalog, table));
        const some = table.partitions.map(({ name }) => name).filter(() => flips.next().value as boolean);
        if (some.length > 0)
          t.deepEqual(told([...some, some[0]!].toReversed()), replicasOf(catalog, table, new Set(some)));
      }
    }),
  );
});

test('tablets: replica ids are distinct, and the same whatever is asked for', (t) => {
  const { catalog } = shop();
  const all = showRecords(showTablets('orders'), { catalog });
  t.is(new Set(all.map((row) => row['ReplicaId'])).size, all.length);
  const one = showRecords(showTablets('orders', ['p2']), { catalog });
  for (const row of one)
    t.deepEqual(
      all.find((other) => other['ReplicaId'] === row['ReplicaId']),
      row,
    );
  t.true(one.length > 0 && one.length < all.length);
});

test('tablets: a hundred thousand shards', (t) => {
  const catalog = new Catalog(['a', 'b', 'c']);
  const shard = () => ({ fileSizeBytes: [1], replicaNodes: [0, 1, 2] });
  catalog.createTable(catalog.createDatabase('d'), {
    name: 'big',
    replication: 3,
    partitions: Array.from({ length: 1000 }, (_, i) => ({
      name: `p${i}`,
      version: 1,
      indexes: [{ name: 'big', base: true, buckets: 100, shard }],
    })),
  });
  const { rows } = show(showTablets('big', undefined, 'd'), { catalog });
  t.is(rows.length, 300_000);
  t.is(new Set(rows.map((row) => row[1])).size, 300_000);
});

test('every row of every answer has as many cells as there are columns', (t) => {
  fc.assert(
    fc.property(tableShapes, fc.integer({ min: 1, max: 4 }), (shapes, nodeCount) => {
      const { catalog } = sampleCatalog({ d: shapes }, nodeCount);
      const olap = [...catalog.database('d').tables.values()].filter(isOlap);
      const statements = [
        showDatabases(),
        showTables(),
        showBackends(),
        ...olap.flatMap(({ name }) => [showPartitions(name), showTablets(name)]),
      ];
      for (const statement of statements) {
        const { columns, rows } = show(statement, { catalog, sessionDatabase: 'd' });
        t.is(new Set(columns).size, columns.length);
        for (const row of rows) t.is(row.length, columns.length, statement.kind);
      }
    }),
  );
});
