import test from 'ava';
import * as fc from 'fast-check';
import { formatDateTime, formatTimestamp, parseTimestamp } from '../../src/repository/index.js';

const times = fc.integer({ min: 0, max: 253_402_300_799_999 });

test('a time is told in UTC, to the second', (t) => {
  t.is(formatDateTime(0), '1970-01-01 00:00:00');
  t.is(formatDateTime(Date.UTC(2026, 1, 28, 23, 59, 59, 999)), '2026-02-28 23:59:59');
  t.is(formatDateTime(253_402_300_799_999), '9999-12-31 23:59:59');
});

test('it is the same time as a snapshot’s timestamp, written otherwise', (t) => {
  fc.assert(
    fc.property(times, (epochMs) => {
      const told = formatDateTime(epochMs);
      t.regex(told, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
      t.is(told.replace(/[ :]/g, '-'), formatTimestamp(epochMs));
      t.is(parseTimestamp(formatTimestamp(epochMs)), Math.floor(epochMs / 1000) * 1000);
    }),
  );
});

test('what is no time is refused', (t) => {
  for (const epochMs of [-1, 253_402_300_800_000, NaN, Infinity])
    t.throws(() => formatDateTime(epochMs), { code: 'INTERNAL' }, String(epochMs));
});
