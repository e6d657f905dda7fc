import test, { type ExecutionContext } from 'ava';
import * as fc from 'fast-check';
import type { Storage } from '../../src/repository/storage/storage.js';
import { bytesOf, codeOf, get, paths, put } from './storage-helpers.js';
import { agreesWithModel } from './storage-model.js';
import { WRITER_CHECKS, type Check } from './storage-writer-checks.js';

/** How to get an empty storage to test, and how to be rid of it. */
export interface StorageFixture {
  readonly storage: Storage;
  readonly dispose: () => unknown;
  /** Files larger than this are sent in parts; undefined where nothing depends on the size. */
  readonly partBytes?: number;
}

export interface ConformanceOptions {
  /** Runs of the model's property. Default: 60. */
  readonly modelRuns?: number;
  /** A large file is five chunks of this. Default: 1 MiB. */
  readonly largeChunkBytes?: number;
}

const LONGEST_NAME = 'n'.repeat(255);

/** Names that are awkward for shells, URLs, terminals or file systems, and still names. */
export const ODD_NAMES = [
  'with space',
  ' leading',
  'trailing ',
  '.hidden',
  '..two',
  '...',
  'a..b',
  '-rf',
  '~',
  '$HOME',
  '*',
  '?',
  '#',
  '%',
  '%2F',
  '%00',
  'a%20b',
  "it's",
  '"quoted"',
  'back\\slash',
  'back\\..\\slash',
  'semi;colon',
  'a:b',
  'a&b=c',
  'a+b',
  'new\nline',
  'tab\t',
  '\u007F',
  'größe',
  'Größe',
  'gro\u0308ße',
  '表',
  '🗄️',
  '\u202Eabc',
  'é'.repeat(127),
  '__proto__',
  'constructor',
  'CON',
  'file.part',
  `file.${'0'.repeat(32)}`,
  LONGEST_NAME,
];

const BAD_PATHS = [
  '..',
  '../a',
  'a/..',
  'a/../b',
  'a/../../b',
  '.',
  './a',
  'a/./b',
  '/',
  '/etc/passwd',
  '//a',
  'a//b',
  'a/',
  '/a/',
  'a\0b',
  '\0',
  `${LONGEST_NAME}n`,
  `a/${'é'.repeat(128)}/b`,
  'half\uD83D',
  '\uDDC4half/a',
];

/** Registers the tests that every storage must pass. `open` makes a new, empty one each time. */
export function storageConformance(
  name: string,
  open: () => StorageFixture | Promise<StorageFixture>,
  { modelRuns = 60, largeChunkBytes = 1024 * 1024 }: ConformanceOptions = {},
): void {
  const withStorage = (check: Check) => async (t: ExecutionContext) => {
    const { storage, dispose, partBytes = 1000 } = await open();
    try {
      await check(t, storage, { largeChunkBytes, partBytes });
    } finally {
      await dispose();
    }
  };
  for (const [title, check] of Object.entries({ ...CHECKS, ...WRITER_CHECKS })) {
    test(`${name}: ${title}`, withStorage(check));
  }

  test(`${name}: any commands in any order do what they do to a map`, async (t) => {
    await t.notThrowsAsync(fc.assert(agreesWithModel(open), { numRuns: modelRuns }));
  });
}

const CHECKS: Readonly<Record<string, Check>> = {
  'an empty storage has nothing': async (t, storage) => {
    t.deepEqual(await storage.list(''), []);
    t.deepEqual(await storage.list('no/where'), []);
    t.deepEqual(await storage.listNames(''), []);
    t.deepEqual(await storage.listNames('no/where'), []);
  },

  'what was written is read and listed': async (t, storage) => {
    await put(storage, 'a/b/c', bytesOf('hello '), bytesOf('world'));
    t.deepEqual(await get(storage, 'a/b/c'), bytesOf('hello world'));
    t.deepEqual(await storage.list(''), [{ path: 'a/b/c', sizeBytes: 11 }]);
    t.deepEqual(await storage.list('a/b'), [{ path: 'a/b/c', sizeBytes: 11 }]);
    t.deepEqual(await storage.list('a/b/c'), [], 'a file is not below itself');
  },

  'a read fills no more than its buffer': async (t, storage) => {
    const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i);
    await put(storage, 'f', bytes);
    for (const bufferBytes of [1, 7, 999, 1000, 1001])
      t.deepEqual(await get(storage, 'f', bufferBytes), bytes);
  },

  'readers of one file do not disturb each other': async (t, storage) => {
    await put(storage, 'f', bytesOf('abcdef'));
    const [one, two] = [await storage.openReader('f'), await storage.openReader('f')];
    const buffer = new Uint8Array(3);
    await one.read(buffer);
    await two.read(buffer);
    t.deepEqual(buffer, bytesOf('abc'));
    await one.read(buffer);
    t.deepEqual(buffer, bytesOf('def'));
    await one.close();
    await two.close();
  },

  'empty files are files': async (t, storage) => {
    await put(storage, 'never-written-to');
    await put(storage, 'written-nothing', new Uint8Array(0));
    t.deepEqual(await paths(storage), ['never-written-to', 'written-nothing']);
    t.is((await get(storage, 'never-written-to')).length, 0);
    t.is((await get(storage, 'written-nothing')).length, 0);
  },

  'large files keep every byte, and writers do not keep the buffer': async (
    t,
    storage,
    { largeChunkBytes },
  ) => {
    const chunkBytes = largeChunkBytes;
    const chunks = 5;
    for (const buffer of [new Uint8Array(chunkBytes), Buffer.alloc(chunkBytes)]) {
      const writer = await storage.createWriter('large');
      for (let i = 1; i <= chunks; i++) {
        buffer.fill(i);
        await writer.write(buffer);
        buffer.fill(0xff);
      }
      await writer.close();
      const reader = await storage.openReader('large');
      const read = new Uint8Array(chunkBytes + 1);
      const counts = new Float64Array(256);
      let sizeBytes = 0;
      for (let n = await reader.read(read); n > 0; n = await reader.read(read)) {
        for (let i = 0; i < n; i++) counts[read[i]!]!++;
        sizeBytes += n;
      }
      await reader.close();
      t.is(sizeBytes, chunks * chunkBytes);
      for (let i = 1; i <= chunks; i++) t.is(counts[i], chunkBytes, `bytes ${i}`);
    }
  },

  'the size of a file is told, and that of anything else is not': async (t, storage) => {
    await put(storage, 'a/b/f', bytesOf('hello'));
    await put(storage, 'a/b/empty');
    t.is(await storage.sizeOf('a/b/f'), 5);
    t.is(await storage.sizeOf('a/b/empty'), 0);
    for (const path of ['a', 'a/b', 'a/b/fi', 'a/b/g', 'x', 'x/y', 'a/b/f/g'])
      t.is(await storage.sizeOf(path), undefined, path);
    await put(storage, 'a/b/f', bytesOf('replaced'));
    t.is(await storage.sizeOf('a/b/f'), 8);
    await storage.remove('a/b/f');
    t.is(await storage.sizeOf('a/b/f'), undefined);
  },

  'writing again replaces, also by something shorter': async (t, storage) => {
    await put(storage, 'f', bytesOf('the first and longer one'));
    await put(storage, 'f', bytesOf('second'));
    t.deepEqual(await get(storage, 'f'), bytesOf('second'));
    t.deepEqual(await storage.list(''), [{ path: 'f', sizeBytes: 6 }]);
  },

  'nothing appears before close where there is no rename': async (t, storage) => {
    const writer = await storage.createWriter('a/f');
    await writer.write(bytesOf('half'));
    if (!storage.canRename) {
      t.deepEqual(await paths(storage), []);
      t.is(await codeOf(() => storage.openReader('a/f')), 'STORAGE_NOT_FOUND');
    }
    await writer.write(bytesOf(' and half'));
    await writer.close();
    t.deepEqual(await get(storage, 'a/f'), bytesOf('half and half'));
  },

  'an aborted file was never there': async (t, storage) => {
    for (const chunks of [0, 1, 3]) {
      const writer = await storage.createWriter('a/f');
      for (let i = 0; i < chunks; i++) await writer.write(bytesOf('something'));
      await writer.abort();
      await writer.abort();
      t.deepEqual(await paths(storage), []);
      t.is(await codeOf(() => storage.openReader('a/f')), 'STORAGE_NOT_FOUND');
      t.not(await codeOf(() => writer.write(bytesOf('late'))), 'none', 'a writer is of no use after abort');
      t.not(await codeOf(() => writer.close()), 'none');
      t.deepEqual(await paths(storage), []);
    }
  },

  'abort after close leaves the file': async (t, storage) => {
    const writer = await storage.createWriter('f');
    await writer.write(bytesOf('whole'));
    await writer.close();
    await writer.abort();
    t.deepEqual(await get(storage, 'f'), bytesOf('whole'));
  },

  'a file that is not there is STORAGE_NOT_FOUND, and removing it is fine': async (t, storage) => {
    await put(storage, 'a/f', bytesOf('x'));
    for (const path of ['a/g', 'b', 'b/c/d']) {
      t.is(await codeOf(() => storage.openReader(path)), 'STORAGE_NOT_FOUND', path);
      if (storage.canRename) t.is(await codeOf(() => storage.rename(path, 'z')), 'STORAGE_NOT_FOUND', path);
      t.is(await codeOf(() => storage.remove(path)), 'none', path);
      t.is(await codeOf(() => storage.removeTree(path)), 'none', path);
    }
    t.deepEqual(await paths(storage), ['a/f']);
  },

  'odd names are names like others': async (t, storage) => {
    const files = ODD_NAMES.flatMap((name) => [`d/${name}`, `e/${name}/f`]);
    for (const path of files) await put(storage, path, bytesOf(path));
    t.deepEqual(await paths(storage), files.toSorted());
    t.deepEqual(await storage.listNames('d'), ODD_NAMES.toSorted());
    t.deepEqual(await storage.listNames('e'), ODD_NAMES.toSorted());
    for (const path of files) t.deepEqual(await get(storage, path), bytesOf(path), path);
    for (const name of ODD_NAMES) t.deepEqual(await paths(storage, `e/${name}`), [`e/${name}/f`]);
    for (const path of files) await storage.remove(path);
    t.deepEqual(await paths(storage), []);
  },

  'lists are sorted by code units of the whole path': async (t, storage) => {
    const files = [
      'a/b',
      'a.b',
      'a-b',
      'a0',
      'a',
      'B',
      'b',
      'ab/c',
      'é',
      'z',
      '\uFFFD',
      '🗄️',
      'Z/1',
      'Z/10',
      'Z/2',
    ];
    const storable = files.filter((path) => path !== 'a');
    for (const path of storable) await put(storage, path);
    t.deepEqual(await paths(storage), storable.toSorted());
    t.deepEqual(
      await storage.listNames(''),
      [...new Set(storable.map((path) => path.split('/')[0]!))].sort(),
    );
  },

  'listNames tells of files and directories, one level': async (t, storage) => {
    for (const path of ['top', 'a/f', 'a/d/g', 'a/d/h', 'a/d/e/i', 'ab/f']) await put(storage, path);
    t.deepEqual(await storage.listNames(''), ['a', 'ab', 'top']);
    t.deepEqual(await storage.listNames('a'), ['d', 'f']);
    t.deepEqual(await storage.listNames('a/d'), ['e', 'g', 'h']);
    t.deepEqual(await storage.listNames('top'), []);
  },

  'many writers at once write each their own file': async (t, storage) => {
    const count = 50;
    const content = (i: number): Uint8Array => bytesOf(`content of ${i} `.repeat(100));
    const write = async (i: number): Promise<void> => {
      const writer = await storage.createWriter(`d${i % 5}/f${i}`);
      const bytes = content(i);
      for (let at = 0; at < bytes.length; at += 100) {
        await writer.write(bytes.subarray(at, at + 100));
        await Promise.resolve();
      }
      await writer.close();
    };
    await Promise.all(Array.from({ length: count }, (_, i) => write(i)));
    t.is((await paths(storage)).length, count);
    for (let i = 0; i < count; i++) t.deepEqual(await get(storage, `d${i % 5}/f${i}`), content(i));
  },

  'rename moves, replaces, and makes directories': async (t, storage) => {
    await put(storage, 'a/f.part', bytesOf('new'));
    await put(storage, 'a/f', bytesOf('old'));
    if (!storage.canRename) {
      t.is(await codeOf(() => storage.rename('a/f.part', 'a/f')), 'NOT_SUPPORTED');
      t.deepEqual(await paths(storage), ['a/f', 'a/f.part']);
      return;
    }
    await storage.rename('a/f.part', 'a/f');
    t.deepEqual(await paths(storage), ['a/f']);
    t.deepEqual(await get(storage, 'a/f'), bytesOf('new'));
    await storage.rename('a/f', 'b/c/g');
    t.deepEqual(await paths(storage), ['b/c/g']);
    await storage.rename('b/c/g', 'b/c/g');
    await storage.rename('b/c/g', 'b/c/h', { syncName: false });
    t.deepEqual(await get(storage, 'b/c/h'), bytesOf('new'), 'seen before its name is synced');
    await storage.syncNames('b/c');
    t.deepEqual(await paths(storage), ['b/c/h']);
  },

  'removeTree removes the tree and nothing beside it': async (t, storage) => {
    const kept = ['a/bc', 'a/b.c', 'a/c/b/d', 'ab/b', 'b/a', 'a/bc.d/e'];
    for (const path of [...kept, 'a/b/1', 'a/b/c/2', 'a/b/c/d/3']) await put(storage, path);
    await storage.removeTree('a/b');
    t.deepEqual(await paths(storage), kept.toSorted());
    t.deepEqual((await storage.listNames('a')).includes('b'), false);
    await storage.removeTree('a/bc');
    t.true((await paths(storage)).includes('a/bc'), 'a file is not a tree');
    await put(storage, 'a/b/c/again', bytesOf('x'));
    t.deepEqual(await paths(storage, 'a/b'), ['a/b/c/again'], 'its directories come back when needed');
  },

  'paths that leave the storage, or are none, are refused': async (t, storage) => {
    await put(storage, 'a/f', bytesOf('x'));
    for (const path of [...BAD_PATHS, '']) {
      const refused = async (what: string, run: () => unknown): Promise<void> => {
        t.is(await codeOf(run), 'STORAGE_PATH', `${what} ${JSON.stringify(path)}`);
      };
      await refused('write', () => storage.createWriter(path));
      await refused('read', () => storage.openReader(path));
      await refused('sizeOf', () => storage.sizeOf(path));
      await refused('remove', () => storage.remove(path));
      await refused('removeTree', () => storage.removeTree(path));
      if (storage.canRename) {
        await refused('rename from', () => storage.rename(path, 'b'));
        await refused('rename to', () => storage.rename('a/f', path));
      }
      if (path === '') continue;
      await refused('removeUnfinished', () => storage.removeUnfinished(path));
      await refused('list', () => storage.list(path));
      await refused('listNames', () => storage.listNames(path));
      await refused('syncNames', () => storage.syncNames(path));
    }
    t.deepEqual(await paths(storage), ['a/f']);
  },
};
