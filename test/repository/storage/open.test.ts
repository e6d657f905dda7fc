import { createRequire } from 'node:module';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { openStorage } from '../../../src/repository/storage/open.js';
import { bytesOf, get, put } from '../storage-helpers.js';

/** CommonJS modules that are loaded; the AWS SDK is of that kind. */
const sdkModules = (): string[] =>
  Object.keys(createRequire(import.meta.url).cache).filter((path) => path.includes('@aws-sdk'));

test.serial('a local storage is opened without loading the AWS SDK', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'drill-open-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const storage = await openStorage({ kind: 'local', directory, durable: true });
  await put(storage, 'f', bytesOf('x'));
  t.deepEqual(await get(storage, 'f'), bytesOf('x'));
  t.is(storage.kind, 'local');
  t.deepEqual(sdkModules(), []);
});

test.serial('an S3 storage is opened without reaching for its server', async (t) => {
  const spec = {
    kind: 's3',
    region: 'us-east-1',
    bucket: 'bucket',
    prefix: 'a/b',
    addressing: 'path',
  } as const;
  const storage = await openStorage(
    { ...spec, endpoint: 'http://localhost:1' },
    { accessKeyId: 'a', secretAccessKey: 'b' },
  );
  t.is(storage.location, 's3://bucket/a/b');
  t.false(storage.canRename);
  t.not(sdkModules().length, 0, 'so that the test above can fail');
  storage.dispose?.();
});
