import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import type { ScannedShard } from '../../../src/node/index.js';
import {
  memoryStorage,
  partPath,
  readDocument,
  writeDocument,
  type Storage,
} from '../../../src/repository/index.js';
import { nodeMd5 } from '../../../src/repository/storage/node-md5.js';
import { faulty } from '../../../src/repository/storage/faulty.js';
import { PROGRESS } from '../../../src/world/real/protocol.js';
import { readWritten } from '../../../src/world/real/written.js';
import { bytesOf, errorOf, get, paths as pathsIn, put } from '../../repository/storage-helpers.js';
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

// One after the other: a thread moves one file at a time, and has one buffer.
const WHOLE = CONTENTS.map((_, file) => `${REMOTE}/${storedName(file)}`).toSorted();

/** The names that files are written under before they get their own. */
function recording(storage: Storage): { readonly storage: Storage; readonly written: string[] } {
  const written: string[] = [];
  return {
    written,
    storage: {
      ...storage,
      createWriter(file, sizeBytes) {
        written.push(path.posix.basename(file));
        return storage.createWriter(file, sizeBytes);
      },
    },
  };
}

test.serial(
  'a snapshot that is missing, or lacks files, is none; one with unknown files is an error',
  async (t) => {
    const paths = node(t);
    const storage = memoryStorage();
    const interpreter = interpreterFor(upload(), { paths, storage });
    const scan = (): unknown => interpreter.perform({ op: 'scan', shard: 0 });
    t.is(scan(), undefined);
    await carryOut(SNAPSHOT, { paths, storage });
    const scanned = scan() as ScannedShard;
    t.is(scanned.files, 3);
    t.deepEqual(
      [0, 1, 2].map((file) => scanned.writtenChecksum(file)),
      CONTENTS.map(md5),
    );
    const snapshot = path.join(paths.snapshots, String(JOB), '5');
    writeFileSync(path.join(snapshot, 'other'), '');
    const error = await errorOf(scan);
    t.is(error?.code, 'TASK_FAILED');
    t.regex(error!.message, /unknown other/);
    rmSync(path.join(snapshot, 'other'));
    rmSync(path.join(snapshot, fileName(2)));
    t.is(scan(), undefined);
  },
);

test.serial(
  'a task that may relink takes a snapshot that is missing or not whole anew; another one fails',
  async (t) => {
    for (const lacks of [[], [1]]) {
      const paths = node(t);
      const storage = memoryStorage();
      if (lacks.length > 0) await carryOut(SNAPSHOT, { paths, storage });
      for (const file of lacks) rmSync(path.join(paths.snapshots, String(JOB), '5', fileName(file)));
      t.is((await errorOf(() => carryOut(upload(), { paths, storage })))?.code, 'TASK_FAILED');
      t.deepEqual(await pathsIn(storage), []);
      await carryOut(upload({ relink: true }), { paths, storage });
      t.deepEqual(await pathsIn(storage), WHOLE);
    }
  },
);

test.serial(
  'where nothing is noted of what was written, or the note is damaged, nothing is held against it',
  async (t) => {
    const paths = node(t);
    const storage = memoryStorage();
    await carryOut(SNAPSHOT, { paths, storage });
    writeFileSync(path.join(paths.meta, '5.md5'), 'damaged');
    await carryOut(upload(), { paths, storage });
    rmSync(paths.meta, { recursive: true });
    await carryOut(upload({ probe: true }), { paths, storage });
    t.deepEqual(await pathsIn(storage), WHOLE);
  },
);

for (const onePass of [true, false]) {
  test.serial(
    `a file that was changed on the disk never gets a final name, ${onePass ? 'one pass' : 'two passes'}`,
    async (t) => {
      const paths = node(t);
      const storage = memoryStorage();
      writeFileSync(path.join(paths.data, '5', fileName(1)), 'First segment');
      await carryOut(SNAPSHOT, { paths, storage });
      const error = await errorOf(() => carryOut(upload({ onePass }), { paths, storage }));
      t.is(error?.code, 'SOURCE_CORRUPT');
      t.regex(error!.message, new RegExp(`${md5('First segment')}.*${md5(CONTENTS[1]!)}`));
      const part = `${REMOTE}/${partPath(fileName(1))}`;
      t.deepEqual(
        await pathsIn(storage),
        [...(onePass ? [part] : []), `${REMOTE}/${storedName(0)}`].toSorted(),
      );
      const unchecked = upload({ onePass, checkSource: false, probe: true });
      await carryOut(unchecked, { paths, storage });
      t.true(
        (await pathsIn(storage)).includes(`${REMOTE}/${fileName(1)}.${md5('First segment')}`),
        'nobody looked',
      );
    },
  );
}

test.serial(
  'a file that the repository has is there with its whole size, whatever the listing says',
  async (t) => {
    const paths = node(t);
    const storage = memoryStorage();
    const interpreter = interpreterFor(upload(), { paths, storage });
    const check = (file: number) =>
      interpreter.perform({ op: 'check', shard: 0, file, checksum: md5(CONTENTS[file]!) });
    await put(storage, `${REMOTE}/${storedName(0)}`, bytesOf(CONTENTS[0]!));
    await put(storage, `${REMOTE}/${storedName(1)}`, bytesOf('first'));
    t.true(await check(0));
    t.false(await check(1), 'a file that is shorter');
    t.false(await check(2), 'a file that is not there');
  },
);

test.serial(
  'who is the first to write a file uses its name; who may not be the only one a name of its own',
  async (t) => {
    const first = CONTENTS.map((_, file) => `${fileName(file)}.part`);
    const own = (numbers: string): string[] => CONTENTS.map((_, file) => `${fileName(file)}.${numbers}.part`);
    const cases: readonly (readonly [Parameters<typeof upload>[0], number, readonly string[]])[] = [
      [{}, 1, first],
      [{ attempt: 2 }, 1, own('1-1-3-2')],
      [{ relink: true }, 1, own('1-1-3-1')],
      [{}, 4, own('1-4-3-1')],
    ];
    for (const [changes, generation, expected] of cases) {
      const paths = node(t);
      const { storage, written } = recording(memoryStorage());
      await carryOut(SNAPSHOT, { paths, storage });
      await carryOut(upload(changes), { paths, storage, generation });
      t.deepEqual(written, expected);
      t.deepEqual(await pathsIn(storage), WHOLE);
    }
  },
);

test.serial('traces of every writer are seen and removed, and those of other files are not', async (t) => {
  const paths = node(t);
  const storage = memoryStorage();
  await carryOut(SNAPSHOT, { paths, storage });
  const name = fileName(1);
  const traces = [`${name}.part`, `${name}.0-7-2-9.part`, `${name}.${md5('older')}`];
  for (const trace of traces) await put(storage, `${REMOTE}/${trace}`, bytesOf('x'));
  const others = [`${fileName(2)}0.part`, `x${name}.part`].map((other) => `${REMOTE}/${other}`);
  for (const other of others) await put(storage, other, bytesOf('x'));
  await carryOut(upload({ probe: true }), { paths, storage });
  t.deepEqual(await pathsIn(storage), [...WHOLE, ...others].toSorted());
});

test.serial(
  'a rename that was done before has been done; one of a file that is not whole has not',
  async (t) => {
    const paths = node(t);
    const inner = memoryStorage();
    const storage = faulty(inner, { faults: [{ operation: 'rename', nth: 1, when: 'after' }] });
    await carryOut(SNAPSHOT, { paths, storage });
    const interpreter = interpreterFor(upload(), { paths, storage });
    const checksum = md5(CONTENTS[0]!);
    await interpreter.perform({ op: 'put', shard: 0, file: 0, checksum: undefined, hash: true });
    const rename = () => interpreter.perform({ op: 'rename', shard: 0, file: 0, checksum });
    t.is((await errorOf(rename))?.code, 'STORAGE_FAILED', 'its answer was lost');
    t.is((await errorOf(rename))?.code, undefined);
    await put(inner, `${REMOTE}/${storedName(0)}`, bytesOf('head'));
    t.is((await errorOf(rename))?.code, 'STORAGE_NOT_FOUND');
  },
);

test.serial('a node that has lost what it had downloaded installs nothing', async (t) => {
  const paths = node(t);
  const target = { ...SHARD, address: { ...SHARD.address, shardId: 77 } };
  const interpreter = interpreterFor(
    { kind: 'install', ...COMMON },
    { paths, storage: memoryStorage(), shards: [target] },
  );
  const error = await errorOf(() => interpreter.perform({ op: 'install', shard: 0 }));
  t.is(error?.code, 'TASK_FAILED');
  t.false(existsSync(path.join(paths.data, '77')));
});

test.serial('what a restore installs is noted, under its new name, and goes with its replica', async (t) => {
  const paths = node(t);
  const storage = memoryStorage();
  await carryOut(SNAPSHOT, { paths, storage });
  await carryOut(upload(), { paths, storage });
  const files = CONTENTS.map((text, file) => ({
    name: fileName(file),
    sizeBytes: text.length,
    checksum: md5(text),
  }));
  const target = {
    ...SHARD,
    address: { ...SHARD.address, shardId: 77 },
    source: { address: SHARD.address, files },
  };
  const setting = { paths, storage, shards: [target] };
  await carryOut({ kind: 'download', ...COMMON, expected: [CONTENTS.map(md5)] }, setting);
  for (let time = 0; time < 2; time++) await carryOut({ kind: 'install', ...COMMON }, setting);
  t.deepEqual(
    [...readWritten(paths.meta, 77)!],
    CONTENTS.map((text, file) => [file === 0 ? '77.hdr' : fileName(file), md5(text)]),
  );
  for (const name of readdirSync(path.join(paths.data, '77')))
    t.is(
      readWritten(paths.meta, 77)!.get(name),
      md5(readFileSync(path.join(paths.data, '77', name), 'utf8')),
    );
  await carryOut({ kind: 'release', ...COMMON }, setting);
  t.false(existsSync(path.join(paths.data, '77')));
  t.deepEqual(readdirSync(paths.meta), ['5.md5']);
  const sweep = { kind: 'sweep', ...COMMON, keepJobs: [] } as const;
  await carryOut({ ...sweep, keepShardIds: Int32Array.of(5) }, setting);
  t.deepEqual(readdirSync(paths.meta), ['5.md5']);
  await carryOut({ ...sweep, keepShardIds: Int32Array.of(6) }, setting);
  t.deepEqual(readdirSync(paths.meta), []);
});

test.serial('bytes of a transfer that fails are not counted', async (t) => {
  const paths = node(t);
  const inner = memoryStorage();
  const storage = faulty(inner, { faults: [{ operation: 'close', nth: 1 }] });
  await carryOut(SNAPSHOT, { paths, storage });
  const progress = new BigInt64Array(PROGRESS.cells);
  const interpreter = interpreterFor(upload(), { paths, storage, progress });
  const send = () => interpreter.perform({ op: 'put', shard: 0, file: 0, checksum: undefined, hash: true });
  t.is((await errorOf(send))?.code, 'STORAGE_FAILED');
  t.is(progress[PROGRESS.bytes], 0n);
  await send();
  t.is(progress[PROGRESS.bytes], BigInt(CONTENTS[0]!.length));
  t.deepEqual(await get(inner, `${REMOTE}/${fileName(0)}.part`), bytesOf(CONTENTS[0]!));
});

/** Damages the first so many bodies that are read. */
function damaging(storage: Storage, times: number): Storage {
  let left = times;
  return {
    ...storage,
    async openReader(file) {
      const reader = await storage.openReader(file);
      const isDamaged = left-- > 0;
      const read = async (into: Uint8Array): Promise<number> => {
        const count = await reader.read(into);
        if (isDamaged && count > 0) into[0]! ^= 1;
        return count;
      };
      return { ...reader, read };
    },
  };
}

test.serial(
  'bytes that were damaged on their way are fetched again; those that stay damaged are refused',
  async (t) => {
    const paths = node(t);
    const storage = memoryStorage();
    await carryOut(SNAPSHOT, { paths, storage });
    await carryOut(upload(), { paths, storage });
    const files = CONTENTS.map((text, file) => ({
      name: fileName(file),
      sizeBytes: text.length,
      checksum: md5(text),
    }));
    const shards = [{ ...SHARD, source: { address: SHARD.address, files } }];
    const download = { kind: 'download', ...COMMON, expected: [CONTENTS.map(md5)] } as const;
    await carryOut(download, { paths, storage: damaging(storage, 1), shards });
    const staged = path.join(paths.staging, String(JOB), '5');
    for (const [file, text] of CONTENTS.entries())
      t.is(readFileSync(path.join(staged, fileName(file)), 'utf8'), text);
    const error = await errorOf(() => carryOut(download, { paths, storage: damaging(storage, 2), shards }));
    t.is(error?.code, 'CHECKSUM_MISMATCH');
  },
);

test.serial('why a file could not be written is told, also where it cannot be given up', async (t) => {
  const paths = node(t);
  const storage = faulty(memoryStorage(), {
    faults: [{ operation: 'close', code: 'DISK_FULL' }, { operation: 'abort' }],
  });
  await carryOut(SNAPSHOT, { paths, storage });
  t.is((await errorOf(() => carryOut(upload(), { paths, storage })))?.code, 'DISK_FULL');
  t.is((await errorOf(() => writeDocument(storage, 'd/__meta', '{}', nodeMd5)))?.code, 'DISK_FULL');
});

test.serial(
  'a document that was damaged on its way is read again; one that stays damaged is refused',
  async (t) => {
    const storage = memoryStorage();
    const file = await writeDocument(storage, 'd/__meta', '{}', nodeMd5);
    t.is(await readDocument(damaging(storage, 1), file, nodeMd5), '{}');
    const error = await errorOf(() => readDocument(damaging(storage, 2), file, nodeMd5));
    t.is(error?.code, 'CHECKSUM_MISMATCH');
  },
);

for (const text of ['second and more', ''])
  test.serial(
    `a file of another size than the catalog's gets no name: ${JSON.stringify(text)}`,
    async (t) => {
      const paths = node(t);
      const storage = memoryStorage();
      writeFileSync(path.join(paths.data, '5', fileName(2)), text);
      await carryOut(SNAPSHOT, { paths, storage });
      const error = await errorOf(() => carryOut(upload({ checkSource: false }), { paths, storage }));
      t.is(error?.code, 'TASK_FAILED');
      t.regex(error!.message, /_1\.dat of shard 5 has (15|0) bytes, and the catalog says 6/);
      t.false((await pathsIn(storage)).includes(`${REMOTE}/${fileName(2)}.${md5(text)}`));
    },
  );
