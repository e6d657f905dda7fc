import test from 'ava';
import * as fc from 'fast-check';
import { DrillError } from '../../../src/base/errors.js';
import { factsOf, readResultSets, totalsOf, writeScenario } from '../../../src/scenario/import/index.js';
import { generateCatalog, loadScenario } from '../../../src/scenario/index.js';
import { PRINTERS, type Listing } from './printers.js';

const FILE_SIZE_BYTES = 2 ** 30;

interface Copy {
  readonly backend: number;
  readonly replicaId: number;
}

interface Shard {
  readonly id: number;
  readonly sizeBytes: number;
  readonly versions: number;
  readonly copies: readonly Copy[];
}

interface Cluster {
  readonly hosts: readonly string[];
  readonly partitions: readonly {
    readonly name: string;
    readonly version: number;
    readonly shards: readonly Shard[];
  }[];
}

const cluster: fc.Arbitrary<Cluster> = fc.integer({ min: 1, max: 5 }).chain((nodes) =>
  fc
    .record({
      hosts: fc.constant(Array.from({ length: nodes }, (_, i) => `10.0.0.${i + 1}`)),
      partitions: fc.array(
        fc.record({
          version: fc.integer({ min: 1, max: 1e6 }),
          shards: fc.array(
            fc.record({
              sizeBytes: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 1e10 })),
              versions: fc.integer({ min: 1, max: 20 }),
              backends: fc.uniqueArray(fc.integer({ min: 0, max: nodes - 1 }), {
                minLength: 1,
                maxLength: nodes,
              }),
            }),
            { minLength: 1, maxLength: 6 },
          ),
        }),
        { minLength: 1, maxLength: 4 },
      ),
    })
    .map(({ hosts, partitions }): Cluster => {
      let id = 10_000;
      return {
        hosts,
        partitions: partitions.map(({ version, shards }, p) => ({
          name: `p${p + 1}`,
          version,
          shards: shards.map(({ sizeBytes, versions, backends }) => ({
            id: (id += 1),
            sizeBytes,
            versions,
            copies: backends.map((backend) => ({ backend, replicaId: (id += 1) })),
          })),
        })),
      };
    }),
);

/** The listings of a cluster, with the columns of Doris 2 or of StarRocks 3, in any order. */
function listingsOf({ hosts, partitions }: Cluster, isStarRocks: boolean): readonly [string, Listing][] {
  const word = isStarRocks ? 'TABLET' : 'TABLETS';
  const size = isStarRocks ? 'DataSize' : 'LocalDataSize';
  return [
    [
      'backends.x',
      {
        statement: 'SHOW BACKENDS',
        headers: ['BackendId', isStarRocks ? 'IP' : 'Host', 'HeartbeatPort', 'Alive', 'ErrMsg'],
        rows: hosts.map((host, i) => [`${9000 + i}`, host, '9050', 'true', undefined]),
      },
    ],
    [
      'partitions.shop.orders.x',
      {
        statement: 'SHOW PARTITIONS FROM shop.orders',
        headers: [
          'PartitionId',
          'PartitionName',
          'VisibleVersion',
          'Range',
          'Buckets',
          'ReplicationNum',
          'DataSize',
        ],
        rows: partitions.map(({ name, version, shards }, i) => [
          `${i}`,
          name,
          `${version}`,
          '[types: [DATE]; keys: [2024-01-01]; , "x" )',
          `${shards.length}`,
          `${Math.max(...shards.map(({ copies }) => copies.length))}`,
          '1.5 GB',
        ]),
      },
    ],
    ...partitions.map(({ name, version, shards }): [string, Listing] => [
      `tablets.shop.orders.${name}.x`,
      {
        statement: `SHOW ${word} FROM shop.orders PARTITION (${name})`,
        headers: [
          'VersionCount',
          'TabletId',
          'ReplicaId',
          'BackendId',
          'Version',
          'LstFailedVersion',
          size,
          'State',
        ],
        rows: shards
          .flatMap(({ id, sizeBytes, versions, copies }) =>
            copies.map(({ backend, replicaId }) => [
              `${versions}`,
              `${id}`,
              `${replicaId}`,
              `${9000 + backend}`,
              `${version}`,
              '-1',
              `${sizeBytes}`,
              'NORMAL',
            ]),
          )
          .toReversed(),
      },
    ]),
  ];
}

for (const [name, print] of Object.entries(PRINTERS))
  test(`what ${name} output lists is what the scenario has: shards, sizes, versions, places`, (t) => {
    fc.assert(
      fc.property(cluster, fc.boolean(), (made, isStarRocks) => {
        const listings = listingsOf(made, isStarRocks);
        const sets = listings.flatMap(([file, listing]) => readResultSets(print(listing), file));
        const facts = factsOf(sets, { fileSizeBytes: FILE_SIZE_BYTES });
        t.is(facts.database, 'shop');
        const { variants } = loadScenario(writeScenario(facts, { from: 'a test' }), 'shop.yaml');
        const { scenario } = variants[0]!;
        t.deepEqual(
          scenario.cluster.nodes.map((node) => node.name),
          made.hosts,
        );
        const { shards, databases } = generateCatalog(scenario);
        const [table] = [...databases.values()][0]!.tables.values();
        t.is(table?.type, 'OLAP');
        let at = 0;
        for (const [i, partition] of made.partitions.entries()) {
          const own = scenario.databases[0]!.tables[0]!.partitions[i]!;
          t.is(own.name, partition.name);
          t.is(own.version, partition.version);
          // In the order in which they were listed, which was the other way round.
          for (const shard of partition.shards.toReversed()) {
            const files = shards.fileSizeBytes.subarray(shards.firstFile[at]! + 1, shards.firstFile[at + 1]);
            t.is(
              files.reduce((sum, bytes) => sum + bytes, 0),
              shard.sizeBytes,
            );
            t.true(shard.sizeBytes === 0 || files.length >= Math.min(shard.versions, shard.sizeBytes));
            const inOrder = shard.copies.toSorted((a, b) => a.replicaId - b.replicaId);
            t.deepEqual(
              [...shards.replicaNodesOf(at)],
              inOrder.map(({ backend }) => backend),
            );
            at += 1;
          }
        }
        t.is(totalsOf(facts).shards, at);
      }),
      { numRuns: 40 },
    );
  });

const read = (text: string, file = 'x.txt') => readResultSets(text, file);

test('several listings in one file, each with its statement', (t) => {
  const [backends, orders] = listingsOf(
    { hosts: ['a', 'b'], partitions: [{ name: 'p1', version: 3, shards: [] }] },
    false,
  );
  for (const printer of ['boxed', 'vertical']) {
    const text = `${PRINTERS[printer]!(backends![1])}\n${PRINTERS[printer]!({ ...orders![1], rows: [['1', 'p1', '3', 'x', '4', '1', '0.000 ']] })}`;
    t.deepEqual(
      read(text).map(({ statement, rows }) => [statement, rows.length]),
      [
        ['SHOW BACKENDS', 2],
        ['SHOW PARTITIONS FROM shop.orders', 1],
      ],
    );
  }
});

test('values with what separates them in it', (t) => {
  const listing = {
    statement: 'SHOW BACKENDS',
    headers: ['BackendId', 'Host'],
    rows: [
      ['1', 'a | b'],
      ['2', 'c: d, "e"'],
    ],
  };
  for (const [name, print] of Object.entries(PRINTERS))
    t.deepEqual(read(print(listing))[0]!.rows, listing.rows, name);
  const tabbed = { ...listing, rows: [['1', 'a\tb\\n\nc']] };
  t.deepEqual(read(PRINTERS['tab-separated']!(tabbed))[0]!.rows, tabbed.rows);
});

const assumed = (...files: readonly (readonly [string, string])[]): readonly string[] =>
  factsOf(
    files.flatMap(([name, text]) => readResultSets(text, name)),
    { fileSizeBytes: FILE_SIZE_BYTES },
  ).assumptions;

test('what is missing is assumed, and said', (t) => {
  const partitions =
    'PartitionName\tVisibleVersion\tBuckets\tReplicationNum\tDataSize\np1\t4\t8\t2\t16.000 GB\n';
  const even = factsOf(readResultSets(partitions, 'partitions.shop.t.tsv'), {
    fileSizeBytes: FILE_SIZE_BYTES,
  });
  t.deepEqual(even.tables[0]!.partitions[0]!.shards, { count: 8, sizeBytes: 2 ** 30, files: 1 });
  t.is(even.nodes.length, 3);
  t.true(even.assumptions.some((one) => /how many nodes/.test(one)));
  t.true(even.assumptions.some((one) => /counts all copies/.test(one)));
  const data =
    'TableName\tSize\tReplicaCount\nt\t30.000 MB\t30\nTotal\t30.000 MB\t30\nQuota\t1024.000 TB\t1073741824\n';
  t.true(assumed(['data.shop.tsv', data]).some((one) => /only SHOW DATA/.test(one)));
  const nameless = 'TabletId\tReplicaId\tBackendId\tVersion\tLocalDataSize\n1\t2\t3\t4\t5\n';
  t.true(
    assumed(['t.tsv', nameless], ['data.shop.tsv', data]).some((one) => /does not say which table/.test(one)),
  );
  const tablets = assumed(
    ['tablets.shop.t.tsv', nameless],
    ['partitions.shop.t.tsv', `${partitions}p2\t4\t8\t2\t0.000 \n`],
  );
  t.true(tablets.some((one) => /without their partitions/.test(one)));
});

test('copies that are behind, broken or on a dead node are not backed up', (t) => {
  const backends = 'BackendId\tHost\tAlive\n1\ta\ttrue\n2\tb\tfalse\n3\tc\ttrue\n4\td\ttrue\n';
  const partitions =
    'PartitionName\tVisibleVersion\tBuckets\tReplicationNum\tDataSize\np\t9\t1\t4\t1.000 KB\n';
  const tablets =
    'TabletId\tReplicaId\tBackendId\tVersion\tLstFailedVersion\tLocalDataSize\tState\n' +
    '7\t1\t1\t8\t-1\t100\tNORMAL\n7\t2\t2\t9\t-1\t200\tNORMAL\n7\t3\t3\t9\t9\t300\tNORMAL\n7\t4\t4\t9\t-1\t400\tNORMAL\n';
  const facts = factsOf(
    [
      ...readResultSets(backends, 'b.tsv'),
      ...readResultSets(partitions, 'partitions.d.t.tsv'),
      ...readResultSets(tablets, 'tablets.d.t.p.tsv'),
    ],
    { fileSizeBytes: FILE_SIZE_BYTES },
  );
  t.like(facts.tables[0]!.partitions[0]!.shards, { 0: { sizeBytes: 400, nodes: ['d'] } });
  t.deepEqual(
    facts.nodes.map(({ name }) => name),
    ['a', 'c', 'd'],
  );
});

test('names that a scenario cannot have get others, and that is said', (t) => {
  const text =
    'PartitionName\tVisibleVersion\tBuckets\tReplicationNum\tDataSize\n2024-01\t4\t8\t2\t1.000 GB\n';
  const facts = factsOf(readResultSets(text, 'partitions.shop.t.tsv'), { fileSizeBytes: FILE_SIZE_BYTES });
  t.notThrows(() => loadScenario(writeScenario(facts, { from: 'x' }), 'x.yaml'));
  t.true(facts.assumptions.some((one) => one.includes('2024-01')));
});

for (const [what, text, says] of [
  ['nothing', '', /no table is in it/],
  ['binary data', 'a\0b', /it is no text/],
  ['broken JSON', '[{"BackendId": 1}', /no JSON/],
  ['JSON of something else', '[1, 2]', /no list of rows/],
  ['a box that is cut', '+---+\n| a |\n+---+\n| 1 |\n| 2', /no lower border: the file is cut/],
  ['an open quote', 'a,b\n"x,y\n', /never closed, on line 2/],
  ['a short row', 'a,b\n1\n', /row 2 has 1 values/],
] as const)
  test(`${what} is refused with a clear error`, (t) => {
    const error = t.throws(() => read(text), { instanceOf: DrillError });
    t.is(error.code, 'IMPORT_UNREADABLE');
    t.regex(error.message, says);
    t.regex(error.message, /x\.txt/);
  });

test('listings without a table are refused', (t) => {
  const sets = readResultSets('BackendId\tHost\n1\ta\n', 'x.tsv');
  t.throws(() => factsOf(sets, { fileSizeBytes: 1 }), { code: 'IMPORT_UNREADABLE' });
});

test('listings of another database are refused by its name', (t) => {
  const text = 'PartitionName\tVisibleVersion\tBuckets\tReplicationNum\tDataSize\np\t4\t8\t2\t1.000 GB\n';
  const sets = readResultSets(text, 'partitions.shop.t.tsv');
  t.throws(() => factsOf(sets, { database: 'warehouse', fileSizeBytes: 1 }), {
    message: /no table of database warehouse: they are of shop/,
  });
});

test('any text is read or refused, and never breaks the reader', (t) => {
  const piece = fc.constantFrom(
    '+--+',
    '|',
    '\t',
    '\n',
    '***** 1. row *****',
    ': ',
    ',',
    '"',
    '[',
    '{',
    'TabletId',
    'BackendId',
    'NULL',
    '\\',
    'x',
    '1',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      try {
        factsOf(readResultSets(pieces.join(''), 'tablets.d.t.tsv'), { fileSizeBytes: 1 });
      } catch (error) {
        t.true(error instanceof DrillError, String(error));
      }
    }),
    { numRuns: 2000 },
  );
});

test('a hundred thousand tablets are imported in a moment', (t) => {
  const rows = Array.from(
    { length: 300_000 },
    (_, i) => `${Math.floor(i / 3)}\t${i}\t${i % 5}\t2\t-1\t1000000\tNORMAL`,
  );
  const text = `TabletId\tReplicaId\tBackendId\tVersion\tLstFailedVersion\tLocalDataSize\tState\n${rows.join('\n')}\n`;
  const facts = factsOf(readResultSets(text, 'tablets.d.t.tsv'), { fileSizeBytes: FILE_SIZE_BYTES });
  const { variants } = loadScenario(writeScenario(facts, { from: 'x' }), 'x.yaml');
  t.is(variants[0]!.scenario.databases[0]!.tables[0]!.partitions[0]!.shards!.files.length, 100_000);
});
