import test from 'ava';
import * as fc from 'fast-check';
import { fixed } from '../../../src/base/distribution.js';
import { predictRun, timeInMs } from '../../../src/drill/calibrate/fit.js';
import { fitSnapshotMs, type SnapshotTrial } from '../../../src/drill/calibrate/snapshots.js';
import { SHAPES, trialScenario } from '../../../src/drill/calibrate/trials.js';
import { simulate } from '../../../src/planner/index.js';
import { loadScenario, type MeasuredHardware, type Scenario } from '../../../src/scenario/index.js';

const LOCAL = { kind: 'local', directory: '', durable: true } as const;

const times = fc.double({ min: 0, max: 5, noNaN: true });

const hardware = fc
  .record({ snapshotMs: times, linkMs: times, messageMs: times, persistMs: times })
  .map(({ snapshotMs, linkMs, messageMs, persistMs }): MeasuredHardware => ({
    node: { diskBytesPerSec: 5e9, hashBytesPerSec: 6e8, nicBytesPerSec: Infinity, linkMs, snapshotMs },
    host: { nodes: 'all', cores: 1.9, diskBytesPerSec: 5e9 },
    coordinator: { messageMs, persistMs, manifestBytesPerSec: 5e7 },
    repository: {
      type: 'local',
      bandwidthBytesPerSec: Infinity,
      perConnectionBytesPerSec: 2e9,
      latencyMs: fixed(0.4),
      requestsPerSec: Infinity,
      requestBurst: 1,
      client: { requestMs: 0.2, directoryMs: 0.5, bytesPerSec: 1.5e9 },
    },
    origin: { figures: {}, fit: [] },
  }));

/** What a real run would take whose snapshots take so long. */
const trialOf = (scenario: Scenario, real: MeasuredHardware): SnapshotTrial => ({
  scenario,
  snapshotingMs: timeInMs('SNAPSHOTING', predictRun(scenario, real)),
});

const shapes = fc
  .record({
    nodes: fc.integer({ min: 1, max: 4 }),
    workers: fc.integer({ min: 1, max: 8 }),
    filesPerShard: fc.integer({ min: 1, max: 9 }),
    each: fc.integer({ min: 1, max: 5 }),
  })
  .map(({ each, ...shape }) => {
    const shards = shape.nodes * shape.workers * each;
    return trialScenario({ ...SHAPES[0]!, medianBytes: 1000, ...shape }, shards, LOCAL).variants[0]!.scenario;
  });

const isNear = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-6 * Math.max(1, b);

test('what snapshots took is found again, whatever the workers, links and messages are', (t) => {
  fc.assert(
    fc.property(
      hardware,
      fc.array(shapes, { minLength: 1, maxLength: 3 }),
      times,
      (real, scenarios, probedMs) => {
        const trials = scenarios.map((scenario) => trialOf(scenario, real));
        const probed = { ...real, node: { ...real.node, snapshotMs: probedMs } };
        const found = fitSnapshotMs(probed, trials);
        t.true(isNear(found, real.node.snapshotMs), `${found}, not ${real.node.snapshotMs}`);
      },
    ),
    { numRuns: 50 },
  );
});

test('a run that was disturbed does not count, and what took no time at all is none', (t) => {
  const real = fc.sample(hardware, { numRuns: 1, seed: 1 })[0]!;
  const trials = fc
    .sample(shapes, { numRuns: 5, seed: 1 })
    .map(() => trialOf(trialScenario(SHAPES[2]!, 4, LOCAL).variants[0]!.scenario, real));
  const disturbed = trials.map((trial, i) => (i < 2 ? { ...trial, snapshotingMs: 1e6 } : trial));
  t.true(isNear(fitSnapshotMs(real, disturbed), real.node.snapshotMs));
  t.is(
    fitSnapshotMs(
      real,
      trials.map((trial) => ({ ...trial, snapshotingMs: 0 })),
    ),
    0,
  );
  t.is(fitSnapshotMs(real, []), 0);
});

test('a run has as many snapshot tasks at once as threads, in the model as for real', (t) => {
  for (const shape of SHAPES) {
    const { engine } = trialScenario(shape, 8, LOCAL).variants[0]!.scenario;
    t.is(engine.snapshotWorkers, shape.workers, shape.name);
  }
});

test('the fitted price is that of one shard on one worker: more threads divide it, in the model', (t) => {
  const text = (workers: number): string => `
name: snapshots
cluster: { nodes: 1, replication: 1, hardware: { link: 0, snapshot: 10 ms }, coordinator: { message: 0 } }
repository: { type: local }
databases: [{ name: d, tables: [{ name: t, buckets: 12, filesPerShard: 1, fileSize: 1 kB }] }]
engine: { preset: tuned, snapshotWorkers: ${workers}, uploadWorkers: ${workers} }
statement: BACKUP SNAPSHOT d.s TO example_repo
`;
  for (const workers of [1, 2, 3, 4]) {
    const { scenario } = loadScenario(text(workers), 'snapshots').variants[0]!;
    t.true(isNear(timeInMs('SNAPSHOTING', simulate(scenario)), 120 / workers), `${workers}`);
  }
});
