import test from 'ava';
import { memoryStorage } from '../../../src/repository/storage/memory.js';
import { storageConformance } from '../storage-conformance.js';
import { bytesOf, get, put } from '../storage-helpers.js';

storageConformance('memory', () => ({ storage: memoryStorage(), dispose: () => undefined }));
storageConformance('memory without rename', () => ({
  storage: memoryStorage({ canRename: false }),
  dispose: () => undefined,
}));

test('an aborted overwriting leaves what was there', async (t) => {
  const storage = memoryStorage();
  await put(storage, 'f', bytesOf('old'));
  const writer = await storage.createWriter('f');
  await writer.write(bytesOf('new'));
  await writer.abort();
  t.deepEqual(await get(storage, 'f'), bytesOf('old'));
});
