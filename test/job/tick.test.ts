import test from 'ava';
import * as fc from 'fast-check';
import { nextTick } from '../../src/job/lifecycle.js';
import { simulate } from '../../src/planner/index.js';
import { engine, scenario } from '../fixtures/scenarios.js';

test('the next tick is later than now, and no more than a tick away', (t) => {
  const tick = fc.double({ min: 0.01, max: 10_000, noNaN: true });
  fc.assert(
    fc.property(
      tick,
      fc.integer({ min: 0, max: 1e6 }),
      fc.double({ min: 0, max: 1e9, noNaN: true }),
      (tickMs, n, anyMs) => {
        // At a multiple, where rounding hurts, and anywhere.
        for (const nowMs of [n * tickMs, anyMs]) {
          const next = nextTick(nowMs, tickMs);
          t.true(next > nowMs);
          t.true(next <= nowMs + tickMs * (1 + 1e-6) + 1e-6);
        }
      },
    ),
    { numRuns: 5000 },
  );
});

// Each of these made a simulation stand still.
for (const tickMs of [0.7, 5.9, 100.1, 3000.7])
  test(`a tick of ${tickMs} ms comes to an end`, (t) => {
    const { job } = simulate(scenario({ engine: engine('doris', { tickMs }) }));
    t.is(job.state, 'FINISHED');
  });
