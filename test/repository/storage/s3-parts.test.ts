import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import * as fc from 'fast-check';
import { openStorage } from '../../../src/repository/storage/open.js';
import { settingsOf } from '../../../src/repository/storage/s3/settings.js';
import { bytesOf, get, put } from '../storage-helpers.js';
import { serverFor, specOf, storageOn } from '../storage-s3.js';

const operations = (requests: readonly { operation: string }[]): string[] =>
  requests.map(({ operation }) => operation);

test('what is said of parts is what is done, and what is told', async (t) => {
  const server = await serverFor(t, { minPartBytes: 1 });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 40 }),
      async (partBytes, parallel, sizeBytes) => {
        server.requests.length = 0;
        const parts = { partBytes, parallel };
        const storage = await openStorage(specOf(server), server.credentials, parts);
        t.deepEqual(storage.parts, parts);
        const content = bytesOf('x'.repeat(sizeBytes));
        await put(storage, 'f', content);
        const sent = server.requests.filter(({ operation }) => /^(PutObject|UploadPart)$/.test(operation));
        t.deepEqual(await get(storage, 'f'), content);
        const wanted: number[] = [];
        for (let left = sizeBytes; left > 0; left -= partBytes) wanted.push(Math.min(left, partBytes));
        t.deepEqual(
          sent.map(({ bodyBytes }) => bodyBytes).sort((a, b) => b - a),
          wanted,
        );
        t.is(sent[0]!.operation, sizeBytes > partBytes ? 'UploadPart' : 'PutObject');
        storage.dispose?.();
      },
    ),
    { numRuns: 25 },
  );
});

test('without a word on parts, there are those that suit most', async (t) => {
  const server = await serverFor(t);
  t.deepEqual((await openStorage(specOf(server), server.credentials)).parts, {
    partBytes: 8 * 2 ** 20,
    parallel: 2,
  });
});

test('there are connections enough for the parts of one file', (t) => {
  t.is(settingsOf({}).maxSockets, 256);
  t.is(settingsOf({ partsInFlight: 1000 }).maxSockets, 1000);
});

test('a part goes out when it is full and more is to come, and the file that just fits does not', async (t) => {
  const server = await serverFor(t, { minPartBytes: 1 });
  const storage = storageOn(server, { partSizeBytes: 4, partsInFlight: 1 });
  const whole = await storage.createWriter('whole', 4);
  await whole.write(bytesOf('abcd'));
  t.deepEqual(operations(server.requests), []);
  await whole.close();
  t.deepEqual(operations(server.requests), ['PutObject']);
  const larger = await storage.createWriter('larger', 9);
  await larger.write(bytesOf('abcd'));
  for (let tries = 0; server.requests.at(-1)?.operation !== 'UploadPart' && tries < 1000; tries++)
    await sleep(5);
  t.is(server.requests.at(-1)?.operation, 'UploadPart');
  // Of what no size was told, this may be all.
  const untold = await storage.createWriter('untold');
  await untold.write(bytesOf('abcd'));
  await larger.write(bytesOf('efghi'));
  await larger.close();
  t.deepEqual(operations(server.requests).slice(1, 3), ['CreateMultipartUpload', 'UploadPart']);
  await untold.close();
  t.is(operations(server.requests).at(-1), 'PutObject');
  t.is(server.requests.filter(({ operation }) => operation === 'UploadPart').length, 3);
});
