import test, { type ExecutionContext } from 'ava';
import * as fc from 'fast-check';
import { DrillError } from '../../src/base/errors.js';
import { repositoryStorage } from '../../src/coordinator/create-repository/storage.js';
import { parseScript, parseStatement, printStatement, restoreOptions } from '../../src/sql/index.js';
import type { Statement } from '../../src/sql/index.js';

const LIMITS = { minTimeoutMs: 1000, defaultTimeoutMs: 1000 };

/** Everything that is made of a statement and may be shown. */
function shownOf(statement: Statement): string {
  return `${printStatement(statement)}\n${JSON.stringify(statement.source)}`;
}

const shownOfError = (error: DrillError): string =>
  [error.format(), JSON.stringify(error), error.stack ?? '', error.message].join('\n');

/** What a person may get to see of a script, whatever is right or wrong with it. */
function shown(text: string): string {
  const seen: string[] = [];
  const attempt = (run: () => void): void => {
    try {
      run();
    } catch (error) {
      if (!(error instanceof DrillError)) throw error;
      seen.push(shownOfError(error));
    }
  };
  attempt(() => {
    for (const statement of parseScript({ name: 'x.sql', text })) {
      seen.push(shownOf(statement));
      attempt(() => statement.kind === 'create-repository' && repositoryStorage(statement));
      attempt(() => statement.kind === 'restore' && restoreOptions(statement, LIMITS));
    }
  });
  attempt(() => parseStatement(text));
  return seen.join('\n');
}

/** Keys, spelt like the ones that AWS gives out, and passwords with all that makes them hard to read. */
const canary = fc
  .tuple(
    fc.constantFrom(
      'AKIA',
      'wJalrXUtnFEMI/K7',
      'FwoGZXIvYXdz',
      'p4ss w0rd, ',
      'a;b(c)=',
      "it''s",
      '--',
      '/*',
    ),
    fc.stringMatching(/^[A-Z0-9]{6}$/),
  )
  .map(([kind, random]) => `${kind}CANARY${random}`);

const quote = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;

const PROPERTIES = ['s3.access_key', 's3.secret_key', 's3.session_token'] as const;

const HEAD =
  'CREATE READ ONLY REPOSITORY archive WITH S3 ON LOCATION "s3://bucket/prefix" PROPERTIES ' +
  '( "s3.endpoint" = "http://127.0.0.1:9000" , "s3.region" = "eu-west-3"';

/** The tokens of a CREATE REPOSITORY, of which three are secrets. */
const tokens = fc.tuple(canary, canary, canary, fc.boolean()).map(([a, b, c, upper]) => {
  const secrets = [a, b, c];
  const keys = PROPERTIES.map((key) => quote(upper ? key.replace('s3.', 'AWS_').toUpperCase() : key));
  const pairs = keys.flatMap((key, i) => [',', key, '=', quote(secrets[i]!)]);
  return {
    secrets,
    words: [...HEAD.split(' '), ...pairs, ',', '"use_path_style"', '=', '"true"', ')'],
  };
});

const INSERTED = [
  ...'CREATE REPOSITORY BACKUP SNAPSHOT SHOW USE LOCATION PROPERTIES x ON 12'.split(' '),
  ...`" ' \` ( ) , = ; : . - -- /* */ \\ # "x" ，`.split(' '),
  '\n',
];

const mutation = fc.record({
  how: fc.constantFrom('delete', 'insert', 'swap', 'delete letter', 'insert letter', 'swap letters', 'bare'),
  at: fc.nat(),
  inside: fc.nat(),
  inserted: fc.constantFrom(...INSERTED),
});

type Mutation = typeof mutation extends fc.Arbitrary<infer M> ? M : never;

/** Changes anything but what is between the quotes of a secret. */
function mutate(
  words: readonly string[],
  secrets: readonly string[],
  { how, at, inside, inserted }: Mutation,
): string[] {
  const i = at % Math.max(1, words.length);
  const word = words[i] ?? '';
  const next = words[i + 1] ?? '';
  const holdsSecret = secrets.some((secret) => word.includes(quote(secret).slice(1, -1)));
  const result = [...words];
  const k = inside % Math.max(1, word.length);
  if (how === 'insert') result.splice(i, 0, inserted);
  if (how === 'swap') result.splice(i, 2, next, word);
  if (how === 'bare' && /^".*"$/s.test(word))
    result[i] = inside % 2 === 0 ? word.slice(1) : word.slice(0, -1);
  if (holdsSecret) return result;
  if (how === 'delete') result.splice(i, 1);
  if (how === 'delete letter') result[i] = word.slice(0, k) + word.slice(k + 1);
  if (how === 'insert letter') result[i] = word.slice(0, k) + inserted + word.slice(k);
  if (how === 'swap letters')
    result[i] =
      word.slice(0, k) +
      word
        .slice(k, k + 2)
        .split('')
        .toReversed()
        .join('') +
      word.slice(k + 2);
  return result;
}

const separator = fc.constantFrom(' ', '\n', '');

test('a broken CREATE REPOSITORY never shows what is secret in it', (t) => {
  const outcomes = { right: 0, wrong: 0 };
  fc.assert(
    fc.property(
      tokens,
      fc.array(mutation, { minLength: 0, maxLength: 4 }),
      separator,
      ({ words, secrets }, mutations, between) => {
        const mutated = mutations.reduce<readonly string[]>((all, one) => mutate(all, secrets, one), words);
        const seen = shown(mutated.join(between));
        outcomes[seen.includes('code: SQL') ? 'wrong' : 'right']++;
        return !seen.includes('CANARY');
      },
    ),
    { numRuns: 500 },
  );
  t.true(outcomes.right > 10 && outcomes.wrong > 60, JSON.stringify(outcomes));
});

test('nor does one among other statements, in a script', (t) => {
  const others = fc.constantFrom(
    'SHOW BACKUP',
    'BACKUP SNAPSHOT l TO r PROPERTIES ("type" = "full)',
    'USE',
    '-- "',
    "'",
  );
  fc.assert(
    fc.property(tokens, mutation, others, others, ({ words, secrets }, one, before, after) => {
      const text = [before, mutate(words, secrets, one).join(' '), after].join(';\n');
      return !shown(text).includes('CANARY');
    }),
    { numRuns: 200 },
  );
  t.pass();
});

const secretStatement = (key: string, value: string) =>
  `CREATE REPOSITORY r WITH S3 ON LOCATION "s3://bucket" PROPERTIES ("s3.region" = "eu-west-3", "${key}" = "${value}")`;

test("a secret's asterisks are as many as its characters, between its quotes", (t) => {
  for (const key of [
    's3.access_key',
    'AWS_SECRET_KEY',
    's3.session_token',
    'hadoop.Password',
    'my.accessKey',
    'x_credential_y',
    'client-secret',
  ]) {
    const statement = parseStatement(secretStatement(key, 'CANARY 1\\"2'));
    t.is(statement.source.text, secretStatement(key, '***********'), key);
    if (statement.kind !== 'create-repository') throw new Error('not as written');
    t.is(statement.properties[1]?.value.text, 'CANARY 1"2');
    t.is(printStatement(statement).match(/"\*XXX"/g)?.length, 1);
  }
});

test('what is no secret is shown as it is', (t) => {
  const texts = [
    'CREATE REPOSITORY r WITH LOCAL ON LOCATION "file:///a/b" PROPERTIES ("durable" = "false", "bundle_files_below" = "1048576")',
    'CREATE REPOSITORY r WITH S3 ON LOCATION "s3://bucket/a" PROPERTIES ("AWS_ENDPOINT" = "https://s3.amazonaws.com")',
    'BACKUP SNAPSHOT db.token TO secret ON (access_key, password) PROPERTIES ("type" = "full") -- a token',
    'RESTORE SNAPSHOT l FROM r PROPERTIES ("backup_timestamp" = "x")',
  ];
  for (const text of texts) t.is(parseStatement(text).source.text, text);
});

test('secrets in comments, in locations and under misspelt names are hidden as well', (t) => {
  const end = 'ON LOCATION "s3://bucket"';
  for (const text of [
    `CREATE REPOSITORY r WITH S3 ${end} -- "s3.secret_key" = "CANARY"`,
    `-- "s3.secret_key" = CANARY\nSHOW BACKUP`,
    `/* PROPERTIES ("s3.secret_key" = "CANARY") */ SHOW BACKUP x`,
    `CREATE REPOSITORY r WITH S3 ON LOCATION "s3://AK:CANARY@bucket/x"`,
    `CREATE REPOSITORY r WITH S3 ON LOCATION "s3://AK:CANARY@bucket/x" x`,
    `CREATE REPOSITORY r WITH S3 ${end} PROPERTIES ("s3.endpoint" = "http://AK:CANARY@host:1")`,
    `CREATE REPOSITORY r WITH S3 ${end} PROPERTIES ("s3.sceret_key" = "CANARY")`,
    `CREATE REPOSITORY r WITH S3 ${end} PROPERTIES ("CANARY" = "s3.secret_key")`,
    `CREATE REPOSITORY r WITH S3 ${end} PROPERTIES ("s3.access_key": "CANARY")`,
    `CREATE REPOSITORY r WITH S3 ${end} PROPERTIES (s3.secret_key = CANARY)`,
    `CREATE REPOSITORY r WITH HDFS ${end} PROPERTIES ("hadoop.kerberos" = "CANARY")`,
    `BACKUP SNAPSHOT l TO r PROPERTIES ("token" = "CANARY")`,
    `BACKUP SNAPSHOT l TO r PROPERTIES ("password" "CANARY")`,
  ]) {
    t.false(shown(text).includes('CANARY'), shown(text));
  }
});

const refusal = (t: ExecutionContext, text: string): DrillError =>
  t.throws(() => parseStatement(text), { instanceOf: DrillError });

test('a broken statement keeps what explains it', (t) => {
  const head = 'CREATE REPOSITORY archive WITH S3 ON LOCATION "s3://bucket/prefix"';
  const { frame, hint } = refusal(
    t,
    `${head} PROPERTES ("s3.region" = "eu-west-3", "s3.secret_key" = "CANARY")`,
  );
  t.regex(frame ?? '', /"s3:\/\/bucket\/prefix" PROPERTES \("s3\.region" = "eu-west-3"/);
  t.is(hint, 'did you mean PROPERTIES?');
  const comma = refusal(t, `${head} PROPERTIES ("s3.endpoint" = "http://h:9000" "s3.access_key" = "CANARY")`);
  t.is(comma.hint, `is ',' missing before the string "s3.access_key"?`);
  const script = refusal(t, `${head};\nBACKUP SNAPSHOT l TO r ON (orders custmers)`);
  t.regex(script.message, /found custmers$/);
});

test('hiding takes no more than linear time', (t) => {
  for (const piece of [
    'token=',
    'token"="',
    '://a:',
    '://a@',
    '"token',
    '/*"secret',
    'secret" ',
    ';CREATE REPOSITORY "x',
  ]) {
    t.true(shown(piece.repeat(50_000)).length > 0);
    t.true(shown(`CREATE REPOSITORY r WITH S3 ON LOCATION ${piece.repeat(20_000)}`).length > 0);
  }
});
