import test from 'ava';
import * as fc from 'fast-check';
import { HeldBodies } from '../../../src/repository/storage/s3/http/held-bodies.js';

const quick = fc.double({ min: 0, max: 30, noNaN: true });
const held = fc.double({ min: 40, max: 500, noNaN: true });

/** What is known after bodies that came so long after their heads. */
function told(firstMs: number, othersMs: readonly number[]): HeldBodies {
  const bodies = new HeldBodies();
  bodies.note(firstMs, true);
  for (const waitMs of othersMs) bodies.note(waitMs, false);
  return bodies;
}

test('bodies that are held back one after the other, but not over new connections, are a habit', (t) => {
  fc.assert(
    fc.property(
      quick,
      fc.array(fc.oneof(quick, held)),
      fc.array(held, { minLength: 5 }),
      (first, before, last) => {
        t.true(told(first, [...before, ...last]).areHabit);
      },
    ),
  );
});

test('one that comes at once ends it', (t) => {
  fc.assert(
    fc.property(
      quick,
      fc.array(held),
      quick,
      fc.array(held, { maxLength: 4 }),
      (first, before, atOnce, last) => {
        t.false(told(first, [...before, atOnce, ...last]).areHabit);
      },
    ),
  );
});

test('a server that is slow over new connections too has no habit', (t) => {
  fc.assert(
    fc.property(held, fc.array(fc.oneof(quick, held)), (first, others) => {
      t.false(told(first, others).areHabit);
    }),
  );
});
