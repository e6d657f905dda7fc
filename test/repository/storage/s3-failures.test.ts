import { createHash } from 'node:crypto';
import test from 'ava';
import * as fc from 'fast-check';
import { partSizeOf } from '../../../src/repository/storage/s3/part-size.js';
import type { StorageWriter } from '../../../src/repository/storage/storage.js';
import type { FaultKind } from '../../s3-server/faults.js';
import { bytesOf, codeOf, errorOf, get, paths, put } from '../storage-helpers.js';
import { MIB, serverFor, storageOn } from '../storage-s3.js';

const PARTS = { partSizeBytes: 4 };
const LARGE = bytesOf('abcdefghijklmnop');

test('what is sent is guarded by an MD5 that is signed, and by nothing that only AWS knows', async (t) => {
  const server = await serverFor(t, { minPartBytes: 1 });
  const storage = storageOn(server, PARTS);
  await put(storage, 'd/small', bytesOf('abc'));
  await put(storage, 'd/large', LARGE);
  await put(storage, 'd/empty');
  await get(storage, 'd/large');
  await storage.removeTree('d');
  const guarded = server.requests.filter(({ operation }) =>
    ['PutObject', 'UploadPart', 'DeleteObjects'].includes(operation),
  );
  t.is(guarded.length, 2 + 4 + 1);
  for (const { operation, headers } of guarded) {
    t.truthy(headers['content-md5'], operation);
    t.regex(headers['authorization']!, /SignedHeaders=[^,]*content-md5/);
  }
  for (const { headers } of server.requests) {
    t.deepEqual(
      Object.keys(headers).filter((name) => /checksum|trailer|expect|encoding/.test(name)),
      [],
    );
  }
});

test('bodies whose MD5 is signed are not hashed a second time; all others are', async (t) => {
  const server = await serverFor(t, { minPartBytes: 1 });
  const storage = storageOn(server, PARTS);
  await put(storage, 'd/small', bytesOf('abc'));
  await put(storage, 'd/large', LARGE);
  await get(storage, 'd/large');
  await storage.removeTree('d');
  for (const { operation, headers } of server.requests) {
    const isUnsigned = headers['x-amz-content-sha256'] === 'UNSIGNED-PAYLOAD';
    t.is(isUnsigned, headers['content-md5'] !== undefined, operation);
    t.regex(headers['authorization']!, /SignedHeaders=[^,]*x-amz-content-sha256/);
  }
});

test('an MD5 that is known is sent as it is, and a file that was changed since is not put', async (t) => {
  const server = await serverFor(t, { minPartBytes: 1 });
  const storage = storageOn(server, { partSizeBytes: 8 });
  const md5 = createHash('md5').update('abc').digest('hex');
  const write = async (path: string, content: string): Promise<void> => {
    const writer = await storage.createWriter(path, content.length, md5);
    await writer.write(bytesOf(content));
    await writer.close();
  };
  await write('f', 'abc');
  t.is(server.requests[0]!.headers['content-md5'], Buffer.from(md5, 'hex').toString('base64'));
  const error = await errorOf(() => write('g', 'abd'));
  t.is(error?.code, 'CHECKSUM_MISMATCH');
  t.regex(error!.hint!, /changed between being hashed and being sent/);
  const puts = server.requests.filter(({ operation }) => operation === 'PutObject');
  t.deepEqual(
    puts.map(({ status }) => status),
    [200, 400],
    'not tried again',
  );
  // Bytes that are damaged on their way are sent again.
  server.faults.add({ kind: { damageBody: true } });
  await write('g', 'abc');
  t.deepEqual(await paths(storage), ['f', 'g']);
});

test('so it is with the MD5s of parts', async (t) => {
  const server = await serverFor(t, { minPartBytes: 1 });
  const storage = storageOn(server, PARTS);
  const md5Of = (text: string): string => createHash('md5').update(text).digest('hex');
  const md5s = ['abcd', 'efgh', 'i'].map(md5Of);
  const write = async (path: string, content: string): Promise<void> => {
    const writer = await storage.createWriter(path, content.length, md5Of(content), md5s);
    try {
      await writer.write(bytesOf(content));
      await writer.close();
    } catch (error) {
      await writer.abort();
      throw error;
    }
  };
  await write('f', 'abcdefghi');
  const sent = server.requests.filter(({ operation }) => operation === 'UploadPart');
  t.deepEqual(
    new Set(sent.map(({ headers }) => headers['content-md5'])),
    new Set(md5s.map((md5) => Buffer.from(md5, 'hex').toString('base64'))),
  );
  t.is((await errorOf(() => write('g', 'abcdeFghi')))?.code, 'CHECKSUM_MISMATCH');
  server.faults.add({ operation: 'UploadPart', kind: { damageBody: true } });
  await write('h', 'abcdefghi');
  t.deepEqual(await paths(storage), ['f', 'h']);
  t.is(await storage.removeUnfinished(''), 0);
});

test('10,000 parts are enough for any file, and parts are no larger than that needs', (t) => {
  const minimumBytes = 8 * MIB;
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 5 * 1024 * 1024 * MIB }), (fileBytes) => {
      const partBytes = partSizeOf(1, minimumBytes, fileBytes);
      const isConstant = partSizeOf(9999, minimumBytes, fileBytes) === partBytes;
      const isSpare = partBytes === minimumBytes || (partBytes - MIB) * 10_000 < fileBytes;
      return isConstant && partBytes * 10_000 >= fileBytes && isSpare;
    }),
  );
  let unknownBytes = 0;
  for (let part = 1; part <= 10_000; part++) unknownBytes += partSizeOf(part, minimumBytes, undefined);
  t.true(unknownBytes > 5 * 1024 * 1024 * MIB);
  t.is(partSizeOf(1000, minimumBytes, undefined), minimumBytes);
});

/** Ways in which a request is done, and the client is told otherwise or nothing. */
const LOST: Readonly<Record<string, FaultKind>> = {
  'is lost': { reset: 'after' },
  'breaks off': { cutBodyAfter: 10, how: 'reset' },
  'ends early': { cutBodyAfter: 10, how: 'end' },
};

for (const [how, kind] of Object.entries(LOST)) {
  for (const maxAttempts of [1, 3]) {
    test(`a complete whose answer ${how} has completed (${maxAttempts} attempts)`, async (t) => {
      const server = await serverFor(t, { minPartBytes: 1 });
      const storage = storageOn(server, { ...PARTS, maxAttempts });
      server.faults.add({ operation: 'CompleteMultipartUpload', kind });
      await put(storage, 'f', LARGE);
      t.deepEqual(await get(storage, 'f'), LARGE);
      t.is(await storage.removeUnfinished(''), 0);
    });
  }
}

test('a put whose answer is lost is one', async (t) => {
  const server = await serverFor(t);
  const storage = storageOn(server, { maxAttempts: 1 });
  server.faults.add({ operation: 'PutObject', kind: { reset: 'after' } });
  await put(storage, 'f', bytesOf('x'));
  t.deepEqual(await get(storage, 'f'), bytesOf('x'));
});

test('an error inside of an answer that says 200 is an error', async (t) => {
  const server = await serverFor(t, { minPartBytes: 1 });
  const storage = storageOn(server, PARTS);
  server.faults.add({ operation: 'CompleteMultipartUpload', times: 3, kind: { errorInOk: 'InternalError' } });
  await put(storage, 'f', LARGE);
  t.deepEqual(await get(storage, 'f'), LARGE, 'tried again');
  server.faults.add({
    operation: 'CompleteMultipartUpload',
    times: Infinity,
    kind: { errorInOk: 'SlowDown' },
  });
  t.is(await codeOf(() => put(storage, 'g', LARGE)), 'STORAGE_FAILED');
  t.is(await storage.removeUnfinished(''), 0, 'what cannot be completed is aborted');
  t.deepEqual(await paths(storage), ['f']);
});

for (const operation of ['CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload', 'PutObject']) {
  test(`a ${operation} that fails for good leaves nothing, and a writer of no use`, async (t) => {
    const server = await serverFor(t, { minPartBytes: 1 });
    const storage = storageOn(server, { ...PARTS, maxAttempts: 2 });
    server.faults.add({ operation, times: Infinity, kind: { refuse: 403, code: 'AccessDenied' } });
    const content = operation === 'PutObject' ? bytesOf('x') : LARGE;
    const writer = await storage.createWriter('f');
    const writeAll = async (): Promise<void> => {
      for (const byte of content) await writer.write(Uint8Array.of(byte));
      await writer.close();
    };
    t.is(await codeOf(writeAll), 'REPOSITORY_UNWRITABLE');
    t.is(server.buckets.get('bucket')!.uploads.size, 0, 'aborted at once');
    t.is(await codeOf(() => writer.write(content)), 'STORAGE_FAILED');
    t.is(await codeOf(() => writer.close()), 'STORAGE_FAILED');
    await writer.abort();
    t.deepEqual(await paths(storage), []);
  });
}

test('what was written although nobody could tell is taken back by abort', async (t) => {
  for (const content of [bytesOf('x'), LARGE]) {
    const server = await serverFor(t, { minPartBytes: 1 });
    const storage = storageOn(server, { ...PARTS, maxAttempts: 1 });
    const operation = content === LARGE ? 'CompleteMultipartUpload' : 'PutObject';
    server.faults.add({ operation, kind: { reset: 'after' } });
    server.faults.add({ operation: 'HeadObject', kind: { reset: 'before' } });
    const writer = await storage.createWriter('f');
    await writer.write(content);
    t.is(await codeOf(() => writer.close()), 'STORAGE_FAILED');
    t.deepEqual(await paths(storage), ['f']);
    await writer.abort();
    t.deepEqual(await paths(storage), []);
  }
});

test('abort does not take away what another writer has put in its place', async (t) => {
  const server = await serverFor(t);
  const storage = storageOn(server, { maxAttempts: 1 });
  server.faults.add({ operation: 'PutObject', kind: { reset: 'after' } });
  server.faults.add({ operation: 'HeadObject', kind: { reset: 'before' } });
  const writer = await storage.createWriter('f');
  t.is(await codeOf(() => writer.close()), 'STORAGE_FAILED');
  await put(storage, 'f', bytesOf('other'));
  await writer.abort();
  t.deepEqual(await get(storage, 'f'), bytesOf('other'));
});

test('abort in the middle cancels parts that are on their way', async (t) => {
  const server = await serverFor(t, { minPartBytes: 1 });
  const storage = storageOn(server, PARTS);
  server.faults.add({ operation: 'UploadPart', times: Infinity, kind: { silence: true } });
  const writer: StorageWriter = await storage.createWriter('f');
  await writer.write(LARGE.subarray(0, 9));
  await writer.abort();
  t.is(server.buckets.get('bucket')!.uploads.size, 0);
});

test('errors inside of the answer to a deletion of many are not passed over', async (t) => {
  const server = await serverFor(t);
  const storage = storageOn(server, { maxAttempts: 2 });
  for (const path of ['d/a', 'd/b', 'd/c']) await put(storage, path);
  server.faults.add({ operation: 'DeleteObjectsKey', key: /b$/, kind: { refuse: 500, code: '' } });
  await storage.removeTree('d');
  t.deepEqual(await paths(storage), [], 'tried again, alone');
  await put(storage, 'd/b');
  server.faults.add({ operation: 'DeleteObjectsKey', key: /b$/, kind: { refuse: 500, code: '' } });
  server.faults.add({ operation: 'DeleteObject', kind: { refuse: 403, code: 'AccessDenied' } });
  const error = await errorOf(() => storage.removeTree('d'));
  t.is(error?.code, 'REPOSITORY_UNWRITABLE');
  t.regex(error!.message, /d\/b/);
});

test('more files than one deletion takes are removed', async (t) => {
  const server = await serverFor(t);
  const objects = server.buckets.get('bucket')!.objects;
  const file = { bytes: new Uint8Array(0), etag: '"x"', metadata: {} };
  for (let i = 0; i < 2345; i++) objects.set(`some/prefix/d/${i}`, file);
  objects.set('some/prefix/d/', file);
  objects.set('some/prefix/dd', file);
  const storage = storageOn(server);
  t.is((await storage.list('d')).length, 2345, 'a marker of a directory is no file');
  await storage.removeTree('d');
  t.deepEqual([...objects.keys()], ['some/prefix/dd']);
});

test('keys that cannot be are refused, also because of the prefix', async (t) => {
  const server = await serverFor(t);
  const storage = storageOn(server, {}, { prefix: Array(4).fill('p'.repeat(250)).join('/') });
  t.is(await codeOf(() => storage.createWriter('f'.repeat(20))), 'none');
  t.is(await codeOf(() => storage.createWriter('f'.repeat(21))), 'STORAGE_PATH');
  t.is(await codeOf(() => storageOn(server, {}, { prefix: '../up' })), 'STORAGE_PATH');
  t.is(await codeOf(() => storageOn(server, {}, { bucket: 'a/b' })), 'STORAGE_PATH');
  const noPrefix = storageOn(server, {}, { prefix: '' });
  await put(noPrefix, 'f');
  t.is(noPrefix.location, 's3://bucket');
  t.deepEqual(await paths(noPrefix), ['f']);
});

test('a connection serves many requests', async (t) => {
  const server = await serverFor(t, { minPartBytes: 1 });
  const storage = storageOn(server, { ...PARTS, maxSockets: 1, partsInFlight: 1 });
  for (let i = 0; i < 5; i++) {
    await put(storage, 'f', LARGE);
    await get(storage, 'f', 3);
    const reader = await storage.openReader('f');
    await reader.read(new Uint8Array(3));
    await reader.close();
  }
  storage.dispose?.();
  t.pass('one socket was enough: each was given back');
});
