import test from 'ava';
import type { ErrorCode } from '../../src/base/error-codes.js';
import {
  createRepository,
  objectsIn,
  inspectLabel,
  listSnapshots,
  memoryStorage,
  pruneSnapshot,
  readSnapshot,
} from '../../src/repository/index.js';
import { nodeMd5 } from '../../src/repository/storage/node-md5.js';
import { writeSample } from './sample.js';
import { bytesOf, codeOf, errorOf, get, paths, put } from './storage-helpers.js';

const T1 = '2026-01-31-23-59-59';
const T2 = '2026-02-01-00-00-00';

test('snapshots are listed by label with their times; what hinders a restore is told', async (t) => {
  const storage = memoryStorage();
  t.deepEqual(await listSnapshots(storage, 'repo'), []);
  await createRepository(storage, 'repo', T1);
  t.deepEqual(await listSnapshots(storage, 'repo'), []);
  const root = '__palo_repository_repo';
  await writeSample(storage, { label: 'whole' });
  await writeSample(storage, { label: 'Twice', timestamp: T2 });
  await writeSample(storage, { label: 'Twice', timestamp: T1 });
  await put(storage, `${root}/__ss_begun/__ss_content/__db_1/__tbl_2/__part_3/__idx_4/__5/f.part`);
  const bare = await writeSample(storage, { label: 'bare' });
  await storage.remove(bare.metaFile);
  const metas = await writeSample(storage, { label: 'metas' });
  await put(storage, `${metas.metaFile.slice(0, -32)}${'0'.repeat(32)}`);
  const infos = await writeSample(storage, { label: 'infos' });
  await put(storage, `${infos.infoFile.slice(0, -32)}${'0'.repeat(32)}`);
  await put(storage, `${root}/__ss_not a label/__meta.${'0'.repeat(32)}`);
  await put(storage, `${root}/README`);
  t.deepEqual(await listSnapshots(storage, 'repo'), [
    { label: 'Twice', timestamps: [T1, T2] },
    { label: 'bare', timestamps: [T1], problem: 'it has no __meta' },
    { label: 'begun', timestamps: [], problem: 'unfinished: it has no __info' },
    { label: 'infos', timestamps: [T1], problem: 'it has several __info documents of one time' },
    { label: 'metas', timestamps: [T1], problem: 'it has several __meta' },
    { label: 'whole', timestamps: [T1] },
  ]);
});

test('a snapshot is read with both documents, by its time or without', async (t) => {
  for (const canRename of [true, false]) {
    const storage = memoryStorage({ canRename });
    const one = await writeSample(storage, { label: 'one' });
    t.deepEqual(await readSnapshot(storage, 'repo', 'one', undefined, nodeMd5), {
      info: one.info,
      meta: one.meta,
    });
    const two = await writeSample(storage, { label: 'one', timestamp: T2 });
    t.deepEqual((await readSnapshot(storage, 'repo', 'one', T1, nodeMd5)).info, one.info);
    t.deepEqual((await readSnapshot(storage, 'repo', 'one', T2, nodeMd5)).info, two.info);
  }
});

test('a snapshot that is not there is SNAPSHOT_UNKNOWN, and what is there is told', async (t) => {
  const storage = memoryStorage();
  const ask = (label: string, timestamp?: string, repository = 'repo') =>
    errorOf(() => readSnapshot(storage, repository, label, timestamp, nodeMd5));
  t.regex((await ask('x'))!.hint!, /it holds none/);
  await writeSample(storage, { label: 'monday' });
  await writeSample(storage, { label: 'tuesday' });
  await writeSample(storage, { label: 'tuesday', timestamp: T2 });
  await put(storage, '__palo_repository_repo/__ss_begun/x');
  const misspelt = await ask('mondy');
  t.is(misspelt?.code, 'SNAPSHOT_UNKNOWN');
  t.is(misspelt!.message, 'there is no snapshot mondy in repository repo');
  t.is(misspelt!.hint, 'it holds monday and tuesday; did you mean monday?');
  const late = await ask('tuesday', '2026-02-01-00-00-01');
  t.is(late?.code, 'SNAPSHOT_UNKNOWN');
  t.is(late!.hint, `there is ${T1} and ${T2}; did you mean ${T2}?`);
  const several = await ask('tuesday');
  t.is(several?.code, 'SNAPSHOT_UNKNOWN');
  t.regex(several!.message, /several snapshots tuesday, and no time was named/);
  const begun = await ask('begun');
  t.is(begun?.code, 'SNAPSHOT_UNKNOWN');
  t.regex(begun!.message, /unfinished/);
  t.is((await ask('../x'))?.code, 'NAME_INVALID');
  t.is((await ask('x', undefined, '..'))?.code, 'NAME_INVALID');
});

test('a snapshot that is not whole is refused', async (t) => {
  const damage: Record<string, (storage: ReturnType<typeof memoryStorage>) => Promise<ErrorCode>> = {
    'a damaged __info': async (storage) => {
      const { infoFile } = await writeSample(storage);
      const bytes = await get(storage, infoFile);
      bytes[bytes.length >> 1]! ^= 1;
      await put(storage, infoFile, bytes);
      return 'CHECKSUM_MISMATCH';
    },
    'a damaged __meta': async (storage) => {
      const { metaFile } = await writeSample(storage);
      await put(storage, metaFile, bytesOf('{}'));
      return 'CHECKSUM_MISMATCH';
    },
    'no __meta': async (storage) => {
      await storage.remove((await writeSample(storage)).metaFile);
      return 'REPOSITORY_CORRUPT';
    },
    'two __meta': async (storage) => {
      const { metaFile } = await writeSample(storage);
      await put(storage, `${metaFile.slice(0, -32)}${'0'.repeat(32)}`, bytesOf('x'));
      return 'REPOSITORY_CORRUPT';
    },
    'the documents of another snapshot': async (storage) => {
      const other = await writeSample(storage, { label: 'other' });
      for (const path of [other.infoFile, other.metaFile]) {
        await put(storage, path.replace('__ss_other', '__ss_snap'), await get(storage, path));
      }
      return 'REPOSITORY_CORRUPT';
    },
    'a __meta that does not fit': async (storage) => {
      const { metaFile } = await writeSample(storage);
      await storage.remove(metaFile);
      const other = await writeSample(storage, { label: 'other', shards: 6 });
      await storage.rename(other.metaFile, other.metaFile.replace('__ss_other', '__ss_snap'));
      return 'REPOSITORY_CORRUPT';
    },
  };
  for (const [name, plant] of Object.entries(damage)) {
    const storage = memoryStorage();
    const code = await plant(storage);
    t.is(await codeOf(() => readSnapshot(storage, 'repo', 'snap', undefined, nodeMd5)), code, name);
  }
});

test('the files of a manifest are those that were written', async (t) => {
  const storage = memoryStorage();
  const { info, files } = await writeSample(storage, { shards: 5, filesPerShard: 3 });
  t.deepEqual([...objectsIn(info)].map((file) => file.path).toSorted(), [...files].toSorted());
  for (const { path, sizeBytes } of objectsIn(info)) t.is((await get(storage, path)).length, sizeBytes);
});

test('pruning leaves what the manifest names, and other snapshots', async (t) => {
  const storage = memoryStorage();
  const other = await writeSample(storage, { label: 'snap2' });
  const { info, files, metaFile } = await writeSample(storage);
  const beside = (await paths(storage)).filter((path) => !path.includes('__ss_snap/'));
  await put(storage, `${files[0]!.slice(0, -33)}.part`);
  await put(storage, `${files[0]!.slice(0, -32)}${'0'.repeat(32)}`);
  await put(storage, `${metaFile.slice(0, -33)}.part`);
  t.deepEqual(await inspectLabel(storage, 'repo', 'snap'), {
    timestamps: [T1],
    hasFiles: true,
    metas: 1,
    infos: 1,
  });
  t.is(await pruneSnapshot(storage, info), 5, 'two documents and three leftovers');
  t.deepEqual(await paths(storage), [...beside, ...files].toSorted());
  t.is(await pruneSnapshot(storage, info), 0);
  t.deepEqual((await readSnapshot(storage, 'repo', 'snap2', undefined, nodeMd5)).info, other.info);
  t.deepEqual(await inspectLabel(storage, 'repo', 'none'), {
    timestamps: [],
    hasFiles: false,
    metas: 0,
    infos: 0,
  });
});

test('pruning refuses, and removes nothing, where a file that the manifest names is gone', async (t) => {
  for (const lost of [0, -1]) {
    const storage = memoryStorage();
    const { info, files, metaFile } = await writeSample(storage);
    await put(storage, `${metaFile.slice(0, -33)}.part`);
    await storage.remove(files.at(lost)!);
    const before = await paths(storage);
    t.is(await codeOf(() => pruneSnapshot(storage, info)), 'REPOSITORY_CORRUPT');
    t.deepEqual(await paths(storage), before);
  }
});
