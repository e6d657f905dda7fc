import { inspect } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { DrillError, serialize } from '../../../src/base/errors.js';
import type { ErrorCode } from '../../../src/base/error-codes.js';
import { s3Storage } from '../../../src/repository/storage/s3/s3-storage.js';
import type { S3StorageOptions } from '../../../src/repository/storage/s3/settings.js';
import type { S3StorageSpec } from '../../../src/repository/storage/spec.js';
import type { Storage } from '../../../src/repository/storage/storage.js';
import type { FaultKind } from '../../s3-server/faults.js';
import { startS3Server, type S3Server } from '../../s3-server/server.js';
import { bytesOf, codeOf, get, put } from '../storage-helpers.js';
import { FAST_BACKOFF, serverFor, specOf, storageOn } from '../storage-s3.js';

/** Credentials that would be found in whatever they leak into. */
const CANARY = {
  accessKeyId: 'CANARYKEYID0123456789',
  secretAccessKey: 'canary-secret-0123456789',
  sessionToken: 'canary-token-0123456789',
};
const WRONG = {
  accessKeyId: 'CANARYWRONGKEYID',
  secretAccessKey: 'canary-wrong-secret',
  sessionToken: CANARY.sessionToken,
};
const SECRET = /canary|Signature=|StringToSign|AWS4-HMAC|Credential=/i;

// Nothing of the machine that runs the tests may answer in place of the chain's test.
delete process.env['AWS_ACCESS_KEY_ID'];
delete process.env['AWS_SECRET_ACCESS_KEY'];
delete process.env['AWS_SESSION_TOKEN'];
delete process.env['AWS_PROFILE'];
process.env['AWS_EC2_METADATA_DISABLED'] = 'true';
process.env['AWS_SHARED_CREDENTIALS_FILE'] = '/dev/null';
process.env['AWS_CONFIG_FILE'] = '/dev/null';

/** Everything that can be seen of an error: printed, as JSON, across a thread, inspected to its depths, its stack. */
function visibleOf(error: unknown): string {
  const { stack, cause } = error as Error;
  const format = error instanceof DrillError ? error.format() : '';
  const deep = inspect(error, { depth: 20, showHidden: true });
  return [
    String(error),
    format,
    JSON.stringify(error),
    JSON.stringify(serialize(error)),
    deep,
    stack,
    inspect(cause),
  ].join('\n');
}

const OPERATIONS: Readonly<Record<string, (storage: Storage) => unknown>> = {
  list: (storage) => storage.list('d'),
  listNames: (storage) => storage.listNames('d'),
  'small put': (storage) => put(storage, 'd/f', bytesOf('x')),
  'large put': (storage) => put(storage, 'd/f', bytesOf('0123456789')),
  get: (storage) => get(storage, 'd/there'),
  remove: (storage) => storage.remove('d/f'),
  removeTree: (storage) => storage.removeTree('d'),
  removeUnfinished: (storage) => storage.removeUnfinished('d'),
};

interface Expected {
  /** Of reading and of writing operations; the same for both if there is one. */
  readonly codes: readonly ErrorCode[];
  readonly message: RegExp;
  readonly hint: RegExp;
}

/** Runs every operation, and checks that each fails, as expected and without telling a secret. */
async function checkFailures(t: ExecutionContext, storage: Storage, expected: Expected): Promise<void> {
  for (const [name, run] of Object.entries(OPERATIONS)) {
    const error = await Promise.resolve()
      .then(() => run(storage))
      .then(
        () => undefined,
        (reason: unknown) => reason,
      );
    t.true(error instanceof DrillError, `${name}: ${inspect(error)}`);
    if (!(error instanceof DrillError)) continue;
    t.true(expected.codes.includes(error.code), `${name}: ${error.format()}`);
    t.regex(error.message, expected.message, name);
    t.regex(error.hint ?? '', expected.hint, name);
    t.is(error.cause, undefined);
    t.notRegex(visibleOf(error), SECRET, name);
  }
}

const REFUSED: readonly ErrorCode[] = ['REPOSITORY_UNREADABLE', 'REPOSITORY_UNWRITABLE'];
const FAILED: readonly ErrorCode[] = ['STORAGE_FAILED'];

async function canaryServer(t: ExecutionContext): Promise<S3Server> {
  const server = await startS3Server({ credentials: CANARY, minPartBytes: 1 });
  t.teardown(() => server.close());
  await put(storageOn(server), 'd/there', bytesOf('x'));
  return server;
}

interface Mistake extends Expected {
  readonly spec?: Partial<S3StorageSpec>;
  readonly options?: S3StorageOptions;
}

const MISTAKES: Readonly<Record<string, Mistake>> = {
  'a wrong secret': {
    options: { credentials: { ...WRONG, accessKeyId: CANARY.accessKeyId } },
    codes: REFUSED,
    message: /signature does not match/,
    hint: /secret key/,
  },
  'a wrong access key': {
    options: { credentials: WRONG },
    codes: REFUSED,
    message: /does not know the access key/,
    hint: /check the access key/,
  },
  'a stale session': {
    options: { credentials: { ...CANARY, sessionToken: 'canary-stale' } },
    codes: REFUSED,
    message: /session token/,
    hint: /temporary credentials/,
  },
  'a wrong region': { spec: { region: 'eu-west-1' }, codes: REFUSED, message: /region/, hint: /region/ },
  'a wrong bucket': {
    spec: { bucket: 'other' },
    codes: REFUSED,
    message: /no such bucket/,
    hint: /its name/,
  },
  'a wrong port': {
    spec: { endpoint: 'http://localhost:1' },
    codes: FAILED,
    message: /cannot be reached \(ECONNREFUSED/,
    hint: /host and port/,
  },
  'a wrong host': {
    spec: { endpoint: 'http://no-such-host.invalid' },
    options: { lookup: (_, __, found) => found(Object.assign(new Error(), { code: 'ENOTFOUND' }), '') },
    codes: FAILED,
    message: /cannot be reached \(ENOTFOUND/,
    hint: /host and port/,
  },
};

for (const [name, { spec, options, ...expected }] of Object.entries(MISTAKES)) {
  test(`${name} is told of, without a secret`, async (t) => {
    const server = await canaryServer(t);
    const storage = storageOn(server, { partSizeBytes: 4, maxAttempts: 2, ...options }, spec);
    await checkFailures(t, storage, expected);
  });
}

const ANSWERS: Readonly<Record<string, Expected & { readonly kind: FaultKind }>> = {
  AccessDenied: {
    kind: { refuse: 403, code: 'AccessDenied' },
    codes: REFUSED,
    message: /denied/,
    hint: /permission/,
  },
  PermanentRedirect: {
    kind: { refuse: 301, code: 'PermanentRedirect', headers: { 'x-amz-bucket-region': 'eu-central-1' } },
    codes: REFUSED,
    message: /another region/,
    hint: /use region eu-central-1/,
  },
  RequestTimeTooSkewed: {
    kind: { refuse: 403, code: 'RequestTimeTooSkewed' },
    codes: REFUSED,
    message: /clock/,
    hint: /NTP/,
  },
  QuotaExceeded: {
    kind: { refuse: 403, code: 'QuotaExceeded' },
    codes: ['DISK_FULL'],
    message: /full/,
    hint: /quota/,
  },
  SlowDown: { kind: { refuse: 503, code: 'SlowDown' }, codes: FAILED, message: /slow down/, hint: /fewer/ },
  'a code that quotes': {
    kind: { refuse: 400, code: `Bad ${CANARY.accessKeyId}` },
    codes: FAILED,
    message: /HTTP 400/,
    hint: /^$/,
  },
  'a reset': { kind: { reset: 'before' }, codes: FAILED, message: /connection broke/, hint: /network/ },
  'no answer': { kind: { silence: true }, codes: FAILED, message: /in time/, hint: /overloaded/ },
};

for (const [name, { kind, ...expected }] of Object.entries(ANSWERS)) {
  test(`${name} as the answer is told of, without a secret`, async (t) => {
    const server = await canaryServer(t);
    const patience = 'silence' in kind ? { idleTimeoutMs: 40 } : {};
    const storage = storageOn(server, { partSizeBytes: 4, maxAttempts: 2, ...patience });
    server.faults.add({ times: Infinity, kind });
    await checkFailures(t, storage, expected);
  });
}

test('an endpoint that is a web server is told of', async (t) => {
  const server = await canaryServer(t);
  const storage = storageOn(server, { maxAttempts: 2 });
  server.faults.add({ times: Infinity, kind: { html: true } });
  const error = await t.throwsAsync(async () => storage.list(''), { instanceOf: DrillError });
  t.regex(error.message, /does not speak S3/);
  t.notRegex(visibleOf(error), SECRET);
});

test('a clock that is wrong is made up for', async (t) => {
  const server = await serverFor(t, { nowMs: () => Date.now() + 3600_000 });
  const storage = storageOn(server);
  t.is(await codeOf(() => put(storage, 'f', bytesOf('x'))), 'none');
});

test('without credentials, it says where they are looked for', async (t) => {
  const server = await serverFor(t);
  const storage = s3Storage(specOf(server), { lookup: server.lookup, backoff: FAST_BACKOFF });
  await checkFailures(t, storage, {
    codes: ['S3_CREDENTIALS'],
    message: /no credentials were found/,
    hint: /AWS_ACCESS_KEY_ID.*~\/\.aws\/credentials.*role/,
  });
  t.is(server.requests.length, 0);
});

test.serial('credentials of the environment are found, and not told', async (t) => {
  const server = await canaryServer(t);
  process.env['AWS_ACCESS_KEY_ID'] = CANARY.accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = CANARY.secretAccessKey;
  process.env['AWS_SESSION_TOKEN'] = CANARY.sessionToken;
  t.teardown(() => {
    delete process.env['AWS_ACCESS_KEY_ID'];
    delete process.env['AWS_SECRET_ACCESS_KEY'];
    delete process.env['AWS_SESSION_TOKEN'];
  });
  const storage = s3Storage(specOf(server), { lookup: server.lookup });
  t.deepEqual(await get(storage, 'd/there'), bytesOf('x'));
  t.notRegex(inspect(storage, { depth: 20, showHidden: true }) + JSON.stringify(storage), SECRET);
});

test('an endpoint with a password in it is refused, and not shown', (t) => {
  for (const endpoint of [
    'http://canary:canary@host',
    'http://host/?X-Amz-Signature=canary',
    'canary',
    'ftp://canary',
  ]) {
    const spec = {
      kind: 's3',
      region: 'r',
      bucket: 'bucket',
      prefix: '',
      addressing: 'path',
      endpoint,
    } as const;
    const error = t.throws(() => s3Storage(spec), { instanceOf: DrillError });
    t.is(error.code, 'STORAGE_PATH');
    t.notRegex(visibleOf(error), SECRET);
  }
});
