import test from 'ava';
import fc from 'fast-check';
import { fixed } from '../../../src/base/distribution.js';
import { UNLIMITED_NODE, UNLIMITED_REPOSITORY } from '../../../src/world/hardware.js';
import { isInstant } from '../../../src/world/real/pace.js';
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

test('anything to wait for is something to sleep for', (t) => {
  t.true(isInstant(UNLIMITED_NODE, UNLIMITED_REPOSITORY));
  const rates = { diskBytesPerSec: 1e9, hashBytesPerSec: 1e9, nicBytesPerSec: 1e9 };
  for (const [name, value] of Object.entries({ ...rates, linkMs: 0.1, snapshotMs: 1 }))
    t.false(isInstant({ ...UNLIMITED_NODE, [name]: value }, UNLIMITED_REPOSITORY), name);
  const limits = {
    bandwidthBytesPerSec: 1e9,
    perConnectionBytesPerSec: 1e9,
    requestsPerSec: 100,
    latencyMs: fixed(1),
  };
  for (const [name, value] of Object.entries(limits))
    t.false(isInstant(UNLIMITED_NODE, { ...UNLIMITED_REPOSITORY, [name]: value }), name);
});
