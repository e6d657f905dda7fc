import test from 'ava';
import * as fc from 'fast-check';
import { errorAt, parseScript } from '../../src/sql/index.js';
import type { DrillError } from '../../src/base/errors.js';
import { withoutSecrets } from '../../src/server/redact.js';

const CANARY = 'canaryCANARY0123456789canaryCANARY0123456789canaryCANARY';

const KEYS = [
  's3.secret_key',
  'AWS_SECRET_KEY',
  's3.session_token',
  'access_key',
  's3.access_key',
  'password',
];

const statement = (pair: string, tail: string): string =>
  `CREATE REPOSITORY r WITH S3 ON LOCATION "s3://b/p" PROPERTIES ("a" = "1", ${pair}${tail}`;

const pairs = fc
  .tuple(
    fc.constantFrom(...KEYS),
    fc.constantFrom('"', "'", '`', ''),
    fc.constantFrom(' = ', '=', ':', ' =\n  ', ' /* why */ = ', ' '),
    fc.constantFrom('"', "'"),
  )
  .filter(([, quote, sign]) => quote !== '' || sign !== ' ')
  .map(([key, quote, sign, around]) => ({ before: `${quote}${key}${quote}${sign}${around}`, around }));

test('wherever an error points and whatever it quotes, it does not show a secret', (t) => {
  fc.assert(
    fc.property(
      pairs,
      fc.constantFrom('closed', 'open'),
      fc.constantFrom(')', ', "b" = "2")', ') WITH'),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: 4, max: CANARY.length }),
      (pair, end, tail, at, quoted) => {
        const text = statement(`${pair.before}${CANARY}${end === 'closed' ? pair.around : ''}`, tail);
        const source = { name: 's', text };
        const span = { offset: Math.floor(at * (text.length - 1)), length: quoted };
        const error = errorAt(
          source,
          span,
          'SQL_SYNTAX',
          `found ${CANARY.slice(0, Math.max(8, quoted))}…`,
          CANARY,
        );
        t.notRegex(withoutSecrets(error, source).format(), /canary/i);
      },
    ),
  );
});

test('the parser finds fault with a statement that holds a secret, and the secret is not shown', (t) => {
  for (const key of KEYS) {
    for (const text of [
      statement(`"${key}" = "${CANARY}"`, '') + ' WITH',
      statement(`"${key}" "${CANARY}"`, ')'),
      statement(`"${key}" = "${CANARY}`, ')'),
      statement(`"${key}" = ${CANARY}`, ' WITH'),
    ]) {
      const source = { name: 's', text };
      const error = t.throws<DrillError>(() => parseScript(source));
      const clean = withoutSecrets(error, source);
      t.notRegex(clean.format(), /canary/i, text);
      t.is(clean.code, error.code);
    }
  }
});

test('what is no secret is left as it is, and carets stay where they were', (t) => {
  const text = 'BACKUP SNAPSHOT d.l TO r ON (token_log, u) PROPERTEIS';
  const source = { name: 's', text };
  const error = errorAt(source, { offset: 43, length: 10 }, 'SQL_SYNTAX', 'no');
  t.is(withoutSecrets(error, source).frame, error.frame);
  const secret = { name: 's', text: 'x "secret" = "abcd", PROPERTEIS' };
  const other = errorAt(secret, { offset: 21, length: 10 }, 'SQL_SYNTAX', 'no');
  t.is(withoutSecrets(other, secret).frame, other.frame?.replace('abcd', '****'));
});
