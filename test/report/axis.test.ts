import test from 'ava';
import * as fc from 'fast-check';
import { formatStep, timeSpan } from '../../src/report/charts/axis.js';

test('no two ticks of a time axis read the same, however narrow its part of the time is', (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 30 * 24 * 3_600_000 }),
      fc.integer({ min: -3, max: 0 }),
      fc.integer({ min: 3, max: 10 }),
      (fromMs, exponent, ticks) => {
        const { min, max, interval } = timeSpan(fromMs, fromMs * (1 + 10 ** exponent), ticks);
        const count = Math.round((max - min) / interval);
        const labels = Array.from({ length: count + 1 }, (_, i) => formatStep(min + i * interval, interval));
        t.is(new Set(labels).size, labels.length, labels.join(' '));
      },
    ),
  );
});

test('a tick has the decimals of its step, and no more', (t) => {
  t.is(formatStep(103.25, 0.25), '103.25');
  t.is(formatStep(0.1 + 0.2, 0.1), '0.3');
  t.is(formatStep(1500, 15), '1,500');
});
