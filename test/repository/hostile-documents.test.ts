import test from 'ava';
import {
  encodeInfo,
  encodeMeta,
  memoryStorage,
  type SnapshotInfo,
  type SnapshotMeta,
  type Storage,
} from '../../src/repository/index.js';
import { doEverything, replaceDocuments, restorePlanned } from './hostile.js';
import { writeSample, type Sample, type SampleSpec } from './sample.js';

interface Documents {
  readonly info?: string;
  readonly meta?: string;
}

interface Hostile {
  readonly spec?: SampleSpec;
  readonly documents: (sample: Sample) => Documents;
}

/** Text of a document with a piece of it replaced, everywhere; fails where the piece is not there. */
function edited(text: string, piece: string, replacement: string): string {
  if (!text.includes(piece)) throw new Error(`there is no ${piece} in ${text.slice(0, 200)}`);
  return text.replaceAll(piece, () => replacement);
}

const inInfo =
  (piece: string, replacement: string) =>
  ({ info }: Sample): Documents => ({ info: edited(encodeInfo(info), piece, replacement) });

const inBoth =
  (piece: string, replacement: string) =>
  ({ info, meta }: Sample): Documents => ({
    info: edited(encodeInfo(info), piece, replacement),
    meta: edited(encodeMeta(meta), piece, replacement),
  });

const changedInfo =
  (change: (info: SnapshotInfo) => unknown) =>
  ({ info }: Sample): Documents => ({ info: JSON.stringify(change(info)) });

const inMeta =
  (piece: string, replacement: string) =>
  ({ meta }: Sample): Documents => ({ meta: edited(encodeMeta(meta), piece, replacement) });

type Table = SnapshotInfo['tables'][number];
type Shard = Table['partitions'][number]['indexes'][number]['shards'][number];

/** The `__info` with something else for each of its shards. */
const withShards =
  (change: (shards: readonly Shard[]) => readonly unknown[]) =>
  (info: SnapshotInfo): unknown => ({
    ...info,
    tables: info.tables.map((table) => ({
      ...table,
      partitions: table.partitions.map((partition) => ({
        ...partition,
        indexes: partition.indexes.map((index) => ({ ...index, shards: change(index.shards) })),
      })),
    })),
  });

const FILE_NAME = '"name":"10000.hdr"';
const SIZE = /"sizeBytes":\d+/g;
const sizes = (written: string): Hostile => ({
  documents: ({ info }) => ({ info: encodeInfo(info).replaceAll(SIZE, `"sizeBytes":${written}`) }),
});
const fileName = (name: string): Hostile => ({
  documents: inInfo(FILE_NAME, `"name":${JSON.stringify(name)}`),
});

/** Documents that must be refused, by verifying as a problem and by reading with an error. */
const REFUSED: Readonly<Record<string, Hostile>> = {
  'a file named ../../../secret': fileName('../../../secret'),
  'a file named /etc/passwd': fileName('/etc/passwd'),
  'a file in a directory': fileName('a/b'),
  'a file named ..': fileName('..'),
  'a file named .': fileName('.'),
  'a file without a name': fileName(''),
  'a file with a NUL in its name': fileName('a\0b'),
  'a file with an escape sequence in its name': fileName('\u001B[2J'),
  'a file with half a character in its name': fileName('\uD800'),
  'a file with a long name': fileName('x'.repeat(100_000)),
  'a label with a path in it': { documents: inInfo('"label":"snap"', '"label":"../../snap"') },
  'a label of another snapshot': { documents: inInfo('"label":"snap"', '"label":"other"') },
  'a repository with a path in it': { documents: inInfo('"repository":"repo"', '"repository":"../repo"') },
  'a database with a path for an id': { documents: inInfo('"databaseId":10001', '"databaseId":"../1"') },
  'a negative database': { documents: inInfo('"databaseId":10001', '"databaseId":-1') },
  'a database with a fraction': { documents: inInfo('"databaseId":10001', '"databaseId":0.5') },
  'a database beyond counting': { documents: inInfo('"databaseId":10001', '"databaseId":1e308') },
  'a database without end': { documents: inInfo('"databaseId":10001', '"databaseId":1e999') },
  'sizes of 1e308': sizes('1e308'),
  'sizes without end': sizes('1e999'),
  'negative sizes': sizes('-1'),
  'sizes that are no number': sizes('null'),
  'sizes that are a text': sizes('"1"'),
  'a checksum that is a path': {
    documents: ({ info }) => ({
      info: encodeInfo(info).replaceAll(/"checksum":"\w+"/g, '"checksum":"../../x"'),
    }),
  },
  'a table with an escape sequence in its name': { documents: inBoth('"name":"tbl"', '"name":"\\u001b[2J"') },
  'a table with a name of a million characters': {
    documents: inBoth('"name":"tbl"', `"name":"${'x'.repeat(1_000_000)}"`),
  },
  'a shard that is there thousands of times': {
    documents: changedInfo(withShards((shards) => shards.flatMap((shard) => new Array(5000).fill(shard)))),
  },
  'thousands of shards in one bucket': {
    documents: changedInfo(
      withShards((shards) => Array.from({ length: 5000 }, (_, id) => ({ ...shards[0], id: id + 1 }))),
    ),
  },
  'more shards than buckets': {
    documents: changedInfo(
      withShards((shards) =>
        Array.from({ length: 5000 }, (_, id) => ({ ...shards[0], id: id + 1, bucket: id })),
      ),
    ),
  },
  'a file that is there twice': {
    documents: changedInfo(
      withShards((shards) => shards.map((shard) => ({ ...shard, files: [...shard.files, ...shard.files] }))),
    ),
  },
  'a table that is there twice': {
    documents: changedInfo((info) => ({ ...info, tables: [...info.tables, ...info.tables] })),
  },
  'a billion buckets': { documents: inMeta('"buckets":2', '"buckets":1000000000') },
  'a billion buckets of nothing': {
    spec: { content: 'metadata_only' },
    documents: inMeta('"buckets":2', '"buckets":1000000000'),
  },
  'many indexes of many buckets of nothing': {
    spec: { content: 'metadata_only', shards: 40 },
    documents: inMeta('"buckets":2', '"buckets":1000000'),
  },
  'a __proto__ for a document': { documents: () => ({ info: '{"__proto__":{"formatVersion":1}}' }) },
  'a __proto__ for the tables': { documents: inInfo('"tables":', '"__proto__":') },
  'brackets without end': { documents: () => ({ info: '['.repeat(2_000_000) }) },
  'lists in lists, a million deep': {
    documents: inInfo('"tables":[', `"tables":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)},"x":[`),
  },
  'a text of empty lists': {
    documents: inInfo('"tables":[', `"x":[${'[],'.repeat(5_000_000)}0],"tables":[`),
  },
  'half a million tables that are none': {
    documents: changedInfo((info) => ({ ...info, tables: Array.from({ length: 200_000 }, () => ({})) })),
  },
  'no JSON': { documents: () => ({ info: '\u001B[2J' }) },
  nothing: { documents: () => ({ info: '' }) },
  'a manifest of the future': { documents: inInfo('"formatVersion":1', '"formatVersion":99') },
  'a time that is none': { documents: inInfo('2026-01-31-23-59-59', '2026-02-31-23-59-59') },
};

async function hostile({ spec, documents }: Hostile): Promise<{ storage: Storage; sample: Sample }> {
  const storage = memoryStorage();
  const sample = await writeSample(storage, spec);
  await replaceDocuments(storage, sample, documents(sample));
  return { storage, sample };
}

for (const [name, planted] of Object.entries(REFUSED))
  test(`${name}: refused by all that reads it, and dropped`, async (t) => {
    const { storage, sample } = await hostile(planted);
    const before = Object.keys(Object.prototype);
    const { report, ended } = await doEverything(storage, sample);
    t.true(
      report!.problems.some(({ kind }) => kind === 'manifest'),
      JSON.stringify(report?.problems.slice(0, 3)),
    );
    t.true(['REPOSITORY_CORRUPT', 'REPOSITORY_FORMAT'].includes(ended['read']!), ended['read']);
    t.is(ended['restore'], undefined);
    t.is(ended['drop'], 'done');
    t.deepEqual(Object.keys(Object.prototype), before);
  });

/** Documents that are in order by themselves, of which a RESTORE must make nothing. */
const UNRESTORABLE: Readonly<Record<string, Hostile & { readonly code: string }>> = {
  'more bytes than can be counted': { ...sizes('9007199254740991'), code: 'REPOSITORY_CORRUPT' },
  'two headers in a shard, which would be one file': {
    documents: ({ info }) => ({
      info: encodeInfo(info).replaceAll('"name":"0200000000000001_0.dat"', '"name":"another.hdr"'),
    }),
    code: 'REPOSITORY_CORRUPT',
  },
  'more copies than there are nodes': {
    documents: inMeta('"replication":3', '"replication":9007199254740991'),
    code: 'RESTORE_CONFLICT',
  },
};

for (const [name, { code, ...planted }] of Object.entries(UNRESTORABLE))
  test(`${name}: RESTORE is refused`, async (t) => {
    const { storage, sample } = await hostile(planted);
    const { ended } = await doEverything(storage, sample);
    t.is(ended['read'], 'done');
    t.is(ended['restore'], code);
  });

test('what is not hostile is read, restored and dropped', async (t) => {
  const storage = memoryStorage();
  const sample = await writeSample(storage);
  const { report, ended } = await doEverything(storage, sample);
  t.deepEqual(report?.problems, []);
  t.deepEqual(new Set(Object.values(ended)), new Set(['done']));
});

test('a database named __proto__ is one as any other', (t) => {
  const info = { databaseName: '__proto__' };
  t.notThrows(() => restorePlanned(snapshotNamed(info.databaseName)));
});

function snapshotNamed(name: string): { info: SnapshotInfo; meta: SnapshotMeta } {
  const index = { id: 4, name, shards: [{ id: 5, bucket: 0, files: [] }] };
  const table = { id: 2, name };
  return {
    info: {
      formatVersion: 1,
      label: 'l',
      repository: 'r',
      databaseId: 1,
      databaseName: name,
      backupTime: '2026-01-31-23-59-59',
      content: 'all',
      skippedTables: [],
      views: [],
      tables: [{ ...table, partitions: [{ id: 3, name, version: 2, indexes: [index] }] }],
    },
    meta: {
      formatVersion: 1,
      databaseName: name,
      views: [],
      tables: [
        {
          ...table,
          type: 'OLAP',
          replication: 1,
          partitions: [{ id: 3, name, version: 2, indexes: [{ id: 4, name, base: true, buckets: 1 }] }],
        },
      ],
    },
  };
}
