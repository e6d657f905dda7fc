import test from 'ava';
import * as fc from 'fast-check';
import { loadScenario } from '../../src/scenario/index.js';
import { readShards, segmentSizes } from '../../src/scenario/shards.js';

const NODES = ['be-1', 'be-2', 'be-3'];

const problemsOf = (text: string): string[] => {
  const problems: string[] = [];
  readShards(text, NODES, (message) => problems.push(message));
  return problems;
};

test('a list has one shard a line, and comments', (t) => {
  const text = '# id size files nodes\n1 1GB 2 be-2 be-1 # first\n\n2 0B 0 be-3\n';
  t.deepEqual(
    readShards(text, NODES, () => t.fail()),
    { sizeBytes: [1e9, 0], files: [2, 0], nodes: [[1, 0], [2]] },
  );
});

for (const [line, says] of [
  ['1 1GB 2', /write id, size, files and nodes/],
  ['x 1GB 2 be-1', /id x is no whole number/],
  ['1 1GB two be-1', /two is no number of files/],
  ['1 12 2 be-1', /12 what\?/],
  ['1 1GB 2 be-4', /no node be-4: did you mean be-1\?/],
  ['1 1GB 2 be-1 be-1', /same node/],
  ['1 1GB 0 be-1', /1GB in no files/],
  ['7 1GB 1 be-1\n7 1GB 1 be-1', /two shards have the id 7/],
  ['# nothing', /no shards are listed/],
] as const)
  test(`${JSON.stringify(line)} is refused`, (t) => {
    const [problem] = problemsOf(line);
    t.regex(problem ?? '', says);
  });

test('many wrong lines are told in few', (t) => {
  const problems = problemsOf(Array.from({ length: 100 }, () => 'x').join('\n'));
  t.is(problems.length, 6);
  t.regex(problems.at(-1)!, /95 more lines/);
});

test('sizes of segments add up, and differ by a byte at most', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e12 }), fc.integer({ min: 1, max: 200 }), (sizeBytes, files) => {
      const sizes = segmentSizes(sizeBytes, files);
      t.is(sizes.length, files);
      t.is(
        sizes.reduce((sum, one) => sum + one, 0),
        sizeBytes,
      );
      t.true(Math.max(...sizes) - Math.min(...sizes) <= 1);
    }),
  );
});

const scenarioWith = (partition: string, table = ''): string => `
cluster: { nodes: [{ names: [10.0.0.1, fe.example] }, { count: 2 }], replication: 1 }
databases:
  - name: d
    tables:
      - name: t
        ${table}
        partitions:
          - name: p
${partition}
statement: BACKUP SNAPSHOT d.l TO example_repo
`;
const SHARDS = `            shards: |
              1 10B 1 10.0.0.1
              2 20B 2 be-2 fe.example`;

test('nodes are named one by one, or by their group', (t) => {
  const { scenario } = loadScenario(scenarioWith(SHARDS), 'x.yaml').variants[0]!;
  t.deepEqual(
    scenario.cluster.nodes.map(({ name }) => name),
    ['10.0.0.1', 'fe.example', 'be-1', 'be-2'],
  );
  t.deepEqual(scenario.databases[0]!.tables[0]!.partitions[0]!.shards!.nodes, [[0], [3, 1]]);
});

for (const [what, partition, table, says] of [
  [
    'buckets beside shards',
    `${SHARDS}\n            buckets: 3`,
    '',
    /whose shards are listed has no buckets/,
  ],
  ['rollups beside shards', SHARDS, 'rollups: [r1]', /with rollups cannot be listed/],
  [
    'a wrong line',
    '            shards: |\n              1 10B 1 nowhere',
    '',
    /line 1 of the shards: there is no node nowhere/,
  ],
] as const)
  test(`${what}: refused, with its place`, (t) => {
    const error = t.throws(() => loadScenario(scenarioWith(partition, table), 'x.yaml'));
    t.regex(error.message, says);
    t.truthy((error as { place?: object }).place);
  });

test('nodes named twice, or neither named nor counted', (t) => {
  const load = (nodes: string) => () =>
    loadScenario(
      `cluster: { nodes: ${nodes}, replication: 1 }\ndatabases: [{ name: d, tables: [] }]\nstatement: x`,
      'x.yaml',
    );
  t.throws(load('[{ names: [a, a] }]'), { message: /two nodes are named a/ });
  t.throws(load('[{ count: 2 }, { names: [be-2] }]'), { message: /two nodes are named be-2/ });
  t.throws(load('[{ name: big }]'), { message: /needs a count, or names/ });
  t.throws(load('[{ names: [a], count: 1 }]'), { message: /have no count/ });
});
