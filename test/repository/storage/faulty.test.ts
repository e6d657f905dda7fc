import test from 'ava';
import * as fc from 'fast-check';
import { faulty, type FaultyOperation } from '../../../src/repository/storage/faulty.js';
import { memoryStorage } from '../../../src/repository/storage/memory.js';
import type { Storage } from '../../../src/repository/storage/storage.js';
import { storageConformance } from '../storage-conformance.js';
import { bytesOf, codeOf, errorOf, get, paths, put } from '../storage-helpers.js';

for (const canRename of [true, false]) {
  storageConformance(`faulty, empty plan, ${canRename ? 'with' : 'without'} rename`, () => ({
    storage: faulty(memoryStorage({ canRename }), { faults: [] }),
    dispose: () => undefined,
  }));
}

const OPERATIONS: Readonly<Record<FaultyOperation, (storage: Storage) => unknown>> = {
  list: (storage) => storage.list(''),
  listNames: (storage) => storage.listNames(''),
  sizeOf: (storage) => storage.sizeOf('there'),
  createWriter: (storage) => storage.createWriter('f'),
  write: (storage) => put(storage, 'g', bytesOf('content')),
  close: (storage) => put(storage, 'g', bytesOf('content')),
  abort: async (storage) => (await storage.createWriter('g')).abort(),
  openReader: (storage) => storage.openReader('there'),
  read: (storage) => get(storage, 'there'),
  rename: (storage) => storage.rename('there', 'g'),
  syncNames: (storage) => storage.syncNames(''),
  remove: (storage) => storage.remove('there'),
  removeTree: (storage) => storage.removeTree('d'),
  removeUnfinished: (storage) => storage.removeUnfinished(''),
};

for (const [operation, run] of Object.entries(OPERATIONS) as [
  FaultyOperation,
  (storage: Storage) => unknown,
][]) {
  test(`the second ${operation} fails, and no other`, async (t) => {
    const inner = memoryStorage();
    const storage = faulty(inner, { faults: [{ operation, nth: 2, code: 'DISK_FULL' }] });
    const codes: string[] = [];
    for (let i = 0; i < 3; i++) {
      await put(inner, 'there', bytesOf('x'));
      codes.push(await codeOf(() => run(storage)));
    }
    // A whole file is read by two reads, the second of which is its end.
    t.deepEqual(codes, operation === 'read' ? ['DISK_FULL', 'none', 'none'] : ['none', 'DISK_FULL', 'none']);
  });
}

test('before its effect, in the middle of it, or after it', async (t) => {
  const left = async (when: 'before' | 'middle' | 'after'): Promise<string> => {
    const inner = memoryStorage();
    const storage = faulty(inner, { faults: [{ operation: 'write', nth: 1, when }] });
    const writer = await storage.createWriter('f');
    const error = await errorOf(() => writer.write(bytesOf('content!')));
    t.is(error?.code, 'STORAGE_FAILED');
    t.regex(error!.message, new RegExp(`write of "f" failed ${when}`));
    await writer.close();
    return new TextDecoder().decode(await get(inner, 'f'));
  };
  t.deepEqual([await left('before'), await left('middle'), await left('after')], ['', 'cont', 'content!']);
  const inner = memoryStorage();
  await put(inner, 'f');
  const storage = faulty(inner, {
    faults: [
      { operation: 'remove', nth: 1 },
      { operation: 'remove', nth: 2, when: 'after' },
    ],
  });
  t.is(await codeOf(() => storage.remove('f')), 'STORAGE_FAILED');
  t.deepEqual(await paths(inner), ['f']);
  t.is(await codeOf(() => storage.remove('f')), 'STORAGE_FAILED');
  t.deepEqual(await paths(inner), []);
});

test('paths choose, and only what they choose is counted', async (t) => {
  const faults = [{ operation: 'close', path: /__info/, nth: 2 }] as const;
  const storage = faulty(memoryStorage(), { faults });
  for (const path of ['a', '__info_1', 'b']) t.is(await codeOf(() => put(storage, path)), 'none', path);
  t.is(await codeOf(() => put(storage, '__info_2')), 'STORAGE_FAILED');
  t.deepEqual(await paths(storage), ['__info_1', 'a', 'b']);
});

test('chances are drawn from the seed: the same plan fails the same operations', async (t) => {
  const run = async (seed: string, chance: number): Promise<string> => {
    const storage = faulty(memoryStorage(), { faults: [{ operation: 'remove', chance }], seed });
    const codes: string[] = [];
    for (let i = 0; i < 64; i++) codes.push(await codeOf(() => storage.remove('f')));
    return codes.map((code) => (code === 'none' ? '.' : 'x')).join('');
  };
  await fc.assert(
    fc.asyncProperty(fc.string(), async (seed) => (await run(seed, 0.5)) === (await run(seed, 0.5))),
    { numRuns: 20 },
  );
  t.not(await run('a', 0.5), await run('b', 0.5));
  t.is(await run('a', 1), 'x'.repeat(64));
  t.is(await run('a', 0), '.'.repeat(64));
});
