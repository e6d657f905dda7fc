import test from 'ava';
import * as fc from 'fast-check';
import { fixed } from '../../src/base/distribution.js';
import { fit } from '../../src/planner/fit.js';
import { forecast, simulate, summarise } from '../../src/planner/index.js';
import { KNOBS } from '../../src/planner/knobs/index.js';
import type { Scenario } from '../../src/scenario/index.js';
import type { FitAnswer } from '../../src/world/outlook.js';
import { LIMITS, nodes, olapTable, scenario } from '../fixtures/scenarios.js';

const SURE = 0.95;
const fitted = (spec: Scenario, knob: string, repetitions = 1, wanted = SURE): Promise<FitAnswer> =>
  fit(spec, knob, {
    wanted,
    forecast: async (turned) => {
      const { windowMs } = spec;
      const run = async (all: readonly Scenario[]) => all.map(summarise);
      return (await forecast(turned, run, { windowMs, wanted, repetitions })).forecast;
    },
  });

const scaleOf = (path: string) => KNOBS.find((knob) => knob.path === path)!.scale!;

const spec = (windowMs: number, count = 4): Scenario =>
  scenario({
    cluster: nodes(count, { nicBytesPerSec: 5e6 }),
    databases: [{ name: 'example_db', tables: [olapTable('t', { partitions: 1, buckets: 60, files: 2 })] }],
    windowMs,
  });

test('the least number of nodes and of workers that fit are those of trying all', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('cluster.nodes', 'engine.uploadWorkers'),
      fc.integer({ min: 1, max: 40 }),
      fc.double({ min: 0.02, max: 1.5, noNaN: true }),
      async (knob, count, part) => {
        const base = scenario({ cluster: nodes(count, { nicBytesPerSec: 2e6, hashBytesPerSec: 1e6 }) });
        const windowMs = simulate(base).totals.durationMs * part;
        const { found, tried, why } = await fitted({ ...base, windowMs }, knob);
        const scale = scaleOf(knob);
        const fits = (value: number): boolean =>
          simulate(scale.set(base, value)).totals.durationMs <= windowMs;
        if (found === undefined) {
          t.truthy(why);
          for (let value = 1; value <= 64; value *= 2) t.false(fits(value), `${knob} = ${value} fits`);
          return;
        }
        const value = Number(found.value.replaceAll(',', ''));
        t.true(fits(value));
        const below = scale.leastFor?.(base) ?? scale.least;
        if (value > below) t.false(fits(value - 1), `${value - 1} fits as well`);
        t.deepEqual(
          tried.map((one) => one.fits.value),
          tried.map((one) => (fits(Number(one.value.replaceAll(',', ''))) ? 1 : 0)),
        );
      },
    ),
    { numRuns: 40 },
  );
});

test('rates and times are found to 5 %', async (t) => {
  const slow = spec(0);
  for (const [knob, limit] of [
    ['repository.bandwidth', { bandwidthBytesPerSec: 5e6 }],
    ['repository.latency', { latencyMs: fixed(4000) }],
  ] as const) {
    const base = { ...slow, repository: { ...slow.repository, limits: { ...LIMITS, ...limit } } };
    const scale = scaleOf(knob);
    const durationMs = (value: number): number => simulate(scale.set(base, value)).totals.durationMs;
    const windowMs = durationMs(scale.value(base)) * 0.9;
    const { found, tried } = await fitted({ ...base, windowMs }, knob);
    t.truthy(found, knob);
    t.true(tried.length < 20, 'it was found by bisection');
    const values = tried.filter(({ fits }) => fits.value === 1).map(({ value }) => value);
    t.is(found!.value, (scale.better === 'more' ? values[0] : values.at(-1))!);
  }
});

test('where it fits already, how much less would do', async (t) => {
  const { found } = await fitted(spec(60_000, 16), 'cluster.nodes');
  t.true(Number(found!.value) < 16);
});

test('none fits: it says what holds it back then', async (t) => {
  const slow = spec(1000);
  const limits = { ...LIMITS, bandwidthBytesPerSec: 5e6 };
  const { found, why } = await fitted(
    {
      ...slow,
      engine: { ...slow.engine, uploadWorkers: 4 },
      repository: { ...slow.repository, limits },
    },
    'cluster.nodes',
  );
  t.is(found, undefined);
  t.regex(why!, /repository bandwidth/);
});

/** Each with hardware of its own: the last one is the slowest. */
const mixed = (changes: Partial<Scenario> = {}): Scenario => {
  const cluster = nodes(4);
  return scenario({
    ...changes,
    cluster: {
      ...cluster,
      nodes: cluster.nodes.map(({ name, hardware }, i) => ({
        name,
        hardware: {
          ...hardware,
          diskBytesPerSec: 40e6 / (i + 1),
          nicBytesPerSec: 20e6 / (i + 1),
          hashBytesPerSec: 30e6 / (i + 1),
          linkMs: 5 * (i + 1),
        },
      })),
    },
  });
};

test('a number set to what it is changes nothing, and better ones are never slower', (t) => {
  const base = mixed();
  for (const { path, scale } of KNOBS) {
    if (!scale) continue;
    const now = scale.value(base);
    if (now === Infinity) continue;
    t.deepEqual(scale.set(base, now), base, path);
    // How many nodes and workers there are also changes what each is given: of these it need not hold.
    if (scale.isWhole || now === 0) continue;
    const factors = scale.better === 'more' ? [0.5, 0.9, 1, 1.1, 2, 8] : [8, 2, 1.1, 1, 0.9, 0.5];
    const durationsMs = factors.map((factor) => simulate(scale.set(base, now * factor)).totals.durationMs);
    durationsMs.reduce((before, after) => {
      t.true(after <= before * 1.001, `${path}: ${durationsMs.join(', ')}`);
      return after;
    });
  }
});

test('where it fits already, a longer time is found to cost what it costs', async (t) => {
  const base = mixed();
  const scale = scaleOf('cluster.hardware.link');
  const windowMs = simulate(base).totals.durationMs * 1.2;
  const { tried } = await fitted({ ...base, windowMs }, 'cluster.hardware.link');
  t.deepEqual([...new Set(tried.map(({ fits }) => fits.value))], [1, 0]);
  t.true(simulate(scale.set(base, scale.value(base) * 50)).totals.durationMs > windowMs);
});

test('halving ends, where only nothing at all fits, and where every job is cancelled', async (t) => {
  const knobs = ['repository.latency', 'engine.tick', 'cluster.hardware.link', 'repository.client.request'];
  const client = { ...LIMITS.client, requestMs: 3 };
  const { repository, engine } = scenario();
  const base = mixed({
    repository: { ...repository, limits: { ...LIMITS, latencyMs: fixed(5), client } },
    engine: { ...engine, tickMs: 3000 },
  });
  for (const knob of knobs) {
    const least = simulate(scaleOf(knob).set(base, 0)).totals.durationMs;
    const { found, tried } = await fitted({ ...base, windowMs: least }, knob);
    t.truthy(found, knob);
    t.true(tried.length < 30, `${knob}: ${tried.length}`);
    const cancelled = {
      ...base,
      windowMs: 1e9,
      engine: { ...base.engine, defaultTimeoutMs: 100, minTimeoutMs: 1 },
    };
    const none = await fitted(cancelled, knob);
    t.is(none.found, undefined);
    t.regex(none.why!, /cancelled/);
    t.true(none.tried.length < 30, `${knob}: ${none.tried.length}`);
  }
});

test('it fits on the median, and not as surely as asked: it says so', async (t) => {
  const latencyMs = { kind: 'uniform', min: 1, max: 400 } as const;
  const { repository } = scenario();
  const wild = mixed({ repository: { ...repository, limits: { ...LIMITS, latencyMs } } });
  const windowMs = (await fitted({ ...wild, windowMs: 1 }, 'repository.bandwidth', 21)).tried.at(-1)!.p50Ms;
  const { found, why } = await fitted({ ...wild, windowMs: windowMs * 1.001 }, 'repository.bandwidth', 21);
  t.is(found, undefined);
  t.regex(why!, /fits in (?!100)\d+ % of runs/);
});

test('more sureness takes more nodes', async (t) => {
  const wild = scenario({
    cluster: nodes(4, { nicBytesPerSec: 5e6 }),
    databases: [
      {
        name: 'example_db',
        tables: [olapTable('t', { buckets: 40, sizeBytes: { kind: 'lognormal', median: 1e6, sigma: 0.5 } })],
      },
    ],
  });
  const windowMs = simulate(wild).totals.durationMs;
  const count = async (wanted: number): Promise<number> =>
    Number((await fitted({ ...wild, windowMs }, 'cluster.nodes', 40, wanted)).found!.value);
  const [unsure, sure] = [await count(0.2), await count(0.95)];
  t.true(unsure < sure, `${unsure}, ${sure}`);
});

test('what cannot be fitted is refused, with what can', async (t) => {
  await t.throwsAsync(fitted(scenario(), 'cluster.nodes'), { message: /needs a window/ });
  const typo = await t.throwsAsync(fitted(spec(1), 'cluster.node'), { message: /no such knob/ });
  t.is((typo as { hint?: string }).hint, 'did you mean cluster.nodes?');
  const other = await t.throwsAsync(fitted(spec(1), 'weather'), { message: /no such knob/ });
  t.regex((other as { hint?: string }).hint!, /engine\.uploadWorkers/);
});
