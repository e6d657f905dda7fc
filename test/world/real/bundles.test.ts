import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import type { DownloadTask } from '../../../src/node/index.js';
import { memoryStorage } from '../../../src/repository/index.js';
import { errorOf, get, paths as pathsIn, put } from '../../repository/storage-helpers.js';
import {
  carryOut,
  COMMON,
  CONTENTS,
  fileName,
  interpreterFor,
  JOB,
  md5,
  node,
  REMOTE,
  SHARD,
  SNAPSHOT,
  storedName,
  upload,
} from './interpreter-sample.js';

// One after the other: a thread has one bundle at a time, and one buffer.
const ALL = CONTENTS.join('');
const STORED = `${REMOTE}/__bundle_0.${md5(ALL)}`;
const bundling = { bundleBelowBytes: 100 };

const MODES = [
  { onePass: true, rename: true },
  { onePass: false, rename: true },
  { onePass: false, rename: false },
];

for (const mode of MODES)
  test.serial(
    `a bundle is the bytes of its files, and is not sent twice: ${JSON.stringify(mode)}`,
    async (t) => {
      const paths = node(t);
      const storage = memoryStorage({ canRename: mode.rename });
      await carryOut(SNAPSHOT, { paths, storage });
      const report = await carryOut(upload({ ...mode, ...bundling }), { paths, storage });
      t.deepEqual(await pathsIn(storage), [STORED]);
      t.is(new TextDecoder().decode(await get(storage, STORED)), ALL);
      const bundles = [[{ firstFile: 0, files: 3, checksum: md5(ALL) }]];
      t.deepEqual(report, { movedFiles: 3, skippedFiles: 0, checksums: [CONTENTS.map(md5)], bundles });

      const again = upload({ ...mode, ...bundling, probe: true, attempt: 2 });
      const second = await carryOut(again, { paths, storage });
      t.deepEqual(second, { ...report, movedFiles: 0, skippedFiles: 3 });

      await put(storage, STORED, new TextEncoder().encode(ALL.slice(1)));
      await put(storage, `${REMOTE}/__bundle_0.${md5('older')}`, new TextEncoder().encode('older'));
      t.deepEqual(await carryOut(again, { paths, storage }), report, 'one that is not whole is sent again');
      t.deepEqual(await pathsIn(storage), [STORED]);
      t.is(new TextDecoder().decode(await get(storage, STORED)), ALL);
    },
  );

test.serial('only files that are small enough go into a bundle', async (t) => {
  const paths = node(t);
  const storage = memoryStorage();
  await carryOut(SNAPSHOT, { paths, storage });
  // The header and the last have 6 bytes each, and the one between them has 13: neither follows the other.
  await carryOut(upload({ bundleBelowBytes: 7 }), { paths, storage });
  t.deepEqual(await pathsIn(storage), CONTENTS.map((_, file) => `${REMOTE}/${storedName(file)}`).toSorted());
});

for (const mode of MODES)
  test.serial(
    `a damaged file of a bundle keeps it from its final name: ${JSON.stringify(mode)}`,
    async (t) => {
      const paths = node(t);
      const storage = memoryStorage({ canRename: mode.rename });
      writeFileSync(path.join(paths.data, '5', fileName(2)), 'Second');
      await carryOut(SNAPSHOT, { paths, storage });
      const error = await errorOf(() => carryOut(upload({ ...mode, ...bundling }), { paths, storage }));
      t.is(error?.code, 'SOURCE_CORRUPT');
      t.regex(error!.message, /^file 2 /);
      t.deepEqual(await pathsIn(storage), mode.onePass ? [`${REMOTE}/__bundle_0.part`] : []);
    },
  );

for (const text of ['second and more', ''])
  test.serial(`a file of another size than the catalog's is not sent: ${JSON.stringify(text)}`, async (t) => {
    const paths = node(t);
    const storage = memoryStorage();
    writeFileSync(path.join(paths.data, '5', fileName(2)), text);
    await carryOut(SNAPSHOT, { paths, storage });
    const error = await errorOf(() => carryOut(upload(bundling), { paths, storage }));
    t.is(error?.code, 'TASK_FAILED');
    t.regex(error!.message, /_1\.dat has (more|0) bytes, and the catalog says 6/);
    t.deepEqual(await pathsIn(storage), []);
  });

test.serial(
  'a bundle that is fetched is taken apart; one with other bytes is refused, one of another size too',
  async (t) => {
    const paths = node(t);
    const storage = memoryStorage();
    const bundles = [{ firstFile: 0, files: 3, checksum: md5(ALL) }];
    const files = CONTENTS.map((content, file) => ({
      name: fileName(file),
      sizeBytes: content.length,
      checksum: md5(content),
    }));
    const shard = { ...SHARD, source: { address: SHARD.address, files, bundles } };
    const task: DownloadTask = {
      kind: 'download',
      ...COMMON,
      expected: [CONTENTS.map(md5)],
      bundles: [bundles],
    };
    const fetch = async (bytes: string): Promise<unknown> => {
      await put(storage, STORED, new TextEncoder().encode(bytes));
      return carryOut(task, { paths, storage, shards: [shard] });
    };
    t.deepEqual(await fetch(ALL), { movedFiles: 3, skippedFiles: 0 });
    const staging = path.join(paths.staging, String(JOB), '5');
    t.deepEqual(
      CONTENTS.map((_, file) => readFileSync(path.join(staging, fileName(file)), 'utf8')),
      CONTENTS,
    );
    t.is(readdirSync(staging).length, 3);
    for (const [bytes, message] of [
      [ALL.replace('first', 'First'), /^file 1 /],
      [ALL.slice(1), /__bundle_0.* has 24 bytes, and its manifest says 25/],
      [`${ALL}x`, /__bundle_0.* has more bytes, and its manifest says 25/],
    ] as const) {
      const error = await errorOf(() => fetch(bytes));
      t.is(error?.code, 'CHECKSUM_MISMATCH', bytes);
      t.regex(error!.message, message);
    }
    await storage.remove(STORED);
    const gone = await errorOf(() => carryOut(task, { paths, storage, shards: [shard] }));
    t.is(gone?.code, 'STORAGE_NOT_FOUND');
  },
);

test.serial('what is there of a bundle is none of what is there of its first file', async (t) => {
  const paths = node(t);
  const storage = memoryStorage();
  const interpreter = interpreterFor(upload(), { paths, storage });
  await put(storage, STORED, new TextEncoder().encode(ALL));
  const remote = (await interpreter.perform({ op: 'list', shard: 0 })) as {
    hasTraces(file: number, files?: number): boolean;
  };
  t.deepEqual([remote.hasTraces(0), remote.hasTraces(0, 3)], [false, true]);
});
