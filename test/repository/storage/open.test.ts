import { createRequire } from 'node:module';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { openStorage } from '../../../src/repository/storage/open.js';
import { bytesOf, codeOf, get, put } from '../storage-helpers.js';
import { serverFor } from '../storage-s3.js';

const KEYS = { accessKeyId: 'AKIDopen', secretAccessKey: 'secret' };
const PLACE = {
  kind: 's3',
  region: 'us-east-1',
  bucket: 'bucket',
  prefix: 'a/b',
  addressing: 'path',
} as const;

// Nothing of the machine that runs the tests is to be found.
for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE']) delete process.env[name];
process.env['AWS_EC2_METADATA_DISABLED'] = 'true';
process.env['AWS_SHARED_CREDENTIALS_FILE'] = '/dev/null';
process.env['AWS_CONFIG_FILE'] = '/dev/null';

/** Modules that are loaded and that a thread can do without for long; both packages are CommonJS. */
const loaded = (name: string): string[] =>
  Object.keys(createRequire(import.meta.url).cache).filter((path) => path.includes(`/node_modules/${name}`));

test.serial('a local storage is opened without loading anything of AWS', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'drill-open-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const storage = await openStorage({ kind: 'local', directory, durable: true });
  await put(storage, 'f', bytesOf('x'));
  t.deepEqual(await get(storage, 'f'), bytesOf('x'));
  t.is(storage.kind, 'local');
  t.deepEqual([...loaded('@aws-sdk'), ...loaded('saxes')], []);
});

test.serial('an S3 storage is opened without reaching for its server', async (t) => {
  const storage = await openStorage({ ...PLACE, endpoint: 'http://localhost:1' }, KEYS);
  t.is(storage.location, 's3://bucket/a/b');
  t.false(storage.canRename);
  storage.dispose?.();
});

test.serial('files are put into S3 without a parser of XML, and without anything of AWS', async (t) => {
  const server = await serverFor(t, { credentials: KEYS });
  const storage = await openStorage({ ...PLACE, endpoint: server.endpoint }, KEYS);
  t.teardown(() => storage.dispose?.());
  await put(storage, 'f', bytesOf('x'));
  t.is(await storage.sizeOf('f'), 1);
  t.deepEqual(await get(storage, 'f'), bytesOf('x'));
  t.deepEqual([...loaded('@aws-sdk'), ...loaded('saxes')], []);
  t.deepEqual(await storage.listNames(''), ['f']);
  t.not(loaded('saxes').length, 0, 'so that the line above can fail');
});

test.serial('what finds the credentials of roles is loaded where there are no others', async (t) => {
  const storage = await openStorage({ ...PLACE, endpoint: 'http://localhost:1' });
  t.teardown(() => storage.dispose?.());
  t.deepEqual(loaded('@aws-sdk'), []);
  t.is(await codeOf(() => storage.list('')), 'S3_CREDENTIALS');
  t.not(loaded('@aws-sdk').length, 0);
});
