import test, { type ExecutionContext } from 'ava';
import { randomStream } from '../../src/base/random.js';
import { s3Storage } from '../../src/repository/storage/s3/s3-storage.js';
import type { Storage } from '../../src/repository/storage/storage.js';
import { bytesOf, get, paths, put } from '../repository/storage-helpers.js';
import { FAST_BACKOFF, serverFor, specOf } from '../repository/storage-s3.js';
import { startProxy, TROUBLES, type FaultyProxy } from './proxy.js';

const CONTENT = bytesOf('0123456789');
/** Of these the storage cannot know: whoever reads must hold what it reads against a checksum. */
const UNSEEN = new Set(['bit of the answer', 'stale listing']);

async function setUp(t: ExecutionContext): Promise<{ storage: Storage; proxy: FaultyProxy }> {
  const server = await serverFor(t, { minPartBytes: 1 });
  const proxy = await startProxy(server.endpoint, randomStream('1', t.title));
  t.teardown(() => proxy.close());
  const { credentials } = server;
  const timeouts = { idleTimeoutMs: 150, backoff: FAST_BACKOFF };
  const storage = s3Storage(specOf(server, { endpoint: proxy.endpoint }), {
    credentials,
    partSizeBytes: 4,
    ...timeouts,
  });
  return { storage, proxy };
}

for (const trouble of TROUBLES.filter((one) => !UNSEEN.has(one))) {
  test(`${trouble}: files are written and read whole all the same`, async (t) => {
    const { storage, proxy } = await setUp(t);
    Object.assign(proxy, { chance: 1, troubles: [trouble], left: 0 });
    const troubled = async <T>(run: () => Promise<T>): Promise<T> => {
      proxy.left = 1;
      return run();
    };
    await troubled(() => put(storage, 'd/small', CONTENT.subarray(0, 3)));
    await troubled(() => put(storage, 'd/large', CONTENT));
    t.deepEqual(await troubled(() => get(storage, 'd/large')), CONTENT);
    t.deepEqual(await troubled(() => get(storage, 'd/small')), CONTENT.subarray(0, 3));
    t.deepEqual(await troubled(() => paths(storage)), ['d/large', 'd/small']);
    t.is(await troubled(async () => storage.sizeOf('d/large')), CONTENT.length);
    proxy.chance = 0;
    t.deepEqual(await paths(storage), ['d/large', 'd/small']);
    t.deepEqual(await get(storage, 'd/large'), CONTENT);
    t.is(await storage.removeUnfinished(''), 0, 'no upload is left');
    t.true((proxy.struck.get(trouble) ?? 0) > 0);
  });
}
