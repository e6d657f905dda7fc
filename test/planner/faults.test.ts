import test from 'ava';
import { advise } from '../../src/planner/advise.js';
import { isRandom, type Runner } from '../../src/planner/index.js';
import { KNOBS } from '../../src/planner/knobs/index.js';
import { PRESETS, type Scenario } from '../../src/scenario/index.js';
import { CAUSES, type CauseTimes, type RunSummary } from '../../src/world/outlook.js';
import { engine, nodes, scenario } from '../fixtures/scenarios.js';

const FAULT = { kind: 'node-crash', node: 0, atMs: 0, disk: 'kept' } as const;
const POLICIES = new Set(['engine.failover', 'engine.handOver', 'engine.requestRetries']);

/** The policies that can be turned on in a scenario, and what the engine is then. */
const turnable = (one: Scenario): readonly (readonly [string, Scenario['engine']])[] =>
  KNOBS.filter(({ path }) => POLICIES.has(path)).flatMap((knob) => {
    const step = knob.step(one);
    return step ? [[knob.path, step.scenario.engine] as const] : [];
  });

test('where something goes wrong, each policy that is off can be turned on', (t) => {
  const off = engine('doris');
  t.deepEqual(turnable(scenario({ engine: off, faults: [FAULT] })), [
    ['engine.failover', { ...off, failover: true }],
    ['engine.requestRetries', { ...off, requestRetries: PRESETS.tuned.requestRetries }],
  ]);
  // Shards are handed over where they may move at all.
  const moving = engine('tuned', { handOver: false });
  t.deepEqual(turnable(scenario({ engine: moving, faults: [FAULT] })), [
    ['engine.handOver', { ...moving, handOver: true }],
  ]);
});

test('a policy that is on, or that nothing calls for, is no knob', (t) => {
  const stragglers = { share: 0.3, slowdown: 4 };
  const slow = { ...nodes(3), stragglers };
  const paths = (one: Scenario): readonly string[] => turnable(one).map(([path]) => path);
  t.deepEqual(paths(scenario({ engine: engine('tuned'), faults: [FAULT] })), []);
  t.deepEqual(paths(scenario({ engine: engine('doris') })), []);
  const moving = engine('doris', { failover: true });
  t.deepEqual(paths(scenario({ engine: moving, cluster: slow })), ['engine.handOver']);
  t.deepEqual(paths(scenario({ engine: engine('doris'), cluster: slow })), []);
  t.deepEqual(paths(scenario({ engine: engine('tuned'), cluster: slow })), []);
});

test('with faults a plan is repeated with other seeds', (t) => {
  const { databases, ...rest } = scenario({ cluster: nodes(1) });
  const [database] = databases;
  const calm: Scenario = { ...rest, databases: [database!] };
  t.false(isRandom(calm));
  t.true(isRandom({ ...calm, faults: [FAULT] }));
});

const NO_TIME = Object.fromEntries(CAUSES.map((cause) => [cause, 0])) as CauseTimes;

/** A runner that ends jobs as `fate` says, all their time spent on `coordinator`. */
const fated =
  (fate: (one: Scenario) => Pick<RunSummary, 'state' | 'durationMs'>): Runner =>
  async (all) =>
    all.map((one) => {
      const { state, durationMs } = fate(one);
      const causeMs = { ...NO_TIME, coordinator: durationMs };
      return { seed: one.seed, state, durationMs, attribution: { causeMs } };
    });

test('what saves a job that is cancelled early is a gain, however long the job takes then', async (t) => {
  const off = scenario({ engine: engine('doris'), faults: [FAULT] });
  const run = fated(({ engine: { failover, requestRetries } }) =>
    failover
      ? { state: 'FINISHED', durationMs: requestRetries > 0 ? 80_000 : 90_000 }
      : { state: 'CANCELLED', durationMs: 1000 },
  );
  const { gains, besides } = await advise(off, run, { seeds: 2 });
  const saving = gains.filter(({ gainMs }) => gainMs === Infinity).map(({ knob }) => knob);
  // The preset brings failover with it.
  t.deepEqual(saving.toSorted(), ['engine.failover', 'engine.preset']);
  t.true(gains.every(({ gainMs }) => gainMs === Infinity));
  // Of those the smallest change comes first, and from there a retry gains what it gains.
  t.is(gains[0]!.knob, 'engine.failover');
  t.is(besides.find(({ knob }) => knob === 'engine.requestRetries')?.gainMs, 10_000);
});

test('of jobs that are cancelled with a knob and without it, neither gains anything', async (t) => {
  const off = scenario({ engine: engine('doris'), faults: [FAULT] });
  const run = fated(({ engine: { failover } }) => ({
    state: 'CANCELLED',
    durationMs: failover ? 500 : 1000,
  }));
  t.deepEqual((await advise(off, run, { seeds: 2 })).gains, []);
});

test('what has a job cancelled that was not is no advice', async (t) => {
  const off = scenario({ engine: engine('tuned', { handOver: false }), faults: [FAULT] });
  const run = fated(({ engine: { handOver } }) => ({
    state: handOver ? 'CANCELLED' : 'FINISHED',
    durationMs: handOver ? 500 : 1000,
  }));
  t.deepEqual((await advise(off, run, { seeds: 2 })).gains, []);
});
