import test from 'ava';
import { fixed } from '../../src/base/distribution.js';
import { DrillError } from '../../src/base/errors.js';
import { faultedCluster, simulate, simulateAttributed, summarise } from '../../src/planner/index.js';
import { scenarioStatement, type Scenario } from '../../src/scenario/index.js';
import type { Fault } from '../../src/world/faults.js';
import type { RunResult } from '../../src/world/result.js';
import { engine, nodes, olapTable, scenario } from '../fixtures/scenarios.js';

/** Four nodes that send for some five seconds: all of it as `faults` and `settings` say. */
const faulted = (faults: readonly Fault[], settings: Parameters<typeof engine>[1] = {}): Scenario =>
  scenario({
    cluster: { ...nodes(4, { nicBytesPerSec: 20e6 }), replication: 3 },
    databases: [
      {
        name: 'example_db',
        tables: [
          olapTable('t', { partitions: 2, buckets: 20, files: 4, sizeBytes: fixed(2.5e6), replication: 3 }),
        ],
      },
    ],
    engine: engine('tuned', settings),
    ...(faults.length > 0 ? { faults } : {}),
  });

const movesOf = ({ incidents = [] }: RunResult, kind: string): readonly (string | undefined)[] =>
  incidents.filter(({ what }) => what === kind).map(({ node }) => node);

const CRASH: Fault = { kind: 'node-crash', node: 1, atMs: 2000, disk: 'kept' };

test('who goes in circles is stopped', (t) => {
  const plain = faulted([CRASH]);
  const run = (mostEvents: number) => faultedCluster(plain, { mostEvents }).run(scenarioStatement(plain));
  t.is(run(1_000_000).kind, 'ended');
  t.throws(() => run(20), { message: /goes in circles/ });
});

test('a node that stays away is got over with failover, and not without it', (t) => {
  const over = simulate(faulted([CRASH]));
  t.is(over.job.state, 'FINISHED');
  t.is(over.totals.shards, 40);
  t.true(over.totals.durationMs > simulate(faulted([])).totals.durationMs);
  t.deepEqual(new Set(movesOf(over, 'failover')), new Set(['be-2']));
  const without = simulate(faulted([CRASH], { failover: false }));
  t.is(without.job.state, 'CANCELLED');
  t.deepEqual(movesOf(without, 'failover'), []);
  t.true(movesOf(without, 'retry').length > 0);
});

test('without anything that goes wrong there is nothing to get over, and the run is the one without faults', (t) => {
  const calm = simulate(faulted([]));
  t.is(calm.incidents, undefined);
  const later: Fault = { kind: 'clock-jump', atMs: 3_600_000, byMs: 1000 };
  const { incidents, totals, nodes: done } = simulate(faulted([later]));
  t.is(incidents, undefined);
  t.is(totals.movedBytes, calm.totals.movedBytes);
  t.is(done.length, 4);
});

test('the coordinator that takes over is told of, and what was moved before it died is known', (t) => {
  const died: Fault = { kind: 'coordinator-crash', atMs: 2500, downMs: 700 };
  const result = simulate(faulted([died]));
  t.is(result.job.state, 'FINISHED');
  t.is(result.job.restarts, 1);
  const [restart, ...more] = (result.incidents ?? []).filter(({ what }) => what === 'coordinator-restart');
  t.deepEqual(more, []);
  t.true(restart!.atMs > 3100 && restart!.atMs < 3300, String(restart!.atMs));
  t.true(result.totals.movedBytes >= result.totals.sizeBytes * 0.99);
});

test('incidents before a coordinator died are not forgotten with it', (t) => {
  const died: Fault = { kind: 'coordinator-crash', atMs: 21_000, downMs: 500 };
  const result = simulate(faulted([CRASH, died]));
  t.is(result.job.state, 'FINISHED');
  const kinds = (result.incidents ?? []).map(({ what }) => what);
  t.true(kinds.indexOf('failover') < kinds.indexOf('coordinator-restart'));
  t.true(kinds.includes('failover'));
});

test('where the time of a run with faults went adds up, with what is waited for as a cause of its own', (t) => {
  const { result, attribution } = simulateAttributed(faulted([CRASH]));
  const sumMs = Object.values(attribution.causeMs).reduce((sum, ms) => sum + ms, 0);
  t.true(Math.abs(sumMs - result.totals.durationMs) < 1e-6 * sumMs);
  t.true(attribution.causeMs.waiting > 10_000, 'a node is lost after 15 s');
  t.is(attribution.causeMs.coordinator, 0);
  t.is(simulateAttributed(faulted([])).attribution.causeMs.waiting, 0);
});

test('a run with faults is the same each time, and another with another seed', (t) => {
  const flaky: Fault = { kind: 'repository-failure', chance: 0.05, failure: 'error', fromMs: 0 };
  const one = faulted([flaky], { maxTaskAttempts: 100 });
  t.deepEqual(simulate(one), simulate(one));
  t.deepEqual(summarise(one), summarise(one));
  t.not(simulate({ ...one, seed: '2' }).totals.durationMs, simulate(one).totals.durationMs);
});

test('a cancelled job is a result; what is wrong with the statement is thrown', (t) => {
  const cancelled = simulate(faulted([{ kind: 'cancel', inState: 'UPLOADING' }]));
  t.is(cancelled.job.state, 'CANCELLED');
  t.is(cancelled.job.error?.code, 'JOB_CANCELLED');
  const wrong = {
    ...faulted([CRASH]),
    statement: { text: 'BACKUP SNAPSHOT nowhere.l TO example_repo', line: 1 },
  };
  const error = t.throws(() => simulate(wrong), { instanceOf: DrillError });
  t.is(error.code, 'DATABASE_UNKNOWN');
});
