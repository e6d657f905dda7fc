import test from 'ava';
import * as fc from 'fast-check';
import { dorisSize, oneLine } from '../../../src/coordinator/show/cells.js';

test('sizes are written as Doris writes them', (t) => {
  const expected: readonly (readonly [number, string])[] = [
    [0, '0.000 '],
    [1, '1.000 B'],
    [1024, '1024.000 B'],
    [1025, '1.001 KB'],
    [1536 * 1024, '1.500 MB'],
    [1024 ** 3, '1024.000 MB'],
    [1.5 * 1024 ** 4, '1.500 TB'],
    [5000 * 1024 ** 4, '5000.000 TB'],
  ];
  for (const [sizeBytes, text] of expected) t.is(dorisSize(sizeBytes), text);
});

test('a size reads as what it was, to three places', (t) => {
  const factors: Readonly<Record<string, number>> = {
    '': 1,
    B: 1,
    KB: 1024,
    MB: 1024 ** 2,
    GB: 1024 ** 3,
    TB: 1024 ** 4,
  };
  fc.assert(
    fc.property(fc.nat({ max: 2 ** 50 }), (sizeBytes) => {
      const [number, unit] = dorisSize(sizeBytes).split(' ');
      const factor = factors[unit!]!;
      t.true(Math.abs(Number(number) * factor - sizeBytes) <= 0.0005 * factor + 1e-6);
    }),
  );
});

test('one line of anything is one line, and plain text stays as it is', (t) => {
  t.is(oneLine('a\r\n\tb\0c\u2028d'), 'a b c d');
  t.is(oneLine('half \ud83d of one'), 'half \uFFFD of one');
  t.is(oneLine('日本 😀 "x" %_'), '日本 😀 "x" %_');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const line = oneLine(text);
      t.notRegex(line, /[\p{Cc}\p{Surrogate}\p{Zl}\p{Zp}]/u);
      t.is(oneLine(line), line);
    }),
  );
});
