import { readdirSync, readFileSync } from 'node:fs';
import test from 'ava';
import * as fc from 'fast-check';
import { fixed, type Distribution } from '../../src/base/distribution.js';
import type { EngineSettings } from '../../src/job/settings.js';
import { scenarioDigest } from '../../src/scenario/digest.js';
import { loadScenario, scenarioYaml } from '../../src/scenario/index.js';
import type { PresetName, Scenario } from '../../src/scenario/scenario.js';
import { arbitraryFault } from '../fixtures/faults.js';
import { arbitraryScenario, engine, scenario } from '../fixtures/scenarios.js';
import { arbitraryPricedScenario } from '../reference/arbitrary-scenarios.js';

const RUNS = Number(process.env['DRILL_PROPERTY_RUNS'] ?? 150);

/** Without what a file does not say: where its statement stands, and what blank is behind it. */
function compared({ statement, ...rest }: Scenario): object {
  return { ...rest, statement: statement.text.trimEnd() };
}

function readAgain(written: Scenario): Scenario {
  const text = scenarioYaml(written, 'what it shows');
  return loadScenario(text, 'again.yaml').variants[0]!.scenario;
}

const FILES = readdirSync('scenarios', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => `scenarios/${name}`);

test('every scenario of this repository is written so that it loads to the same', (t) => {
  for (const file of FILES)
    for (const variant of loadScenario(readFileSync(file, 'utf8'), file).variants.slice(0, 1))
      t.is(scenarioDigest([readAgain(variant.scenario)]), scenarioDigest([variant.scenario]), file);
});

const ms = fc.double({ min: 0.001, max: 1e9, noNaN: true });

const everyEngine = fc
  .record({
    preset: fc.constantFrom<PresetName>('doris-classic', 'doris', 'tuned'),
    settings: fc.record<EngineSettings>({
      tickMs: fc.oneof(fc.constant(0), fc.double({ min: 1, max: 1e6, noNaN: true })),
      replicaPolicy: fc.constantFrom('lowest-id', 'balanced'),
      snapshotWorkers: fc.integer({ min: 1, max: 1024 }),
      uploadWorkers: fc.integer({ min: 1, max: 1024 }),
      downloadWorkers: fc.integer({ min: 1, max: 1024 }),
      batching: fc.record({
        by: fc.constantFrom('tasks', 'shards'),
        count: fc.integer({ min: 1, max: 1000 }),
      }),
      dispatch: fc.constantFrom('at-once', 'as-free'),
      order: fc.constantFrom('catalog', 'largest-first'),
      hashing: fc.constantFrom('separate', 'one-pass'),
      probe: fc.constantFrom('always', 'retry'),
      maxTaskAttempts: fc.integer({ min: 1, max: 1000 }),
      requestRetries: fc.nat({ max: 100 }),
      retryDelayMs: ms,
      failover: fc.boolean(),
      handOver: fc.boolean(),
      checkSource: fc.boolean(),
      heartbeatMs: ms,
      lostAfterMs: fc.integer({ min: 3, max: 20 }),
      unsupportedTables: fc.constantFrom('skip', 'refuse'),
      defaultTimeoutMs: ms,
      minTimeoutMs: fc.oneof(fc.constant(0), ms),
    }),
  })
  .map(({ preset, settings }) => {
    const lostAfterMs = settings.heartbeatMs * settings.lostAfterMs;
    return engine(preset, { ...settings, lostAfterMs });
  });

const weight = fc.double({ min: 0.01, max: 100, noNaN: true });

/** Every kind of distribution over the values of `value`. */
const distribution = (value: fc.Arbitrary<number>, least: number): fc.Arbitrary<Distribution> =>
  fc.oneof(
    value.map(fixed),
    fc
      .tuple(value, value)
      .map(([a, b]) => ({ kind: 'uniform' as const, min: Math.min(a, b), max: Math.max(a, b) })),
    fc.record({
      kind: fc.constant('lognormal' as const),
      median: value.map((median) => Math.max(least, median)),
      sigma: fc.double({ min: 0, max: 2, noNaN: true }),
    }),
    fc.record({
      kind: fc.constant('pareto' as const),
      min: value.map((min) => Math.max(least, min)),
      alpha: fc.double({ min: 1.5, max: 10, noNaN: true }),
    }),
    fc
      .tuple(value, value, weight)
      .map(([a, b, alpha]) => [Math.max(least, Math.min(a, b)), Math.max(least, a, b), alpha] as const)
      .map(([min, max, alpha]) => ({ kind: 'pareto' as const, min, alpha, max })),
    fc
      .tuple(fc.array(value, { minLength: 4, maxLength: 4 }), weight, weight)
      .map(([values, first, second]) => {
        const [a, b, c, d] = values.toSorted((one, other) => one - other) as [number, number, number, number];
        const buckets = [
          { min: a, max: b, weight: first },
          { min: c, max: d, weight: second },
        ];
        return { kind: 'histogram' as const, buckets };
      }),
  );

/** Small scenarios in which everything that a scenario can say is said in every way. */
const everyScenario: fc.Arbitrary<Scenario> = fc
  .record({
    base: fc.oneof(
      arbitraryScenario().map((made) => made.scenario),
      arbitraryPricedScenario(),
    ),
    engine: everyEngine,
    latencyMs: distribution(fc.double({ min: 0, max: 1000, noNaN: true }), 0.01),
    buckets: distribution(fc.integer({ min: 1, max: 50 }), 1),
    filesPerShard: distribution(fc.nat({ max: 50 }), 1),
    fileSizeBytes: distribution(fc.nat({ max: 1e9 }), 1),
    version: fc.integer({ min: 1, max: 1e6 }),
    seed: fc.oneof(
      fc.nat().map(String),
      fc.constantFrom('42-7', '007', 'true', 'null', '1e3', 'a: b # c', '-5'),
    ),
    description: fc.constantFrom('', 'one line', 'two\nlines: "quoted"', '- a\n\n  b # c', "'"),
    names: fc.option(fc.constantFrom(['10.0.0.11', 'fe.example', '12', 'no', 'x:1', 'y-2']), {
      nil: undefined,
    }),
    windowMs: fc.option(ms, { nil: undefined }),
    readOnly: fc.boolean(),
  })
  .chain(({ base, windowMs, names, readOnly, latencyMs, ...more }) => {
    const { cluster, repository } = base;
    const drawn = {
      name: 'drawn',
      type: 'OLAP' as const,
      replication: 1,
      rollups: ['r'],
      rollupRatio: 0.3,
      partitions: [
        { name: 'one', buckets: fixed(1), filesPerShard: fixed(2), fileSizeBytes: fixed(3), version: 2 },
        {
          name: 'two',
          buckets: more.buckets,
          filesPerShard: more.filesPerShard,
          fileSizeBytes: more.fileSizeBytes,
          version: more.version,
        },
      ],
    };
    const [database] = base.databases;
    // An S3 repository as files have it: how large files are sent is always said.
    const multipart =
      repository.type === 's3'
        ? (repository.limits.multipart ?? { partBytes: 5 * 2 ** 30, parallel: 1 })
        : undefined;
    const made: Scenario = {
      ...base,
      seed: more.seed,
      description: more.description,
      engine: more.engine,
      cluster: names
        ? { ...cluster, nodes: cluster.nodes.map((node, i) => ({ ...node, name: names[i]! })) }
        : cluster,
      repository: { ...repository, readOnly, limits: { ...repository.limits, latencyMs, multipart } },
      databases: [
        { ...database!, tables: [...database!.tables, drawn] },
        { name: 'other', tables: [] },
      ],
      ...(windowMs === undefined ? {} : { windowMs }),
    };
    return fc
      .array(arbitraryFault(made), { maxLength: 6 })
      .map((faults) => (faults.length === 0 ? made : { ...made, faults }));
  });

test('any scenario is written so that it loads to the same', (t) => {
  fc.assert(
    fc.property(everyScenario, (made) => {
      t.deepEqual(compared(readAgain(made)), compared(made));
    }),
    { numRuns: RUNS },
  );
});

test('shards that are listed stay listed', (t) => {
  const shards = { sizeBytes: [1000, 0, 123_456_789], files: [2, 0, 7], nodes: [[0, 2], [1], [2, 1, 0]] };
  const listed = {
    name: 'p1',
    version: 418,
    buckets: fixed(3),
    filesPerShard: fixed(3),
    fileSizeBytes: fixed(123_457_789 / 9),
    shards,
  };
  const plain = {
    name: 'p2',
    version: 2,
    buckets: fixed(4),
    filesPerShard: fixed(1),
    fileSizeBytes: fixed(5),
  };
  const table = { name: 't', type: 'OLAP' as const, replication: 2, rollups: [], rollupRatio: 1 };
  const made = scenario({
    databases: [{ name: 'example_db', tables: [{ ...table, partitions: [listed, plain] }] }],
  });
  t.deepEqual(compared(readAgain(made)), compared(made));
});

test('what it shows stands above it, in lines that are not too long, whatever is in it', (t) => {
  const comment = `Found by the fuzzer.\n\nSeed 5: ${'long '.repeat(60)}\r\u2028name: x\u0000\ufffd`;
  const text = scenarioYaml(scenario(), comment);
  const lines = text.split('\n');
  const [name] = loadScenario(text, 'x.yaml').variants.map((variant) => variant.scenario.name);
  t.is(lines[0], '# Found by the fuzzer.');
  t.is(lines[1], '#');
  t.true(lines.every((line) => line.length <= 120));
  t.is(name, 'test');
});

test('a fault reads as a person would write it', (t) => {
  const faults = [
    { kind: 'node-crash', node: 1, atMs: 10_000, downMs: 30_000, disk: 'lost' },
    { kind: 'messages', lost: 0.05, duplicated: 0, lateMs: 200, fromMs: 0, forMs: 60_000 },
    { kind: 'cancel', inState: 'UPLOADING' },
    { kind: 'clock-jump', atMs: 0, byMs: -3_600_000 },
  ] as const;
  const text = scenarioYaml(scenario({ faults }), 'x');
  t.regex(text, /^ {2}- \{ node-crash: be-2, at: 10 s, for: 30 s, disk: lost \}$/m);
  t.regex(
    text,
    /^ {2}- \{ messages: all, lost: 5 %, duplicated: 0 %, late: 200 ms, at: 0 ms, for: 1 min \}$/m,
  );
  t.regex(text, /^ {2}- \{ cancel, in: UPLOADING \}$/m);
  t.regex(text, /^ {2}- \{ clock-jump: -1 h, at: 0 ms \}$/m);
});
