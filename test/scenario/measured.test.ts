import { readFileSync } from 'node:fs';
import test from 'ava';
import * as fc from 'fast-check';
import { mean, type Distribution } from '../../src/base/distribution.js';
import { DrillError } from '../../src/base/errors.js';
import { simulate } from '../../src/planner/index.js';
import {
  knowsRepository,
  loadMeasured,
  printMeasured,
  withHardware,
  type MeasuredHardware,
  type Scenario,
} from '../../src/scenario/index.js';
import { changed, loadOne, SAMPLE } from './sample.js';

const rates = fc.oneof(fc.double({ min: 1, max: 1e12, noNaN: true }), fc.constant(Infinity));
const times = fc.oneof(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), fc.constant(0));
const ascending = fc
  .array(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), { minLength: 2, maxLength: 8 })
  .map((values) => values.toSorted((a, b) => a - b));
const latencies: fc.Arbitrary<Distribution> = fc.oneof(
  times.map((value): Distribution => ({ kind: 'fixed', value })),
  fc.record({
    kind: fc.constant('lognormal' as const),
    median: fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
    sigma: fc.double({ min: 0, max: 3, noNaN: true }),
  }),
  ascending.map((v): Distribution => ({ kind: 'uniform', min: v[0]!, max: v.at(-1)! })),
  ascending.map((v): Distribution => ({ kind: 'pareto', min: v[0]!, alpha: 1.5, max: v.at(-1)! })),
  ascending.map((v): Distribution => ({
    kind: 'histogram',
    buckets: v.slice(1).map((max, i) => ({ min: v[i]!, max, weight: i + 0.5 })),
  })),
);
const words = fc.oneof(
  fc.constantFrom('AMD EPYC', 'no', '1.5', 'a: b # c', '"quoted"', 'null'),
  fc.string({ minLength: 1 }).filter((s) => /^[ -~]+$/.test(s)),
);
/** Figures are named by knobs; of all names just this one is a word that JavaScript keeps for itself. */
const knobs = words.filter((word) => word !== '__proto__');
const figures = fc.record({
  median: words,
  p10: words,
  p90: words,
  samples: fc.integer({ min: 1, max: 999 }),
});

const measured: fc.Arbitrary<MeasuredHardware> = fc.record({
  node: fc.record({
    diskBytesPerSec: rates,
    hashBytesPerSec: rates,
    nicBytesPerSec: rates,
    linkMs: times,
    snapshotMs: times,
  }),
  host: fc.record({
    nodes: fc.oneof(fc.constant('all' as const), fc.integer({ min: 1, max: 8 })),
    cores: fc.oneof(fc.double({ min: 0.5, max: 64, noNaN: true }), fc.constant(Infinity)),
    diskBytesPerSec: rates,
  }),
  coordinator: fc.record({ messageMs: times, persistMs: times, manifestBytesPerSec: rates }),
  repository: fc.record({
    type: fc.constantFrom('local' as const, 's3' as const, undefined),
    durable: fc.constantFrom(true, false, undefined),
    bandwidthBytesPerSec: rates,
    perConnectionBytesPerSec: rates,
    latencyMs: latencies,
    requestsPerSec: rates,
    requestBurst: fc.integer({ min: 1, max: 1000 }),
    client: fc.record(
      {
        requestMs: times,
        directoryMs: times,
        bytesPerSec: rates,
        bundled: fc.record({ readMs: times, makeMs: times, syncMs: times }),
      },
      { requiredKeys: ['requestMs', 'directoryMs', 'bytesPerSec'] },
    ),
  }),
  origin: fc.record(
    {
      date: words,
      by: words,
      machine: fc.record({
        cpu: words,
        cores: fc.integer({ min: 1, max: 64 }),
        node: words,
        platform: words,
      }),
      repository: words,
      figures: fc.dictionary(knobs, figures, { maxKeys: 3, noNullPrototype: true }),
      fit: fc.array(
        fc.record(
          {
            scenario: words,
            use: fc.constantFrom('fitted' as const, 'held back' as const),
            measured: fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
            predicted: times,
            error: words,
          },
          { requiredKeys: ['scenario', 'use', 'measured', 'predicted'] },
        ),
        { maxLength: 3 },
      ),
    },
    { requiredKeys: ['figures', 'fit'] },
  ),
});

test('what is printed is read again, to the last digit', (t) => {
  fc.assert(
    fc.property(measured, words, (hardware, comment) => {
      const text = printMeasured(hardware, {
        'cluster.hardware.hash': comment,
        'repository.latency': comment,
      });
      t.deepEqual(loadMeasured(text, 'file'), hardware, text);
    }),
  );
});

const plain = (scenario: Scenario): Scenario =>
  withHardware(scenario, loadMeasured('repository: {}', 'empty.yaml'));

test('a file that says nothing changes nothing', (t) => {
  t.deepEqual(plain(loadOne(SAMPLE)), loadOne(SAMPLE));
});

/** Every term of a scenario as a number that is larger where it is slower. */
function slowness({ cluster, repository: { limits } }: Scenario): number[] {
  const { host, coordinator } = cluster;
  return [
    ...cluster.nodes.flatMap(({ hardware }) => [
      1 / hardware.diskBytesPerSec,
      1 / hardware.hashBytesPerSec,
      1 / hardware.nicBytesPerSec,
      hardware.linkMs,
      hardware.snapshotMs,
    ]),
    host.nodesPerHost,
    1 / host.cores,
    1 / host.diskBytesPerSec,
    coordinator.messageMs,
    coordinator.persistMs,
    1 / coordinator.manifestBytesPerSec,
    1 / limits.bandwidthBytesPerSec,
    1 / limits.perConnectionBytesPerSec,
    mean(limits.latencyMs),
    1 / limits.requestsPerSec,
    limits.client.requestMs,
    limits.client.directoryMs,
    1 / limits.client.bytesPerSec,
  ];
}

/** As measured, whatever the scenario says. */
function alone(scenario: Scenario, { node, host, coordinator, repository }: MeasuredHardware): Scenario {
  const { nodes: sharing, ...ofHost } = host;
  return {
    ...scenario,
    cluster: {
      ...scenario.cluster,
      nodes: scenario.cluster.nodes.map(({ name }) => ({ name, hardware: node })),
      host: { ...ofHost, nodesPerHost: sharing === 'all' ? scenario.cluster.nodes.length : sharing },
      coordinator,
    },
    repository: { ...scenario.repository, limits: { ...repository, multipart: undefined } },
  };
}

const scenarios = fc
  .record({
    nodes: fc.constantFrom(1, 4),
    more: measured.filter(({ repository }) => repository.type !== 's3'),
  })
  .map(({ nodes, more }) => alone(loadOne(changed('nodes: 4\n  replication: 2', `nodes: ${nodes}`)), more));

test('each term is exactly the slower of the two, and burst goes with its rate', (t) => {
  fc.assert(
    fc.property(scenarios, measured, (scenario, hardware) => {
      fc.pre(knowsRepository(scenario, hardware));
      const both = withHardware(scenario, hardware);
      const a = slowness(scenario);
      const b = slowness(alone(scenario, hardware));
      t.deepEqual(
        slowness(both),
        a.map((value, i) => Math.max(value, b[i]!)),
      );
      const { requestsPerSec, requestBurst } = both.repository.limits;
      const known = [scenario.repository.limits, hardware.repository];
      t.true(known.some((r) => r.requestsPerSec === requestsPerSec && r.requestBurst === requestBurst));
      t.deepEqual(withHardware(both, hardware), both, 'once more changes nothing');
    }),
  );
});

test('what no term is of stays as it is', (t) => {
  fc.assert(
    fc.property(measured, (hardware) => {
      const scenario = loadOne(SAMPLE);
      const { cluster, repository, ...rest } = withHardware(scenario, hardware);
      const { cluster: ofCluster, repository: ofRepository, ...others } = scenario;
      t.deepEqual(rest, others);
      const { nodes, host: _h, coordinator: _c, ...placing } = cluster;
      const { nodes: before, host: _bh, coordinator: _bc, ...placed } = ofCluster;
      t.deepEqual(placing, placed);
      t.deepEqual(
        nodes.map(({ name }) => name),
        before.map(({ name }) => name),
      );
      t.deepEqual(repository.storage, ofRepository.storage);
      t.is(repository.limits.multipart, ofRepository.limits.multipart);
    }),
  );
});

/** Where there is one thing after the other, what is slower in each can only take longer. */
const ONE_BY_ONE = changed('nodes: 4\n  replication: 2', 'nodes: 1').replace(
  'statement:',
  'engine: { snapshotWorkers: 1, uploadWorkers: 1 }\nstatement:',
);

test('a prediction is never faster than that of the scenario, nor than that of what was measured', (t) => {
  const fixedOnly = measured.filter(
    ({ repository }) => repository.latencyMs.kind === 'fixed' && repository.type !== 's3',
  );
  fc.assert(
    fc.property(fixedOnly, fixedOnly, (said, found) => {
      const scenario = alone(loadOne(ONE_BY_ONE), said);
      fc.pre(knowsRepository(scenario, found));
      const durationMs = (of: Scenario): number => simulate(of).totals.durationMs;
      const both = durationMs(withHardware(scenario, found));
      for (const other of [scenario, alone(scenario, found)])
        t.true(both >= durationMs(other) * (1 - 1e-9), `${both} < ${durationMs(other)}`);
    }),
    { numRuns: 40 },
  );
});

test('all nodes of a real run share one machine, whatever their number', (t) => {
  const hardware = loadMeasured('cluster: { host: { nodes: all, cores: 2 } }', 'file');
  for (const nodes of [1, 4, 9]) {
    const scenario = loadOne(changed('nodes: 4\n  replication: 2', `nodes: ${nodes}`));
    t.is(withHardware(scenario, hardware).cluster.host.nodesPerHost, nodes);
  }
});

test('nodes of one kind still share one object', (t) => {
  const { nodes } = withHardware(
    loadOne(SAMPLE),
    loadMeasured('cluster: { hardware: { hash: 1 MB/s } }', 'file'),
  ).cluster;
  t.is(new Set(nodes.map(({ hardware }) => hardware)).size, 1);
});

test('what was measured without waiting for the disk is not used for a repository that waits, nor the other way round', (t) => {
  const of = (durable: boolean): MeasuredHardware =>
    loadMeasured(`repository: { type: local, durable: ${durable} }`, 'file');
  const scenario = loadOne(SAMPLE);
  t.true(knowsRepository(scenario, of(true)));
  t.false(knowsRepository(scenario, of(false)));
});

test('what was measured of one type of repository is not used for another', (t) => {
  const text = 'cluster: { hardware: { hash: 1 MB/s } }\nrepository: { type: s3, latency: 1 s }';
  const hardware = loadMeasured(text, 'file');
  const scenario = loadOne(SAMPLE);
  t.false(knowsRepository(scenario, hardware));
  const priced = withHardware(scenario, hardware);
  t.deepEqual(priced.repository, scenario.repository);
  t.is(priced.cluster.nodes[0]!.hardware.hashBytesPerSec, 1e6);
});

const WRONG: readonly (readonly [text: string, place: string, says: RegExp])[] = [
  ['cluster: { hardware: { hsh: 1 MB/s } }', 'hsh', /cluster\.hardware has no key 'hsh'/],
  ['cluster: { hardware: { hash: 1 MB } }', '1 MB', /is not a rate: in what time\? write 1 MB\/s/],
  ['repository: { latency: 5 }', '5', /5 what\? write/],
  ['repository:\n  latency: { lognormal: { median: 5 ms } }', 'lognormal', /sigma is missing/],
  ['repository: { requestBurst: 0 }', '0', /must be at least 1/],
  ['cluster: { host: { nodes: some } }', 'some', /should be a number of nodes, such as 4, or all/],
  ['cluster: { nodes: 4 }', 'nodes', /cluster has no key 'nodes'/],
  ['hash: 500 MB/s', 'hash', /a hardware file has no key 'hash'/],
  ['measured: { fit: [{ scenario: a, use: fitted }] }', 'scenario: a', /measured is missing/],
];

for (const [text, place, says] of WRONG) {
  test(`wrong in a hardware file: ${text.replace(/\s+/g, ' ')}`, (t) => {
    const error = t.throws(() => loadMeasured(text, 'hw.yaml'), { instanceOf: DrillError });
    t.regex(error.format(), says);
    t.is(error.place?.source, 'hw.yaml');
    const lines = text.slice(0, text.indexOf(place)).split('\n');
    t.is(error.place?.line, lines.length);
    if (place !== 'scenario: a') t.is(error.place?.column, lines.at(-1)!.length + 1);
  });
}

test('several problems are told at once, and what is no map is no hardware file', (t) => {
  const said = (text: string): string =>
    t.throws(() => loadMeasured(text, 'hw.yaml'), { instanceOf: DrillError }).format();
  t.regex(
    said('cluster: { host: { cores: 0 } }\nrepository: { typ: s3 }'),
    /2 problems in this hardware file/,
  );
  t.regex(said('# nothing'), /the hardware file is empty/);
  t.regex(said('- 1'), /a hardware file is a map of keys/);
});

test("docs/calibrate.md's example is a hardware file", (t) => {
  const [, example] = /^```yaml\n([^]*?)^```/m.exec(readFileSync('docs/calibrate.md', 'utf8')) ?? [];
  const hardware = loadMeasured(example!, 'docs/calibrate.md');
  t.is(hardware.host.nodes, 'all');
  t.is(hardware.origin.fit.length, 1);
});
