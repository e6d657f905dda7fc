import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { knownDirectories } from '../../../src/repository/storage/local-directories.js';
import { localStorage } from '../../../src/repository/storage/local.js';
import type { Storage } from '../../../src/repository/storage/storage.js';
import { storageConformance } from '../storage-conformance.js';
import { bytesOf, codeOf, errorOf, get, paths, put } from '../storage-helpers.js';

/** A directory of its own below the system's temporary one, removed after the test. */
function scratch(t: ExecutionContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'drill-storage-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function fixture(durable: boolean): { storage: Storage; dispose: () => void } {
  const directory = mkdtempSync(join(tmpdir(), 'drill-storage-'));
  const storage = localStorage(join(directory, 'root/is/made'), { durable });
  return { storage, dispose: () => rmSync(directory, { recursive: true, force: true }) };
}

storageConformance('local', () => fixture(false));
storageConformance('local, durable', () => fixture(true));

test('answers are there at once, without promises', (t) => {
  const storage = localStorage(scratch(t));
  const writer = storage.createWriter('a/f');
  t.false(writer instanceof Promise);
  t.deepEqual(storage.list(''), [{ path: 'a/f', sizeBytes: 0 }]);
});

test('directories that someone else removes are made again', async (t) => {
  const root = join(scratch(t), 'root');
  const storage = localStorage(root);
  await put(storage, 'a/b/f', bytesOf('1'));
  rmSync(root, { recursive: true });
  await put(storage, 'a/b/g', bytesOf('2'));
  rmSync(join(root, 'a'), { recursive: true });
  await put(storage, 'f.part', bytesOf('3'));
  await storage.rename('f.part', 'a/b/f');
  t.deepEqual(await paths(storage), ['a/b/f']);
});

test('links inside the storage are not followed, wherever they lead', async (t) => {
  const directory = scratch(t);
  const root = join(directory, 'root');
  const outside = join(directory, 'outside');
  mkdirSync(join(root, 'real'), { recursive: true });
  mkdirSync(outside);
  writeFileSync(join(outside, 'secret'), 'secret');
  writeFileSync(join(root, 'real/file'), 'inside');
  symlinkSync(outside, join(root, 'out'));
  symlinkSync(join(outside, 'secret'), join(root, 'real/link'));
  symlinkSync(join(outside, 'new'), join(root, 'real/dangling'));
  symlinkSync('.', join(root, 'loop'));
  const storage = localStorage(root);
  for (const path of ['out/secret', 'real/link', 'real/dangling', 'loop/real/file']) {
    const refused = async (what: string, run: () => unknown): Promise<void> => {
      t.is(await codeOf(run), 'STORAGE_PATH', `${what} ${path}`);
    };
    await refused('read', () => storage.openReader(path));
    await refused('write', () => storage.createWriter(path));
    await refused('rename from', () => storage.rename(path, 'x'));
  }
  for (const path of ['out/new', 'out/deep/new', 'loop/new']) {
    t.is(await codeOf(() => storage.createWriter(path)), 'STORAGE_PATH', path);
    t.is(await codeOf(() => storage.rename('real/file', path)), 'STORAGE_PATH', path);
  }
  for (const path of ['out', 'out/deep', 'loop']) {
    t.is(await codeOf(() => storage.list(path)), 'STORAGE_PATH', path);
    t.is(await codeOf(() => storage.removeTree(path)), 'STORAGE_PATH', path);
  }
  t.is(await codeOf(() => storage.remove('out/secret')), 'STORAGE_PATH');
  t.is(await codeOf(() => storage.sizeOf('out/secret')), 'STORAGE_PATH');
  for (const path of ['real/link', 'real/dangling', 'out', 'loop'])
    t.is(await storage.sizeOf(path), undefined, `${path} is a link, and no file`);
  t.deepEqual(await paths(storage), ['real/file'], 'a list has regular files only, and ends');
  t.deepEqual(readdirSync(outside), ['secret']);
  await storage.remove('real/link');
  await storage.removeTree('real');
  t.is(readFileSync(join(outside, 'secret'), 'utf8'), 'secret', 'removing a link leaves what it points to');
});

test('the root itself may be a link', async (t) => {
  const directory = scratch(t);
  mkdirSync(join(directory, 'real'));
  symlinkSync('real', join(directory, 'link'));
  const storage = localStorage(join(directory, 'link'));
  await put(storage, 'a/f', bytesOf('x'));
  t.deepEqual(readFileSync(join(directory, 'real/a/f'), 'utf8'), 'x');
});

test('what is no regular file is refused, without waiting for it', async (t) => {
  const root = scratch(t);
  mkdirSync(join(root, 'd/e'), { recursive: true });
  writeFileSync(join(root, 'f'), '');
  execFileSync('mkfifo', [join(root, 'fifo')]);
  const storage = localStorage(root);
  t.is(await codeOf(() => storage.openReader('d')), 'STORAGE_FAILED');
  t.is(await codeOf(() => storage.createWriter('d')), 'STORAGE_FAILED');
  t.is(await codeOf(() => storage.rename('d', 'x')), 'STORAGE_FAILED');
  t.is(await codeOf(() => storage.rename('f', 'd')), 'STORAGE_FAILED');
  t.is(
    await codeOf(() => storage.createWriter('f/g')),
    'STORAGE_FAILED',
    'a file where a directory should be',
  );
  t.is(await codeOf(() => storage.openReader('f/g')), 'STORAGE_FAILED');
  t.is(await codeOf(() => storage.openReader('fifo')), 'STORAGE_FAILED');
  t.is(await codeOf(() => storage.createWriter('fifo')), 'STORAGE_FAILED');
  t.is(await codeOf(() => storage.remove('f/g')), 'none', 'what cannot be there is not there');
  t.deepEqual(await paths(storage), ['f']);
  t.deepEqual(await storage.listNames(''), ['d', 'f', 'fifo']);
});

test('a root that is a file is told of', async (t) => {
  const root = join(scratch(t), 'file');
  writeFileSync(root, '');
  const error = await errorOf(() => localStorage(root).listNames(''));
  t.is(error?.code, 'STORAGE_FAILED');
  t.regex(error!.message, /cannot list .*file: not a directory \(ENOTDIR\)/);
  t.truthy(error!.hint);
});

test('a root that cannot be made is refused at the first write, and one without a name at once', async (t) => {
  t.is(await codeOf(() => localStorage('/dev/null/root').createWriter('f')), 'STORAGE_FAILED');
  t.is(await codeOf(() => localStorage('/proc/root-of-drill').createWriter('f')), 'STORAGE_NOT_FOUND');
  t.is(await codeOf(() => localStorage('')), 'STORAGE_PATH');
});

test('files with names that are no UTF-8 are listed all the same', async (t) => {
  const root = scratch(t);
  writeFileSync(Buffer.concat([Buffer.from(`${root}/odd`), Buffer.from([0xff])]), 'x');
  t.deepEqual(await paths(localStorage(root)), ['odd\uFFFD']);
});

const OPEN_FILES = '/proc/self/fd';

/** How many files below `root` this process has open; other test files run in its other threads. */
function openBelow(root: string): number {
  const targets = readdirSync(OPEN_FILES).map((fd) => {
    try {
      return readlinkSync(join(OPEN_FILES, fd));
    } catch {
      return 'closed meanwhile';
    }
  });
  return targets.filter((target) => target.startsWith(root)).length;
}

(existsSync(OPEN_FILES) ? test : test.skip)('no file stays open, whatever becomes of it', async (t) => {
  const root = realpathSync(scratch(t));
  const storage = localStorage(root, { durable: true });
  const writer = await storage.createWriter('a/f');
  t.is(openBelow(root), 1);
  await writer.close();
  t.is(openBelow(root), 0);
  await (await storage.createWriter('a/g')).abort();
  await (await storage.openReader('a/f')).close();
  t.throws(() => storage.openReader('a'));
  t.throws(() => storage.createWriter('a'));
  t.is(openBelow(root), 0);
});

test('slashes at the end of the root do not matter', async (t) => {
  const root = scratch(t);
  const storage = localStorage(`${root}//`);
  await put(storage, 'f', bytesOf('x'));
  t.is(storage.location, root);
  t.deepEqual(await get(storage, 'f'), bytesOf('x'));
});

test('more directories than are remembered are no trouble', (t) => {
  const root = scratch(t);
  const directories = knownDirectories(root, false, 3);
  const all = Array.from({ length: 20 }, (_, i) => `d${i % 7}/e${i % 3}/f${i}`);
  for (const directory of [...all, ...all]) directories.make(directory);
  for (const directory of all) {
    t.true(statSync(join(root, directory)).isDirectory());
    t.notThrows(() => directories.check(directory));
  }
});
