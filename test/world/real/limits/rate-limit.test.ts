import { Worker } from 'node:worker_threads';
import test from 'ava';
import * as fc from 'fast-check';
import { randomStream, type RandomStream } from '../../../../src/base/random.js';
import { RateLimit } from '../../../../src/world/real/limits/rate-limit.js';
import { simulate, type SimulatedThread } from './simulated-threads.js';
import { meanPerSec, mostInAnyWindow, usedBetween, type Use } from '../../../../bench/limits/usage.js';

/** DRILL_PROPERTY_RUNS raises it for a deeper search. */
const RUNS = Number(process.env['DRILL_PROPERTY_RUNS'] ?? 100);

const limitOf = (unitsPerSec: number | undefined): RateLimit => {
  const limit = new RateLimit(new SharedArrayBuffer(RateLimit.BYTES));
  limit.change(unitsPerSec, 0n);
  return limit;
};

/** What a second may have: 5 % more than the limit, and where units are few, not a part of one. */
const allowed = (perSec: number): number => Math.max(perSec * 1.05, Math.ceil(perSec));

const BYTE_RATES = fc.oneof(
  fc.integer({ min: 1000, max: 1_000_000 }),
  fc.double({ min: 1e6, max: 1e10, noNaN: true }),
);
const REQUEST_RATES = fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 31, max: 20_000 }));

type Draw = (random: RandomStream) => number;

const uniform =
  (min: number, max: number): Draw =>
  (random) =>
    min + (max - min) * random();

const rarely =
  (share: number, seldom: Draw, mostly: Draw): Draw =>
  (random) =>
    random() < share ? seldom(random) : mostly(random);

/** How long, in milliseconds, something takes that mostly takes little, or now and then very long. */
const TIMES_MS = fc.constantFrom<Draw>(
  () => 0,
  uniform(0, 0.2),
  uniform(0, 5),
  uniform(0, 60),
  rarely(0.02, uniform(50, 3000), uniform(0, 1)),
);

interface Shape {
  readonly seed: number;
  readonly threads: number;
  readonly wanted: Draw;
  readonly pauseMs: Draw;
  readonly lateMs: Draw;
  readonly startMs: Draw;
}

const ALL: Draw = () => 64 * 2 ** 20;
const NOTHING: Draw = () => 0;

const shapes = (wanted: fc.Arbitrary<Draw>): fc.Arbitrary<Shape> =>
  fc.record({
    seed: fc.nat(),
    threads: fc.constantFrom(1, 2, 3, 7, 16, 50),
    wanted,
    pauseMs: TIMES_MS,
    lateMs: TIMES_MS,
    startMs: fc.constantFrom(NOTHING, uniform(0, 3000)),
  });

const BYTES_WANTED = fc.constantFrom<Draw>(() => 1, uniform(1, 5000), uniform(1, 2e6), ALL);

/** Each thread draws from a stream of its own. */
function threadsOf(limits: readonly RateLimit[], shape: Shape): SimulatedThread[] {
  const { seed, threads, startMs, wanted, pauseMs, lateMs } = shape;
  return Array.from({ length: threads }, (_, i) => {
    const random = randomStream(String(seed), `thread/${i}`);
    return {
      limits,
      startMs: startMs(random),
      wantedUnits: () => Math.ceil(wanted(random)),
      pauseMs: () => pauseMs(random),
      lateMs: () => lateMs(random),
    };
  });
}

/** Threads that want all they can get. */
const greedy = (
  limits: readonly RateLimit[],
  threads: number,
  lateMs: Draw,
  wanted = ALL,
): SimulatedThread[] =>
  threadsOf(limits, { seed: threads, threads, wanted, pauseMs: NOTHING, lateMs, startMs: NOTHING });

const WATCHED_MS = 4000;

test('no second has more bytes than 5 % over the limit, whoever wants how much and wakes up when', (t) => {
  fc.assert(
    fc.property(BYTE_RATES, shapes(BYTES_WANTED), (perSec, shape) => {
      const limit = limitOf(perSec);
      const uses = simulate(threadsOf([limit], shape), WATCHED_MS).flat();
      const most = mostInAnyWindow(uses);
      t.true(most <= allowed(perSec), `${most} of ${perSec}`);
    }),
    { numRuns: RUNS },
  );
});

test('no second has more requests than 5 % over the limit, or than the limit in whole ones', (t) => {
  fc.assert(
    fc.property(REQUEST_RATES, shapes(fc.constant<Draw>(() => 1)), (perSec, shape) => {
      const uses = simulate(threadsOf([limitOf(perSec)], shape), WATCHED_MS).flat();
      const most = mostInAnyWindow(uses);
      t.true(most <= allowed(perSec), `${most} of ${perSec}`);
    }),
    { numRuns: RUNS },
  );
});

/** Of a machine that keeps up: a wake-up is late by less than what may be caught up. */
const KEEPING_UP = fc.constantFrom<Draw>(NOTHING, uniform(0, 0.3), uniform(0, 2), uniform(0, 15));

test('where there is enough demand, 2 % at most are missing in the long run', (t) => {
  const rates = fc.integer({ min: 50_000, max: 200e6 });
  fc.assert(
    fc.property(rates, fc.constantFrom(2, 3, 8, 40), KEEPING_UP, (perSec, threads, lateMs) => {
      const uses = simulate(greedy([limitOf(perSec)], threads, lateMs), 20_000).flat();
      const mean = meanPerSec(uses, 0, 20_000);
      t.true(Math.abs(mean / perSec - 1) <= 0.02, `${mean} of ${perSec}`);
    }),
    { numRuns: Math.min(RUNS, 50) },
  );
});

test('the same for requests, however few, where threads wake up in time', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2000 }), fc.constantFrom(2, 9, 40), (perSec, threads) => {
      const all = greedy([limitOf(perSec)], threads, uniform(0, 0.3), () => 1);
      const mean = meanPerSec(simulate(all, 20_000).flat(), 0, 20_000);
      // One at the very beginning is one more than the time gives.
      t.true(Math.abs(mean / perSec - 1) <= 0.02 + 1 / (20 * perSec), `${mean} of ${perSec}`);
    }),
    { numRuns: Math.min(RUNS, 50) },
  );
});

interface Shared {
  readonly nodes: number;
  readonly threads: number;
  readonly jobPerSec: number;
  readonly nodePerSec: number;
}

const SHARED = fc.record({
  nodes: fc.constantFrom(1, 2, 4, 9),
  threads: fc.constantFrom(1, 3, 8),
  jobPerSec: fc.integer({ min: 100_000, max: 50e6 }),
  nodePerSec: fc.integer({ min: 50_000, max: 50e6 }),
});

/** What each node used. */
function runNodes({ nodes, threads, jobPerSec, nodePerSec }: Shared, lateMs: Draw, untilMs: number): Use[][] {
  const job = limitOf(jobPerSec);
  const all = Array.from({ length: nodes }, () => greedy([limitOf(nodePerSec), job], threads, lateMs)).flat();
  const uses = simulate(all, untilMs);
  return Array.from({ length: nodes }, (_, node) => uses.slice(node * threads, (node + 1) * threads).flat());
}

test('the limit of the whole and that of each node hold at once, and one of them is used up', (t) => {
  fc.assert(
    fc.property(SHARED, fc.constantFrom<Draw>(NOTHING, uniform(0, 0.3), uniform(0, 4)), (shared, lateMs) => {
      const byNode = runNodes(shared, lateMs, 8000);
      const { nodes, jobPerSec, nodePerSec } = shared;
      t.true(mostInAnyWindow(byNode.flat()) <= allowed(jobPerSec));
      for (const uses of byNode) t.true(mostInAnyWindow(uses) <= allowed(nodePerSec));
      const wanted = Math.min(jobPerSec, nodes * nodePerSec);
      const mean = meanPerSec(byNode.flat(), 0, 8000);
      t.true(Math.abs(mean / wanted - 1) <= 0.02, `${mean} of ${wanted}`);
    }),
    { numRuns: Math.min(RUNS, 50) },
  );
});

test('threads that always want more get equal parts', (t) => {
  const uses = simulate(greedy([limitOf(10e6)], 10, uniform(0, 1)), 20_000);
  for (const own of uses) t.true(Math.abs(meanPerSec(own, 0, 20_000) / 1e6 - 1) < 0.05);
});

test('a limit that is changed holds from then on, and nobody waits for what was', (t) => {
  const rates = fc.integer({ min: 1000, max: 20e6 });
  fc.assert(
    fc.property(rates, rates, fc.constantFrom(1, 4, 30), (before, after, threads) => {
      const limit = limitOf(before);
      const changes = [{ atMs: 3000, change: (nowNs: bigint) => limit.change(after, nowNs) }];
      const uses = simulate(greedy([limit], threads, uniform(0, 0.3)), 13_000, changes).flat();
      const since = usedBetween(uses, 3000, 13_000);
      t.true(mostInAnyWindow(since) <= allowed(after));
      t.true(mostInAnyWindow(uses) <= allowed(Math.max(before, after)));
      const mean = meanPerSec(since, 3000, 13_000);
      t.true(Math.abs(mean / after - 1) <= 0.02, `${mean} of ${after}`);
    }),
    { numRuns: Math.min(RUNS, 50) },
  );
});

test('a limit of a request a minute, raised, lets everybody go at once', (t) => {
  const limit = limitOf(1 / 60);
  const changes = [{ atMs: 500, change: (nowNs: bigint) => limit.change(100, nowNs) }];
  const uses = simulate(
    greedy([limit], 3, NOTHING, () => 1),
    1500,
    changes,
  ).flat();
  t.is(usedBetween(uses, 0, 500).length, 1);
  t.true(Math.abs(uses.length - 101) <= 5, `${uses.length}`);
});

test('without a limit everything is to be had at once', (t) => {
  const [thread] = greedy([limitOf(undefined)], 1, NOTHING);
  const uses = simulate([{ ...thread!, pauseMs: () => 100 }], 950).flat();
  t.deepEqual(
    uses.map(({ units }) => units),
    Array<number>(10).fill(64 * 2 ** 20),
  );
});

const MODULE = new URL('../../../../src/world/real/limits/rate-limit.js', import.meta.url).href;

/** Takes single units of two limits, at a time that stands still, as long as there are any. */
const CODE = `
  import { parentPort, workerData } from 'node:worker_threads';
  const { RateLimit, acquire } = await import(workerData.module);
  const limits = workerData.memories.map((memory) => new RateLimit(memory));
  let taken = 0;
  // Done: a unit was taken; else it says until when to wait.
  while (acquire(limits, 1, () => workerData.nowNs).next().done) taken++;
  parentPort.postMessage(taken);
`;

test('threads that take at the same moment get no more than there is, of whatever limit has least', async (t) => {
  const nowNs = 10_000_000_000n;
  const memories = [40_000, 50_000].map((perSec) => {
    const memory = new SharedArrayBuffer(RateLimit.BYTES);
    new RateLimit(memory).change(perSec, nowNs);
    return memory;
  });
  const url = new URL(`data:text/javascript,${encodeURIComponent(CODE)}`);
  const taken = await Promise.all(
    Array.from(
      { length: 4 },
      () =>
        new Promise<number>((resolve, reject) => {
          new Worker(url, { workerData: { module: MODULE, memories, nowNs } })
            .on('error', reject)
            .on('message', resolve);
        }),
    ),
  );
  // 40 ms of 40,000 a second, and the one that begins when they are over.
  t.is(
    taken.reduce((sum, one) => sum + one, 0),
    1601,
  );
});
