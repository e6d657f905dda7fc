import test from 'ava';
import * as fc from 'fast-check';
import type { FaultKind } from '../../s3-server/faults.js';
import { bytesOf, errorOf, get, put } from '../storage-helpers.js';
import { FAST_BACKOFF, MIB, serverFor, storageOn } from '../storage-s3.js';

const CONTENT = Uint8Array.from({ length: 1000 }, (_, i) => i * 7);

test('wherever and however often connections break, every byte is read once', async (t) => {
  const server = await serverFor(t);
  const storage = storageOn(server);
  await put(storage, 'f', CONTENT);
  const cut = fc.record({
    cutBodyAfter: fc.nat({ max: 400 }),
    how: fc.constantFrom('reset' as const, 'end' as const),
  });
  const cuts = fc.array(cut, { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(cuts, fc.integer({ min: 1, max: 1200 }), async (kinds, bufferBytes) => {
      server.faults.clear();
      server.faults.add(...kinds.map((kind) => ({ operation: 'GetObject', kind })));
      return Buffer.compare(await get(storage, 'f', bufferBytes), CONTENT) === 0;
    }),
    { numRuns: 40 },
  );
  t.pass();
});

test('a resumed read asks for the rest of the same object only', async (t) => {
  const server = await serverFor(t);
  const storage = storageOn(server);
  await put(storage, 'f', CONTENT);
  server.faults.add({ operation: 'GetObject', kind: { cutBodyAfter: 300, how: 'end' } });
  await get(storage, 'f');
  const reads = server.requests.filter(({ operation }) => operation === 'GetObject');
  t.deepEqual(
    reads.map(({ headers }) => headers['range']),
    [undefined, 'bytes=300-'],
  );
  t.truthy(reads[1]!.headers['if-match']);
});

test('a body that stops is given up and resumed', async (t) => {
  const server = await serverFor(t);
  const storage = storageOn(server, { idleTimeoutMs: 60 });
  await put(storage, 'f', CONTENT);
  server.faults.add({ operation: 'GetObject', kind: { stallBodyAfter: 100 } });
  t.deepEqual(await get(storage, 'f'), CONTENT);
});

test('a file that is replaced while it is read is not read as a mixture of both', async (t) => {
  const server = await serverFor(t);
  const storage = storageOn(server);
  await put(storage, 'f', CONTENT);
  server.faults.add({ operation: 'GetObject', kind: { cutBodyAfter: 300, how: 'end' } });
  const reader = await storage.openReader('f');
  await reader.read(new Uint8Array(100));
  await put(storage, 'f', CONTENT.toReversed());
  const error = await errorOf(() => reader.read(new Uint8Array(900)));
  t.is(error?.code, 'STORAGE_FAILED');
  t.regex(error!.message, /replaced while it was read/);
  await reader.close();
});

test('a file that is removed while it is read is not a short file', async (t) => {
  const server = await serverFor(t);
  const storage = storageOn(server);
  await put(storage, 'f', CONTENT);
  server.faults.add({ operation: 'GetObject', kind: { cutBodyAfter: 300, how: 'end' } });
  const reader = await storage.openReader('f');
  await storage.remove('f');
  const error = await errorOf(() => reader.read(new Uint8Array(1000)));
  t.is(error?.code, 'STORAGE_NOT_FOUND');
  await reader.close();
});

for (const [what, kind] of Object.entries<FaultKind>({
  'reset without a byte': { cutBodyAfter: 0, how: 'reset' },
  'ended without a byte': { cutBodyAfter: 0, how: 'end' },
})) {
  test(`connections that are all ${what} are an error, not the end of the file`, async (t) => {
    const server = await serverFor(t);
    const storage = storageOn(server, { maxAttempts: 3 });
    await put(storage, 'f', CONTENT);
    server.faults.add({ operation: 'GetObject', times: Infinity, kind });
    const error = await errorOf(() => get(storage, 'f'));
    t.is(error?.code, 'STORAGE_FAILED');
    t.regex(error!.message, /the connection broke/);
    const reads = server.requests.filter(({ operation }) => operation === 'GetObject').length;
    t.true(reads <= 9, `${reads} tries`);
  });
}

test('connections that break, each after a good piece, carry a large file', async (t) => {
  const server = await serverFor(t);
  const storage = storageOn(server, { maxAttempts: 2, backoff: FAST_BACKOFF });
  const large = new Uint8Array(6 * MIB).map((_, i) => i >> 10);
  await put(storage, 'f', large);
  const kind: FaultKind = { cutBodyAfter: 1.5 * MIB, how: 'end' };
  server.faults.add({ operation: 'GetObject', times: 3, kind });
  t.is(Buffer.compare(await get(storage, 'f', MIB), large), 0);
});

test('a connection that breaks while nobody reads harms nobody', async (t) => {
  const server = await serverFor(t);
  const storage = storageOn(server);
  await put(storage, 'f', CONTENT);
  server.faults.add({ operation: 'GetObject', kind: { cutBodyAfter: 10, how: 'reset' } });
  const reader = await storage.openReader('f');
  await put(storage, 'g', bytesOf('meanwhile'));
  const all = new Uint8Array(2000);
  t.is(await reader.read(all), 1000);
  t.deepEqual(all.subarray(0, 1000), CONTENT);
  t.is(await reader.read(all), 0);
  await reader.close();
  await reader.close();
  t.is((await errorOf(() => reader.read(all)))?.code, 'STORAGE_FAILED');
});
