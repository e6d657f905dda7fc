import test from 'ava';
import * as fc from 'fast-check';
import { fixed, mean, type Distribution, scaled } from '../../../src/base/distribution.js';
import { bestLatency, fitHardware, predictMs, type Trial } from '../../../src/drill/calibrate/fit.js';
import { minimise, minimiseAgain } from '../../../src/drill/calibrate/minimise.js';
import { SHAPES, trialScenario } from '../../../src/drill/calibrate/trials.js';
import type { MeasuredHardware, Scenario } from '../../../src/scenario/index.js';

const points = fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 1, maxLength: 4 });
const SEARCH = { maxEvaluations: 4000, step: 0.3, tolerance: 1e-12 };

test('the search finds the bottom of a bowl, whatever its widths', async (t) => {
  await fc.assert(
    fc.asyncProperty(points, async (bottom) => {
      const { at, value } = await minimise(
        (x) => Promise.resolve(x.reduce((sum, xi, i) => sum + (i + 1) * (xi - bottom[i]!) ** 2, 0)),
        bottom.map(() => 0),
        SEARCH,
      );
      t.true(value < 1e-5, `${value}`);
      at.forEach((x, i) => t.true(Math.abs(x - bottom[i]!) < 1e-2));
    }),
    { numRuns: 50 },
  );
});

test('the search follows a bent valley', async (t) => {
  const valley = ([x, y]: readonly number[]): Promise<number> =>
    Promise.resolve((1 - x!) ** 2 + 100 * (y! - x! ** 2) ** 2);
  const { at } = await minimise(valley, [-1.2, 1], SEARCH);
  t.true(Math.hypot(at[0]! - 1, at[1]! - 1) < 1e-3, String(at));
});

test('searching again is never worse than searching once', async (t) => {
  const valley = ([x, y]: readonly number[]): Promise<number> =>
    Promise.resolve((1 - x!) ** 2 + 100 * (y! - x! ** 2) ** 2);
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(...[1, 2].map(() => fc.double({ min: -2, max: 2, noNaN: true }))),
      async (start) => {
        const options = { maxEvaluations: 60, step: 0.3, tolerance: 0.1 };
        const once = await minimise(valley, start, options);
        const again = await minimiseAgain(valley, start, options);
        t.true(again.value <= once.value);
        t.true(again.evaluations >= once.evaluations);
      },
    ),
  );
});

test('the search keeps to its evaluations, and never ends worse than it began', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      points,
      fc.integer({ min: 1, max: 40 }),
      fc.integer(),
      async (start, maxEvaluations, seed) => {
        let calls = 0;
        // As rough as can be, and the same again for the same point.
        const rough = (x: readonly number[]): Promise<number> => {
          calls++;
          return Promise.resolve(
            Math.abs(Math.sin(seed + x.reduce((sum, xi, i) => sum + xi * 1e4 * (i + 1), 0))),
          );
        };
        const first = await rough(start);
        for (const search of [minimise, minimiseAgain]) {
          calls = 0;
          const { value, at, evaluations } = await search(rough, start, {
            ...SEARCH,
            // So that it is done soon, and begins again while there is little left.
            tolerance: 0.3,
            maxEvaluations,
          });
          t.is(evaluations, calls);
          t.true(calls <= maxEvaluations, `${calls} of ${maxEvaluations}`);
          t.true(value <= first);
          t.is(value, await rough(at));
        }
      },
    ),
    { numRuns: 60 },
  );
});

const HARDWARE: MeasuredHardware = {
  node: {
    diskBytesPerSec: 5e9,
    hashBytesPerSec: 600e6,
    nicBytesPerSec: Infinity,
    linkMs: 0.01,
    snapshotMs: 0.1,
  },
  host: { nodes: 'all', cores: 1.9, diskBytesPerSec: 5e9 },
  coordinator: { messageMs: 0.05, persistMs: 3, manifestBytesPerSec: 50e6 },
  repository: {
    type: 'local',
    bandwidthBytesPerSec: Infinity,
    perConnectionBytesPerSec: 2e9,
    latencyMs: fixed(0.4),
    requestsPerSec: Infinity,
    requestBurst: 1,
    // So much that eight threads on these cores wait for the processor rather than for the answer: else no run shows it.
    client: { requestMs: 0.2, directoryMs: 0.5, bytesPerSec: 1.5e9 },
  },
  origin: { figures: {}, fit: [] },
};

const LOCAL = { kind: 'local', directory: '', durable: true } as const;

function scenarios(use: 'fitted' | 'held back'): Scenario[] {
  return SHAPES.filter((shape) => shape.use === use).map((shape) => {
    const shards = shape.nodes * shape.workers * (shape.medianBytes < 1e5 ? 2 : 1);
    return trialScenario(shape, shards, LOCAL).variants[0]!.scenario;
  });
}

const runs = (use: 'fitted' | 'held back', hardware: MeasuredHardware): Trial[] =>
  scenarios(use).map((scenario) => ({ scenario, measuredMs: predictMs(scenario, hardware) }));

/** Probes that were off by these factors. */
function misjudged(request: number, bytes: number, latency: number, hash: number): MeasuredHardware {
  const { node, repository } = HARDWARE;
  const { latencyMs, client } = repository;
  return {
    ...HARDWARE,
    node: { ...node, hashBytesPerSec: node.hashBytesPerSec * hash },
    repository: {
      ...repository,
      latencyMs: scaled(latencyMs, latency),
      client: { ...client, requestMs: client.requestMs * request, bytesPerSec: client.bytesPerSec * bytes },
    },
  };
}

const off = fc.double({ min: 0.6, max: 1.6, noNaN: true });
/** Hashing is probed well, and the fit relies on it. */
const little = fc.double({ min: 0.9, max: 1.1, noNaN: true });

test('a fit to runs of the virtual world finds what they were made with, though probes were off', async (t) => {
  await fc.assert(
    fc.asyncProperty(off, off, off, little, async (...factors) => {
      const { hardware, error } = await fitHardware(misjudged(...factors), runs('fitted', HARDWARE), {
        evaluations: 150,
      });
      t.true(error < 0.03, `${error}`);
      const { repository, node } = hardware;
      const near = (name: string, found: number, real: number, factor: number): boolean =>
        t.true(Math.abs(Math.log(found / real)) < Math.log(factor), `${name} ${found}, not ${real}`);
      near('latency', mean(repository.latencyMs), 0.4, 1.15);
      near('request', repository.client.requestMs, 0.2, 1.3);
      // Hashing and moving bytes are one after the other in every run, so that only their sum is to be seen.
      const { hashBytesPerSec } = node;
      const perByte = (hash: number, client: number): number => 1 / hash + 1 / client;
      near('bytes', perByte(hashBytesPerSec, repository.client.bytesPerSec), perByte(600e6, 1.5e9), 1.05);
      for (const { scenario, measuredMs } of runs('held back', HARDWARE))
        near('held back', predictMs(scenario, hardware), measuredMs, 1.1);
    }),
    { numRuns: 2 },
  );
});

test('a fit to runs that agree with the probes leaves them as they are', async (t) => {
  const { hardware, error } = await fitHardware(HARDWARE, runs('fitted', HARDWARE), { evaluations: 30 });
  t.true(error < 1e-3, `${error}`);
  const { client, latencyMs } = hardware.repository;
  t.true(Math.abs(Math.log(client.requestMs / 0.2)) < 0.05);
  t.true(Math.abs(Math.log(mean(latencyMs) / 0.4)) < 0.05);
});

test('what a fit has no say in stays as it was probed', async (t) => {
  const probed = misjudged(1.5, 1.5, 0.7, 0.8);
  const { hardware } = await fitHardware(probed, runs('fitted', HARDWARE), { evaluations: 10 });
  t.deepEqual(hardware.host, probed.host);
  t.deepEqual(hardware.coordinator, probed.coordinator);
  t.is(hardware.repository.perConnectionBytesPerSec, probed.repository.perConnectionBytesPerSec);
  t.is(hardware.node.linkMs, probed.node.linkMs);
});

test('a fit is told of each round of predictions, and stops where that throws', async (t) => {
  const stop = new Error('enough');
  const counts: number[] = [];
  await t.throwsAsync(
    () =>
      fitHardware(HARDWARE, runs('fitted', HARDWARE).slice(0, 1), {
        evaluations: 50,
        onEvaluation(count) {
          counts.push(count);
          return count === 3 ? Promise.reject(stop) : Promise.resolve();
        },
      }),
    { is: stop },
  );
  t.deepEqual(counts, [1, 2, 3]);
});

test('another form of the latencies is taken only where it predicts clearly better', (t) => {
  const heavy: Distribution = { kind: 'lognormal', median: 2, sigma: 2 };
  const varied = { ...HARDWARE, repository: { ...HARDWARE.repository, latencyMs: heavy } };
  const level = { ...HARDWARE, repository: { ...HARDWARE.repository, latencyMs: fixed(mean(heavy)) } };
  const ofVaried = runs('fitted', varied);
  const before = { hardware: level, error: 0.5 };
  t.is(bestLatency(before, [heavy], ofVaried).hardware.repository.latencyMs.kind, 'lognormal');
  t.deepEqual(bestLatency({ hardware: level, error: 0 }, [heavy], ofVaried).hardware, level);
});

test('scaling a distribution scales its mean', (t) => {
  const forms: Distribution[] = [
    fixed(3),
    { kind: 'uniform', min: 1, max: 2 },
    { kind: 'lognormal', median: 2, sigma: 1 },
    { kind: 'pareto', min: 1, alpha: 1.5, max: 9 },
    {
      kind: 'histogram',
      buckets: [
        { min: 0, max: 1, weight: 2 },
        { min: 3, max: 4, weight: 1 },
      ],
    },
  ];
  for (const form of forms) t.true(Math.abs(mean(scaled(form, 2.5)) / mean(form) - 2.5) < 1e-9, form.kind);
});
