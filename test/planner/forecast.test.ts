import test from 'ava';
import { randomStream } from '../../src/base/random.js';
import { fixed } from '../../src/base/distribution.js';
import {
  consult,
  forecast,
  isRandom,
  seeded,
  simulateAttributed,
  summarise,
  type PlanRunner,
  type Runner,
} from '../../src/planner/index.js';
import type { Scenario } from '../../src/scenario/index.js';
import { CAUSES, type RunSummary } from '../../src/world/outlook.js';
import { LIMITS, nodes, olapTable, scenario } from '../fixtures/scenarios.js';

const run: Runner = async (scenarios) => scenarios.map(summarise);

/** A runner whose runs take what a function of the seed says; it counts them. */
function pretend(durationOf: (seed: string) => number): {
  readonly runner: Runner;
  readonly seeds: string[];
} {
  const seeds: string[] = [];
  const runner: Runner = async (scenarios) =>
    scenarios.map(({ seed }): RunSummary => {
      seeds.push(seed);
      const durationMs = durationOf(seed);
      const causes = Object.fromEntries(CAUSES.map((cause) => [cause, cause === 'disk' ? durationMs : 0]));
      return {
        seed,
        state: durationMs === Infinity ? 'CANCELLED' : 'FINISHED',
        durationMs: durationMs === Infinity ? 5 : durationMs,
        attribution: { causeMs: causes as NonNullable<RunSummary['attribution']>['causeMs'] },
      };
    });
  return { runner, seeds };
}

const random = scenario({
  cluster: nodes(3),
  databases: [
    {
      name: 'example_db',
      tables: [olapTable('t', { sizeBytes: { kind: 'lognormal', median: 1e6, sigma: 1 } })],
    },
  ],
});
const still = scenario({ cluster: nodes(1) });

test('the first repetition has the scenario’s own seed, and no two have the same', (t) => {
  t.is(seeded(random, 0), random);
  const seeds = Array.from({ length: 50 }, (_, i) => seeded(random, i).seed);
  t.is(new Set(seeds).size, 50);
});

test('what is random is known: where nothing is, one run is enough, and seeds change nothing', async (t) => {
  t.false(isRandom(still));
  t.deepEqual(
    summarise(seeded(still, 3)).durationMs,
    summarise(still).durationMs,
    'a seed changed a scenario in which nothing is random',
  );
  const { forecast: said } = await forecast(still, run);
  t.is(said.stopped, 'exact');
  t.is(said.runs, 1);
  t.deepEqual(said.p99Ms, { value: said.p50Ms.value, low: said.p50Ms.value, high: said.p50Ms.value });
});

test('each source of randomness is one', (t) => {
  const uniform = { kind: 'uniform', min: 1, max: 2 } as const;
  const stragglers = (share: number, count: number): Scenario => {
    const cluster = nodes(count);
    return scenario({ cluster: { ...cluster, stragglers: { share, slowdown: 2 } } });
  };
  const partition = (changes: object): Scenario => {
    const table = olapTable('t');
    const partitions = table.partitions.map((made) => ({ ...made, ...changes }));
    return scenario({ cluster: nodes(1), databases: [{ name: 'db', tables: [{ ...table, partitions }] }] });
  };
  t.true(isRandom(scenario({ cluster: nodes(2) })), 'placement');
  t.true(isRandom(partition({ fileSizeBytes: uniform })));
  t.true(isRandom(partition({ filesPerShard: uniform })));
  t.true(isRandom(partition({ buckets: uniform })));
  const { repository } = still;
  const withLatency = (latencyMs: typeof uniform | ReturnType<typeof fixed>): Scenario =>
    scenario({ cluster: nodes(1), repository: { ...repository, limits: { ...LIMITS, latencyMs } } });
  t.true(isRandom(withLatency(uniform)));
  t.false(isRandom(withLatency(fixed(3))));
  t.false(isRandom(stragglers(1, 1)), 'all nodes are slow, whatever the seed');
});

test('it stops when it knows enough, and not before', async (t) => {
  const narrow = pretend(() => 1000);
  const calm = await forecast(random, narrow.runner);
  // 72 runs are needed to know anything of how high the 95th percentile is; batches are 20, 40, 80.
  t.is(calm.forecast.runs, 80);
  t.is(calm.forecast.stopped, 'narrow');
  const draw = randomStream('1', 'durations');
  const wild = pretend(() => 1000 * (1 + draw()));
  const rough = await forecast(random, wild.runner, { most: 100 });
  t.is(rough.forecast.runs, 100);
  t.is(rough.forecast.stopped, 'limit');
  t.deepEqual(
    wild.seeds,
    Array.from({ length: 100 }, (_, i) => seeded(random, i).seed),
  );
});

test('it goes on while it is not settled whether the window is met', async (t) => {
  const often = pretend((seed) => (Number(seed.split('-')[1] ?? 0) % 20 === 0 ? 1010 : 1000));
  const unsettled = await forecast(random, often.runner, { windowMs: 1005, wanted: 0.95 });
  t.is(unsettled.forecast.stopped, 'limit');
  const settled = await forecast(random, often.runner, { windowMs: 1005, wanted: 0.5 });
  t.is(settled.forecast.stopped, 'narrow');
  t.is(settled.forecast.fits!.value, 0.95);
});

test('exactly as many runs as are asked for', async (t) => {
  for (const repetitions of [1, 7, 50]) {
    const { runner, seeds } = pretend(() => 1);
    const { forecast: said, summaries } = await forecast(random, runner, { repetitions });
    t.is(seeds.length, repetitions);
    t.is(summaries.length, repetitions);
    t.is(said.runs, repetitions);
  }
});

test('a cancelled job never finishes, and never fits', async (t) => {
  const { runner } = pretend((seed) => (seed.endsWith('3') ? Infinity : 1000));
  const { forecast: said } = await forecast(random, runner, { repetitions: 100, windowMs: 1e9 });
  t.is(said.finishes.value, 0.9);
  t.is(said.fits!.value, 0.9);
  t.is(said.p50Ms.value, 1000);
  t.is(said.p95Ms.value, Infinity);
  t.is(said.durationsMs.filter((ms) => ms === Infinity).length, 10);
});

test('real runs: causes sum to the mean duration, and the quantiles are of the durations', async (t) => {
  const { forecast: said, summaries } = await forecast(random, run, { repetitions: 40, windowMs: 1 });
  const meanMs = summaries.reduce((sum, { durationMs }) => sum + durationMs, 0) / 40;
  const causesMs = CAUSES.reduce((sum, cause) => sum + said.causeMs[cause], 0);
  t.true(Math.abs(meanMs - causesMs) < 1e-6 * meanMs);
  t.is(said.durationsMs.filter((ms) => ms! <= said.p90Ms.value).length, 36);
  t.true(said.p50Ms.low < said.p50Ms.high);
  const shares = said.criticalNodes.map(({ share }) => share);
  t.true(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-9);
  t.deepEqual(
    shares,
    shares.toSorted((a, b) => b - a),
  );
});

test('of a large scenario the run with its own seed says where the time goes, for all', async (t) => {
  const large = scenario({
    cluster: nodes(3),
    databases: [
      {
        name: 'example_db',
        tables: [olapTable('t', { partitions: 1, buckets: 30, files: 20_000, sizeBytes: fixed(1e6) })],
      },
    ],
  });
  const runner: PlanRunner = { run, detail: async (spec) => simulateAttributed(spec) };
  const { outlook } = await consult(large, runner, { repetitions: 2 });
  const { attribution, result } = simulateAttributed(large);
  t.deepEqual(outlook.forecast.causeMs, attribution.causeMs);
  t.is(outlook.forecast.durationsMs[0], result.totals.durationMs);
  t.is(outlook.forecast.durationsMs.length, 2);
});
