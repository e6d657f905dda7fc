import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import {
  infoPath,
  memoryStorage,
  metaPath,
  snapshotDirectory,
  writeDocument,
  type Storage,
} from '../../src/repository/index.js';
import { localStorage } from '../../src/repository/storage/local.js';
import { nodeMd5 } from '../../src/repository/storage/node-md5.js';
import { doEverything, plantCanaries, SECRET, type Canaries, type Endings } from './hostile.js';
import { writeSample, type Sample } from './sample.js';
import { bytesOf, put } from './storage-helpers.js';

/*
 * A repository whose owner means harm: whatever lies in it, verifying, listing, reading, restoring, tidying and dropping end,
 * say what is wrong, and touch nothing that is outside.
 */

interface Scene {
  readonly root: string;
  readonly storage: Storage;
  readonly sample: Sample;
  readonly canaries: Canaries;
  /** Of a path in the repository, its place on this machine. */
  readonly at: (path: string) => string;
  readonly label: string;
}

async function scene(t: ExecutionContext): Promise<Scene> {
  const directory = mkdtempSync(join(tmpdir(), 'drill-hostile-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const root = join(directory, 'root');
  const canaries = plantCanaries(join(directory, 'outside'));
  const sample = await writeSample(localStorage(root));
  const { repository, label } = sample.info;
  const at = (path: string): string => join(root, path);
  // A storage of its own, which has not seen any directory as it was before.
  return {
    root,
    storage: localStorage(root),
    sample,
    canaries,
    at,
    label: snapshotDirectory(repository, label),
  };
}

/** Puts something else in the place of a file or a directory. */
function replace(place: string, put_: (place: string) => void): void {
  rmSync(place, { recursive: true });
  put_(place);
}

interface Planted {
  readonly plant: (scene: Scene) => void;
  /** Whether the snapshot can be read and its restore be planned all the same. */
  readonly isReadable: boolean;
  /** Whether verifying finds something. Links and special files beside what a manifest names are not files, and not seen. */
  readonly isSeen: boolean;
}

const HOSTILE: Readonly<Record<string, Planted>> = {
  'a link in the place of the snapshot': {
    plant: ({ at, label, canaries }) => replace(at(label), (place) => symlinkSync(canaries.directory, place)),
    isReadable: false,
    isSeen: true,
  },
  'a link to itself in the place of the snapshot': {
    plant: ({ at, label }) => replace(at(label), (place) => symlinkSync(place, place)),
    isReadable: false,
    isSeen: true,
  },
  'a link in the place of the content': {
    plant: ({ at, label, canaries }) =>
      replace(at(`${label}/__ss_content`), (place) => symlinkSync(join(canaries.directory, 'tree'), place)),
    isReadable: true,
    isSeen: true,
  },
  "a link in the place of a shard's file": {
    plant: ({ at, sample, canaries }) =>
      replace(at(sample.files[0]!), (place) => symlinkSync(canaries.secret, place)),
    isReadable: true,
    isSeen: true,
  },
  'a link in the place of the __info': {
    plant: ({ at, sample, canaries }) =>
      replace(at(sample.infoFile), (place) => symlinkSync(canaries.secret, place)),
    isReadable: false,
    isSeen: true,
  },
  'a link in the place of the __meta': {
    plant: ({ at, sample, canaries }) =>
      replace(at(sample.metaFile), (place) => symlinkSync(canaries.secret, place)),
    isReadable: false,
    isSeen: true,
  },
  'a link beside the files of a shard': {
    plant: ({ at, sample, canaries }) =>
      symlinkSync(canaries.directory, join(dirname(at(sample.files[0]!)), 'out')),
    isReadable: true,
    isSeen: false,
  },
  'links in a circle': {
    plant: ({ at, label }) => {
      symlinkSync('..', at(`${label}/up`));
      symlinkSync('.', at(`${label}/__ss_content/here`));
    },
    isReadable: true,
    isSeen: false,
  },
  'a link in the place of the repository': {
    plant: ({ at, label, canaries }) =>
      replace(dirname(at(label)), (place) => symlinkSync(canaries.directory, place)),
    isReadable: false,
    isSeen: false,
  },
  "a pipe in the place of a shard's file": {
    plant: ({ at, sample }) => replace(at(sample.files[0]!), (place) => execFileSync('mkfifo', [place])),
    isReadable: true,
    isSeen: true,
  },
  'a pipe in the place of the __info': {
    plant: ({ at, sample }) => replace(at(sample.infoFile), (place) => execFileSync('mkfifo', [place])),
    isReadable: false,
    isSeen: true,
  },
  'a directory in the place of the __info': {
    plant: ({ at, sample }) => replace(at(sample.infoFile), (place) => mkdirSync(place)),
    isReadable: false,
    isSeen: true,
  },
  "a directory in the place of a shard's file": {
    plant: ({ at, sample }) =>
      replace(at(sample.files[0]!), (place) => mkdirSync(join(place, 'x'), { recursive: true })),
    isReadable: true,
    isSeen: true,
  },
  'a file in the place of the snapshot': {
    plant: ({ at, label }) => replace(at(label), (place) => writeFileSync(place, '')),
    isReadable: false,
    isSeen: true,
  },
  "a further name of a file outside, in the place of a shard's file": {
    plant: ({ at, sample, canaries }) =>
      replace(at(sample.files[0]!), (place) => linkSync(canaries.secret, place)),
    isReadable: true,
    isSeen: true,
  },
  'names that a terminal or a shell would obey': {
    plant: ({ at, label }) => {
      for (const name of [
        '\u001B[2J',
        'a\nb',
        '..x',
        '...',
        '-rf',
        '$(id)',
        '\u202Etxt',
        'ü'.repeat(127),
        ' ',
      ])
        writeFileSync(at(`${label}/${name}`), 'x');
    },
    isReadable: true,
    isSeen: true,
  },
  'a name that is no text': {
    plant: ({ at, label }) =>
      writeFileSync(Buffer.concat([Buffer.from(`${at(label)}/`), Buffer.from([0xff, 0xfe, 0x2f - 1])]), 'x'),
    isReadable: true,
    isSeen: true,
  },
  'five hundred directories in one another': {
    plant: ({ at, label }) => {
      mkdirSync(at(`${label}/${'d/'.repeat(500)}`), { recursive: true });
      writeFileSync(at(`${label}/${'d/'.repeat(500)}f`), 'x');
    },
    isReadable: true,
    isSeen: true,
  },
};

for (const [name, { plant, isReadable, isSeen }] of Object.entries(HOSTILE))
  test(`${name}: everything ends, and nothing outside is touched`, async (t) => {
    const at = await scene(t);
    plant(at);
    const { report, ended } = await doEverything(at.storage, at.sample);
    t.is(at.canaries.changes(), '');
    t.is(ended['read'] === 'done', isReadable, JSON.stringify(ended));
    if (isReadable) t.is(ended['restore'], 'done');
    if (report) t.is(report.problems.length > 0, isSeen, JSON.stringify(report.problems));
    t.false(JSON.stringify(report ?? {}).includes(SECRET), 'nothing that is outside is told');
  });

test('one label that is a link hides none of the others', async (t) => {
  const at = await scene(t);
  await writeSample(at.storage, { label: 'good' });
  replace(at.at(at.label), (place) => symlinkSync(at.canaries.directory, place));
  const { report, ended } = await doEverything(localStorage(at.root), at.sample);
  t.deepEqual(
    report?.snapshots.map(({ label, files }) => [label, files]),
    [
      ['good', 8],
      ['snap', 0],
    ],
  );
  t.deepEqual(
    report?.problems.map(({ kind, path }) => [kind, path]),
    [['foreign', at.label]],
  );
  t.is(ended['list'], 'done');
});

test('what is written never goes through a further name of a file outside', async (t) => {
  const { storage, sample, canaries, at } = await scene(t);
  const { repository, label } = sample.info;
  const part = `${metaPath(repository, label)}.part`;
  linkSync(canaries.secret, at(part));
  await writeDocument(storage, metaPath(repository, label), 'other', nodeMd5);
  linkSync(canaries.secret, at('x'));
  await put(storage, 'x', bytesOf('other'));
  t.is(readFileSync(at('x'), 'utf8'), 'other');
  t.is(canaries.changes(), '');
});

test('a link that stands where something is written is refused', async (t) => {
  const { storage, sample, canaries, at } = await scene(t);
  const { repository, label } = sample.info;
  symlinkSync(canaries.secret, at(`${metaPath(repository, label)}.part`));
  await t.throwsAsync(writeDocument(storage, metaPath(repository, label), 'other', nodeMd5), {
    code: 'STORAGE_PATH',
  });
  t.is(canaries.changes(), '');
});

test('dropping a snapshot takes away its files and links, and nothing that they lead to', async (t) => {
  const { storage, sample, canaries, at, label } = await scene(t);
  symlinkSync(canaries.directory, at(`${label}/out`));
  symlinkSync(canaries.secret, at(`${label}/__ss_content/secret`));
  unlinkSync(at(sample.files[0]!));
  linkSync(canaries.secret, at(sample.files[0]!));
  renameSync(at(sample.metaFile), at(`${label}/\u001B]0;x\u0007`));
  const { ended } = await doEverything(storage, sample);
  t.is(ended['drop'], 'done');
  t.false(existsSync(at(label)));
  t.is(canaries.changes(), '');
});

test('a hundred thousand entries of every sort take no more than a look at each', async (t) => {
  const storage = memoryStorage();
  const sample = await writeSample(storage);
  const { repository, label } = sample.info;
  const COUNT = 100_000;
  for (let i = 0; i < COUNT; i++) {
    const hex = i.toString(16).padStart(32, '0');
    const path = [
      `${infoPath(repository, label, '2026-01-31-23-59-59')}.${hex}`,
      `${metaPath(repository, label)}.${hex}`,
      `${snapshotDirectory(repository, label)}/x${i}`,
    ][i % 3]!;
    await put(storage, path, new Uint8Array(0));
  }
  const { report, ended }: Endings = await doEverything(storage, sample);
  t.true((report?.problems.length ?? 0) > COUNT / 2);
  t.deepEqual(
    { list: ended['list'], read: ended['read'], drop: ended['drop'] },
    { list: 'done', read: 'REPOSITORY_CORRUPT', drop: 'done' },
  );
  t.deepEqual(await storage.list(snapshotDirectory(repository, label)), []);
});
