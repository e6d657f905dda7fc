import test from 'ava';
import * as fc from 'fast-check';
import { parseBytes, parseDuration, parseRate, parseRequestRate } from '../../src/base/units.js';
import { MAX_VARIANTS, SweepError, sweepValues } from '../../src/scenario/sweep-values.js';

const numbers = (text: string): readonly number[] => sweepValues(text).map(Number);

const whyNot = (text: string): string => {
  try {
    sweepValues(text);
  } catch (error) {
    if (error instanceof SweepError) return error.message;
    throw error;
  }
  throw new Error(`${text} was expected to be refused`);
};

test('a range has both its ends, and doubles between them', (t) => {
  t.deepEqual(sweepValues('1..64'), [1, 2, 4, 8, 16, 32, 64]);
  t.deepEqual(sweepValues('3..20'), [3, 6, 12, 20]);
  t.deepEqual(sweepValues('5..5'), [5]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 0, max: 1_000_000 }), (from, more) => {
      const to = from + more;
      const values = numbers(`${from}..${to}`);
      t.is(values[0], from);
      t.is(values.at(-1), to);
      for (const [i, value] of values.entries()) {
        if (i === 0) continue;
        const factor = value / values[i - 1]!;
        t.true(i === values.length - 1 ? factor > 1 && factor <= 2 : factor === 2, values.join(' '));
      }
    }),
  );
});

test('a range with a step goes by it, and ends at its end', (t) => {
  t.deepEqual(sweepValues('1..10/3'), [1, 4, 7, 10]);
  t.deepEqual(sweepValues('1..9 / 3'), [1, 4, 7, 9]);
  t.deepEqual(sweepValues('0..0.5/0.1'), [0, 0.1, 0.2, 0.3, 0.4, 0.5]);
  t.deepEqual(sweepValues('1..4/100'), [1, 4]);
  const whole = fc.integer({ min: 0, max: 1000 });
  fc.assert(
    fc.property(
      whole,
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 100 }),
      (from, step, count) => {
        const to = from + step * count;
        t.deepEqual(
          numbers(`${from}..${to}/${step}`),
          Array.from({ length: count + 1 }, (_, i) => from + i * step),
        );
      },
    ),
  );
});

test('quantities keep the unit of the beginning, and the ends are as they were written', (t) => {
  t.deepEqual(sweepValues('100 MB/s..1 GB/s'), ['100 MB/s', '200 MB/s', '400 MB/s', '800 MB/s', '1 GB/s']);
  t.deepEqual(sweepValues('125 MB/s..1 GB/s'), ['125 MB/s', '250 MB/s', '500 MB/s', '1 GB/s']);
  t.deepEqual(sweepValues('100..300 MB/s/100 MB/s'), ['100 MB/s', '200 MB/s', '300 MB/s']);
  t.deepEqual(sweepValues('10 ms..40 ms/10'), ['10 ms', '20 ms', '30 ms', '40 ms']);
  t.deepEqual(sweepValues('500/s..3500/s'), ['500/s', '1000/s', '2000/s', '3500/s']);
  t.deepEqual(sweepValues('1000/s..3000/s/1000/s'), ['1000/s', '2000/s', '3000/s']);
  t.deepEqual(sweepValues('1 h 30 min..3 h'), ['1 h 30 min', '3 h']);
  t.deepEqual(sweepValues('1 h 30 min..4 h'), ['1 h 30 min', '180 min', '4 h']);
});

test('what a range of quantities gives is read back as quantities from one end to the other', (t) => {
  const kinds = [
    { read: parseBytes, units: ['kB', 'MiB', 'GB'] },
    { read: parseRate, units: ['MB/s', 'Gbit/s', 'MiB/s'] },
    { read: parseDuration, units: ['us', 'ms', 's', 'min'] },
    { read: parseRequestRate, units: ['/s'] },
  ];
  const cases = fc.constantFrom(...kinds).chain(({ read, units }) =>
    fc.record({
      read: fc.constant(read),
      ends: fc.array(fc.tuple(fc.integer({ min: 1, max: 900 }), fc.constantFrom(...units)), {
        minLength: 2,
        maxLength: 2,
      }),
    }),
  );
  fc.assert(
    fc.property(cases, ({ read, ends }) => {
      const texts = ends
        .map(([digits, unit]) => (unit.startsWith('/') ? `${digits}${unit}` : `${digits} ${unit}`))
        .toSorted((a, b) => read(a) - read(b));
      const values = sweepValues(`${texts[0]}..${texts[1]}`).map((value) => read(value as string));
      t.is(values[0], read(texts[0]!));
      t.true(Math.abs(values.at(-1)! / read(texts[1]!) - 1) < 1e-9);
      for (const [i, value] of values.slice(1, -1).entries())
        t.true(Math.abs(value / values[i]! - 2) < 1e-6, texts.join('..'));
    }),
  );
});

test('a list is as in YAML, and may have ranges in it', (t) => {
  t.deepEqual(sweepValues('1,2,4'), [1, 2, 4]);
  t.deepEqual(sweepValues('[1, 2, 4]'), [1, 2, 4]);
  t.deepEqual(sweepValues('tuned, doris'), ['tuned', 'doris']);
  t.deepEqual(sweepValues('unlimited, 1 MB/s..2 MB/s'), ['unlimited', '1 MB/s', '2 MB/s']);
  t.deepEqual(sweepValues('1..8, 8..16/4'), [1, 2, 4, 8, 12, 16], 'each value once');
  t.deepEqual(sweepValues('10 ms, { uniform: { min: 1 ms, max: 2 ms } }'), [
    '10 ms',
    { uniform: { min: '1 ms', max: '2 ms' } },
  ]);
});

test('what is wrong with a range is said, with what would be right', (t) => {
  t.regex(whyNot('8..1'), /ends before it begins: .*1\.\.8/);
  t.regex(whyNot('0..8'), /doubling 0 leads nowhere; name a step, as in 0\.\.8\/1/);
  t.regex(whyNot('1..x'), /'x' is not a number/);
  t.regex(whyNot('1 MB/s..4 parsec'), /'4 parsec' is neither/);
  t.regex(whyNot('1 MB..4 s'), /of one kind/);
  t.regex(whyNot('1..4/1 MB'), /the step has the unit MB/);
  t.regex(whyNot('1..4/0'), /more than 0/);
  t.regex(whyNot(''), /a value is missing/);
  t.regex(whyNot('1,,2'), /a value is missing|no list/);
  t.regex(whyNot('[1, 2'), /no list of values/);
});

test('there is a limit of values, and the error says it', (t) => {
  t.is(sweepValues(`1..${MAX_VARIANTS}/1`).length, MAX_VARIANTS);
  t.regex(whyNot(`1..${MAX_VARIANTS + 1}/1`), /1,001 values, and a sweep has at most 1,000/);
  t.regex(whyNot('1..1000000000/1'), /at most 1,000/);
  t.regex(whyNot('1..600/1, 700..1300/1'), /1,201 values, and a sweep has at most 1,000/);
});

test('whatever is written for values, there are some or an error says why', (t) => {
  const piece = fc.constantFrom(
    '1',
    '2',
    '..',
    '/',
    ',',
    ' ',
    'MB/s',
    'h',
    '{',
    '}',
    '[',
    ']',
    ':',
    '*',
    '&',
    '!',
    '#',
    '-',
    '.',
    'x',
    '"',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
      const text = pieces.join('');
      try {
        const values = sweepValues(text);
        t.true(values.length >= 1 && values.length <= MAX_VARIANTS, text);
      } catch (error) {
        t.true(error instanceof SweepError, `${text}: ${String(error)}`);
      }
    }),
    { numRuns: 500 },
  );
});
