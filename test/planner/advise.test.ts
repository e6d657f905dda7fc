import test from 'ava';
import * as fc from 'fast-check';
import { fixed } from '../../src/base/distribution.js';
import { advise } from '../../src/planner/advise.js';
import { simulate, summarise, type Runner } from '../../src/planner/index.js';
import { KNOBS } from '../../src/planner/knobs/index.js';
import type { Scenario } from '../../src/scenario/index.js';
import type { KnobGain } from '../../src/world/outlook.js';
import {
  arbitraryScenario,
  engine,
  LIMITS,
  nodes,
  olapTable,
  placed,
  scenario,
} from '../fixtures/scenarios.js';
import { arbitraryPricedScenario } from '../reference/arbitrary-scenarios.js';

/** DRILL_PROPERTY_RUNS raises it for a deeper search. */
const RUNS = Math.ceil(Number(process.env['DRILL_PROPERTY_RUNS'] ?? 150) / 5);

const run: Runner = async (scenarios) => scenarios.map(summarise);
const FREE = {
  diskBytesPerSec: Infinity,
  hashBytesPerSec: Infinity,
  nicBytesPerSec: Infinity,
  linkMs: 0,
  snapshotMs: 0,
};
const FREE_LIMITS = { ...LIMITS, bandwidthBytesPerSec: Infinity, latencyMs: fixed(0) };

interface Shape {
  readonly hardware?: Partial<typeof FREE>;
  readonly limits?: Partial<typeof LIMITS>;
  readonly engine?: Parameters<typeof engine>[1];
  readonly cluster?: Partial<Scenario['cluster']>;
}

/** Four nodes with 64 shards of four files, where nothing has a limit but what is said. */
const shaped = ({ hardware, limits, engine: settings, cluster }: Shape): Scenario =>
  scenario({
    cluster: {
      ...nodes(4, { ...FREE, ...hardware }),
      coordinator: { messageMs: 0, persistMs: 0, manifestBytesPerSec: Infinity },
      ...cluster,
    },
    repository: {
      name: 'example_repo',
      type: 's3',
      readOnly: false,
      limits: { ...FREE_LIMITS, ...limits },
      ...placed('s3'),
    },
    databases: [
      {
        name: 'example_db',
        tables: [olapTable('t', { partitions: 1, buckets: 64, files: 4, sizeBytes: fixed(1e6) })],
      },
    ],
    engine: engine('tuned', settings),
  });

/** What alone can help, where one thing alone binds: by a step, the most first. */
const KNOWN: Readonly<Record<string, readonly [Shape, readonly string[]]>> = {
  'a slow repository': [{ limits: { bandwidthBytesPerSec: 20e6 } }, ['repository.bandwidth']],
  'few requests': [
    { limits: { requestsPerSec: 100, requestBurst: 1 } },
    ['repository.requestRate', 'databases.tables.filesPerShard'],
  ],
  'a slow disk': [{ hardware: { diskBytesPerSec: 10e6 } }, ['cluster.hardware.disk', 'cluster.nodes']],
  'a slow card': [{ hardware: { nicBytesPerSec: 10e6 } }, ['cluster.hardware.nic', 'cluster.nodes']],
  'slow connections': [
    { limits: { perConnectionBytesPerSec: 2e6 } },
    ['repository.perConnection', 'engine.uploadWorkers', 'cluster.nodes'],
  ],
  'a slow hash': [
    { hardware: { hashBytesPerSec: 5e6 } },
    ['cluster.hardware.hash', 'engine.uploadWorkers', 'cluster.nodes'],
  ],
  'a tick': [{ engine: { tickMs: 3000 } }, ['engine.tick']],
  'slow links': [
    { hardware: { linkMs: 20 } },
    ['cluster.hardware.link', 'cluster.nodes', 'databases.tables.filesPerShard'],
  ],
};

for (const [name, [shape, knobs]] of Object.entries(KNOWN))
  test(`where one thing binds, what eases it helps, and nothing else does: ${name}`, async (t) => {
    const { baseMs, gains } = await advise(shaped(shape), run, { seeds: 1, exhaustive: true });
    const helping = gains.filter(({ gainMs }) => gainMs > 0.03 * baseMs).map(({ knob }) => knob);
    t.deepEqual(helping.toSorted(), [...knobs].toSorted());
    t.true(gains[0]!.gainMs > 0.4 * baseMs, `${gains[0]!.knob}: ${gains[0]!.gainMs} of ${baseMs}`);
  });

test('one node slower than the others: to mend it helps most', async (t) => {
  const slow = shaped({
    hardware: { nicBytesPerSec: 10e6 },
    cluster: { stragglers: { share: 0.25, slowdown: 4 } },
  });
  const { gains, baseMs } = await advise(slow, run, { seeds: 3 });
  t.is(gains[0]!.knob, 'cluster.stragglers.share');
  t.true(Math.abs(gains[0]!.gainMs / baseMs - 0.75) < 0.02);
});

test('where small files cost their requests’ processor time, bundles are tried', async (t) => {
  const client = { ...FREE_LIMITS.client, requestMs: 5 };
  const tables = [olapTable('t', { partitions: 1, buckets: 64, files: 4, sizeBytes: fixed(1e4) })];
  const spec = {
    ...shaped({ limits: { client } }),
    databases: [{ name: 'example_db', tables }],
  };
  const { baseMs, gains } = await advise(spec, run, { seeds: 1 });
  const bundles = gains.find(({ knob }) => knob === 'repository.bundleFilesBelow');
  t.true(bundles !== undefined && bundles.gainMs > 0.3 * baseMs);
});

test('a gain is the difference of two simulations, with the first fix and without it', async (t) => {
  const spec = shaped({
    hardware: { nicBytesPerSec: 10e6 },
    limits: { bandwidthBytesPerSec: 30e6, latencyMs: fixed(20) },
  });
  const { baseMs, gains, besides } = await advise(spec, run, { seeds: 1 });
  const durationMs = (one: Scenario): number => simulate(one).totals.durationMs;
  const turned = (one: Scenario, { knob }: KnobGain): Scenario =>
    KNOBS.find(({ path }) => path === knob)!.step(one)!.scenario;
  t.is(baseMs, durationMs(spec));
  t.true(gains.length >= 3 && besides.length >= 2);
  for (const gain of gains) t.is(gain.gainMs, baseMs - durationMs(turned(spec, gain)), gain.knob);
  const fixedFirst = turned(spec, gains[0]!);
  for (const gain of besides)
    t.is(gain.gainMs, durationMs(fixedFirst) - durationMs(turned(fixedFirst, gain)), gain.knob);
  t.deepEqual(
    gains,
    gains.toSorted((a, b) => b.gainMs - a.gainMs),
  );
});

test('what is left untried gains next to nothing', async (t) => {
  const every = fc.oneof(
    arbitraryScenario().map((made) => made.scenario),
    arbitraryPricedScenario(),
  );
  await fc.assert(
    fc.asyncProperty(every, async (spec) => {
      const [some, all] = await Promise.all(
        [false, true].map((exhaustive) => advise(spec, run, { seeds: 1, exhaustive })),
      );
      const tried = new Set(some!.gains.map(({ knob }) => knob));
      for (const { knob, gainMs, mostMs = 0 } of all!.gains) {
        // Where numbers and sizes of files are drawn, merged ones are other data: of a few files, that can be any amount.
        if (knob === 'databases.tables.filesPerShard') continue;
        t.true(
          tried.has(knob) || Math.max(gainMs, mostMs) <= 0.05 * all!.baseMs,
          `${knob} was left out, and would gain ${gainMs}, ${mostMs} of ${all!.baseMs}`,
        );
      }
    }),
    { numRuns: RUNS },
  );
});

test('a step, and an end, is another scenario that can be simulated, and says from what to what', (t) => {
  const every = fc.oneof(
    arbitraryScenario().map((made) => made.scenario),
    arbitraryPricedScenario(),
  );
  fc.assert(
    fc.property(every, (spec) => {
      for (const knob of KNOBS)
        for (const turned of [knob.step(spec), knob.end(spec)]) {
          if (!turned) continue;
          t.notDeepEqual(turned.scenario, spec, knob.path);
          t.not(turned.to, knob.now(spec), knob.path);
          t.deepEqual({ ...turned.scenario, seed: '' }.statement, spec.statement);
          t.true(simulate(turned.scenario).totals.durationMs >= 0);
        }
    }),
    { numRuns: RUNS },
  );
});
