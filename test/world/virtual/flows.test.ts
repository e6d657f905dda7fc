import test from 'ava';
import * as fc from 'fast-check';
import { nodeHardware, type Scenario } from '../../../src/scenario/index.js';
import { UNLIMITED_NODE } from '../../../src/world/hardware.js';
import { CAUSE, FLOW_CAUSES } from '../../../src/world/virtual/cause.js';
import { Clock } from '../../../src/world/virtual/clock.js';
import { FLOW, type FlowKind as EngineKind } from '../../../src/world/virtual/flow-kind.js';
import { Flows } from '../../../src/world/virtual/flows.js';
import { nodes as nodesOf, scenario as scenarioOf } from '../../fixtures/scenarios.js';
import { arbitraryPricedScenario } from '../../reference/arbitrary-scenarios.js';
import { supplyOf, type BytesLimits, type FlowKind, type Machines } from '../../reference/demands.js';
import { createTimeline, type Process } from '../../reference/timeline.js';
import { evenly } from '../../fixtures/evenly.js';

/** DRILL_PROPERTY_RUNS raises it for a deeper search. */
const RUNS = Number(process.env['DRILL_PROPERTY_RUNS'] ?? 300);

interface FlowSpec {
  readonly atMs: number;
  readonly job: number;
  readonly node: number;
  readonly kind: FlowKind;
  readonly bytes: number;
}

interface Change {
  readonly atMs: number;
  readonly job: number;
  readonly limits: BytesLimits;
}

interface Scene {
  readonly scenario: Scenario;
  readonly flows: readonly FlowSpec[];
  readonly changes: readonly Change[];
}

const KINDS: Readonly<Record<FlowKind, EngineKind>> = {
  hash: FLOW.hash,
  put: FLOW.put,
  'put-hash': FLOW.putHash,
  processor: FLOW.processor,
  rehash: FLOW.rehash,
};

const MOST_MS = 200;
/** Never two at one instant: who comes first of those would be for each to choose. */
const atMs = evenly(0, MOST_MS);
const mostly = (max: number): fc.Arbitrary<number> =>
  fc.oneof(fc.constant(Infinity), fc.double({ min: 1e5, max, noNaN: true }));

const scenes = (jobs: number): fc.Arbitrary<Scene> =>
  fc
    .record({
      scenario: arbitraryPricedScenario(),
      flows: fc.array(
        fc.record({
          // Early, so that most of what is changed is changed while there are some.
          atMs: evenly(0, MOST_MS / 10),
          job: fc.nat({ max: jobs - 1 }),
          node: fc.nat({ max: 5 }),
          kind: fc.constantFrom<FlowKind>('put', 'put', 'put-hash', 'hash', 'processor', 'rehash'),
          bytes: fc.double({ min: 1, max: 2e7, noNaN: true }),
        }),
        { minLength: 2, maxLength: 25, size: 'max' },
      ),
      changes: fc.array(
        fc.record({
          atMs: fc.oneof(fc.constant(0), atMs),
          job: fc.nat({ max: jobs - 1 }),
          limits: fc.record({ all: mostly(1e8), node: mostly(5e7) }),
        }),
        { maxLength: 6 },
      ),
    })
    .map(({ scenario, flows, changes }) => ({
      scenario,
      flows: flows.map((flow) => ({ ...flow, node: flow.node % scenario.cluster.nodes.length })),
      changes: changes.toSorted((a, b) => a.atMs - b.atMs),
    }));

const machinesOf = (scenario: Scenario): Machines => ({
  nodes: nodeHardware(scenario),
  host: scenario.cluster.host,
  limits: scenario.repository.limits,
});

interface Ends {
  readonly endMs: readonly number[];
  /** Of each flow, its time by cause. */
  readonly causeMs: readonly Float64Array[];
}

/** When each flow ends, by the code under test. */
function byEngine({ scenario, flows: specs, changes }: Scene): Ends {
  const { nodes, host, limits } = machinesOf(scenario);
  const clock = new Clock();
  const options = { nodes, host, repository: limits, threadsPerNode: specs.length };
  const flows = new Flows(clock, options, (owner) => specs[owner]!.job);
  flows.keepAccounts();
  const endMs = specs.map(() => NaN);
  // Behind the causes of each is the mark of when it began.
  const rows = specs.map(() => new Float64Array(2 * FLOW_CAUSES));
  const begin = ({ node, kind, bytes }: FlowSpec, owner: number): void => {
    if (flows.isFree(owner, node, KINDS[kind])) endMs[owner] = clock.nowMs;
    else {
      flows.start(node, KINDS[kind], owner, bytes);
      flows.markAccount(owner, node, KINDS[kind], rows[owner]!, FLOW_CAUSES);
    }
  };
  const events = [
    ...changes.map(({ atMs: at, job, limits: { all, node } }) => ({
      at,
      act: () => flows.limit(job, all / 1000, node / 1000),
    })),
    ...specs.map((spec, owner) => ({ at: spec.atMs, act: () => begin(spec, owner) })),
  ].toSorted((a, b) => a.at - b.at);
  for (;;) {
    flows.settle();
    const at = events[0]?.at ?? Infinity;
    clock.nowMs = Math.min(flows.nextMs, at);
    if (clock.nowMs === Infinity) break;
    if (flows.nextMs <= at) {
      const owner = flows.complete();
      const { node, kind } = specs[owner]!;
      endMs[owner] = clock.nowMs;
      flows.addAccountSince(owner, node, KINDS[kind], FLOW_CAUSES, rows[owner]!, 0);
    } else events.shift()!.act();
  }
  return { endMs, causeMs: rows.map((row) => row.slice(0, FLOW_CAUSES)) };
}

/** The same by the reference, flow by flow and over all resources at every event. */
function byReference({ scenario, flows: specs, changes }: Scene): number[] {
  const supply = supplyOf(machinesOf(scenario));
  const timeline = createTimeline(supply);
  const endMs = specs.map(() => NaN);
  function* change({ atMs: at, job, limits }: Change): Process {
    yield timeline.until(at);
    supply.limit(job, limits);
  }
  function* flow({ atMs: at, job, node, kind, bytes }: FlowSpec): Process {
    yield timeline.until(at);
    yield* timeline.flow(node, kind, bytes, job);
  }
  for (const each of changes) timeline.start(change(each), () => undefined);
  for (const [i, each] of specs.entries()) timeline.start(flow(each), () => (endMs[i] = timeline.now()));
  timeline.run();
  return endMs;
}

const isClose = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-6 + 1e-9 * Math.max(a, b);

for (const jobs of [1, 2, 4])
  test(`flows of ${jobs} jobs end when the reference says, whatever is changed of their limits, and each millisecond has a cause`, (t) => {
    fc.assert(
      fc.property(scenes(jobs), (scene) => {
        const { endMs, causeMs } = byEngine(scene);
        const expected = byReference(scene);
        for (const [i, { atMs: startMs, job }] of scene.flows.entries()) {
          t.true(isClose(endMs[i]!, expected[i]!), `flow ${i}: ${endMs[i]} and ${expected[i]}`);
          const sumMs = causeMs[i]!.reduce((sum, ms) => sum + ms, 0);
          t.true(
            isClose(sumMs, endMs[i]! - startMs),
            `flow ${i}: ${sumMs} of ${endMs[i]! - startMs} charged`,
          );
          if (scene.changes.every((change) => change.job !== job)) t.is(causeMs[i]![CAUSE.limits], 0);
        }
      }),
      { numRuns: RUNS },
    );
  });

test('time is charged to what held a flow back then: the repository, a limit, and a limit beside another job', (t) => {
  const { nodes: hardware, host, limits } = machinesOf(scenarioOf({ cluster: nodesOf(1, UNLIMITED_NODE) }));
  const clock = new Clock();
  const repository = { ...limits, perConnectionBytesPerSec: Infinity, bandwidthBytesPerSec: 100_000 };
  const flows = new Flows(clock, { nodes: hardware, host, repository, threadsPerNode: 2 }, (owner) => owner);
  flows.keepAccounts();
  const row = new Float64Array(2 * FLOW_CAUSES);
  const pass = (ms: number): void => {
    flows.settle();
    clock.nowMs += ms;
  };
  flows.start(0, FLOW.put, 1, 100_000);
  flows.markAccount(1, 0, FLOW.put, row, FLOW_CAUSES);
  pass(10);
  flows.limit(1, 30, Infinity);
  pass(20);
  flows.start(0, FLOW.put, 2, 100_000);
  pass(40);
  flows.limit(1, 60, Infinity);
  pass(80);
  flows.addAccountSince(1, 0, FLOW.put, FLOW_CAUSES, row, 0);
  t.is(row[CAUSE.bandwidth], 10 + 80);
  t.is(row[CAUSE.limits], 20 + 40);
});
