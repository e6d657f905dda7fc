import test from 'ava';
import * as fc from 'fast-check';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatRate,
  formatRequestRate,
  parseBytes,
  parseDuration,
  parseRate,
  parseRequestRate,
  UnitError,
} from '../../src/base/units.js';

const relativeError = (a: number, b: number): number => (a === b ? 0 : Math.abs(a - b) / Math.max(a, b));

const messageOf = (read: () => unknown): string => {
  try {
    return `read as ${String(read())}`;
  } catch (error) {
    if (error instanceof UnitError) return error.message;
    throw error;
  }
};

test('decimal units are powers of 1,000, binary ones of 1,024, and a bit is an eighth of a byte', (t) => {
  const decimal = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  const binary = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  const bits = ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s'];
  fc.assert(
    fc.property(fc.nat(7), (n) => {
      decimal.forEach((unit, i) => t.is(parseBytes(`${n} ${unit}`), n * 1000 ** i));
      binary.forEach((unit, i) => t.is(parseBytes(`${n}${unit}`), n * 1024 ** i));
      decimal.forEach((unit, i) => t.is(parseRate(`${n} ${unit}/s`), n * 1000 ** i));
      bits.forEach((unit, i) => t.is(parseRate(`${n} ${unit}`), (n * 1000 ** i) / 8));
    }),
  );
});

test('decimal fractions are exact', (t) => {
  t.is(parseBytes('1.1 MB'), 1_100_000);
  t.is(parseBytes('0.3 kB'), 300);
  t.is(parseRate('1.1 MB/s'), 1_100_000);
  t.is(parseDuration('5 us'), 0.005);
  t.is(parseDuration('0.1 s'), 100);
});

test('sizes round trip within three digits', (t) => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 9e15, noNaN: true }).map(Math.round), (sizeBytes) => {
      t.true(relativeError(parseBytes(formatBytes(sizeBytes)), sizeBytes) <= 0.005);
    }),
  );
});

test('rates round trip within three digits', (t) => {
  fc.assert(
    fc.property(fc.double({ min: 1, max: 9e14, noNaN: true }), (bytesPerSec) => {
      t.true(relativeError(parseRate(formatRate(bytesPerSec)), bytesPerSec) <= 0.0051);
      t.true(relativeError(parseRequestRate(formatRequestRate(bytesPerSec)), bytesPerSec) <= 0.0051);
    }),
  );
  t.is(parseRate(formatRate(Infinity)), Infinity);
  t.is(parseRequestRate(formatRequestRate(Infinity)), Infinity);
});

test('durations round trip within what they show', (t) => {
  const magnitude = fc.double({ min: -3, max: 10, noNaN: true }).map((exponent) => 10 ** exponent);
  fc.assert(
    fc.property(fc.oneof(magnitude, fc.nat(300_000), fc.nat(200_000_000)), (ms) => {
      const shown = formatDuration(ms);
      const step = / h$|d/.test(shown) && ms > 86_000_000 ? 3_600_000 : /h/.test(shown) ? 60_000 : 1000;
      const tolerance = /min|h|d/.test(shown) ? step / 2 : ms * 0.005;
      t.true(Math.abs(parseDuration(shown) - ms) <= tolerance + 1e-9, `${ms} was shown as ${shown}`);
    }),
    { numRuns: 1000 },
  );
});

test('longer durations are never shown as shorter', (t) => {
  fc.assert(
    fc.property(fc.nat(400_000_000), fc.nat(400_000_000), (a, b) => {
      const [less, more] = a < b ? [a, b] : [b, a];
      t.true(parseDuration(formatDuration(less)) <= parseDuration(formatDuration(more)));
    }),
  );
});

test('durations read as a person would say them', (t) => {
  const shown = [0, 0.02, 850, 999.6, 12_345, 59_960, 125_000, 3_599_600, 10_260_000, 14_400_000, 97_200_000];
  t.deepEqual(shown.map(formatDuration), [
    '0 ms',
    '20 µs',
    '850 ms',
    '1 s',
    '12.3 s',
    '1 min',
    '2 min 05 s',
    '1 h',
    '2 h 51 min',
    '4 h',
    '1 d 3 h',
  ]);
  t.is(formatDuration(Infinity), 'never');
  t.is(formatBytes(1_234_567), '1.23 MB');
  t.is(formatCount(1_234_567), '1,234,567');
});

test('a compound duration is the sum of its parts, from long to short', (t) => {
  fc.assert(
    fc.property(fc.nat(40), fc.nat(23), fc.nat(59), fc.nat(59), (d, h, min, s) => {
      const expected = (((d * 24 + h) * 60 + min) * 60 + s) * 1000;
      t.is(parseDuration(`${d} d ${h} h ${min} min ${s} s`), expected);
      t.is(parseDuration(`${d}d${h}h${min}min${s}s`), expected);
      t.throws(() => parseDuration(`${min} min ${h} h`), { instanceOf: UnitError });
      t.throws(() => parseDuration(`${min} min ${h} min`), { instanceOf: UnitError });
    }),
  );
});

test('zero needs no unit, every other bare number does', (t) => {
  for (const parse of [parseBytes, parseRate, parseDuration, parseRequestRate]) {
    t.is(parse(0), 0);
    t.is(parse('0'), 0);
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e12, noNaN: true }), (n) => {
        t.regex(
          messageOf(() => parse(n)),
          / what\? write /,
        );
      }),
    );
  }
});

test('what a message says to write can be read', (t) => {
  const kinds = [
    { parse: parseBytes, units: ['', 'M', 'k', 'mb', 'Mb', 'KB', 'kib', 'GIB', 'Gbit', 'megabytes', 'MB/s'] },
    { parse: parseRate, units: ['', 'GB', 'Gbps', 'MBps', 'mb/s', 'KB/s', 'gib', 'mbit/sec', 'B/S'] },
    { parse: parseDuration, units: ['', 'm', 'M', 'sec', 'hours', 'S', 'MS', 'usec', 'Days'] },
    { parse: parseRequestRate, units: ['', 'rps', 'req/s', 'iops', '/sec'] },
  ];
  for (const { parse, units } of kinds) {
    for (const unit of units) {
      const message = messageOf(() => parse(`10 ${unit}`.trim()));
      const advised = message.split('write ').at(-1) ?? '';
      const readable = advised
        .split(/,? or |, /)
        .map((part) => part.replace(/ \(.*| if .*/, ''))
        .map((part) => messageOf(() => parse(part)));
      t.true(readable.length > 0 && readable.every((r) => r.startsWith('read as')), `${unit}: ${message}`);
    }
  }
});

test('units in the wrong case or of the wrong kind are refused, never guessed', (t) => {
  for (const text of ['10 M', '10 mb', '10 Mb', '10 KB', '10 kb', '10 MB/s', '10 Gbit', '10 ms', '10 kiB']) {
    t.throws(() => parseBytes(text), { instanceOf: UnitError }, text);
  }
  for (const text of ['10 GB', '10 MiB', '10 Gbps', '10 Mb/s', '10 mB/s', '10/s', '10 s']) {
    t.throws(() => parseRate(text), { instanceOf: UnitError }, text);
  }
  for (const text of ['5 m', '5 M', '5 S', '5 MB', '5/s', 'unlimited', '1 week', '-5 ms', '5 ms later']) {
    t.throws(() => parseDuration(text), { instanceOf: UnitError }, text);
  }
  t.is(
    messageOf(() => parseBytes(10)),
    '10 what? write 10 MiB or 10 MB',
  );
});

test('any text is read or refused with a UnitError', (t) => {
  const text = fc.oneof(
    fc.string(),
    fc.stringMatching(/^-?[\d.,_e]{0,6} ?[kKMGTPmib]{0,3}(bit|B|\/s|s|min|h)?$/),
  );
  fc.assert(
    fc.property(text, (input) => {
      for (const parse of [parseBytes, parseRate, parseDuration, parseRequestRate]) {
        try {
          t.true(parse(input) >= 0);
        } catch (error) {
          t.true(error instanceof UnitError && error.message.length > 0, String(error));
        }
      }
    }),
    { numRuns: 1000 },
  );
});
