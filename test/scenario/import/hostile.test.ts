import test from 'ava';
import { DrillError } from '../../../src/base/errors.js';
import {
  factsOf,
  readResultSets,
  totalsOf,
  writeScenario,
  type ClusterFacts,
} from '../../../src/scenario/import/index.js';
import { loadScenario } from '../../../src/scenario/index.js';

/* Listings with names and numbers that nobody expects: what is written of them is a scenario all the same. */

const PARTITIONS = 'PartitionName\tVisibleVersion\tBuckets\tReplicationNum\tDataSize\n';
const BACKENDS = 'BackendId\tHost\tAlive\n';
const TABLETS = 'TabletId\tReplicaId\tBackendId\tVersion\tLocalDataSize\tVersionCount\n';

function imported(files: Readonly<Record<string, string>>, database?: string): ClusterFacts {
  const sets = Object.entries(files).flatMap(([name, text]) => readResultSets(text, name));
  const facts = factsOf(sets, { database, fileSizeBytes: 2 ** 30 });
  const text = writeScenario(facts, { from: Object.keys(files).join(', ') });
  const { scenario } = loadScenario(text, 'imported.yaml').variants[0]!;
  const { nodes, tables } = totalsOf(facts);
  if (scenario.cluster.nodes.length !== nodes) throw new Error('other nodes');
  if (scenario.databases[0]!.tables.length !== tables) throw new Error('other tables');
  return facts;
}

const NAMES = [
  '{a',
  'true',
  'null',
  'a: b',
  '# x',
  '- x',
  '"',
  "'",
  '\u001B[2J',
  '\u2028',
  '\uFFFD',
  '&a',
  '*a',
  '%',
  '`',
  '../..',
  'a b',
  'order',
  '__proto__',
  'größe',
  'x'.repeat(500),
];

for (const name of NAMES)
  test(`a database, a table, a partition and a node named ${JSON.stringify(name.slice(0, 20))}`, (t) => {
    const listing = {
      [`tablets.${name}.txt`]: `${TABLETS}1\t1\t7\t2\t5\t1\n`,
      'partitions.shop.t.tsv': `${PARTITIONS}${name}\t2\t1\t1\t1.000 KB\n`,
      'backends.tsv': `${BACKENDS}7\t${name}\ttrue\n`,
      'tables.shop.tsv': `Tables_in_shop\tTable_type\n${name}\tBASE TABLE\n${name}_\tVIEW\n`,
    };
    t.notThrows(() => imported(listing, 'shop'));
    if (name !== '\u2028')
      t.notThrows(() => imported({ 'tables.tsv': `Tables_in_${name}\n${name}\n` }, name));
  });

test('line ends in a name or a value end no comment', (t) => {
  t.notThrows(() => imported({ 'a\nb: c.tsv': 'Tables_in_shop\nt\n' }));
  t.notThrows(() => imported({ 'x.tsv': 'Tables_in_shop\nt\n', 'y.tsv': 'a\\nb: c\td\n1\t2\n' }));
});

test('names that become the same are told apart', (t) => {
  const facts = imported({ 'tables.shop.tsv': 'Tables_in_shop\na b\na-b\na.b\nxa_b\n' });
  t.is(new Set(facts.tables.map(({ name }) => name)).size, 4);
  const nodes = imported({
    'tables.shop.tsv': 'Tables_in_shop\nt\n',
    'b.tsv': `${BACKENDS}1\ta\ttrue\n2\ta\ttrue\n \t\ttrue\n1\tb\ttrue\n`,
  });
  t.is(new Set(nodes.nodes.map(({ name }) => name)).size, nodes.nodes.length);
});

test('numbers that no cluster has are taken for none', (t) => {
  const huge = '9'.repeat(400);
  for (const number of [huge, '-1', '0', '999999999999999', '1e5', 'NaN'])
    t.notThrows(
      () =>
        imported({
          'partitions.shop.t.tsv': `${PARTITIONS}p\t${number}\t${number === '999999999999999' ? huge : number}\t${number}\t${number} PB\n`,
          'tablets.shop.u.tsv': `${TABLETS}1\t${number}\t7\t${number}\t${number}\t${number}\nx\t1\t7\t1\t1\t1\n`,
        }),
      number,
    );
});

test('more copies than nodes are as many as there are nodes', (t) => {
  const facts = imported({
    'b.tsv': `${BACKENDS}1\ta\ttrue\n`,
    'partitions.shop.t.tsv': `${PARTITIONS}p\t2\t4\t3\t1.000 GB\n`,
  });
  t.is(facts.tables[0]!.partitions[0]!.replication, 1);
  t.true(facts.assumptions.some((one) => /on distinct nodes, and there are 1/.test(one)));
});

test('shards whose only copies are on dead nodes keep those', (t) => {
  const facts = imported({
    'b.tsv': `${BACKENDS}1\ta\ttrue\n2\tb\tfalse\n3\tc\tfalse\n`,
    'tablets.shop.t.tsv': `${TABLETS}1\t1\t2\t2\t5\t1\n`,
  });
  t.deepEqual(
    facts.nodes.map(({ name }) => name),
    ['a', 'b'],
  );
  t.true(facts.assumptions.some((one) => /Node b has the only copies/.test(one)));
});

test('a listing without a row is a table without partitions', (t) => {
  t.notThrows(() => imported({ 'tablets.shop.t.p.tsv': TABLETS, 'tables.shop.tsv': 'Tables_in_shop\nt\n' }));
});

/** Nothing is timed: each of these took minutes, or all memory. */
const SLOW: Readonly<Record<string, string>> = {
  'a line of stars': `***** 1. row *****\na: 1\n***** ${'*'.repeat(100_000)} x\n`,
  'spaces in a statement': `SHOW${' '.repeat(100_000)}x\n`,
  'spaces before a name': `***** 1. row *****\n${' '.repeat(100_000)}x\n`,
  'spaces at an end': `SHOW TABLES\\G${' '.repeat(100_000)}x\n`,
  'a column for each of many rows': JSON.stringify(
    Array.from({ length: 20_000 }, (_, i) => ({ [`c${i}`]: i })),
  ),
  'lists in lists': `[{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}]`,
};

for (const [what, text] of Object.entries(SLOW))
  test(`${what}: read or refused at once`, (t) => {
    try {
      t.true(readResultSets(text, 'x.txt').length > 0);
    } catch (error) {
      t.true(error instanceof DrillError && error.code === 'IMPORT_UNREADABLE', String(error));
    }
  });

test('columns that every object has are no columns of rows', (t) => {
  const [set] = readResultSets('[{"toString": 1, "a": 2}, {"a": 3}]', 'x.json');
  t.deepEqual(set!.rows, [
    ['1', '2'],
    [undefined, '3'],
  ]);
});

test('what is quoted of a listing is cut', (t) => {
  // Seed 4093660 of the fuzzer.
  const sets = readResultSets(`Tables_in_${'n'.repeat(50_000)}\n`, 'x.tsv');
  const error = t.throws(() => factsOf(sets, { database: 'shop', fileSizeBytes: 1 }), {
    instanceOf: DrillError,
  });
  t.true(error.format().length < 1000);
  const facts = imported({ 'tables.shop.tsv': `Tables_in_shop\n${'n'.repeat(50_000)}\n` });
  t.true(facts.assumptions.every((one) => one.length < 1000));
});
