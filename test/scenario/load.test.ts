import test from 'ava';
import * as fc from 'fast-check';
import { stringify } from 'yaml';
import { mean, type Distribution } from '../../src/base/distribution.js';
import { loadScenario, PRESETS, type Scenario, type TableSpec } from '../../src/scenario/index.js';
import { changed, loadOne, SAMPLE } from './sample.js';

const MINIMAL = {
  cluster: { nodes: 2 },
  databases: [{ name: 'd', tables: [{ name: 't' }] }],
  statement: 'BACKUP SNAPSHOT d.l TO example_repo',
};

const digest = (text: string): string => loadScenario(text, 'sample.yaml').digest;

const loadYaml = (value: object): Scenario => loadOne(stringify(value));

/** The only table of a scenario whose table says this. */
const loadTable = (table: object): TableSpec =>
  loadYaml({ ...MINIMAL, databases: [{ name: 'd', tables: [{ name: 't', ...table }] }] }).databases[0]!
    .tables[0]!;
const partitionNames = (partitions: unknown): string[] =>
  loadTable({ partitions }).partitions.map(({ name }) => name);
const rollupNames = (rollups: unknown): readonly string[] => loadTable({ rollups }).rollups;
const readSize = (fileSize: unknown): Distribution => loadTable({ fileSize }).partitions[0]!.fileSizeBytes;

test('the least scenario has every default', (t) => {
  t.deepEqual(loadYaml(MINIMAL), {
    name: 'sample',
    description: '',
    seed: '1',
    cluster: {
      nodes: ['be-1', 'be-2'].map((name) => ({
        name,
        hardware: {
          diskBytesPerSec: 500e6,
          hashBytesPerSec: 550e6,
          nicBytesPerSec: 1.25e9,
          linkMs: 0.02,
          snapshotMs: 0,
        },
      })),
      replication: 2,
      placement: 'even',
      coordinator: { messageMs: 1, persistMs: 0, manifestBytesPerSec: Infinity },
      host: { nodesPerHost: 1, cores: Infinity, diskBytesPerSec: Infinity },
      stragglers: { share: 0, slowdown: 2 },
    },
    repository: {
      name: 'example_repo',
      type: 'local',
      readOnly: false,
      limits: {
        bandwidthBytesPerSec: Infinity,
        perConnectionBytesPerSec: Infinity,
        latencyMs: { kind: 'fixed', value: 1 },
        requestsPerSec: Infinity,
        requestBurst: 1,
        multipart: undefined,
        client: { requestMs: 0, directoryMs: 0, bytesPerSec: Infinity },
      },
      storage: { kind: 'local', directory: '', durable: true },
      isPlaced: true,
    },
    databases: [
      {
        name: 'd',
        tables: [
          {
            name: 't',
            type: 'OLAP',
            replication: 2,
            partitions: [
              {
                name: 't',
                buckets: { kind: 'fixed', value: 10 },
                filesPerShard: { kind: 'fixed', value: 1 },
                fileSizeBytes: { kind: 'fixed', value: 1_048_576 },
                version: 2,
              },
            ],
            rollups: [],
            rollupRatio: 1,
          },
        ],
      },
    ],
    engine: { preset: 'tuned', ...PRESETS.tuned },
    statement: { text: MINIMAL.statement, line: 7 },
    restore: { nodes: 3, replication: 1 },
  });
});

test('replication is three where there are nodes enough, and never more than nodes', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), (nodes) => {
      const { cluster, restore } = loadYaml({ ...MINIMAL, cluster: { nodes } });
      t.is(cluster.nodes.length, nodes);
      t.is(cluster.replication, Math.min(3, nodes));
      t.is(restore.nodes, nodes + 1);
    }),
    { numRuns: 20 },
  );
});

test('groups of nodes take what they do not say from the cluster', (t) => {
  const nodes = [
    { name: 'ssd', count: 2, hardware: { disk: '3 GB/s' } },
    { name: 'hdd', count: 1 },
  ];
  const { cluster } = loadYaml({
    ...MINIMAL,
    cluster: { nodes, hardware: { nic: '25 Gbit/s', disk: 'unlimited' } },
  });
  t.deepEqual(
    cluster.nodes.map(({ name, hardware }) => [name, hardware.diskBytesPerSec, hardware.nicBytesPerSec]),
    [
      ['ssd-1', 3e9, 3.125e9],
      ['ssd-2', 3e9, 3.125e9],
      ['hdd-1', Infinity, 3.125e9],
    ],
  );
});

test('partitions and rollups are names, counts or maps', (t) => {
  t.deepEqual(partitionNames(3), ['p1', 'p2', 'p3']);
  t.deepEqual(partitionNames(0), []);
  t.deepEqual(partitionNames([]), []);
  t.deepEqual(partitionNames(['x', { name: 'w{i}', count: 2 }, { name: 'y' }]), ['x', 'w1', 'w2', 'y']);
  t.deepEqual(rollupNames(2), ['r1', 'r2']);
  t.deepEqual(rollupNames(['a', 'b']), ['a', 'b']);
});

test('a partition overrides its table, and generated tables are alike but for their names', (t) => {
  const partitions = [
    'p1',
    { name: 'p2', buckets: 2, fileSize: '5 MB', filesPerShard: { uniform: { min: 0, max: 4 } } },
  ];
  const tables = [
    { name: 't{i}', count: 3, buckets: 7, partitions },
    { name: 'u{i}', count: 2 },
  ];
  const [database] = loadYaml({ ...MINIMAL, databases: [{ name: 'd', tables }] }).databases;
  t.deepEqual(
    database!.tables.map(({ name }) => name),
    ['t1', 't2', 't3', 'u1', 'u2'],
  );
  for (const { partitions: built } of database!.tables.slice(0, 3)) {
    t.deepEqual(
      built.map(({ buckets }) => mean(buckets)),
      [7, 2],
    );
    t.deepEqual(
      built.map(({ filesPerShard }) => mean(filesPerShard)),
      [1, 2],
    );
    t.deepEqual(
      built.map(({ fileSizeBytes }) => mean(fileSizeBytes)),
      [1_048_576, 5e6],
    );
  }
  t.deepEqual(
    database!.tables.slice(3).map((u) => u.partitions[0]!.name),
    ['u1', 'u2'],
    'as an unpartitioned table of Doris',
  );
});

test('each form of a distribution is read', (t) => {
  t.deepEqual(readSize(0), { kind: 'fixed', value: 0 });
  t.deepEqual(readSize({ fixed: '2 kB' }), { kind: 'fixed', value: 2000 });
  t.deepEqual(readSize({ uniform: { min: '0 B', max: '2 kB' } }), { kind: 'uniform', min: 0, max: 2000 });
  t.deepEqual(readSize({ lognormal: { median: '2 kB', sigma: 0.5 } }), {
    kind: 'lognormal',
    median: 2000,
    sigma: 0.5,
  });
  t.deepEqual(readSize({ pareto: { min: '2 kB', alpha: 2 } }), { kind: 'pareto', min: 2000, alpha: 2 });
  t.deepEqual(readSize({ pareto: { min: '2 kB', alpha: 1, max: '1 MB' } }), {
    kind: 'pareto',
    min: 2000,
    alpha: 1,
    max: 1e6,
  });
  t.deepEqual(readSize({ histogram: [{ from: '1 kB', to: '2 kB', weight: 3 }] }), {
    kind: 'histogram',
    buckets: [{ min: 1000, max: 2000, weight: 3 }],
  });
});

test('an engine is its preset but for what is named', (t) => {
  for (const preset of ['doris-classic', 'doris', 'tuned'] as const) {
    t.deepEqual(loadYaml({ ...MINIMAL, engine: { preset } }).engine, { preset, ...PRESETS[preset] });
    const engine = {
      preset,
      tick: 'none',
      uploadWorkers: 7,
      uploadTasksPerNode: 9,
      defaultTimeout: '2 h',
      minTimeout: '1 s',
    };
    t.deepEqual(loadYaml({ ...MINIMAL, engine }).engine, {
      preset,
      ...PRESETS[preset],
      tickMs: 0,
      uploadWorkers: 7,
      batching: { by: 'tasks', count: 9 },
      defaultTimeoutMs: 7_200_000,
      minTimeoutMs: 1000,
    });
  }
  t.is(loadYaml({ ...MINIMAL, engine: { preset: 'tuned', tick: '3 s' } }).engine.tickMs, 3000);
});

test('the line of the statement is the line of its text', (t) => {
  const forms = ['|', '>-', '|  # why not'].map((header) => ({
    form: `statement: ${header}\n  BACKUP SNAPSHOT d.l TO r\n`,
    down: 1,
  }));
  const inline = ['statement: BACKUP SNAPSHOT d.l TO r', "statement: 'BACKUP SNAPSHOT d.l TO r'"].map(
    (form) => ({ form, down: 0 }),
  );
  for (const { form, down } of [...forms, ...inline]) {
    for (const above of [0, 1, 5]) {
      const text = `${'# above\n'.repeat(above)}${SAMPLE.replace(/statement[^]*/, form)}`;
      const key = text.split('\n').findIndex((line) => line.startsWith('statement')) + 1;
      const { statement } = loadOne(text);
      t.is(statement.line, key + down, form);
      t.true(text.split('\n')[statement.line - 1]!.includes(statement.text), form);
    }
  }
});

test('a sweep is the scenario with each value in turn', (t) => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 2, max: 40 }), { minLength: 1, maxLength: 5 }), (values) => {
      const { variants } = loadScenario(
        `${SAMPLE}sweep:\n  cluster.nodes: [${values.join(', ')}]\n`,
        'sample.yaml',
      );
      t.deepEqual(
        variants.map(({ name }) => name),
        values.map((value) => `cluster.nodes = ${value}`),
      );
      for (const [i, { scenario }] of variants.entries()) {
        t.deepEqual(scenario, loadOne(changed('nodes: 4', `nodes: ${values[i]}`)));
      }
    }),
    { numRuns: 20 },
  );
});

test('variants set any number of knobs, by position or by name, also ones the scenario leaves to defaults', (t) => {
  const text = `${SAMPLE}variants:
  - name: by position
    set: { databases.0.tables.0.fileSize: 16 KiB, engine.uploadWorkers: 9 }
  - name: by name
    set: { databases.example_db.tables.example_tbl.fileSize: 16 KiB, engine: { uploadWorkers: 9 } }
  - name: as it is
    set: {}
`;
  const { variants } = loadScenario(text, 'sample.yaml');
  const expected = loadOne(`${changed('1 MiB', '16 KiB')}engine: { uploadWorkers: 9 }\n`);
  t.deepEqual(
    variants.map(({ name }) => name),
    ['by position', 'by name', 'as it is'],
  );
  t.deepEqual(
    variants.map(({ scenario }) => scenario),
    [expected, expected, loadOne(SAMPLE)],
  );
});

test('a swept statement is placed in the sweep', (t) => {
  const text = `${SAMPLE}sweep:\n  statement:\n    - BACKUP a\n    - BACKUP b\n`;
  const lines = loadScenario(text, 'sample.yaml').variants.map(({ scenario }) => scenario.statement.line);
  t.deepEqual(lines, [19, 20]);
});

test('anchors and merged keys are a way to write less', (t) => {
  const text = SAMPLE.replace('- name: example_tbl', '- &shape\n        name: example_tbl').replace(
    'statement',
    '      - { <<: *shape, name: other }\nstatement',
  );
  const { tables } = loadOne(text).databases[0]!;
  t.deepEqual({ ...tables[1], name: 'example_tbl' }, { ...tables[0] });
  t.is(tables[1]!.name, 'other');
});

test('the digest names what is run, and not how it is called or laid out', (t) => {
  const same = [
    SAMPLE,
    changed('name: sample', 'name: other\ndescription: more'),
    `# a comment\n\n${SAMPLE}`,
    SAMPLE.replaceAll('\n', '\r\n'),
    changed('nodes: 4\n  replication: 2', 'replication: 2\n  nodes: 4'),
    changed('1 MiB', '1024 KiB'),
    `${SAMPLE}seed: 1\n`,
  ];
  t.deepEqual([...new Set(same.map(digest))], [digest(SAMPLE)]);
  const different = [
    `${SAMPLE}seed: 2\n`,
    `${SAMPLE}window: 4 h\n`,
    changed('nodes: 4', 'nodes: 5'),
    changed('120 MB/s', 'unlimited'),
    changed('1 MiB', '1 MB'),
    changed('[p1, p2]', '[p1, p3]'),
    changed('SNAPSHOT example_db.l', 'SNAPSHOT example_db.m'),
    `${SAMPLE}engine: { preset: doris }\n`,
    `${SAMPLE}sweep: { cluster.nodes: [4, 5] }\n`,
  ].map(digest);
  t.is(new Set([...different, digest(SAMPLE)]).size, different.length + 1);
  t.regex(digest(SAMPLE), /^[0-9a-f]{16}$/);
});

test('what was loaded is frozen to its leaves, and loading again gives the same', (t) => {
  const check = (value: unknown): void => {
    if (value === null || typeof value !== 'object') return;
    t.true(Object.isFrozen(value));
    Object.values(value).forEach(check);
  };
  const loaded = loadScenario(SAMPLE, 'sample.yaml');
  check(loaded);
  t.deepEqual(loadScenario(SAMPLE, 'sample.yaml'), loaded);
});

test('a scenario without a name is called after its file', (t) => {
  const nameless = changed('name: sample\n', '');
  for (const file of ['x.yaml', 'a/b/x.yml', 'a\\x.yaml', 'x']) {
    t.is(loadScenario(nameless, file).variants[0]!.scenario.name, 'x', file);
  }
});
