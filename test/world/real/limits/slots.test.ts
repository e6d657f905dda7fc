import { Worker } from 'node:worker_threads';
import test from 'ava';
import * as fc from 'fast-check';
import { Slots } from '../../../../src/world/real/limits/slots.js';

const PLACES = 8;
const slots = (limit?: number): Slots => {
  const made = new Slots(new SharedArrayBuffer(Slots.bytes(PLACES)));
  made.change(limit);
  return made;
};

test('there are never more inside than the limit, also while it is changed: then, until there are fewer, nobody enters', (t) => {
  const steps = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant('enter' as const), owner: fc.integer({ min: 1, max: PLACES }) }),
      fc.record({ kind: fc.constant('leave' as const), owner: fc.integer({ min: 1, max: PLACES }) }),
      fc.record({ kind: fc.constant('change' as const), limit: fc.option(fc.integer({ min: 1, max: 12 })) }),
    ),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(steps, (sequence) => {
      const own = slots();
      const inside = new Set<number>();
      let limit = Infinity;
      for (const step of sequence) {
        if (step.kind === 'change') {
          limit = step.limit ?? Infinity;
          own.change(step.limit ?? undefined);
        } else if (step.kind === 'leave') {
          own.leave(step.owner);
          inside.delete(step.owner);
        } else if (!inside.has(step.owner)) {
          t.is(own.enter(step.owner), inside.size < limit);
          if (inside.size < limit) inside.add(step.owner);
        }
        t.is(own.taken, inside.size);
      }
    }),
  );
});

test('lowered, it lets nobody into a place that is free before there are fewer than the new limit', (t) => {
  const own = slots(4);
  for (const owner of [1, 2, 3, 4]) t.true(own.enter(owner));
  own.change(2);
  own.leave(1);
  t.false(own.enter(5), 'three are inside');
  own.leave(2);
  t.false(own.enter(5), 'two are inside');
  own.leave(3);
  t.true(own.enter(5));
});

test('what a thread held that died can be freed by its owner, once', (t) => {
  const own = slots(1);
  t.true(own.enter(7));
  t.false(own.enter(8));
  own.leave(7);
  own.leave(7);
  t.true(own.enter(8));
});

const MODULE = new URL('../../../../src/world/real/limits/slots.js', import.meta.url).href;
const ROUNDS = 3000;

/** Enters and leaves, and counts who is inside by itself; the most it ever saw. */
const CODE = `
  import { parentPort, workerData } from 'node:worker_threads';
  const { Slots } = await import(workerData.module);
  const slots = new Slots(workerData.memory);
  const inside = new Int32Array(workerData.inside);
  let most = 0;
  for (let i = 0; i < workerData.rounds; i++) {
    while (!slots.enter(workerData.owner)) slots.wait(20);
    most = Math.max(most, Atomics.add(inside, 0, 1) + 1);
    Atomics.sub(inside, 0, 1);
    slots.leave(workerData.owner);
  }
  parentPort.postMessage(most);
`;

test('threads that enter and leave at once are never more than the limit, and all get their turn', async (t) => {
  const memory = new SharedArrayBuffer(Slots.bytes(PLACES));
  new Slots(memory).change(2);
  const inside = new SharedArrayBuffer(4);
  const url = new URL(`data:text/javascript,${encodeURIComponent(CODE)}`);
  const most = await Promise.all(
    [1, 2, 3, 4].map(
      (owner) =>
        new Promise<number>((resolve, reject) => {
          const workerData = { module: MODULE, memory, inside, owner, rounds: ROUNDS };
          new Worker(url, { workerData }).on('error', reject).on('message', resolve);
        }),
    ),
  );
  t.true(Math.max(...most) <= 2, String(most));
  t.is(new Slots(memory).taken, 0);
});
