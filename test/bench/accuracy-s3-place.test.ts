import { fork } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import { addressOf, openS3Place } from '../../bench/accuracy/s3-place.js';
import { openStorage } from '../../src/repository/storage/open.js';
import type { S3StorageSpec } from '../../src/repository/storage/spec.js';

async function namesAt(spec: S3StorageSpec): Promise<string[]> {
  const storage = await openStorage(spec);
  try {
    return (await storage.list('')).map((file) => file.path);
  } finally {
    storage.dispose?.();
  }
}

async function write(spec: S3StorageSpec, name: string): Promise<void> {
  const storage = await openStorage(spec);
  try {
    const writer = await storage.createWriter(name, 3);
    await writer.write(new Uint8Array(3));
    await writer.close();
  } finally {
    storage.dispose?.();
  }
}

test.serial(
  'the suite has a server of its own: each run its place, emptied after it, and nothing stays',
  async (t) => {
    delete process.env['DRILL_S3_ENDPOINT'];
    const place = await openS3Place(process.env);
    try {
      const [one, other] = [place.at('s3-doris: a variant-0'), place.at('s3-doris: a variant-1')];
      await write(one, 'a/b');
      await write(other, 'c');
      t.deepEqual(await namesAt(one), ['a/b']);
      t.deepEqual(await namesAt(other), ['c']);
      await place.empty(one);
      t.deepEqual(await namesAt(one), []);
      t.deepEqual(await namesAt(other), ['c']);
      t.true(place.location('calibration').repository.startsWith(`s3://${one.bucket}/`));
      t.is(one.endpoint, place.location('calibration').endpoint);
    } finally {
      await place.close();
    }
    const { endpoint } = place.at('any');
    await t.throwsAsync(fetch(endpoint!), { instanceOf: TypeError });
  },
);

const ORDER = { bucket: 'b', accessKeyId: 'a', secretAccessKey: 's' };

test('a server that does not answer in time is ended, however it takes that', async (t) => {
  const child = fork(new URL('./silent-server.js', import.meta.url));
  t.teardown(() => child.kill('SIGKILL'));
  await t.throwsAsync(addressOf(child, ORDER, 200), { message: /did not start within 200 ms/ });
  t.is(child.signalCode, 'SIGKILL');
});

test('a server that ends instead of answering is told at once', async (t) => {
  const child = fork(new URL('./ending-server.js', import.meta.url));
  await t.throwsAsync(addressOf(child, ORDER, 3_600_000), { message: /ended before it was up/ });
  t.is(child.exitCode, 3);
});

interface Stub {
  readonly endpoint: string;
  readonly methods: readonly string[];
  readonly close: () => void;
}

const NOTHING_LISTED =
  '<ListBucketResult><KeyCount>0</KeyCount><IsTruncated>false</IsTruncated></ListBucketResult>';

/** An empty bucket on a server that answers so to a look at it. */
async function stub(headStatus: number): Promise<Stub> {
  const methods: string[] = [];
  const server = createServer(({ method = '' }, response) => {
    methods.push(method);
    response.writeHead(method === 'HEAD' ? headStatus : 200, { 'content-type': 'application/xml' });
    response.end(method === 'GET' ? NOTHING_LISTED : '');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { endpoint, methods, close: () => void server.close() };
}

const SECRET = 'a secret that nobody should read';

async function open({ endpoint }: Stub): Promise<void> {
  process.env['AWS_ACCESS_KEY_ID'] = 'anybody';
  process.env['AWS_SECRET_ACCESS_KEY'] = SECRET;
  const place = await openS3Place({
    DRILL_S3_ENDPOINT: endpoint,
    DRILL_S3_BUCKET: 'bucket',
    DRILL_S3_REGION: 'r',
  });
  await place.close();
}

for (const [status, what] of [
  [404, 'that is not there is created'],
  [200, 'that is there is not created'],
] as const) {
  test.serial(`a bucket ${what}`, async (t) => {
    const server = await stub(status);
    try {
      await open(server);
      t.is(server.methods.includes('PUT'), status === 404);
    } finally {
      server.close();
    }
  });
}

for (const status of [301, 400, 403]) {
  test.serial(`answered with ${status}, a look at the bucket is told, and none is created`, async (t) => {
    const server = await stub(status);
    try {
      const error = await t.throwsAsync(open(server));
      t.regex(error.message, new RegExp(`bucket bucket at 127.0.0.1:\\d+ .*${status}`));
      t.false(error.message.includes(SECRET));
      t.deepEqual([...new Set(server.methods)], ['HEAD']);
    } finally {
      server.close();
    }
  });
}

test.serial('a server that is not there is told as such', async (t) => {
  const server = await stub(200);
  server.close();
  await t.throwsAsync(open(server), { message: /bucket bucket at 127.0.0.1:\d+ .*ECONNREFUSED/ });
});
