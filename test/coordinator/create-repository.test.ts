import test, { type ExecutionContext } from 'ava';
import * as fc from 'fast-check';
import { DrillError } from '../../src/base/errors.js';
import { repositoryStorage } from '../../src/coordinator/create-repository/storage.js';
import { locationOf } from '../../src/repository/index.js';
import { parseStatement, printStatement } from '../../src/sql/index.js';

function storageOf(text: string) {
  const statement = parseStatement(text);
  if (statement.kind !== 'create-repository') throw new Error('not a CREATE REPOSITORY');
  return repositoryStorage(statement);
}

const withProperties = (properties: string): string =>
  properties === '' ? '' : ` PROPERTIES (${properties})`;
const local = (location: string, properties = '') =>
  storageOf(`CREATE REPOSITORY r WITH LOCAL ON LOCATION "${location}"${withProperties(properties)}`);
const s3 = (properties = '', location = 's3://bucket/some/prefix') =>
  storageOf(`CREATE REPOSITORY r WITH S3 ON LOCATION "${location}"${withProperties(properties)}`);

function refused(
  t: ExecutionContext,
  run: () => unknown,
  under: string,
  message: RegExp,
  hint?: RegExp,
): void {
  const error = t.throws(run, { instanceOf: DrillError });
  t.is(error?.code, 'SQL_PROPERTY', error?.format());
  t.regex(error?.message ?? '', message);
  if (hint) t.regex(error?.hint ?? '', hint);
  const [line = '', carets = ''] = error?.frame?.split('\n') ?? [];
  t.is(line.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1), under);
}

test('LOCAL: a file URL and an absolute path are the same directory', (t) => {
  const part = fc.stringMatching(/^[\w -]{1,8}$/);
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 1, maxLength: 4 }),
      fc.constantFrom('', '/', '//'),
      (parts, end) => {
        const path = `/${parts.join('/')}x`;
        const spec = { kind: 'local', directory: path, durable: true };
        t.deepEqual(local(`file://${path}${end}`), { spec } as never);
        t.deepEqual(local(`${path}${end}`), { spec } as never);
        t.deepEqual(local(locationOf(spec as never)), { spec } as never);
      },
    ),
    { numRuns: 50 },
  );
  t.is(
    local('FILE:///a//b/./c').spec.kind === 'local' && locationOf(local('FILE:///a//b/./c').spec),
    'file:///a/b/c',
  );
});

test('LOCAL: what is no absolute directory is refused', (t) => {
  const refusals: readonly (readonly [location: string, message: RegExp])[] = [
    ['backup', /"backup" is a relative path/],
    ['./a', /relative path/],
    ['file:a', /relative path/],
    ['file://a/b', /names a host/],
    ['s3://bucket', /no place on a disk/],
    ['hdfs://h/x', /no place on a disk/],
    ['/a/../b', /".." as a part/],
    ['', /is empty/],
    ['file://', /is empty|relative|host/],
    ['/a\u0001b', /no directory/],
  ];
  for (const [location, message] of refusals)
    refused(t, () => local(location), `"${location}"`, message, /./);
});

test('LOCAL: durable is true or false, and true where it is not given', (t) => {
  for (const [written, durable] of [
    ['true', true],
    ['False', false],
  ] as const) {
    t.deepEqual(local('/a', `"DURABLE" = "${written}"`).spec, { kind: 'local', directory: '/a', durable });
  }
  refused(t, () => local('/a', '"durable" = "no"'), '"no"', /durable is true or false/);
  refused(
    t,
    () => local('/a', '"s3.region" = "x"'),
    '"s3.region"',
    /a LOCAL repository has no property .*it knows durable and bundle_files_below$/,
    /WITH S3/,
  );
});

test('files below a number of bytes are bundled, in either kind of repository; what is no such number is refused', (t) => {
  for (const create of [s3, (properties: string) => local('/a', properties)]) {
    t.is(create('').spec.bundleBelowBytes, undefined);
    for (const bytes of [1, 1_048_576, 8_388_608])
      t.is(create(`"Bundle_Files_Below" = "${bytes}"`).spec.bundleBelowBytes, bytes);
    for (const text of ['0', '8388609', '9999999999'])
      refused(
        t,
        () => create(`"bundle_files_below" = "${text}"`),
        `"${text}"`,
        /number of bytes from 1 to 8388608/,
      );
  }
});

test('S3: bucket and prefix', (t) => {
  const bucket = fc.stringMatching(/^[a-z0-9][a-z0-9-]{1,20}[a-z0-9]$/);
  const parts = fc.array(fc.stringMatching(/^[\w-]{1,8}$/), { maxLength: 3 });
  fc.assert(
    fc.property(bucket, parts, fc.constantFrom('', '/', '//'), (name, below, end) => {
      const prefix = below.join('/');
      const { spec, ...rest } = s3('', `s3://${[name, ...below].join('/')}${end}`);
      t.deepEqual(spec, {
        kind: 's3',
        region: 'us-east-1',
        bucket: name,
        prefix,
        addressing: 'virtual-hosted',
      });
      t.deepEqual(rest, {});
      t.deepEqual(s3('', locationOf(spec)).spec, spec);
    }),
    { numRuns: 100 },
  );
});

test('S3: locations elsewhere are refused, naming s3://', (t) => {
  for (const scheme of ['s3a', 's3n', 'cos', 'oss', 'OSS']) {
    const location = `${scheme}://bucket/p`;
    refused(t, () => s3('', location), `"${location}"`, /begin with s3:\/\//, /write "s3:\/\/bucket\/p"/);
  }
  for (const location of [
    'bucket',
    '/a/b',
    'https://bucket.s3.amazonaws.com',
    'file:///a',
    's3:bucket',
    '',
  ]) {
    refused(t, () => s3('', location), `"${location}"`, /begin with s3:\/\//, /./);
  }
});

test('S3: what cannot be a bucket or a prefix is refused', (t) => {
  t.throws(() => s3('', `s3://${'a'.repeat(64)}`), { message: /3 to 63 characters/ });
  for (const bucket of [
    'ab',
    'Bucket',
    'a_bucket',
    '-bucket',
    'bucket-',
    'a..bucket',
    'a.-b',
    '10.0.0.1',
    '',
    'b?x',
  ]) {
    refused(t, () => s3('', `s3://${bucket}`), `"s3://${bucket}"`, /names no bucket/);
  }
  for (const prefix of ['a//b', '../x', 'a/./b']) {
    refused(t, () => s3('', `s3://bucket/${prefix}`), `"s3://bucket/${prefix}"`, /cannot be a prefix/);
  }
});

test('S3: endpoints, and which way of naming buckets follows from them', (t) => {
  const cases: readonly (readonly [written: string, endpoint: string, addressing: string])[] = [
    ['s3.us-east-1.amazonaws.com', 'https://s3.us-east-1.amazonaws.com', 'virtual-hosted'],
    ['https://s3.cn-north-1.amazonaws.com.cn/', 'https://s3.cn-north-1.amazonaws.com.cn', 'virtual-hosted'],
    ['http://127.0.0.1:9000', 'http://127.0.0.1:9000', 'path'],
    ['localhost:9000', 'https://localhost:9000', 'path'],
    ['HTTP://Minio.Example:80//', 'http://minio.example:80', 'path'],
    ['http://[::1]:9000', 'http://[::1]:9000', 'path'],
    ['amazonaws.com.example.org', 'https://amazonaws.com.example.org', 'path'],
  ];
  for (const [written, endpoint, addressing] of cases) {
    for (const key of ['s3.endpoint', 'AWS_ENDPOINT']) {
      const { spec } = s3(`"${key}" = "${written}"`);
      t.is(spec.kind === 's3' && spec.endpoint, endpoint);
      t.is(spec.kind === 's3' && spec.addressing, addressing as never, written);
    }
  }
  const wrong = [
    'ftp://h',
    'http://',
    'http://h:0',
    'http://h:70000',
    'http://h:x',
    'http://h/bucket',
    'http://a b',
    'h?x',
    '',
  ];
  for (const written of wrong)
    t.throws(() => s3(`"s3.endpoint" = "${written}"`), { message: /s3\.endpoint is the address/ }, written);
});

test('S3: use_path_style says it, under either name', (t) => {
  for (const key of ['use_path_style', 'S3.USE_PATH_STYLE']) {
    for (const [written, addressing] of [
      ['TRUE', 'path'],
      ['false', 'virtual-hosted'],
    ] as const) {
      for (const endpoint of ['', ', "s3.endpoint" = "http://h:1"', ', "s3.endpoint" = "s3.amazonaws.com"']) {
        const { spec } = s3(`"${key}" = "${written}"${endpoint}`);
        t.is(spec.kind === 's3' && spec.addressing, addressing as never);
      }
    }
  }
  refused(t, () => s3('"use_path_style" = "yes"'), '"yes"', /is true or false/);
});

test('S3: regions', (t) => {
  for (const key of ['s3.region', 'aws_region']) {
    const { spec } = s3(`"${key}" = "eu-west-3"`);
    t.is(spec.kind === 's3' && spec.region, 'eu-west-3');
  }
  for (const written of ['us east', '', 'a/b', '-x']) {
    t.throws(() => s3(`"s3.region" = "${written}"`), { message: /s3\.region is a name of letters/ });
  }
});

test('S3: credentials come whole, under any of their names, and not in the spec', (t) => {
  const expected = {
    accessKeyId: 'AKIACANARY',
    secretAccessKey: 'se/cr+et CANARY=',
    sessionToken: 'toCANARYken',
  };
  for (const [access, secret, token] of [
    ['s3.access_key', 's3.secret_key', 's3.session_token'],
    ['AWS_ACCESS_KEY', 'AWS_SECRET_KEY', 'AWS_TOKEN'],
  ]) {
    const text = `"${access}" = "AKIACANARY", "${secret}" = "se/cr+et CANARY=", "${token}" = "toCANARYken"`;
    const { spec, credentials } = s3(text);
    t.deepEqual(credentials, expected);
    t.false(JSON.stringify(spec).includes('CANARY'));
  }
  t.deepEqual(s3('"s3.access_key" = "a", "s3.secret_key" = "b"').credentials, {
    accessKeyId: 'a',
    secretAccessKey: 'b',
  });
});

test('S3: half of the credentials is an error, at what is there', (t) => {
  refused(
    t,
    () => s3('"s3.access_key" = "x"'),
    '"s3.access_key"',
    /access_key is given without s3.secret_key/,
    /both/,
  );
  refused(
    t,
    () => s3('"AWS_SECRET_KEY" = "x"'),
    '"AWS_SECRET_KEY"',
    /secret_key is given without s3.access_key/,
  );
  refused(t, () => s3('"AWS_TOKEN" = "x"'), '"AWS_TOKEN"', /session_token is given without s3.access_key/);
  t.throws(() => s3('"s3.access_key" = "x", "s3.secret_key" = ""'), { message: /s3.secret_key is empty/ });
  t.throws(() => s3('"s3.access_key" = "x y", "s3.secret_key" = "z"'), { message: /white space/ });
  const copied = printStatement(
    parseStatement(
      'CREATE REPOSITORY r WITH S3 ON LOCATION "s3://bucket" PROPERTIES ("s3.access_key" = "a", "s3.secret_key" = "b")',
    ),
  );
  t.throws(() => storageOf(copied), { message: /which is shown in the place of secrets/ });
});

test('properties that are unknown, repeated or would delete are refused', (t) => {
  const known =
    /an S3 repository has no property .*s3\.endpoint, s3\.region, s3\.access_key, s3\.secret_key, s3\.session_token, use_path_style and bundle_files_below$/;
  refused(t, () => s3('"s3.regin" = "x"'), '"s3.regin"', known, /did you mean "s3.region"\?/);
  refused(t, () => s3('"compression" = "x"'), '"compression"', known);
  refused(t, () => s3('"durable" = "true"'), '"durable"', known, /WITH LOCAL/);
  refused(
    t,
    () => s3('"s3.region" = "a", "S3.Region" = "b"'),
    '"S3.Region"',
    /s3.region is given twice$/,
    /1:\d+/,
  );
  refused(
    t,
    () => s3('"s3.region" = "a", "AWS_REGION" = "b"'),
    '"AWS_REGION"',
    /given twice: s3.region is the same/,
  );
  for (const create of [s3, (properties: string) => local('/a', properties)]) {
    refused(
      t,
      () => create('"Delete_If_Exists" = "true"'),
      '"Delete_If_Exists"',
      /not supported: .*never deletes/,
      /leave/,
    );
  }
});

test('no error about properties shows a secret', (t) => {
  const key = fc.constantFrom(
    's3.access_key',
    's3.secret_key',
    'AWS_TOKEN',
    's3.secretkey',
    's3.endpoint',
    's3.region',
    'use_path_style',
    'x',
  );
  const secret = fc.constantFrom('CANARY', 'CANARY x', 'wJalrXUt/CANARY+=', '', 'CANARY\\n');
  fc.assert(
    fc.property(fc.array(fc.tuple(key, secret), { minLength: 1, maxLength: 4 }), (pairs) => {
      try {
        s3(pairs.map(([k, v]) => `"${k}" = "${v}"`).join(', '));
      } catch (error) {
        if (!(error instanceof DrillError)) throw error;
        t.false(`${error.format()}${JSON.stringify(error)}`.includes('CANARY'), error.format());
      }
    }),
  );
  t.pass();
});
