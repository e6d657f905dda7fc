import { closeSync, mkdtempSync, openSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { BLOCKING, MEANWHILE, type Sync } from '../../../src/repository/storage/local-sync.js';
import { localStorage } from '../../../src/repository/storage/local.js';

const directory = mkdtempSync(path.join(tmpdir(), 'drill-sync-'));
test.after.always(() => rmSync(directory, { recursive: true, force: true }));

for (const [name, sync] of Object.entries({ BLOCKING, MEANWHILE } satisfies Record<string, Sync>)) {
  test(`${name}: the system is asked, and what it says is told`, async (t) => {
    const fd = openSync(directory, 'r');
    await sync.file(fd);
    closeSync(fd);
    await t.throwsAsync(async () => sync.file(fd), { code: 'EBADF' });
    await sync.directory(directory);
    await t.throwsAsync(async () => sync.directory(path.join(directory, 'none')), { code: 'ENOENT' });
  });
}

test('a storage is done with a file when it is on the disk, and with a name when that is', async (t) => {
  const seen: string[] = [];
  const sync: Sync = {
    async file() {
      await Promise.resolve();
      seen.push('file');
    },
    async directory(synced) {
      await Promise.resolve();
      seen.push(path.basename(synced));
    },
  };
  const storage = localStorage(directory, { durable: true, sync });
  const writer = await storage.createWriter('d/f.part');
  await writer.write(Uint8Array.of(1));
  await writer.close();
  seen.push('closed');
  await storage.rename('d/f.part', 'd/f');
  t.deepEqual(seen, ['file', 'closed', 'd']);
});

test('names that are synced later are synced once, and by a storage that is durable only', async (t) => {
  for (const durable of [true, false]) {
    const seen: string[] = [];
    const sync: Sync = { file: () => undefined, directory: (synced) => void seen.push(synced) };
    const storage = localStorage(directory, { durable, sync });
    for (const name of ['a', 'b']) {
      await (await storage.createWriter(`e/${name}.part`)).close();
      await storage.rename(`e/${name}.part`, `e/${name}`, { syncName: false });
    }
    t.deepEqual(seen, []);
    await storage.syncNames('e');
    t.deepEqual(seen, durable ? [path.join(directory, 'e')] : []);
  }
});

test('a directory whose names cannot be synced is told', async (t) => {
  const storage = localStorage(directory, { durable: true });
  await t.throwsAsync(async () => storage.syncNames('none'), { code: 'STORAGE_NOT_FOUND' });
  symlinkSync(tmpdir(), path.join(directory, 'link'));
  await t.throwsAsync(async () => storage.syncNames('link'), { code: 'STORAGE_PATH' });
});
