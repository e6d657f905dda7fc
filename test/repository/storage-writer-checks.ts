import type { ExecutionContext } from 'ava';
import type { Storage } from '../../src/repository/storage/storage.js';
import { bytesOf, codeOf, get, paths, put } from './storage-helpers.js';

export interface Sizes {
  readonly largeChunkBytes: number;
  /** Files larger than this are sent in parts, where that matters. */
  readonly partBytes: number;
}

export type Check = (t: ExecutionContext, storage: Storage, sizes: Sizes) => Promise<void>;

const patterned = (sizeBytes: number): Uint8Array =>
  Uint8Array.from({ length: sizeBytes }, (_, i) => (i * 31 + (i >> 8)) & 0xff);

const isSame = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** What becomes of a file while it is written, and when that ends badly. */
export const WRITER_CHECKS: Readonly<Record<string, Check>> = {
  'files of any number of parts are whole, whether their size was told or not': async (
    t,
    storage,
    { partBytes },
  ) => {
    const all = patterned(3 * partBytes + 1);
    const sizes = [0, 1, partBytes - 1, partBytes, partBytes + 1, 2 * partBytes, 3 * partBytes + 1];
    for (const sizeBytes of sizes) {
      for (const told of [undefined, sizeBytes]) {
        const chunkBytes = Math.max(1, Math.ceil(sizeBytes / (told === undefined ? 3 : 1)));
        const writer = await storage.createWriter('f', told);
        for (let at = 0; at < sizeBytes; at += chunkBytes) {
          await writer.write(all.subarray(at, Math.min(at + chunkBytes, sizeBytes)));
        }
        await writer.close();
        t.true(isSame(await get(storage, 'f', 1 << 20), all.subarray(0, sizeBytes)), `${sizeBytes} ${told}`);
        t.deepEqual(await storage.list(''), [{ path: 'f', sizeBytes }]);
      }
    }
  },

  'a file is listed and readable as soon as it is closed, and gone as soon as it is removed': async (
    t,
    storage,
  ) => {
    for (let i = 0; i < 5; i++) {
      await put(storage, `d/f${i}`, bytesOf(`${i}`));
      t.deepEqual((await storage.listNames('d')).at(-1), `f${i}`);
      t.deepEqual(await get(storage, `d/f${i}`), bytesOf(`${i}`));
    }
    await storage.remove('d/f2');
    t.deepEqual(await storage.listNames('d'), ['f0', 'f1', 'f3', 'f4']);
    t.is(await codeOf(() => storage.openReader('d/f2')), 'STORAGE_NOT_FOUND');
  },

  'what is overwritten without rename stays until the new file is whole': async (
    t,
    storage,
    { partBytes },
  ) => {
    if (storage.canRename) {
      t.pass('a storage with rename is written to another name');
      return;
    }
    await put(storage, 'f', bytesOf('old'));
    const given = await storage.createWriter('f');
    await given.write(patterned(2 * partBytes + 1));
    t.deepEqual(await get(storage, 'f'), bytesOf('old'));
    await given.abort();
    t.deepEqual(await get(storage, 'f'), bytesOf('old'));
    t.deepEqual(await storage.list(''), [{ path: 'f', sizeBytes: 3 }]);
  },

  'of writers of one path at once, one wins whole': async (t, storage, { partBytes }) => {
    const contents = [1, 2, 3, 4].map((i) => new Uint8Array(i * partBytes - i).fill(i));
    const write = async (bytes: Uint8Array, i: number): Promise<void> => {
      const path = storage.canRename ? `d/f.part${i}` : 'd/f';
      const writer = await storage.createWriter(path);
      const half = bytes.length >> 1;
      await writer.write(bytes.subarray(0, half));
      await writer.write(bytes.subarray(half));
      await writer.close();
      if (storage.canRename) await storage.rename(path, 'd/f');
    };
    await Promise.all(contents.map(write));
    const found = await get(storage, 'd/f', 1 << 20);
    t.is(contents.filter((bytes) => isSame(bytes, found)).length, 1);
    t.deepEqual(await paths(storage), ['d/f']);
    t.is(await storage.removeUnfinished(''), 0);
  },

  'a file that is given up in the middle leaves nothing': async (t, storage, { partBytes }) => {
    for (const parts of [0.5, 1, 1.5, 2.5]) {
      const writer = await storage.createWriter('d/f');
      await writer.write(patterned(Math.floor(parts * partBytes)));
      await writer.abort();
      t.deepEqual(await paths(storage), []);
      t.is(await storage.removeUnfinished(''), 0, `${parts} parts`);
    }
  },

  'what a killed writer left unseen is taken back': async (t, storage, { partBytes }) => {
    const left = ['a/b/f', 'a/b/c/ä +%', 'a/bc/f', 'a/b/f'];
    for (const path of left) {
      const writer = await storage.createWriter(path);
      await writer.write(patterned(partBytes + 1));
    }
    await put(storage, 'a/b/kept', bytesOf('x'));
    const isS3 = storage.kind === 's3';
    t.is(await storage.removeUnfinished('a/b'), isS3 ? 3 : 0);
    t.is(await storage.removeUnfinished('a/b'), 0);
    t.is(await storage.removeUnfinished(''), isS3 ? 1 : 0);
    if (!storage.canRename) t.deepEqual(await paths(storage), ['a/b/kept']);
    t.is(await codeOf(() => storage.removeUnfinished('../a')), 'STORAGE_PATH');
  },
};
