import test from 'ava';
import fc from 'fast-check';
import { seatingFor } from '../../../src/world/real/seat.js';

const few = fc.integer({ min: 1, max: 40 });

test('every worker has a seat, on no more threads than cores where they wait for nothing', (t) => {
  fc.assert(
    fc.property(few, few, few, (workers, nodes, cores) => {
      const { threads, seatsPerThread } = seatingFor(workers, nodes, true, cores);
      t.true(threads >= 1 && threads <= workers);
      t.true(threads * seatsPerThread >= workers, 'a seat each');
      t.true(threads * (seatsPerThread - 1) < workers, 'no seat too many');
      // Each node needs one.
      t.true((threads - 1) * nodes < cores);
    }),
  );
});

test('workers that sleep, to keep to limits, have a thread each', (t) => {
  fc.assert(
    fc.property(few, few, few, (workers, nodes, cores) =>
      t.deepEqual(seatingFor(workers, nodes, false, cores), { threads: workers, seatsPerThread: 1 }),
    ),
  );
});
