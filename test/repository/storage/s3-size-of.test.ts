import test from 'ava';
import { bytesOf, codeOf, put } from '../storage-helpers.js';
import { serverFor, storageOn } from '../storage-s3.js';

test('a size is asked for again where the server fails in passing, and a failure is not taken for absence', async (t) => {
  const server = await serverFor(t);
  const storage = storageOn(server, { maxAttempts: 3 });
  await put(storage, 'd/f', bytesOf('hello'));
  const operation = 'HeadObject';
  server.faults.add({ operation, times: 2, kind: { refuse: 500, code: 'InternalError' } });
  t.is(await storage.sizeOf('d/f'), 5);
  server.faults.add({ operation, times: 3, kind: { refuse: 500, code: 'InternalError' } });
  t.is(await codeOf(() => storage.sizeOf('d/f')), 'STORAGE_FAILED');
  server.faults.add({ operation, kind: { refuse: 403, code: 'AccessDenied' } });
  t.is(await codeOf(() => storage.sizeOf('d/f')), 'REPOSITORY_UNREADABLE');
  server.faults.add({ operation, times: 3, kind: { reset: 'before' } });
  t.is(await codeOf(() => storage.sizeOf('d/f')), 'STORAGE_FAILED');
});
