import { Worker } from 'node:worker_threads';
import test from 'ava';
import * as fc from 'fast-check';
import { msToNs, Pacer } from '../../../src/world/real/pacer.js';

test('what is taken is paid for at the rate, in turn, and time that passes unused is lost', (t) => {
  const takes = fc.array(fc.record({ units: fc.nat({ max: 1000 }), pauseMs: fc.nat({ max: 500 }) }), {
    minLength: 1,
  });
  fc.assert(
    fc.property(takes, fc.constantFrom(100, 1000, 40_000), (sequence, unitsPerSec) => {
      const pacer = new Pacer(Pacer.cell(), unitsPerSec);
      let nowMs = 0;
      let paidMs = 0;
      for (const { units, pauseMs } of sequence) {
        nowMs += pauseMs;
        paidMs = Math.max(paidMs, nowMs) + (units / unitsPerSec) * 1000;
        t.true(Math.abs(Number(pacer.take(units, msToNs(nowMs)) - msToNs(paidMs))) <= sequence.length);
      }
    }),
  );
});

test('a turn begins when those before it have been paid for', (t) => {
  const pacer = new Pacer(Pacer.cell(), 10);
  t.is(pacer.turn(0n), 0n);
  t.is(pacer.turn(0n), msToNs(100));
  t.is(pacer.turn(msToNs(5000)), msToNs(5000));
});

test('no limit costs nothing', (t) => {
  const pacer = new Pacer(Pacer.cell(), Infinity);
  t.is(pacer.take(1e12, 7n), 7n);
  t.is(pacer.turn(8n), 8n);
});

/** A bucket of tokens, kept as one: the times at which its takers begin, for takers in the order of their arrival. */
function bucketTimesMs(arrivalsMs: readonly number[], perSec: number, burst: number): number[] {
  let tokens = burst;
  let atMs = 0;
  return arrivalsMs.map((arrivalMs) => {
    const refill = (untilMs: number): void => {
      tokens = Math.min(burst, tokens + ((untilMs - atMs) * perSec) / 1000);
      atMs = untilMs;
    };
    refill(Math.max(arrivalMs, atMs));
    // Less than a hundred-millionth of a token is rounding.
    if (tokens < 1 - 1e-8) refill(atMs + ((1 - tokens) / perSec) * 1000);
    tokens -= 1;
    return atMs;
  });
}

const BURSTS = fc.integer({ min: 1, max: 50 });
const RATES = fc.constantFrom(1, 7, 100, 3500);

test('turns are those of a token bucket that is full at the beginning', (t) => {
  const pausesMs = fc.array(fc.oneof(fc.constant(0), fc.nat({ max: 20 }), fc.nat({ max: 20_000 })));
  fc.assert(
    fc.property(pausesMs, RATES, BURSTS, (pauses, perSec, burst) => {
      const pacer = new Pacer(Pacer.cell(), perSec, burst);
      let nowMs = 0;
      const arrivals = pauses.map((pauseMs) => (nowMs += pauseMs));
      const turnsMs = arrivals.map((atMs) => Number(pacer.turn(msToNs(atMs))) / 1e6);
      const wantedMs = bucketTimesMs(arrivals, perSec, burst);
      // Each turn's price is rounded up to a nanosecond.
      for (const [i, turnMs] of turnsMs.entries()) {
        t.true(Math.abs(turnMs - wantedMs[i]!) <= (pauses.length + burst + 2) * 1e-6, `${i}`);
      }
    }),
  );
});

test('after a pause so many turns begin at once as the burst says, and then the rate holds', (t) => {
  fc.assert(
    fc.property(BURSTS, fc.nat({ max: 100 }), (burst, before) => {
      const pacer = new Pacer(Pacer.cell(), 1000, burst);
      for (let i = 0; i < before; i++) pacer.turn(0n);
      const restedNs = msToNs(before + burst);
      const turns = Array.from({ length: burst + 3 }, () => pacer.turn(restedNs) - restedNs);
      t.deepEqual(turns, [...Array<bigint>(burst).fill(0n), msToNs(1), msToNs(2), msToNs(3)]);
    }),
  );
});

/** The most turns that begin within any window are at the end of the window that begins with one of them. */
function exceeds(turnsNs: readonly bigint[], perSec: number, burst: number): boolean {
  const sorted = turnsNs.toSorted((a, b) => Number(a - b));
  for (let from = 0; from < sorted.length; from++) {
    for (let to = from + burst; to < sorted.length; to++) {
      const windowSec = Number(sorted[to]! - sorted[from]!) / 1e9;
      if (to - from + 1 > burst + windowSec * perSec + 1e-9) return true;
    }
  }
  return false;
}

test('no window of time has more turns than the burst and what the rate gives, whoever comes when', (t) => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 2000 })), RATES, BURSTS, (arrivalsMs, perSec, burst) => {
      const pacer = new Pacer(Pacer.cell(), perSec, burst);
      const turns = arrivalsMs.map((atMs) => pacer.turn(msToNs(atMs)));
      t.false(exceeds(turns, perSec, burst));
      t.true(turns.every((turn, i) => turn >= msToNs(arrivalsMs[i]!)));
    }),
  );
});

const MODULE = new URL('../../../src/world/real/pacer.js', import.meta.url).href;

/** Runs `use`, which has a pacer and `take` and `takes` at hand, in threads at once; gives what each returned. */
function inThreads<T>(threads: number, workerData: object, use: string): Promise<T[]> {
  const code = `
    import { parentPort, workerData } from 'node:worker_threads';
    const { Pacer } = await import(workerData.module);
    const pacer = new Pacer(workerData.cell, workerData.perSec, workerData.burst);
    parentPort.postMessage(((pacer, takes) => { ${use} })(pacer, workerData.takes));
  `;
  const url = new URL(`data:text/javascript,${encodeURIComponent(code)}`);
  return Promise.all(
    Array.from(
      { length: threads },
      () =>
        new Promise<T>((resolve, reject) => {
          const worker = new Worker(url, { workerData: { ...workerData, module: MODULE } });
          worker.on('error', reject).on('message', resolve);
        }),
    ),
  );
}

test('threads that take at once never get the same time: the sum of all is what is paid for', async (t) => {
  const cell = Pacer.cell();
  const takes = 20_000;
  const use = 'for (let i = 0; i < takes; i++) pacer.take(1, 0n);';
  await inThreads(4, { cell, takes, perSec: 1e9, burst: 1 }, use);
  t.is(new Pacer(cell, 1e9).take(0, 0n), BigInt(4 * takes));
});

test('threads that take turns at once have one bucket between them', async (t) => {
  const cell = Pacer.cell();
  const takes = 500;
  const burst = 20;
  const use = 'return Array.from({ length: takes }, () => pacer.turn(0n));';
  const turns = (await inThreads<bigint[]>(4, { cell, takes, perSec: 1000, burst }, use)).flat();
  const wanted = Array.from({ length: 4 * takes }, (_, i) => msToNs(Math.max(0, i - burst + 1)));
  t.deepEqual(
    turns.toSorted((a, b) => Number(a - b)),
    wanted,
  );
});
