import test from 'ava';
import * as fc from 'fast-check';
import { likeMatcher } from '../../src/base/like.js';

/** LIKE as its definition reads, trying everything: hopelessly slow, and plainly right. */
function naiveLike(pattern: readonly string[], text: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return text.length === 0;
  if (first === '%')
    return Array.from({ length: text.length + 1 }).some((_, n) => naiveLike(rest, text.slice(n)));
  if (first === '\\' && rest.length > 0)
    return text[0] === rest[0] && naiveLike(rest.slice(1), text.slice(1));
  return text.length > 0 && (first === '_' || text[0] === first) && naiveLike(rest, text.slice(1));
}

/** Few characters, so that patterns and texts often meet; one of them is two code units long. */
const CHARACTERS = ['a', 'b', 'A', '%', '_', '\\', '😀', '.', '*'];
const texts = fc.string({ unit: fc.constantFrom(...CHARACTERS), maxLength: 8 });
const patterns = fc.string({ unit: fc.constantFrom('%', '%', '_', '\\', ...CHARACTERS), maxLength: 7 });

/** A pattern made from a text: some of it hidden behind wildcards, the rest escaped where it has to be. */
const matching = fc
  .array(fc.tuple(fc.constantFrom(...CHARACTERS), fc.constantFrom('same', 'one', 'run', 'extra-run')), {
    maxLength: 12,
  })
  .map((parts) => ({
    text: parts.map(([character]) => character).join(''),
    pattern: parts
      .map(([character, how]) => {
        if (how === 'one') return '_';
        if (how === 'run') return '%';
        const literal = /[%_\\]/.test(character) ? `\\${character}` : character;
        return how === 'same' ? literal : `%${literal}%`;
      })
      .join(''),
  }));

test('it matches what trying everything matches', (t) => {
  const seen = { yes: 0, no: 0 };
  fc.assert(
    fc.property(patterns, texts, (pattern, text) => {
      const expected = naiveLike(Array.from(pattern), Array.from(text));
      seen[expected ? 'yes' : 'no']++;
      t.is(likeMatcher(pattern)(text), expected, `${text} LIKE ${pattern}`);
    }),
    { numRuns: 3000 },
  );
  t.true(seen.yes > 50 && seen.no > 50, 'both answers were tried');
});

test('a text matches every pattern made from it', (t) => {
  fc.assert(
    fc.property(matching, ({ text, pattern }) =>
      t.true(likeMatcher(pattern)(text), `${text} LIKE ${pattern}`),
    ),
  );
});

test('without wildcards a pattern matches itself and nothing else', (t) => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (literal, other) => {
      const matches = likeMatcher(literal.replace(/[%_\\]/g, '\\$&'));
      t.true(matches(literal));
      t.is(matches(other), other === literal);
    }),
  );
});

test('case counts unless it is told not to', (t) => {
  t.false(likeMatcher('Daily%')('daily_1'));
  t.true(likeMatcher('Daily%', { caseSensitive: true })('Daily_1'));
  t.true(likeMatcher('dAily\\_%', { caseSensitive: false })('DAILY_1'));
  // In lower case this letter has two code points, and is one character all the same.
  t.true(likeMatcher('_', { caseSensitive: false })('İ'));
  fc.assert(
    fc.property(matching, ({ text, pattern }) =>
      t.true(likeMatcher(pattern.toUpperCase(), { caseSensitive: false })(text.toLowerCase())),
    ),
  );
});

test('a backslash takes the meaning from wildcards, means nothing before others, and itself at the end', (t) => {
  t.true(likeMatcher('100\\%')('100%'));
  t.false(likeMatcher('100\\%')('1000'));
  t.true(likeMatcher('a\\_b')('a_b'));
  t.false(likeMatcher('a\\_b')('axb'));
  t.true(likeMatcher('a\\\\b')('a\\b'));
  t.true(likeMatcher('a\\bc')('abc'));
  t.true(likeMatcher('ab\\')('ab\\'));
  t.false(likeMatcher('ab\\')('ab'));
});

test('what stands for something in a regular expression stands for itself', (t) => {
  t.true(likeMatcher('(.*)[a]+$%')('(.*)[a]+$ and more\nlines'));
  t.false(likeMatcher('.*')('ab'));
});

test('no pattern blows up', (t) => {
  // With backtracking into every run, this test would not end.
  const text = 'a'.repeat(2000);
  t.false(likeMatcher(`${'%a'.repeat(100)}%b`)(text));
  t.true(likeMatcher(`${'%a'.repeat(100)}%`)(text));
  t.false(likeMatcher(`${'%_a'.repeat(100)}b`)(text));
});
