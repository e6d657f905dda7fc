import test from 'ava';
import * as fc from 'fast-check';
import { HeldBodies } from '../../../src/repository/storage/s3/http/held-bodies.js';

const quick = fc.double({ min: 0, max: 15, noNaN: true });
const held = fc.double({ min: 40, max: 500, noNaN: true });
const either = fc.oneof(quick, held);

/** What is known after bodies that came so long after their heads, all but the first over connections in use. */
function told(firstMs: number, othersMs: readonly number[]): HeldBodies {
  const bodies = new HeldBodies();
  bodies.noteFirst(firstMs);
  for (const waitMs of othersMs) bodies.note(waitMs);
  return bodies;
}

test('bodies that are held back one after the other are a habit', (t) => {
  fc.assert(
    fc.property(either, fc.array(either), fc.array(held, { minLength: 5 }), (first, before, last) => {
      t.true(told(first, [...before, ...last]).areHabit);
    }),
  );
});

test('one that comes at once before that begins the count anew', (t) => {
  const few = fc.array(held, { maxLength: 4 });
  fc.assert(
    fc.property(either, fc.array(fc.tuple(few, quick)), few, (first, rounds, last) => {
      t.false(told(first, [...rounds.flatMap(([late, atOnce]) => [...late, atOnce]), ...last]).areHabit);
    }),
  );
});

test('it goes on while new connections bring theirs at once, and ends where one does not, for a long time', (t) => {
  const enough = [50, 50, 50, 50, 50];
  fc.assert(
    fc.property(
      fc.array(quick),
      quick,
      held,
      fc.array(either, { maxLength: 50 }),
      (atOnce, used, late, after) => {
        const bodies = told(0, enough);
        for (const waitMs of atOnce) bodies.noteFirst(waitMs);
        bodies.note(used);
        t.true(bodies.areHabit);
        bodies.noteFirst(late);
        for (const waitMs of after) bodies.note(waitMs);
        t.false(bodies.areHabit);
        for (let i = 0; i < 55; i++) bodies.note(50);
        t.true(bodies.areHabit);
      },
    ),
  );
});
