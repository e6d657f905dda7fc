import test from 'ava';
import * as fc from 'fast-check';
import { z } from 'zod';
import {
  generateCatalog,
  loadScenario,
  nodeHardware,
  scenarioJsonSchema,
  withSettings,
  type Scenario,
} from '../../src/scenario/index.js';
import type { NodeHardware } from '../../src/world/hardware.js';
import { changed, errorOf, loadOne, placeOf, SAMPLE } from './sample.js';

const S3 = changed('repository:\n', 'repository:\n  type: s3\n');
const inRepository = (lines: string, text = SAMPLE): string =>
  text.replace('  bandwidth', () => `  ${lines}\n  bandwidth`);
const inCluster = (lines: string): string => changed('  replication', `  ${lines}\n  replication`);

/** Every key of the price list that has a value of its own, and what it becomes. */
const KEYS: readonly {
  readonly text: string;
  readonly read: (scenario: Scenario) => unknown;
  is: unknown;
}[] = [
  { text: inCluster('host: { nodes: 4 }'), read: ({ cluster }) => cluster.host.nodesPerHost, is: 4 },
  { text: inCluster('host: { nodes: 3 }'), read: ({ cluster }) => cluster.host.nodesPerHost, is: 3 },
  { text: inCluster('host: { cores: 2 }'), read: ({ cluster }) => cluster.host.cores, is: 2 },
  { text: inCluster('host: { cores: 0.5 }'), read: ({ cluster }) => cluster.host.cores, is: 0.5 },
  { text: inCluster('host: { disk: 1 GB/s }'), read: ({ cluster }) => cluster.host.diskBytesPerSec, is: 1e9 },
  {
    text: inCluster('stragglers: { share: 0.25 }'),
    read: ({ cluster }) => cluster.stragglers,
    is: { share: 0.25, slowdown: 2 },
  },
  {
    text: inCluster('stragglers: { share: 1, slowdown: 1.5 }'),
    read: ({ cluster }) => cluster.stragglers,
    is: { share: 1, slowdown: 1.5 },
  },
  {
    text: inCluster('coordinator: { persist: 3 ms }'),
    read: ({ cluster }) => cluster.coordinator.persistMs,
    is: 3,
  },
  {
    text: inCluster('coordinator: { manifest: 50 MB/s }'),
    read: ({ cluster }) => cluster.coordinator.manifestBytesPerSec,
    is: 50e6,
  },
  {
    text: inRepository('requestBurst: 100'),
    read: ({ repository }) => repository.limits.requestBurst,
    is: 100,
  },
  {
    text: inRepository('client: { bundled: { read: 12 us, sync: 2 ms } }'),
    read: ({ repository }) => repository.limits.client.bundled,
    is: { readMs: 0.012, makeMs: 0, syncMs: 2 },
  },
  {
    text: inRepository('client: { request: 200 us }'),
    read: ({ repository }) => repository.limits.client,
    is: { requestMs: 0.2, directoryMs: 0, bytesPerSec: Infinity },
  },
  {
    text: inRepository('client: { bytes: 1 GB/s }'),
    read: ({ repository }) => repository.limits.client,
    is: { requestMs: 0, directoryMs: 0, bytesPerSec: 1e9 },
  },
  {
    text: inRepository('client: { directory: 600 us }'),
    read: ({ repository }) => repository.limits.client.directoryMs,
    is: 0.6,
  },
  {
    text: S3,
    read: ({ repository }) => repository.limits.multipart,
    is: { partBytes: 8 * 2 ** 20, parallel: 2 },
  },
  {
    text: inRepository('multipart: { part: 64 MiB }', S3),
    read: ({ repository }) => repository.limits.multipart,
    is: { partBytes: 2 ** 26, parallel: 2 },
  },
  {
    text: inRepository('multipart: { part: 100 B, parallel: 1024 }', S3),
    read: ({ repository }) => repository.limits.multipart,
    is: { partBytes: 100, parallel: 1024 },
  },
  {
    text: inRepository('multipart: none', S3),
    read: ({ repository }) => repository.limits.multipart,
    is: { partBytes: 5 * 2 ** 30, parallel: 1 },
  },
];

test('each key of the price list is read in its unit', (t) => {
  for (const { text, read, is } of KEYS) t.deepEqual(read(loadOne(text)), is, text);
});

test('cores and disks without a limit are so by name, and by default', (t) => {
  const { host } = loadOne(inCluster('host: { nodes: 2, cores: unlimited, disk: unlimited }')).cluster;
  t.deepEqual(host, { nodesPerHost: 2, cores: Infinity, diskBytesPerSec: Infinity });
  t.deepEqual(loadOne(SAMPLE).cluster.host, { ...host, nodesPerHost: 1 });
});

test('all is as many nodes as there are, also where --set or a sweep says so', (t) => {
  t.is(loadOne(inCluster('host: { nodes: all }')).cluster.host.nodesPerHost, 4);
  const set = withSettings(SAMPLE, { 'cluster.host.nodes': 'all', 'cluster.nodes': '9' });
  t.is(loadOne(set).cluster.host.nodesPerHost, 9);
  const { variants } = loadScenario(`${SAMPLE}sweep:\n  cluster.host.nodes: [1, 2, all]\n`, 'sample.yaml');
  t.deepEqual(
    variants.map(({ scenario }) => scenario.cluster.host.nodesPerHost),
    [1, 2, 4],
  );
});

test('each key of the price list makes another digest', (t) => {
  const digests = [SAMPLE, ...KEYS.map(({ text }) => text)].map(
    (text) => loadScenario(text, 'x.yaml').digest,
  );
  t.is(new Set(digests).size, digests.length);
  // What is said is what was meant anyway.
  const same = [
    inCluster('host: { nodes: 1, cores: unlimited }\n  stragglers: { share: 0 }'),
    inRepository('requestBurst: 1\n  client: { request: 0, bytes: unlimited }'),
  ].map((text) => loadScenario(text, 'x.yaml').digest);
  t.deepEqual(same, [digests[0]!, digests[0]!]);
  const parts = inRepository('multipart: { part: 8 MiB, parallel: 2 }', S3);
  t.is(loadScenario(parts, 'x.yaml').digest, loadScenario(S3, 'x.yaml').digest);
});

const WRONG: Readonly<Record<string, { readonly text: string; readonly at: string; readonly says: RegExp }>> =
  {
    'no node on a host': { text: inCluster('host: { nodes: 0 }'), at: '0 }', says: /at least 1/ },
    'half a node on a host': { text: inCluster('host: { nodes: 1.5 }'), at: '1.5', says: /a whole number/ },
    'a word for nodes': { text: inCluster('host: { nodes: some }'), at: 'some', says: /such as 4, or all/ },
    'no core': { text: inCluster('host: { cores: 0 }'), at: '0 }', says: /more than 0/ },
    'a word for cores': {
      text: inCluster('host: { cores: many }'),
      at: 'many',
      says: /a number of cores, or unlimited/,
    },
    'cores without end': {
      text: inCluster('host: { cores: .inf }'),
      at: '.inf',
      says: /cores, or unlimited/,
    },
    'a disk of a size': { text: inCluster('host: { disk: 1 GB }'), at: '1 GB', says: /1 GB\/s/ },
    'a cores key that is indented wrongly': {
      text: inCluster('cores: 8'),
      at: 'cores',
      says: /cluster\.host/,
    },
    'more than all': { text: inCluster('stragglers: { share: 1.1 }'), at: '1.1', says: /at most 1/ },
    'less than none': { text: inCluster('stragglers: { share: -0.1 }'), at: '-0.1', says: /at least 0/ },
    'a share in percent': { text: inCluster('stragglers: { share: 5% }'), at: '5%', says: /a number/ },
    'slow nodes that are fast': {
      text: inCluster('stragglers: { slowdown: 0.5 }'),
      at: '0.5',
      says: /at least 1/,
    },
    'a duration without a unit': {
      text: inCluster('coordinator: { persist: 5 }'),
      at: '5 }',
      says: /5 what\? write 5 ms/,
    },
    'a duration for a rate': {
      text: inCluster('coordinator: { manifest: 5 ms }'),
      at: '5 ms',
      says: /a duration, and a rate is needed/,
    },
    'no burst': { text: inRepository('requestBurst: 0'), at: '0\n', says: /at least 1/ },
    'a burst with a unit': { text: inRepository('requestBurst: 5/s'), at: '5/s', says: /should be a number/ },
    'parts of nothing': { text: inRepository('multipart: { part: 0 }', S3), at: '0 }', says: /1 B to 5 GiB/ },
    'parts that S3 refuses': {
      text: inRepository('multipart: { part: 6 GiB }', S3),
      at: '6 GiB',
      says: /1 B to 5 GiB/,
    },
    'parts without a unit': {
      text: inRepository('multipart: { part: 8 }', S3),
      at: '8 }',
      says: /8 what\? write 8 MiB/,
    },
    'no part at once': {
      text: inRepository('multipart: { parallel: 0 }', S3),
      at: '0 }',
      says: /at least 1/,
    },
    'a word for parts': {
      text: inRepository('multipart: never', S3),
      at: 'never',
      says: /part and parallel, or none/,
    },
    'parts where files are renamed': {
      text: inRepository('multipart: { part: 8 MiB }'),
      at: '{ part',
      says: /of an S3 repository.*type: s3/s,
    },
    'a misspelt key of the client': {
      text: inRepository('client: { requests: 1 ms }'),
      at: 'requests',
      says: /did you mean request\?/,
    },
  };

for (const [name, { text, at, says }] of Object.entries(WRONG)) {
  test(`wrong: ${name}`, (t) => {
    const error = errorOf(text);
    t.is(error.code, 'SCENARIO_INVALID');
    t.regex(error.format(), says);
    t.deepEqual(error.place, placeOf(text, at));
  });
}

test('the JSON Schema knows the price list', (t) => {
  const schema = z.fromJSONSchema(scenarioJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);
  const isRight = (cluster: object, repository: object): boolean =>
    schema.safeParse({
      cluster: { nodes: 2, ...cluster },
      repository,
      databases: [{ name: 'd', tables: [{ name: 't' }] }],
      statement: 'BACKUP SNAPSHOT d.l TO example_repo',
    }).success;
  const host = { nodes: 'all', cores: 2.5, disk: '1 GB/s' };
  t.true(isRight({ host, stragglers: { share: 0.5, slowdown: 3 } }, {}));
  t.true(isRight({ host: { nodes: 2, cores: 'unlimited' } }, { requestBurst: 7 }));
  t.true(isRight({ coordinator: { persist: '1 ms', manifest: '1 MB/s' } }, { multipart: 'none' }));
  t.true(isRight({}, { multipart: { part: '5 MiB' }, client: { request: '1 ms', bytes: '1 GB/s' } }));
  t.false(isRight({ host: { nodes: 'some' } }, {}));
  t.false(isRight({ host: { cores: 0 } }, {}));
  t.false(isRight({ stragglers: { share: 2 } }, {}));
  t.false(isRight({ coordinator: { manifests: '1 MB/s' } }, {}));
  t.false(isRight({}, { requestBurst: 0 }));
  t.false(isRight({}, { multipart: 'never' }));
  t.false(isRight({}, { client: { bytes: '1 GB' } }));
});

function straggling(nodes: number, share: number, slowdown: number, seed: number): Scenario {
  const text = changed(
    'nodes: 4\n',
    `nodes: ${nodes}\n  stragglers: { share: ${share}, slowdown: ${slowdown} }\n`,
  );
  return loadOne(`${text}seed: ${seed}\n`.replace('  replication: 2\n', ''));
}

const FLEETS = fc.record({
  nodes: fc.integer({ min: 1, max: 60 }),
  share: fc.integer({ min: 0, max: 100 }).map((percent) => percent / 100),
  slowdown: fc.constantFrom(1.5, 2, 10),
  seed: fc.nat({ max: 1000 }),
});

test('so many nodes are stragglers as their share says, in all they do, and the rest are as they were', (t) => {
  fc.assert(
    fc.property(FLEETS, ({ nodes, share, slowdown, seed }) => {
      const scenario = straggling(nodes, share, slowdown, seed);
      const hardware = nodeHardware(scenario);
      const own = scenario.cluster.nodes[0]!.hardware;
      const slow: NodeHardware = {
        diskBytesPerSec: own.diskBytesPerSec / slowdown,
        hashBytesPerSec: own.hashBytesPerSec / slowdown,
        nicBytesPerSec: own.nicBytesPerSec / slowdown,
        linkMs: own.linkMs * slowdown,
        snapshotMs: own.snapshotMs * slowdown,
      };
      t.is(hardware.length, nodes);
      const slowNodes = hardware.filter(({ linkMs }) => linkMs !== own.linkMs);
      t.is(slowNodes.length, Math.round(share * nodes));
      for (const node of hardware) t.deepEqual(node, slowNodes.includes(node) ? slow : own);
    }),
    { numRuns: 50 },
  );
});

test('which nodes are stragglers follows from the seed, and more of them are more than those', (t) => {
  const slowNodes = (scenario: Scenario): number[] =>
    nodeHardware(scenario).flatMap(({ linkMs }, node) =>
      linkMs === scenario.cluster.nodes[0]!.hardware.linkMs ? [] : [node],
    );
  fc.assert(
    fc.property(FLEETS, ({ nodes, share, slowdown, seed }) => {
      const few = slowNodes(straggling(nodes, share / 2, slowdown, seed));
      const many = slowNodes(straggling(nodes, share, slowdown, seed));
      t.deepEqual(slowNodes(straggling(nodes, share, slowdown, seed)), many);
      // Not the others: a sweep over shares makes things worse step by step.
      t.true(few.every((node) => many.includes(node)));
    }),
    { numRuns: 50 },
  );
  const chosen = Array.from({ length: 20 }, (_, seed) => slowNodes(straggling(30, 0.1, 2, seed)).join());
  t.true(new Set(chosen).size > 10);
});

test('stragglers change neither what there is nor where it lies', (t) => {
  fc.assert(
    fc.property(FLEETS, fc.constantFrom('even', 'random'), ({ nodes, share, slowdown, seed }, placement) => {
      const scenario = straggling(nodes, share, slowdown, seed);
      const placed = { ...scenario, cluster: { ...scenario.cluster, placement } } as Scenario;
      const plain = { ...placed, cluster: { ...placed.cluster, stragglers: { share: 0, slowdown: 1 } } };
      t.deepEqual(generateCatalog(placed).shards, generateCatalog(plain).shards);
      t.deepEqual(
        nodeHardware(plain),
        plain.cluster.nodes.map(({ hardware }) => hardware),
      );
    }),
    { numRuns: 30 },
  );
});
