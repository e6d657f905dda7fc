import test from 'ava';
import * as fc from 'fast-check';
import { mean } from '../../../src/base/distribution.js';
import { QUICK, THOROUGH } from '../../../src/drill/calibrate/effort.js';
import {
  commentsOf,
  coresOf,
  hashRateOf,
  figuresOf,
  hardwareOf,
  latencyForms,
  type Figures,
} from '../../../src/drill/calibrate/hardware-of.js';
import { quantile } from '../../../src/base/statistics.js';
import { rounded, spreadOf } from '../../../src/drill/calibrate/statistics.js';
import { saturation } from '../../../src/drill/calibrate/storage-probes.js';
import {
  mostRunBytes,
  SHAPES,
  shapesFor,
  shardsFor,
  trialScenario,
} from '../../../src/drill/calibrate/trials.js';
import { generateCatalog, loadMeasured, printMeasured } from '../../../src/scenario/index.js';

const samples = fc.array(fc.double({ min: 1e-3, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 });

test('a spread is in order, lies within its samples, and does not depend on their order', (t) => {
  fc.assert(
    fc.property(samples, (values) => {
      const spread = spreadOf(values);
      const { median, p10, p90 } = spread;
      t.true(Math.min(...values) <= p10 && p10 <= median && median <= p90 && p90 <= Math.max(...values));
      t.is(spread.samples, values.length);
      t.deepEqual(spreadOf(values.toReversed()), spread);
    }),
  );
  t.is(spreadOf([1, 3, 100]).median, 3);
  t.is(quantile([0, 10], 0.25), 2.5);
});

interface Level {
  readonly threads: number;
  readonly perMs: number;
  /** Of two cores. */
  readonly busy: number;
}

const climbed = (levels: readonly Level[]): ReturnType<typeof saturation> =>
  saturation(
    new Map(
      levels.map(({ threads, perMs, busy }) => [
        threads,
        [{ files: perMs * 100, wallMs: 100, processorMs: busy * 200 }],
      ]),
    ),
    2,
    10,
  );

test('a repository that gives more threads no more limits; busy processors and growth to the end do not', (t) => {
  const idle = [1, 2, 4].map((threads) => ({ threads, perMs: Math.min(2, threads), busy: 0.3 }));
  t.like(climbed(idle), { limitedBy: 'repository', threads: 2 });
  t.is(climbed(idle).best.median, 2 * 10 * 1000);
  t.is(climbed(idle.map((level) => ({ ...level, busy: 0.97 }))).limitedBy, 'processor');
  t.is(climbed(idle.map((level) => ({ ...level, perMs: level.threads }))).limitedBy, 'none');
});

const spread = spreadOf([90, 100, 120]);
const FIGURES: Figures = {
  machine: {
    read: spread,
    hash: spread,
    hashOnAll: spreadOf([180, 190, 200]),
    hashTogether: spreadOf([360, 380, 400]),
    link: spread,
    readBundled: spread,
    makeBundled: spreadOf([20, 30, 40]),
    syncBundled: spreadOf([190, 200, 210]),
    message: spread,
    persist: spread,
    manifest: spread,
  },
  storage: {
    request: spread,
    requestProcessor: spread,
    latencyMs: [1, 2, 3],
    connection: spread,
    connectionProcessor: spread,
    requests: { best: spread, threads: 8, limitedBy: 'processor' },
    bandwidth: { best: spread, threads: 4, limitedBy: 'repository' },
  },
};

test('what the repository limits is a limit; what processors limit is left to them', (t) => {
  const { repository } = hardwareOf(FIGURES, 2, { type: 'local', durable: false });
  t.is(repository.requestsPerSec, Infinity);
  t.is(repository.bandwidthBytesPerSec, 100);
  t.is(mean(repository.latencyMs), 2);
});

test('files in bundles cost what they were seen to, and wait for the disk where what is restored has to be on it', (t) => {
  const bundled = (type: 'local' | 's3', durable: boolean | undefined) =>
    hardwareOf(FIGURES, 2, { type, durable }).repository.client.bundled;
  t.deepEqual(bundled('local', true), { readMs: 100, makeMs: 30, syncMs: 170 });
  t.deepEqual(bundled('local', false), { readMs: 100, makeMs: 30, syncMs: 0 });
  t.deepEqual(bundled('s3', undefined), bundled('local', true));
});

test('a core hashes as much as threads together get of it, and never less than one thread alone', (t) => {
  t.is(hashRateOf(FIGURES.machine, 4), 380 / 1.9);
  t.is(hashRateOf({ ...FIGURES.machine, hashTogether: spreadOf([10]) }, 4), 100);
});

test('threads on all cores get as many cores as there are, and one at least', (t) => {
  t.is(coresOf(FIGURES.machine, 4), 1.9);
  t.is(coresOf(FIGURES.machine, 1), 1);
  t.is(coresOf({ ...FIGURES.machine, hashOnAll: spreadOf([10]) }, 4), 1);
});

test('every figure has its comment or is carried along, and the file is read again', (t) => {
  const hardware = {
    ...hardwareOf(FIGURES, 2, { type: 's3', durable: undefined }),
    origin: { figures: figuresOf(FIGURES), fit: [] },
  };
  const comments = commentsOf(FIGURES);
  const text = printMeasured(hardware, comments);
  t.deepEqual(loadMeasured(text, 'file'), hardware);
  for (const comment of Object.values(comments)) t.true(text.includes(`# ${comment}\n`), comment);
  for (const figure of Object.values(hardware.origin.figures)) t.is(figure.samples, 3);
});

test('forms of latencies have about the median of the samples, and no more than the longest', (t) => {
  fc.assert(
    fc.property(samples, (values) => {
      const [lognormal, histogram] = latencyForms(values);
      const { median } = spreadOf(values);
      t.true(lognormal!.kind === 'lognormal' && lognormal!.median === median && lognormal!.sigma >= 0);
      t.true(histogram!.kind === 'histogram');
      if (histogram!.kind !== 'histogram') return;
      t.true(histogram!.buckets.at(-1)!.max <= Math.max(...values));
      histogram!.buckets.forEach(({ min, max }, i, all) =>
        t.true(min <= max && (i === 0 || all[i - 1]!.max === min)),
      );
    }),
  );
});

test('rounding keeps four digits, and what has no end', (t) => {
  t.is(rounded(123_456), 123_500);
  t.is(rounded(Infinity), Infinity);
});

const expectations = fc.record({
  fileProcessorMs: fc.double({ min: 0.01, max: 50, noNaN: true }),
  fileWaitMs: fc.double({ min: 0, max: 500, noNaN: true }),
  bytesPerSec: fc.double({ min: 1e6, max: 5e9, noNaN: true }),
  totalBytesPerSec: fc.double({ min: 1e5, max: 1e10, noNaN: true }),
  cores: fc.double({ min: 1, max: 64, noNaN: true }),
});

test('runs are bounded in bytes and files, and all workers get as much', (t) => {
  fc.assert(
    fc.property(expectations, fc.constantFrom(QUICK, THOROUGH), (expected, effort) => {
      for (const shape of shapesFor(SHAPES, expected, effort)) {
        const shards = shardsFor(shape, expected, effort);
        const threads = shape.nodes * shape.workers;
        t.is(shards % threads, 0);
        const bytes = shards * shape.filesPerShard * shape.medianBytes * Math.exp(shape.sigma ** 2 / 2);
        const least = threads * shape.filesPerShard * shape.medianBytes;
        t.true(bytes <= Math.max(mostRunBytes(effort), 2 * least), `${shape.name}: ${bytes}`);
        t.true(shards * (shape.filesPerShard + 1) <= effort.runFiles * 1.5 + threads * 10);
      }
    }),
  );
});

test('a slow repository gets small files', (t) => {
  const slow = { fileProcessorMs: 1, fileWaitMs: 50, bytesPerSec: 1e8, totalBytesPerSec: 5e6, cores: 2 };
  const bytes = shapesFor(SHAPES, slow, QUICK).map(({ medianBytes }) => medianBytes);
  t.true(Math.max(...bytes) <= 1024 * 1024);
  t.deepEqual(shapesFor(SHAPES, { ...slow, totalBytesPerSec: 1e9 }, QUICK), SHAPES);
});

test('what is held back is not what is fitted to, and every shape is a scenario of its own', (t) => {
  t.is(new Set(SHAPES.map(({ name }) => name)).size, SHAPES.length);
  const key = ({ nodes, workers, medianBytes, isSeparate }: (typeof SHAPES)[number]): string =>
    `${nodes}/${workers}/${medianBytes}/${isSeparate}`;
  const fitted = new Set(SHAPES.filter(({ use }) => use === 'fitted').map(key));
  for (const shape of SHAPES) {
    if (shape.use === 'held back') t.false(fitted.has(key(shape)), shape.name);
    const { scenario } = trialScenario(shape, 8, { kind: 'local', directory: '', durable: true })
      .variants[0]!;
    t.is(scenario.cluster.nodes.length, shape.nodes);
    t.is(scenario.engine.uploadWorkers, shape.workers);
    t.is(generateCatalog(scenario).shards.totalFiles, 8 * (shape.filesPerShard + 1));
    const { limits } = scenario.repository;
    t.is(mean(limits.latencyMs), 0);
    t.is(limits.bandwidthBytesPerSec, Infinity);
    t.is(scenario.cluster.nodes[0]!.hardware.hashBytesPerSec, Infinity);
  }
});

test('a shape on S3 is placed where it was told', (t) => {
  const spec = {
    kind: 's3',
    endpoint: 'http://127.0.0.1:9000',
    region: 'r',
    bucket: 'bucket',
    prefix: 'a/b',
    addressing: 'path',
  } as const;
  for (const given of [spec, { ...spec, addressing: 'virtual-hosted' as const }]) {
    const { repository } = trialScenario(SHAPES[0]!, 2, given).variants[0]!.scenario;
    t.true(repository.isPlaced);
    t.like(repository.storage, given);
  }
});
