import { Worker } from 'node:worker_threads';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
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

test('threads that take at once never get the same time: the sum of all is what is paid for', async (t) => {
  const cell = Pacer.cell();
  const threads = 4;
  const takes = 20_000;
  const module = pathToFileURL(path.resolve('dist/src/world/real/pacer.js')).href;
  const code = `
    import { workerData } from 'node:worker_threads';
    const { Pacer } = await import(workerData.module);
    const pacer = new Pacer(workerData.cell, 1e9);
    for (let i = 0; i < workerData.takes; i++) pacer.take(1, 0n);
  `;
  const url = new URL(`data:text/javascript,${encodeURIComponent(code)}`);
  await Promise.all(
    Array.from(
      { length: threads },
      () =>
        new Promise((resolve, reject) => {
          const worker = new Worker(url, { workerData: { cell, takes, module } });
          worker.on('error', reject).on('exit', resolve);
        }),
    ),
  );
  t.is(new Pacer(cell, 1e9).take(0, 0n), BigInt(threads * takes));
});
