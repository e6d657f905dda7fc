import test from 'ava';
import * as fc from 'fast-check';
import { DrillError } from '../../src/base/errors.js';
import {
  createRepository,
  findDocument,
  md5Hex,
  memoryStorage,
  readDocument,
  readRepository,
  readText,
  splitChecksum,
  writeDocument,
  type Storage,
} from '../../src/repository/index.js';
import { nodeMd5 } from '../../src/repository/storage/node-md5.js';
import { bytesOf, codeOf, errorOf, get, paths, put } from './storage-helpers.js';

const STORAGES = [
  ['with rename', () => memoryStorage()],
  ['without rename', () => memoryStorage({ canRename: false })],
] as const;

test('md5 is that of RFC 1321, in pieces or whole', (t) => {
  t.is(md5Hex(nodeMd5, bytesOf('')), 'd41d8cd98f00b204e9800998ecf8427e');
  t.is(md5Hex(nodeMd5, bytesOf('message digest')), 'f96b697d7cb7938d525a2f31aaf161d0');
  const digest = nodeMd5();
  for (const piece of ['message', ' ', 'digest']) digest.update(bytesOf(piece));
  t.is(digest.hex(), 'f96b697d7cb7938d525a2f31aaf161d0');
});

for (const [name, open] of STORAGES) {
  test(`${name}: a document is read as it was written, under its checksum`, async (t) => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 200 }), async (text) => {
        const storage = open();
        for (const path of ['doc', 'a/b/doc']) {
          const finalPath = await writeDocument(storage, path, text, nodeMd5);
          t.deepEqual(splitChecksum(finalPath), { name: path, checksum: md5Hex(nodeMd5, bytesOf(text)) });
          t.deepEqual(await findDocument(storage, path), [finalPath]);
          t.is(await readDocument(storage, finalPath, nodeMd5), text);
        }
        t.is((await paths(storage)).length, 2);
      }),
    );
  });

  test(`${name}: writing again replaces, tidies, and touches nothing else`, async (t) => {
    const storage = open();
    const beside = [
      'd/docs.part',
      'd/doc',
      `d/docs.${'0'.repeat(32)}`,
      `d/doc.${'0'.repeat(31)}`,
      'doc.part',
      'd/doc.part.x',
    ];
    for (const path of [...beside, 'd/doc.part', `d/doc.${'0'.repeat(32)}`])
      await put(storage, path, bytesOf('old'));
    const first = await writeDocument(storage, 'd/doc', 'one', nodeMd5);
    t.deepEqual(await paths(storage), [...beside, first].toSorted());
    const second = await writeDocument(storage, 'd/doc', 'two', nodeMd5);
    t.is(await writeDocument(storage, 'd/doc', 'two', nodeMd5), second);
    t.deepEqual(await paths(storage), [...beside, second].toSorted());
  });

  test(`${name}: a write that fails leaves what was there, and no part`, async (t) => {
    for (const failing of ['write', 'close'] as const) {
      const storage = open();
      const old = await writeDocument(storage, 'doc', 'old', nodeMd5);
      let aborted = 0;
      const full: Storage = {
        ...storage,
        async createWriter(path) {
          const writer = await storage.createWriter(path);
          const fail = (): never => {
            throw new DrillError('DISK_FULL', 'no space');
          };
          const abort = async (): Promise<void> => {
            aborted++;
            await writer.abort();
          };
          return { ...writer, abort, [failing]: fail };
        },
      };
      t.is(await codeOf(() => writeDocument(full, 'doc', 'new', nodeMd5)), 'DISK_FULL');
      t.is(aborted, 1);
      t.deepEqual(await paths(storage), [old], failing);
      t.is(await readDocument(storage, old, nodeMd5), 'old');
    }
  });
}

test('on a storage with rename, the final name appears by a rename only', async (t) => {
  const storage = memoryStorage();
  const created: string[] = [];
  const watched: Storage = {
    ...storage,
    createWriter(path, sizeBytes) {
      created.push(path);
      return storage.createWriter(path, sizeBytes);
    },
  };
  await writeDocument(watched, 'doc', 'text', nodeMd5);
  await createRepository(watched, 'repo', '2026-01-01-00-00-00');
  t.deepEqual(created, ['doc.part', '__palo_repository_repo/__repo_info.part']);
});

test('bytes that are not those of the name are CHECKSUM_MISMATCH, with both sums told apart', async (t) => {
  const storage = memoryStorage();
  const path = await writeDocument(storage, 'doc', 'text', nodeMd5);
  await put(storage, path, bytesOf('texT'));
  const error = await errorOf(() => readDocument(storage, path, nodeMd5));
  t.is(error?.code, 'CHECKSUM_MISMATCH');
  t.true(error!.message.includes(path));
  t.is(await readText(storage, path), 'texT', 'without an expectation anything goes');
});

test('what is no UTF-8 is refused, a byte order mark is kept', async (t) => {
  const storage = memoryStorage();
  await put(storage, 'latin1', Uint8Array.of(0xe9, 0x41));
  t.is(await codeOf(() => readText(storage, 'latin1')), 'REPOSITORY_CORRUPT');
  await put(storage, 'bom', bytesOf('\uFEFFx'));
  t.is(await readText(storage, 'bom'), '\uFEFFx');
  t.is(await codeOf(() => readText(storage, 'nowhere')), 'STORAGE_NOT_FOUND');
});

test('a document of many reads is whole', async (t) => {
  const storage = memoryStorage();
  const text = '0123456789abcdef'.repeat(200_000);
  const path = await writeDocument(storage, 'doc', text, nodeMd5);
  t.true((await readDocument(storage, path, nodeMd5)) === text);
});

test('a repository is created, read, and recognised when it was renamed by hand', async (t) => {
  const storage = memoryStorage();
  t.is(await readRepository(storage, 'repo'), undefined);
  const created = await createRepository(storage, 'repo', '2026-01-31-23-59-59');
  t.deepEqual(await readRepository(storage, 'repo'), created);
  t.deepEqual(created, { formatVersion: 1, name: 'repo', createdAt: '2026-01-31-23-59-59' });
  const bytes = await get(storage, '__palo_repository_repo/__repo_info');
  await put(storage, '__palo_repository_other/__repo_info', bytes);
  t.is(await codeOf(() => readRepository(storage, 'other')), 'REPOSITORY_CORRUPT');
});
