import test from 'ava';
import { parse } from 'yaml';
import { z } from 'zod';
import {
  loadScenario,
  scenarioJsonSchema,
  withSettings,
  withSweeps,
  type Scenario,
} from '../../src/scenario/index.js';
import { FAULT_KINDS } from '../../src/world/faults.js';
import { changed, errorOf, loadOne, placeOf, SAMPLE } from './sample.js';

const withFaults = (...faults: string[]): string =>
  `${SAMPLE}faults:\n${faults.map((fault) => `  - ${fault}\n`).join('')}`;

const SHARD = {
  database: 'example_db',
  table: 'example_tbl',
  partition: 'p1',
  index: 'example_tbl',
  bucket: 3,
};

/** Each as it is written, and what it is. */
const KNOWN: readonly (readonly [string, NonNullable<Scenario['faults']>[number]])[] = [
  [
    '{ node-crash: be-2, at: 10 s, for: 30 s, disk: lost }',
    { kind: 'node-crash', node: 1, atMs: 10_000, downMs: 30_000, disk: 'lost' },
  ],
  ['{ node-crash: be-1 }', { kind: 'node-crash', node: 0, atMs: 0, disk: 'kept' }],
  [
    '{ node-slow: be-4, factor: 2.5, at: 1 min, for: 1 h }',
    { kind: 'node-slow', node: 3, factor: 2.5, fromMs: 60_000, forMs: 3_600_000 },
  ],
  ['{ disk-slow: be-1, factor: 8 }', { kind: 'disk-slow', node: 0, factor: 8, fromMs: 0 }],
  ['{ disk-full: be-1, at: 5 ms }', { kind: 'disk-full', node: 0, fromMs: 5 }],
  [
    '{ file-unreadable: be-3, shard: example_db.example_tbl.p1/example_tbl/3, file: 4 }',
    { kind: 'file-unreadable', node: 2, shard: SHARD, file: 4, atMs: 0 },
  ],
  [
    '{ file-corrupt: be-3, shard: example_db.example_tbl.p1/3, file: 0, at: 1 s }',
    { kind: 'file-corrupt', node: 2, shard: SHARD, file: 0, atMs: 1000 },
  ],
  [
    '{ replica-gone: be-3, shard: example_db.example_tbl.p1/3, at: 1 s }',
    { kind: 'replica-gone', node: 2, shard: SHARD, atMs: 1000 },
  ],
  [
    '{ partition: be-3, from: repository, at: 5 s, for: 20 s }',
    { kind: 'partition', node: 2, from: 'repository', fromMs: 5000, forMs: 20_000 },
  ],
  [
    '{ messages: all, lost: 5 %, duplicated: 0.02, late: 200 ms }',
    { kind: 'messages', lost: 0.05, duplicated: 0.02, lateMs: 200, fromMs: 0 },
  ],
  [
    '{ messages: be-1, lost: 7 % }',
    { kind: 'messages', node: 0, lost: 0.07, duplicated: 0, lateMs: 0, fromMs: 0 },
  ],
  [
    '{ repository-failure: slow-down, chance: 20 %, of: be-2 }',
    { kind: 'repository-failure', failure: 'slow-down', chance: 0.2, of: 1, fromMs: 0 },
  ],
  [
    '{ repository-failure: torn, chance: 100 %, of: coordinator }',
    { kind: 'repository-failure', failure: 'torn', chance: 1, of: 'coordinator', fromMs: 0 },
  ],
  [
    '{ repository-failure: error, chance: 0 }',
    { kind: 'repository-failure', failure: 'error', chance: 0, fromMs: 0 },
  ],
  ['{ stale-listing, at: 3 s, for: 4 s }', { kind: 'stale-listing', fromMs: 3000, forMs: 4000 }],
  ['{ bit-rot: 30 %, at: 2 s }', { kind: 'bit-rot', atMs: 2000, pick: 0.3 }],
  ['{ coordinator-crash, at: 2 s, for: 0 }', { kind: 'coordinator-crash', atMs: 2000, downMs: 0 }],
  [
    '{ coordinator-crash, afterSteps: 12, for: 1 s }',
    { kind: 'coordinator-crash', afterSteps: 12, downMs: 1000 },
  ],
  ['{ clock-jump: -1 h 30 min, at: 2 s }', { kind: 'clock-jump', atMs: 2000, byMs: -5_400_000 }],
  ['{ clock-jump: 5 s }', { kind: 'clock-jump', atMs: 0, byMs: 5000 }],
  [
    '{ table-dropped: example_db.example_tbl, at: 2 s }',
    { kind: 'table-dropped', atMs: 2000, database: 'example_db', table: 'example_tbl' },
  ],
  [
    '{ table-dropped: example_db.example_tbl.p2 }',
    { kind: 'table-dropped', atMs: 0, database: 'example_db', table: 'example_tbl', partition: 'p2' },
  ],
  ['{ cancel, at: 2 s }', { kind: 'cancel', atMs: 2000 }],
  ['{ cancel, in: UPLOADING }', { kind: 'cancel', inState: 'UPLOADING' }],
];

test('every kind of fault is read as it is written, in the order of the file', (t) => {
  const text = withFaults(...KNOWN.map(([written]) => written));
  t.deepEqual(
    loadOne(text).faults,
    KNOWN.map(([, fault]) => fault),
  );
  t.deepEqual(new Set(KNOWN.map(([, { kind }]) => kind)), new Set(FAULT_KINDS));
});

test('the JSON Schema for editors takes every kind, and none with a wrong key', (t) => {
  const schema = z.fromJSONSchema(scenarioJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);
  const isRight = (fault: string): boolean => schema.safeParse(parse(withFaults(fault))).success;
  for (const [written] of KNOWN) {
    t.true(isRight(written), written);
    t.false(isRight(written.replace(' }', ', wrong: 1 }')), written);
  }
  t.false(isRight('{ node-crash: be-2, at: 10 }'));
});

test('a scenario without faults has none, and the digest that it always had', (t) => {
  const { digest, variants } = loadScenario(SAMPLE, 'sample.yaml');
  t.false('faults' in variants[0]!.scenario);
  t.is(loadScenario(`${SAMPLE}faults: []\n`, 'sample.yaml').digest, digest);
  t.not(loadScenario(withFaults('{ disk-full: be-1 }'), 'sample.yaml').digest, digest);
});

interface Wrong {
  readonly fault: string;
  /** What the caret points at: the last place of this in the text. */
  readonly at: string;
  readonly says: RegExp;
}

const FILE = (shard: string, file: number): string =>
  `{ file-corrupt: be-1, shard: ${shard}, file: ${file} }`;
const WRONG: Readonly<Record<string, Wrong>> = {
  'a misspelt kind': { fault: '{ node-crsh: be-1 }', at: 'node-crsh', says: /did you mean node-crash\?/ },
  'no kind': {
    fault: '{ at: 5 s }',
    at: '{ at',
    says: /needs a key that names what goes wrong: node-crash, /,
  },
  'two kinds': {
    fault: '{ node-crash: be-1, disk-full: be-2 }',
    at: '{ node-crash',
    says: /only of one kind, and this is node-crash and disk-full/,
  },
  'a kind alone': { fault: 'node-crash', at: 'node-crash', says: /should be a map/ },
  'a misspelt key': { fault: '{ node-slow: be-1, factr: 3 }', at: 'factr', says: /did you mean factor\?/ },
  'a key of another kind': {
    fault: '{ disk-full: be-1, factor: 3 }',
    at: 'factor',
    says: /the keys here are disk-full, at and for|it belongs in/,
  },
  'a node that is not there': {
    fault: '{ node-crash: be-22 }',
    at: 'be-22',
    says: /there is no node be-22[^]*did you mean be-2\?/,
  },
  'a node by its number': { fault: '{ node-crash: 2 }', at: '2 }', says: /should be a text/ },
  'a time without a unit': { fault: '{ disk-full: be-1, at: 5 }', at: '5 }', says: /5 what\? write 5 ms/ },
  'a time beyond all jobs': { fault: '{ disk-full: be-1, at: 101 d }', at: '101 d', says: /at most 100 d/ },
  'nothing lasting': { fault: '{ disk-full: be-1, for: 0 s }', at: '0 s', says: /must be more than 0/ },
  'a node that gets faster': { fault: '{ node-slow: be-1, factor: 0.5 }', at: '0.5', says: /at least 1/ },
  'cut off from nobody': {
    fault: '{ partition: be-1 }',
    at: '{ partition',
    says: /faults\.0\.from is missing/,
  },
  'cut off from a neighbour': {
    fault: '{ partition: be-1, from: be-2 }',
    at: 'be-2',
    says: /coordinator or repository/,
  },
  'more than all messages': { fault: '{ messages: all, lost: 120 % }', at: '120 %', says: /at most 100 %/ },
  'a share that is meant as percent': {
    fault: '{ messages: all, lost: 5 }',
    at: '5 }',
    says: /write 5 % if that is meant/,
  },
  'a share without a sign': { fault: "{ messages: all, lost: '5' }", at: "'5'", says: /5 what\? write 5 %/ },
  'messages of a stranger': {
    fault: '{ messages: al }',
    at: 'al }',
    says: /no node al[^]*did you mean all\?/,
  },
  'a failure without a chance': {
    fault: '{ repository-failure: error }',
    at: '{ repository',
    says: /chance is missing/,
  },
  'an unknown failure': {
    fault: '{ repository-failure: eror, chance: 5 % }',
    at: 'eror',
    says: /did you mean error\?/,
  },
  'a database that is not there': {
    fault: FILE('exmple_db.example_tbl.p1/3', 1),
    at: 'exmple_db.',
    says: /there is no database exmple_db[^]*did you mean example_db\?/,
  },
  'a table that is not there': {
    fault: '{ table-dropped: example_db.t }',
    at: 'example_db.t',
    says: /example_db has no table t[^]*there are example_tbl/,
  },
  'a partition that is not there': {
    fault: FILE('example_db.example_tbl.p3/3', 1),
    at: 'example_db.example_tbl.p3',
    says: /no partition p3[^]*did you mean p1\?/,
  },
  'an index that is not there': {
    fault: FILE('example_db.example_tbl.p1/r/3', 1),
    at: 'example_db.example_tbl.p1',
    says: /no index r/,
  },
  'a bucket that is not there': {
    fault: FILE('example_db.example_tbl.p1/8', 1),
    at: 'example_db.example_tbl.p1',
    says: /8 buckets, and no bucket 8[^]*the last one is 7/,
  },
  'a file that is not there': {
    fault: FILE('example_db.example_tbl.p1/7', 5),
    at: '5 }',
    says: /4 segment files and a header, and no file 5/,
  },
  'no shard': {
    fault: FILE('example_tbl/3', 1),
    at: 'example_tbl/3',
    says: /must be database\.table\.partition/,
  },
  'a crash at no time': {
    fault: '{ coordinator-crash, for: 1 s }',
    at: '{ coordinator',
    says: /needs either at or afterSteps/,
  },
  'a crash at two times': {
    fault: '{ coordinator-crash, at: 1 s, afterSteps: 3, for: 1 s }',
    at: '{ coordinator',
    says: /needs either at or afterSteps/,
  },
  'a cancel in a state of the end': {
    fault: '{ cancel, in: FINISHED }',
    at: 'FINISHED',
    says: /PENDING, SNAPSHOTING/,
  },
  'a cancel of something': { fault: '{ cancel: job, at: 1 s }', at: 'job,', says: /left without a value/ },
  'a jump of nothing': { fault: '{ clock-jump: 0 s }', at: '0 s', says: /a jump of nothing/ },
};

for (const [what, { fault, at, says }] of Object.entries(WRONG))
  test(`${what} is refused, at its place`, (t) => {
    const text = withFaults(fault);
    const error = errorOf(text);
    t.regex(error.format(), says);
    t.is(error.code, 'SCENARIO_INVALID');
    t.deepEqual(error.place, placeOf(text, at));
    t.notRegex(error.format(), /\d problems/, 'one mistake, one problem');
  });

test('a fault of a replica that a listed shard does not have is told', (t) => {
  const listed = changed(
    '        partitions: [p1, p2]\n        buckets: 8\n        filesPerShard: 4\n        fileSize: 1 MiB\n',
    '        partitions:\n          - name: p1\n            shards: |\n              7 1kB 2 be-1 be-3\n',
  );
  const fault = (node: string): string =>
    `${listed}faults: [{ replica-gone: ${node}, shard: example_db.example_tbl.p1/0 }]\n`;
  t.regex(errorOf(fault('be-2')).format(), /no replica of this shard[^]*be-1 and be-3 have one/);
  t.is(loadOne(fault('be-3')).faults?.length, 1);
});

test('too many faults are refused', (t) => {
  const many = Array.from({ length: 1001 }, () => '{ disk-full: be-1 }');
  t.regex(errorOf(withFaults(...many)).message, /at most 1,000 items/);
});

test('settings of the command line, sweeps and variants reach faults', (t) => {
  const text = withFaults('{ node-crash: be-2, at: 10 s, for: 30 s }', '{ messages: all, lost: 1 % }');
  const set = loadOne(withSettings(text, { 'faults.0.for': '60 s', 'faults.0.node-crash': 'be-4' }));
  t.like(set.faults![0], { node: 3, downMs: 60_000 });
  const losses = (sweep: string): readonly unknown[] =>
    loadScenario(withSweeps(text, [sweep]), 'x.yaml').variants.map(({ scenario }) => scenario.faults![1]);
  const of = (...lost: number[]): object[] =>
    lost.map((share) => ({ kind: 'messages', lost: share, duplicated: 0, lateMs: 0, fromMs: 0 }));
  t.deepEqual(losses('faults.1.lost=1 %..8 %'), of(0.01, 0.02, 0.04, 0.08));
  t.deepEqual(losses('faults.1.lost=0 %..20 %/10 %'), of(0, 0.1, 0.2));
  const variants = loadScenario(
    `${text}variants:\n  - { name: calm, set: { faults: [] } }\n  - { name: long, set: { faults.0.for: 1 h } }\n`,
    'x.yaml',
  ).variants.map(({ scenario }) => scenario.faults);
  t.is(variants[0], undefined);
  t.like(variants[1]![0], { downMs: 3_600_000 });
  const policies = loadScenario(withSweeps(text, ['engine.failover=true,false']), 'x.yaml').variants;
  t.deepEqual(
    policies.map(({ scenario }) => scenario.engine.failover),
    [true, false],
  );
});

test('a node that a sweep takes away is missed where the sweep says so', (t) => {
  const text = `${withFaults('{ disk-full: be-4 }')}sweep:\n  cluster.nodes: [4, 2]\n`;
  const error = errorOf(text);
  t.regex(error.message, /there is no node be-4 \(in variant 'cluster\.nodes = 2'\)/);
  t.deepEqual(error.place, placeOf(text, '2]'));
});
