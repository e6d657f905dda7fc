import { setImmediate } from 'node:timers/promises';
import test from 'ava';
import * as fc from 'fast-check';
import { DrillError } from '../../src/base/errors.js';
import {
  createRepository,
  encodeInfo,
  infoPath,
  memoryStorage,
  pruneSnapshot,
  verifyRepository,
  writeDocument,
  type Storage,
  type VerifyProgress,
} from '../../src/repository/index.js';
import { nodeMd5 } from '../../src/repository/storage/node-md5.js';
import {
  edit,
  FILE_DAMAGE,
  flipped,
  INFO_DAMAGE,
  otherSum,
  REPOSITORY_DAMAGE,
  SNAPSHOT_DAMAGE,
  type Planted,
} from './damage.js';
import { writeSample } from './sample.js';
import { bytesOf, codeOf, errorOf, get, paths, put } from './storage-helpers.js';

const nameOfDamage = (damage: object) => fc.constantFrom(...Object.keys(damage));

const snapshotArbitrary = fc.record({
  shards: fc.integer({ min: 0, max: 5 }),
  filesPerShard: fc.integer({ min: 0, max: 3 }),
  bundled: fc.boolean(),
  infoDamage: fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, nameOfDamage(INFO_DAMAGE)),
  snapshotDamage: fc.option(nameOfDamage(SNAPSHOT_DAMAGE), { freq: 2 }),
  // The n-th file gets the n-th damage, or none: one each, so that what is planted is what must be found.
  fileDamage: fc.array(fc.option(nameOfDamage(FILE_DAMAGE), { freq: 2 }), { maxLength: 15 }),
});

const repositoriesArbitrary = fc.dictionary(
  fc.constantFrom('repo', 'other', 'R-3'),
  fc.record({
    damage: fc.uniqueArray(nameOfDamage(REPOSITORY_DAMAGE), { maxLength: 2 }),
    snapshots: fc.dictionary(fc.constantFrom('a', 'a:b', 'A', 'monday'), snapshotArbitrary, { maxKeys: 3 }),
  }),
  { minKeys: 1, noNullPrototype: true },
);

const order = (a: Planted, b: Planted): number => (`${a.path}\0${a.kind}` < `${b.path}\0${b.kind}` ? -1 : 1);

/** The same storage as one of which several files are read at a time, and each of which is waited for. */
const server = (storage: Storage): Storage => ({
  ...storage,
  kind: 's3',
  async openReader(path) {
    const reader = await storage.openReader(path);
    return {
      ...reader,
      async read(buffer) {
        const count = await reader.read(buffer);
        await setImmediate();
        return count;
      },
    };
  },
});

test('verify names exactly what was planted, and nothing else', async (t) => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      repositoriesArbitrary,
      fc.boolean(),
      fc.boolean(),
      async (repositories, canRename, isServer) => {
        const storage = memoryStorage({ canRename });
        const planted: Planted[] = [];
        for (const [repository, { damage, snapshots }] of Object.entries(repositories)) {
          await createRepository(storage, repository, '2026-01-01-00-00-00');
          for (const [label, spec] of Object.entries(snapshots)) {
            const sample = await writeSample(storage, { repository, label, ...spec });
            if (spec.infoDamage !== null) {
              planted.push(await INFO_DAMAGE[spec.infoDamage]!(storage, sample, ''));
              seen.add(spec.infoDamage);
              continue;
            }
            for (const [i, path] of sample.files.entries()) {
              const name = spec.fileDamage[i] ?? null;
              if (name === null) continue;
              planted.push(await FILE_DAMAGE[name]!(storage, sample, path));
              seen.add(name);
            }
            if (spec.snapshotDamage === null) continue;
            planted.push(await SNAPSHOT_DAMAGE[spec.snapshotDamage]!(storage, sample, ''));
            seen.add(spec.snapshotDamage);
          }
          // Of a repository that loses its only file nothing is left to be found.
          const bare = Object.keys(snapshots).length === 0;
          const fitting = bare ? damage.filter((name) => name !== 'no __repo_info') : damage;
          for (const name of fitting.includes('no __repo_info') ? ['no __repo_info'] : fitting) {
            planted.push(await REPOSITORY_DAMAGE[name]!(storage, `__palo_repository_${repository}`));
            seen.add(name);
          }
        }
        await put(storage, 'not/of/a/repository', bytesOf('x'));
        const before = await paths(storage);
        // A note in a directory is planted once for all files that lie in it.
        const expected = [...new Map(planted.map((p) => [`${p.kind} ${p.path}`, p])).values()].sort(order);
        const read = isServer ? server(storage) : storage;
        const report = await verifyRepository(read, { md5: nodeMd5 });
        t.deepEqual(
          report.problems.map(({ kind, path }) => ({ kind, path })),
          expected,
        );
        for (const { path, message } of report.problems) {
          t.false(message === '' || message.startsWith(path), 'the path stands beside the message');
        }
        t.deepEqual(await paths(storage), before, 'verify changes nothing');
      },
    ),
    { numRuns: 200 },
  );
  const all = [FILE_DAMAGE, SNAPSHOT_DAMAGE, INFO_DAMAGE, REPOSITORY_DAMAGE].flatMap((damage) =>
    Object.keys(damage),
  );
  t.deepEqual([...seen].sort(), all.sort(), 'every kind of damage was tried');
});

test('of a damaged bundle the files that are damaged in it are named; one with other files than its manifest says is damaged', async (t) => {
  const storage = memoryStorage();
  const spec = { shards: 1, filesPerShard: 4, bundled: true };
  const { info, files } = await writeSample(storage, spec);
  const bundle = files.find((path) => path.includes('/__bundle_0.'));
  const whole = await verifyRepository(storage, { md5: nodeMd5 });
  t.deepEqual([whole.problems, whole.files], [[], 4]);

  const { sizeBytes } = info.tables[0]!.partitions[0]!.indexes[0]!.shards[0]!.files[0]!;
  await edit(storage, bundle!, (bytes) => bytes.map((byte, i) => (i === sizeBytes ? byte ^ 1 : byte)));
  const [damaged] = (await verifyRepository(storage, { md5: nodeMd5 })).problems;
  t.like(damaged, { kind: 'corrupt', path: bundle! });
  t.regex(damaged!.message, /and its manifest says [0-9a-f]{32}; damaged in it: 0200000000000001_0\.dat$/);

  const other = memoryStorage();
  const sample = await writeSample(other, { ...spec, label: 'other' });
  const swapped = JSON.parse(encodeInfo(sample.info)) as typeof sample.info;
  const { files: listed } = swapped.tables[0]!.partitions[0]!.indexes[0]!.shards[0]!;
  const checksums = listed.map(({ checksum }) => checksum);
  for (const n of [1, 2]) (listed[n] as { checksum: string }).checksum = checksums[3 - n]!;
  await writeDocument(other, infoPath('repo', 'other', sample.info.backupTime), encodeInfo(swapped), nodeMd5);
  const [lying] = (await verifyRepository(other, { md5: nodeMd5 })).problems;
  t.is(lying?.kind, 'corrupt');
  t.regex(lying!.message, /not those of its manifest; damaged in it: 0200000000000001_0\.dat and 02/);
});

test('a whole repository has no problems, and the report counts what its manifests name', async (t) => {
  const storage = memoryStorage();
  const big = await writeSample(storage, { label: 'big', shards: 5, filesPerShard: 3 });
  await writeSample(storage, { label: 'empty', shards: 0 });
  await writeSample(storage, { label: 'schema', content: 'metadata_only' });
  const other = await writeSample(storage, {
    repository: 'other',
    label: 'big',
    shards: 1,
    filesPerShard: 1,
  });
  await storage.remove(other.files[0]!);
  const report = await verifyRepository(storage, { md5: nodeMd5 });
  t.deepEqual(report.repositories, ['other', 'repo']);
  t.deepEqual(
    report.snapshots.map(({ repository, label, timestamps, files }) => [
      repository,
      label,
      timestamps.length,
      files,
    ]),
    [
      ['other', 'big', 1, 1],
      ['repo', 'big', 1, 15],
      ['repo', 'empty', 1, 0],
      ['repo', 'schema', 1, 0],
    ],
  );
  const sizes = (await storage.list(''))
    .filter((file) => big.files.includes(file.path))
    .map((file) => file.sizeBytes);
  t.is(
    report.snapshots[1]!.bytes,
    sizes.reduce((a, b) => a + b),
  );
  t.is(report.files, 16);
  t.is(
    report.bytes,
    report.snapshots.reduce((sum, snapshot) => sum + snapshot.bytes, 0),
  );
  t.deepEqual(
    report.problems.map((problem) => problem.kind),
    ['missing'],
  );
  const one = await verifyRepository(storage, { md5: nodeMd5, repositoryName: 'repo' });
  t.deepEqual([one.repositories, one.problems], [['repo'], []]);
});

test('several times of one label share their files', async (t) => {
  const storage = memoryStorage();
  const [one] = [
    await writeSample(storage),
    await writeSample(storage, { timestamp: '2026-02-01-00-00-00' }),
  ];
  const report = await verifyRepository(storage, { md5: nodeMd5 });
  t.deepEqual(report.problems, []);
  t.deepEqual(report.snapshots[0]!.timestamps, ['2026-01-31-23-59-59', '2026-02-01-00-00-00']);
  t.is(report.files, one.files.length);
  await put(storage, otherSum(one.infoFile), await get(storage, one.infoFile));
  const twice = await verifyRepository(storage, { md5: nodeMd5 });
  t.deepEqual(
    twice.problems.map(({ kind, path }) => ({ kind, path })),
    [
      { kind: 'manifest', path: otherSum(one.infoFile) },
      { kind: 'manifest', path: one.infoFile },
    ],
  );
});

test('where there is no repository, verify says where to look', async (t) => {
  const empty = await errorOf(() => verifyRepository(memoryStorage(), { md5: nodeMd5 }));
  t.is(empty?.code, 'REPOSITORY_UNREADABLE');
  t.regex(empty!.hint!, /__palo_repository_<name>/);
  const storage = memoryStorage();
  await writeSample(storage, { repository: 'monthly' });
  await writeSample(storage, { repository: 'weekly' });
  const misspelt = await errorOf(() => verifyRepository(storage, { md5: nodeMd5, repositoryName: 'montly' }));
  t.is(misspelt?.code, 'REPOSITORY_UNREADABLE');
  t.is(misspelt!.hint, 'there is monthly and weekly; did you mean monthly?');
});

test('progress rises to its total, also where files are damaged, and says so within large files', async (t) => {
  const storage = memoryStorage();
  const { files } = await writeSample(storage, { shards: 4, filesPerShard: 3 });
  await edit(storage, files[1]!, flipped);
  await edit(storage, files[2]!, (bytes) => bytes.slice(1));
  const seen: VerifyProgress[] = [];
  await verifyRepository(storage, { md5: nodeMd5, onProgress: (done) => void seen.push(done) });
  t.is(seen.length, files.length - 1, 'a file of the wrong size need not be read');
  for (const [i, { files: done, bytes }] of seen.entries()) {
    t.is(done, i + 1);
    t.true(bytes >= (seen[i - 1]?.bytes ?? 0));
  }
  const last = seen.at(-1)!;
  t.deepEqual([last.files, last.bytes], [last.totalFiles, last.totalBytes]);
});

test('large files tell of progress while they are read', async (t) => {
  const storage = memoryStorage();
  const { info, files } = await writeSample(storage, { shards: 1, filesPerShard: 1 });
  const sizeBytes = 40 * 1024 * 1024;
  const large: Storage = {
    ...storage,
    list: async (prefix) =>
      (await storage.list(prefix)).map((file) => (file.path === files[0] ? { ...file, sizeBytes } : file)),
    openReader(path) {
      if (path !== files[0]) return storage.openReader(path);
      let left = sizeBytes;
      return { read: (into) => ((left -= into.length), left < 0 ? 0 : into.length), close: () => undefined };
    },
  };
  const partitions = info.tables[0]!.partitions.map((partition) => ({
    ...partition,
    indexes: partition.indexes.map((index) => ({
      ...index,
      shards: index.shards.map((shard) => ({
        ...shard,
        files: shard.files.map((file) => ({ ...file, sizeBytes })),
      })),
    })),
  }));
  const document = { ...info, tables: [{ ...info.tables[0]!, partitions }] };
  await writeDocument(storage, infoPath('repo', 'snap', info.backupTime), encodeInfo(document), nodeMd5);
  const seen: number[] = [];
  const report = await verifyRepository(large, {
    md5: nodeMd5,
    onProgress: (done) => void seen.push(done.bytes),
  });
  t.deepEqual(
    report.problems.map((problem) => problem.kind),
    ['corrupt'],
  );
  t.true(seen.length > 2 && seen[0]! > 0 && seen[0]! < sizeBytes, String(seen));
  t.is(seen.at(-1), sizeBytes);
  const signal = { aborted: false };
  const stop = (): void => void (signal.aborted = true);
  t.is(
    await codeOf(() => verifyRepository(large, { md5: nodeMd5, signal, onProgress: stop })),
    'INTERRUPTED',
  );
});

test('verifying stops when told to, at once', async (t) => {
  const storage = memoryStorage();
  await writeSample(storage, { shards: 5 });
  t.is(
    await codeOf(() => verifyRepository(storage, { md5: nodeMd5, signal: { aborted: true } })),
    'INTERRUPTED',
  );
  const signal = { aborted: false };
  let calls = 0;
  const onProgress = async (): Promise<void> => {
    await Promise.resolve();
    signal.aborted = ++calls === 3;
  };
  t.is(await codeOf(() => verifyRepository(storage, { md5: nodeMd5, signal, onProgress })), 'INTERRUPTED');
  t.is(calls, 3);
});

test('of a server, no more files are begun once verifying has come to its end', async (t) => {
  const storage = memoryStorage();
  const { files } = await writeSample(storage, { shards: 40, filesPerShard: 1 });
  let begun = 0;
  const broken: Storage = {
    ...server(storage),
    openReader(path) {
      if (files.includes(path) && ++begun === 1) throw new TypeError('broken');
      return server(storage).openReader(path);
    },
  };
  await t.throwsAsync(verifyRepository(broken, { md5: nodeMd5 }), { message: 'broken' });
  t.true(begun > 0 && begun <= 8, `${begun}`);
});

test('a file that cannot be read, or vanishes, is a problem and no end; readers are closed', async (t) => {
  const storage = memoryStorage();
  const { files } = await writeSample(storage, { shards: 3, filesPerShard: 1 });
  let open = 0;
  const faulty: Storage = {
    ...storage,
    async openReader(path) {
      if (path === files[0]) throw new DrillError('STORAGE_NOT_FOUND', 'gone');
      const reader = await storage.openReader(path);
      open++;
      const read = (): never => {
        throw new DrillError('STORAGE_FAILED', 'cannot read it: i/o error (EIO)');
      };
      return { ...reader, ...(path === files[1] ? { read } : {}), close: () => void open-- };
    },
  };
  const report = await verifyRepository(faulty, { md5: nodeMd5 });
  t.deepEqual(
    report.problems.map(({ kind, path }) => ({ kind, path })),
    [
      { kind: 'missing', path: files[0] },
      { kind: 'corrupt', path: files[1] },
    ].sort((a, b) => (a.path! < b.path! ? -1 : 1)),
  );
  t.true(report.problems.some((problem) => problem.message.includes('EIO')));
  t.is(open, 0);
});

test('a listing that is older than the files is not believed about what is missing', async (t) => {
  const storage = memoryStorage();
  const { files, info } = await writeSample(storage, { shards: 3, filesPerShard: 2 });
  const [hidden, short, gone] = files as [string, string, string];
  await storage.remove(gone);
  const stale: Storage = {
    ...storage,
    list: async (prefix) =>
      (await storage.list(prefix))
        .filter(({ path }) => path !== hidden)
        .map((file) => (file.path === short ? { ...file, sizeBytes: 1 } : file)),
  };
  const report = await verifyRepository(stale, { md5: nodeMd5 });
  t.deepEqual(
    report.problems.map(({ kind, path }) => ({ kind, path })),
    [{ kind: 'missing', path: gone }],
  );
  const error = await errorOf(() => pruneSnapshot(stale, info));
  t.is(error?.code, 'REPOSITORY_CORRUPT');
  t.regex(error!.message, /lacks 1 file /);
});
