import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { aThird, chosen, loadCases, type Case, type RepositoryKind } from '../../bench/accuracy/cases.js';
import { publishedNames } from '../../bench/accuracy/document.js';
import { fixed, mean, type Distribution } from '../../src/base/distribution.js';
import { simulate } from '../../src/planner/index.js';
import type { Scenario } from '../../src/scenario/index.js';
import type { NodeHardware, RepositoryLimits } from '../../src/world/hardware.js';

const CASES = loadCases();
const NAMES = CASES.map(({ name }) => name);
const LIMITED = CASES.filter((one) => one.class === 'limited');
const UNLIMITED = CASES.filter((one) => one.class === 'unlimited');

/** The knobs that can hold a backup back. */
type Knob = 'nic' | 'disk' | 'hash' | 'bandwidth' | 'connection' | 'requests' | 'latency' | 'tick';

/** Of every limited case, what binds it. The list may only grow: what has been published once is to be held against forever. */
const LIMITED_BY: Readonly<Record<string, readonly Knob[]>> = {
  quickstart: ['bandwidth'],
  'scale-nodes: cluster.nodes = 1': ['nic'],
  'scale-nodes: cluster.nodes = 2': ['nic'],
  'scale-nodes: cluster.nodes = 4': ['nic'],
  'scale-nodes: cluster.nodes = 8': ['bandwidth'],
  'small-files: files of 16 MiB': ['bandwidth'],
  'small-files: files of 16 KiB': ['latency'],
  'bandwidth-mixed-cards': ['bandwidth'],
  'bandwidth-six-nodes': ['bandwidth'],
  'connection-limit': ['connection'],
  'connection-one-worker': ['connection'],
  'disk-one-pass': ['disk'],
  'disk-separate': ['disk'],
  'hash-per-thread': ['hash'],
  'latency-durable': ['latency'],
  'latency-lognormal': ['latency'],
  'latency-tiny-files': ['latency'],
  'nic-mixed-nodes': ['nic'],
  'nic-one-node': ['nic'],
  'nic-stragglers': ['nic'],
  'nic-twelve-nodes': ['nic'],
  'preset-doris': ['nic', 'tick'],
  'preset-doris-classic': ['nic', 'tick'],
  'request-burst': ['requests'],
  'request-rate': ['requests'],
  's3-bandwidth': ['bandwidth'],
  's3-doris': ['latency', 'tick'],
  's3-latency': ['latency'],
  's3-multipart': ['connection'],
  's3-request-rate': ['requests'],
  'select-exclude': ['latency'],
  'select-on': ['nic'],
  'skew-huge-shard': ['connection'],
  'skew-replicas: balanced': ['nic'],
  'skew-replicas: lowest-id': ['nic'],
};

const UNLIMITED_NAMES = [
  'exclude-partitions',
  'unlimited-doris',
  'unlimited-durable-large',
  'unlimited-durable-small',
  'unlimited-eight-nodes',
  'unlimited-large-files',
  'unlimited-one-thread',
  'unlimited-s3',
  'unlimited-s3-small',
  'unlimited-separate',
  'unlimited-skewed',
  'unlimited-tiny-files',
];

test('no scenario that was ever in the suite has been dropped, and each has the class it had', (t) => {
  for (const name of Object.keys(LIMITED_BY))
    t.true(
      LIMITED.some((one) => one.name === name),
      name,
    );
  for (const name of UNLIMITED_NAMES)
    t.true(
      UNLIMITED.some((one) => one.name === name),
      name,
    );
  t.is(NAMES.length, Object.keys(LIMITED_BY).length + UNLIMITED_NAMES.length, 'add new ones to this test');
  t.is(new Set(NAMES).size, NAMES.length);
});

test('what is published in docs/accuracy.md is still in the suite', (t) => {
  const published = publishedNames(readFileSync('docs/accuracy.md', 'utf8'));
  t.true(published.length >= 8);
  for (const name of published) t.true(NAMES.includes(name), name);
});

test('each scenario is named after its file, and its first comment says what it covers', (t) => {
  for (const { loaded, scenario } of CASES) {
    t.is(`${scenario.name}.yaml`, path.basename(loaded.file));
    t.regex(readFileSync(loaded.file, 'utf8'), /^# \S/);
    t.not(scenario.description, '', loaded.file);
  }
});

test('the suite is as varied as it says', (t) => {
  const has = (what: string, is: (one: Case) => boolean): boolean => t.true(CASES.some(is), what);
  t.true(new Set(CASES.map(({ loaded }) => loaded.file)).size >= 24);
  const nodes = CASES.map(({ scenario }) => scenario.cluster.nodes.length);
  t.deepEqual([Math.min(...nodes), Math.max(...nodes)], [1, 12]);
  for (const kind of ['local', 'local-durable', 's3'] satisfies RepositoryKind[]) {
    for (const all of [LIMITED, UNLIMITED])
      t.true(
        all.some((one) => one.kind === kind),
        kind,
      );
  }
  for (const preset of ['doris-classic', 'doris', 'tuned'])
    has(preset, ({ scenario }) => scenario.engine.preset === preset);
  for (const policy of ['lowest-id', 'balanced']) {
    has(
      policy,
      ({ scenario: { engine, cluster } }) =>
        engine.replicaPolicy === policy && cluster.placement === 'random' && cluster.replication > 1,
    );
  }
  for (const hashing of ['separate', 'one-pass'])
    has(
      hashing,
      ({ scenario: { engine, repository } }) => engine.hashing === hashing && repository.type === 'local',
    );
  for (const replication of [1, 3])
    has('replication', ({ scenario }) => scenario.cluster.replication === replication);
  for (const clause of ['ON', 'EXCLUDE']) {
    has(clause, ({ scenario }) => new RegExp(`\\b${clause}\\s*\\(`).test(scenario.statement.text));
  }
});

test('a quick look has both classes and all kinds of repository', (t) => {
  const some = aThird(CASES);
  t.true(some.length >= CASES.length / 3 && some.length < CASES.length / 2);
  t.is(new Set(some.map((one) => one.class)).size, 2);
  t.is(new Set(some.map((one) => one.kind)).size, 3);
});

test('names choose cases or whole scenarios, and unknown ones are told', (t) => {
  const pick = (...names: string[]): string[] => chosen(CASES, names).cases.map(({ name }) => name);
  t.deepEqual(pick(), NAMES);
  t.deepEqual(pick('skew-replicas: balanced'), ['skew-replicas: balanced']);
  t.deepEqual(pick('quickstart', 'skew-replicas').length, 3);
  t.deepEqual(chosen(CASES, ['quickstart', 'slowstart']).unknown, ['slowstart']);
});

const durationMs = (scenario: Scenario): number => simulate(scenario).totals.durationMs;
const predicted = new Map(LIMITED.map((one) => [one.name, simulate(one.scenario)]));

test('limited scenarios take a second to some, and none moves more than 650 MB', (t) => {
  for (const one of CASES) {
    const { durationMs: ms, sizeBytes } = (predicted.get(one.name) ?? simulate(one.scenario)).totals;
    t.true(sizeBytes < 650e6, one.name);
    if (one.class === 'unlimited') continue;
    t.true(ms >= 1500, `${one.name}: ${ms} ms`);
    t.true(ms <= 6500 || one.name === 'scale-nodes: cluster.nodes = 1', `${one.name}: ${ms} ms`);
  }
});

/** What a machine like that of docs/benchmarks.md needs, on the safe side: processor time by the byte and by the file. */
const CORE_NS_PER_BYTE = { local: 4, 'local-durable': 4, s3: 12 } as const;
const CORE_MS_PER_FILE = { local: 0.25, 'local-durable': 0.5, s3: 1.5 } as const;
/** 60 % of two cores. */
const SPARE_CORES = 1.2;

test('a machine of two cores has time to spare in each limited scenario', (t) => {
  for (const { name, kind } of LIMITED) {
    const { sizeBytes, files, durationMs: ms } = predicted.get(name)!.totals;
    const coreMs = (sizeBytes * CORE_NS_PER_BYTE[kind]) / 1e6 + files * CORE_MS_PER_FILE[kind];
    t.true(coreMs / ms < SPARE_CORES, `${name} would keep ${(coreMs / ms).toFixed(2)} cores busy`);
  }
});

/** The least part by which half of what binds makes a run shorter. */
const LEAST_GAIN = 0.15;

for (const [name, knobs] of Object.entries(LIMITED_BY)) {
  test(`${name} is bound by ${knobs.join(', ')}`, (t) => {
    const { scenario } = LIMITED.find((one) => one.name === name)!;
    const asIs = predicted.get(name)!.totals.durationMs;
    for (const knob of knobs) {
      const relaxed = durationMs(withTwice(scenario, knob));
      t.true(relaxed < asIs * (1 - LEAST_GAIN), `twice the ${knob}: ${relaxed} instead of ${asIs} ms`);
    }
  });
}

test('nothing limits the unlimited scenarios', (t) => {
  for (const { name, scenario } of UNLIMITED) {
    if (name === 'exclude-partitions') continue;
    const { cluster, repository, engine } = scenario;
    for (const { hardware } of cluster.nodes) {
      const { linkMs, snapshotMs, ...rates } = hardware;
      t.true(Object.values(rates).every((rate) => rate === Infinity) && linkMs + snapshotMs === 0, name);
    }
    const { latencyMs, bandwidthBytesPerSec, perConnectionBytesPerSec, requestsPerSec } = repository.limits;
    t.is(mean(latencyMs), 0, name);
    t.is(Math.min(bandwidthBytesPerSec, perConnectionBytesPerSec, requestsPerSec), Infinity, name);
    t.is(engine.tickMs, 0, name);
    t.is(cluster.coordinator.messageMs, 0, name);
  }
});

/** The same with one limit at half: twice the rate, or half the time. */
function withTwice(scenario: Scenario, knob: Knob): Scenario {
  const { cluster, repository, engine } = scenario;
  const hardware = (change: (own: NodeHardware) => NodeHardware): Scenario => ({
    ...scenario,
    cluster: {
      ...cluster,
      nodes: cluster.nodes.map((node) => ({ ...node, hardware: change(node.hardware) })),
    },
  });
  const limits = (change: Partial<RepositoryLimits>): Scenario => ({
    ...scenario,
    repository: { ...repository, limits: { ...repository.limits, ...change } },
  });
  const { bandwidthBytesPerSec, perConnectionBytesPerSec, requestsPerSec, latencyMs } = repository.limits;
  switch (knob) {
    case 'nic':
      return hardware((own) => ({ ...own, nicBytesPerSec: own.nicBytesPerSec * 2 }));
    case 'disk':
      return hardware((own) => ({ ...own, diskBytesPerSec: own.diskBytesPerSec * 2 }));
    case 'hash':
      return hardware((own) => ({ ...own, hashBytesPerSec: own.hashBytesPerSec * 2 }));
    case 'bandwidth':
      return limits({ bandwidthBytesPerSec: bandwidthBytesPerSec * 2 });
    case 'connection':
      return limits({ perConnectionBytesPerSec: perConnectionBytesPerSec * 2 });
    case 'requests':
      return limits({ requestsPerSec: requestsPerSec * 2 });
    case 'latency':
      return limits({ latencyMs: half(latencyMs) });
    case 'tick':
      return { ...scenario, engine: { ...engine, tickMs: engine.tickMs / 2 } };
  }
}

const half = (latency: Distribution): Distribution => fixed(mean(latency) / 2);
