import test from 'ava';
import * as fc from 'fast-check';
import {
  checkConsistent,
  decodeInfo,
  decodeMeta,
  decodeRepoInfo,
  encodeInfo,
  encodeMeta,
  encodeRepoInfo,
  memoryStorage,
  type RepoInfo,
} from '../../src/repository/index.js';
import { documentsArbitrary, repositoryArbitrary } from './arbitraries.js';
import { writeSample } from './sample.js';
import { codeOf, errorOf } from './storage-helpers.js';

const { info: INFO, meta: META } = await writeSample(memoryStorage());
const REPO_INFO: RepoInfo = { formatVersion: 1, name: 'repo', createdAt: '2026-01-01-00-00-00' };

const CODECS = [
  { name: '__info', document: INFO, encode: encodeInfo, decode: decodeInfo, highest: 2 },
  { name: '__meta', document: META, encode: encodeMeta, decode: decodeMeta, highest: 1 },
  { name: '__repo_info', document: REPO_INFO, encode: encodeRepoInfo, decode: decodeRepoInfo, highest: 1 },
] as const;

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A copy of a JSON value with `change` made at `path`. */
function changed(
  value: unknown,
  path: readonly (string | number)[],
  change: (old: Json) => Json | undefined,
): unknown {
  const copy = structuredClone(value) as Json;
  const parent = path.slice(0, -1).reduce<Json>((at, key) => (at as { [key: string]: Json })[key]!, copy);
  const key = path.at(-1)!;
  const next = change((parent as { [key: string]: Json })[key]!);
  if (next === undefined) delete (parent as { [key: string]: Json })[key];
  else (parent as { [key: string]: Json })[key] = next;
  return copy;
}

/** Every place in a JSON value below its root. */
function placesIn(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [];
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return keys.flatMap((key) => {
    const place = [...path, key];
    return [place, ...placesIn((value as { [key: string]: unknown })[key], place)];
  });
}

/** The keys of every object turned round. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]) => [key, reversed(inner)])
      .reverse() as [string, unknown][],
  );
}

test('what was encoded is decoded, and fits', (t) => {
  fc.assert(
    fc.property(documentsArbitrary, repositoryArbitrary, ({ info, meta }, name) => {
      t.deepEqual(decodeInfo(encodeInfo(info), 'p'), info);
      t.deepEqual(decodeMeta(encodeMeta(meta), 'p'), meta);
      checkConsistent(meta, info);
      const repoInfo = { ...REPO_INFO, name };
      t.deepEqual(decodeRepoInfo(encodeRepoInfo(repoInfo), 'p'), repoInfo);
    }),
  );
});

test('equal documents have one text, whatever the order of their keys; one line of JSON', (t) => {
  fc.assert(
    fc.property(documentsArbitrary, ({ info, meta }) => {
      t.is(encodeInfo(reversed(info) as typeof info), encodeInfo(info));
      t.is(encodeMeta(reversed(meta) as typeof meta), encodeMeta(meta));
      t.is(encodeInfo(decodeInfo(encodeInfo(info), 'p')), encodeInfo(info));
    }),
  );
  t.regex(encodeInfo(INFO), /^[^\n]+\n$/);
});

test('keys that a later program may add are ignored, everywhere', (t) => {
  const added = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(added);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(([key, inner]) => [key, added(inner)]);
    return { ...Object.fromEntries(entries), addedLater: [{ any: 'thing' }] };
  };
  for (const { name, document, decode } of CODECS)
    t.deepEqual(decode(JSON.stringify(added(document)), 'p'), document, name);
});

test('a value that is missing or of another type is refused, with its path and place', async (t) => {
  for (const { name, document, decode } of CODECS) {
    for (const place of placesIn(document)) {
      const key = place.at(-1)!;
      for (const wrong of [undefined, null, { an: 'object' }, -1, 1.5, 'no\nsuch', []]) {
        // Texts of views are free; a list without an element, or with nothing in it, is another document, not a wrong one.
        if (key === 'definition' && typeof wrong === 'string') continue;
        if (wrong === undefined && typeof key === 'number') continue;
        const right = valueAt(document, place);
        if (Array.isArray(wrong) && Array.isArray(right)) continue;
        // Of an object in the place of an object, what it lacks is told.
        if (isObject(wrong) && isObject(right)) continue;
        const text = JSON.stringify(changed(document, place, () => wrong));
        const error = await errorOf(() => decode(text, 'some/path'));
        const where = `${name} ${place.join('.')} := ${JSON.stringify(wrong)}`;
        t.is(error?.code, 'REPOSITORY_CORRUPT', where);
        const jsonPath = place.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('');
        t.true(error!.message.startsWith(`some/path: $${jsonPath} is `), `${where}: ${error!.message}`);
        t.regex(error!.message, /; it must be /);
      }
    }
  }
});

const valueAt = (value: unknown, path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>((at, key) => (at as { [key: string]: unknown })[key], value);

const isObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const FILE = ['tables', 0, 'partitions', 0, 'indexes', 0, 'shards', 0, 'files', 0];

test('hostile values are refused', async (t) => {
  const cases: [readonly (string | number)[], Json][] = [
    [[...FILE, 'name'], '../../etc/passwd'],
    [[...FILE, 'name'], '..'],
    [[...FILE, 'name'], '/etc/passwd'],
    [[...FILE, 'name'], 'a\u0000b'],
    [[...FILE, 'name'], 'a\u001B[2J'],
    [[...FILE, 'name'], 'n'.repeat(256)],
    [[...FILE, 'name'], '\uD800'],
    [[...FILE, 'name'], ''],
    [[...FILE, 'checksum'], `../${'0'.repeat(29)}`],
    [[...FILE, 'checksum'], 'D41D8CD98F00B204E9800998ECF8427E'],
    [[...FILE, 'checksum'], `${'0'.repeat(32)}\n`],
    [[...FILE, 'sizeBytes'], 2 ** 53],
    [[...FILE, 'sizeBytes'], '10'],
    [['tables', 0, 'id'], '1/../..'],
    [['tables', 0, 'id'], 1e300],
    [['databaseId'], -1],
    [['label'], '../other'],
    [['repository'], '..'],
    [['backupTime'], '2026-02-30-00-00-00'],
    [['content'], 'everything'],
    [['tables', 0, 'name'], 'a\u001B[2J'],
    [['tables', 0, 'name'], ''],
  ];
  for (const [place, value] of cases) {
    const error = await errorOf(() => decodeInfo(JSON.stringify(changed(INFO, place, () => value)), 'p'));
    t.is(error?.code, 'REPOSITORY_CORRUPT', `${place.join('.')} ${JSON.stringify(value)}`);
    // oxlint-disable-next-line no-control-regex -- none may reach the terminal
    t.notRegex(error!.message, /[\u0000-\u001F\u007F-\u009F]/);
  }
  t.is(
    (decodeInfo(JSON.stringify(INFO).replace('{', '{"__proto__":{"x":1},'), 'p') as { x?: number }).x,
    undefined,
  );
});

test('nothing may be there twice', async (t) => {
  const twice = (place: readonly (string | number)[], change: (item: Json) => Json) =>
    changed(INFO, place, (list) => [...(list as Json[]), change((list as Json[])[0]!)]);
  const set = (values: { [key: string]: Json }) => (item: Json) => ({
    ...(item as { [key: string]: Json }),
    ...values,
  });
  const partitions = ['tables', 0, 'partitions'];
  const indexes = [...partitions, 0, 'indexes'];
  const shards = [...indexes, 0, 'shards'];
  const files = [...shards, 0, 'files'];
  const fresh = { id: 999_999, name: 'fresh' };
  const cases: [string, unknown][] = [
    ['$.tables[1].id', twice(['tables'], set({ name: 'fresh', partitions: [] }))],
    ['$.tables[1].name', twice(['tables'], set({ id: 999_999, partitions: [] }))],
    ['$.tables[0].partitions[2].id', twice(partitions, set({ name: 'fresh', indexes: [] }))],
    ['$.tables[0].partitions[2].name', twice(partitions, set({ id: 999_999, indexes: [] }))],
    ['$.tables[0].partitions[0].indexes[1].id', twice(indexes, set({ name: 'fresh', shards: [] }))],
    ['$.tables[0].partitions[0].indexes[1].name', twice(indexes, set({ id: 999_999, shards: [] }))],
    ['.shards[2].bucket', twice(shards, set({ id: 999_999, files: [] }))],
    ['.shards[2].id', twice(shards, set({ bucket: 2, files: [] }))],
    ['$.tables[0].partitions[0].indexes[1].shards[0].id', twice(indexes, set(fresh))],
    ['.files[2].name', twice(files, (item) => item)],
    ['$.views[1].name', twice(['views'], (item) => item)],
    ['$.views[1].name', twice(['views'], set({ name: 'tbl' }))],
    ['$.skippedTables[1]', twice(['skippedTables'], (item) => item)],
  ];
  for (const [place, document] of cases) {
    const error = await errorOf(() => decodeInfo(JSON.stringify(document), 'p'));
    t.is(error?.code, 'REPOSITORY_CORRUPT', place);
    t.true(error!.message.includes(`${place} is `), `${place}: ${error!.message}`);
  }
});

test('a snapshot of metadata only has no shards', async (t) => {
  const document = { ...INFO, content: 'metadata_only' };
  const error = await errorOf(() => decodeInfo(JSON.stringify(document), 'p'));
  t.regex(error!.message, /\.shards has shards, though/);
});

test('bundles need their format, hold files that are there, each once, and not too much', async (t) => {
  const bundled = await writeSample(memoryStorage(), { shards: 1, filesPerShard: 4, bundled: true });
  const shard = ['tables', 0, 'partitions', 0, 'indexes', 0, 'shards', 0] as const;
  t.deepEqual(decodeInfo(encodeInfo(bundled.info), 'p'), bundled.info);
  t.is(bundled.info.formatVersion, 2);
  const bundles =
    (...all: readonly (readonly [firstFile: number, files: number])[]) =>
    () =>
      all.map(([firstFile, files]) => ({ firstFile, files, checksum: '0'.repeat(32) }));
  const cases: [RegExp, unknown][] = [
    [/\.bundles is there, and the format is 1$/, changed(bundled.info, ['formatVersion'], () => 1)],
    [
      /bundles\[0\]\.files is 5: the shard has only 4 files/,
      changed(bundled.info, [...shard, 'bundles'], bundles([0, 5])),
    ],
    [
      /bundles\[0\]\.files is 2: the shard has only 4 files/,
      changed(bundled.info, [...shard, 'bundles'], bundles([3, 2])),
    ],
    [
      /bundles\[1\]\.firstFile is 1, and the bundle before goes on to 2/,
      changed(bundled.info, [...shard, 'bundles'], bundles([0, 2], [1, 2])),
    ],
    [/bundles\[1\]\.firstFile is 0/, changed(bundled.info, [...shard, 'bundles'], bundles([2, 2], [0, 2]))],
    [
      /bundles\[0\]\.files is 1; it must be a whole number, at least 2/,
      changed(bundled.info, [...shard, 'bundles'], bundles([0, 1])),
    ],
    [
      /bundles\[0\] holds \d+ bytes, and the most is 67108864/,
      changed(bundled.info, [...shard, 'files', 1, 'sizeBytes'], () => 2 ** 53 - 1),
    ],
    [
      /files\[3\]\.name is "__bundle_7", as of a bundle/,
      changed(bundled.info, [...shard, 'files', 3, 'name'], () => '__bundle_7'),
    ],
  ];
  for (const [message, document] of cases) {
    const error = await errorOf(() => decodeInfo(JSON.stringify(document), 'p'));
    t.is(error?.code, 'REPOSITORY_CORRUPT', String(message));
    t.regex(error!.message, message);
  }
});

test('a newer format, and that of Doris itself, are told apart from damage', async (t) => {
  for (const { document, decode, highest } of CODECS) {
    const newer = await errorOf(() =>
      decode(JSON.stringify({ ...document, formatVersion: highest + 1, label: {} }), 'p'),
    );
    t.is(newer?.code, 'REPOSITORY_FORMAT');
    t.is(
      newer!.message,
      `p was written by a newer version: it has format ${highest + 1}, and this one reads up to ${highest}`,
    );
    for (const version of [0, -1, 1.5, '2', null, undefined]) {
      const text = JSON.stringify({ ...document, formatVersion: version });
      t.is(await codeOf(() => decode(text, 'p')), 'REPOSITORY_CORRUPT', String(version));
    }
  }
  const doris = await errorOf(() =>
    decodeInfo('{"name":"l","backup_time":1769903999000,"olap_table_list":[]}', 'p'),
  );
  t.is(doris?.code, 'REPOSITORY_FORMAT');
  t.regex(doris!.message, /Apache Doris itself/);
  t.is(
    await codeOf(() => decodeRepoInfo('{"name":"r","create_time":"2026-01-01 00:00:00"}', 'p')),
    'REPOSITORY_FORMAT',
  );
});

test('text that is no document is REPOSITORY_CORRUPT, whatever it is', async (t) => {
  const whole = encodeInfo(INFO);
  const cut = fc.nat(whole.length - 3).map((length) => whole.slice(0, length));
  const flipped = fc
    .tuple(fc.nat(whole.length - 2), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }))
    .map(([at, character]) => whole.slice(0, at) + character + whole.slice(at + 1));
  for (const text of ['', '{', '[]', 'null', '1', '"x"', '\u0000\u0001\u009B', '[[[['.repeat(20_000)]) {
    const error = await errorOf(() => decodeMeta(text, 'p'));
    t.is(error?.code, 'REPOSITORY_CORRUPT', text.slice(0, 20));
    // oxlint-disable-next-line no-control-regex -- none may reach the terminal
    t.notRegex(error!.message, /[\u0000-\u001F\u007F-\u009F]/);
  }
  await fc.assert(
    fc.asyncProperty(fc.oneof(cut, fc.string(), fc.json()), async (text) => {
      t.is(await codeOf(() => decodeInfo(text, 'p')), 'REPOSITORY_CORRUPT');
    }),
  );
  await fc.assert(
    fc.asyncProperty(flipped, async (text) => {
      t.true(
        ['none', 'REPOSITORY_CORRUPT', 'REPOSITORY_FORMAT'].includes(
          await codeOf(() => decodeInfo(text, 'p')),
        ),
      );
    }),
  );
});

test('a document of nothing but faults is refused like others', async (t) => {
  for (const count of [10, 300_000]) {
    const text = JSON.stringify({ ...META, views: Array.from({ length: count }, () => ({})) });
    t.is(await codeOf(() => decodeMeta(text, 'p')), 'REPOSITORY_CORRUPT', String(count));
  }
});

test('a document that could not be read again is not written', async (t) => {
  t.is(await codeOf(() => encodeInfo({ ...INFO, label: 'a b' })), 'INTERNAL');
  t.is(await codeOf(() => encodeMeta({ ...META, tables: [...META.tables, ...META.tables] })), 'INTERNAL');
  t.is(await codeOf(() => encodeRepoInfo({ ...REPO_INFO, createdAt: 'today' })), 'INTERNAL');
});

test('documents that tell of different things do not fit', async (t) => {
  const partition = ['tables', 0, 'partitions', 0];
  const without = (list: Json): Json => (list as Json[]).slice(1);
  const cases: [string, unknown, unknown][] = [
    ['$.databaseName', changed(META, ['databaseName'], () => 'other'), INFO],
    ['$.tables lacks', META, changed(INFO, ['tables'], without)],
    ['$.tables[0] (tbl', changed(META, ['tables'], without), INFO],
    ['$.tables[0].name', changed(META, ['tables', 0, 'name'], () => 'other'), INFO],
    ['$.tables[0] (tbl', changed(META, ['tables', 0, 'id'], () => 77), INFO],
    ['$.tables[0].partitions lacks', META, changed(INFO, ['tables', 0, 'partitions'], without)],
    ['$.tables[0].partitions[0] (p0', changed(META, ['tables', 0, 'partitions'], without), INFO],
    ['$.tables[0].partitions[0].version', changed(META, [...partition, 'version'], () => 77), INFO],
    ['$.tables[0].partitions[0].indexes lacks', META, changed(INFO, [...partition, 'indexes'], without)],
    ['.indexes[0].shards has 1', META, changed(INFO, [...partition, 'indexes', 0, 'shards'], without)],
    [
      '.shards[1].bucket is 5',
      META,
      changed(INFO, [...partition, 'indexes', 0, 'shards', 1, 'bucket'], () => 5),
    ],
    ['$.views lacks v', META, changed(INFO, ['views'], without)],
    ['$.views[0] (v)', changed(META, ['views'], without), INFO],
    ['$.views[0] (v)', changed(META, ['views', 0, 'definition'], () => 'SELECT 2'), INFO],
  ];
  t.is(await codeOf(() => checkConsistent(META, INFO)), 'none');
  for (const [expected, meta, info] of cases) {
    const error = await errorOf(() => checkConsistent(meta as typeof META, info as typeof INFO, 'some/path'));
    t.is(error?.code, 'REPOSITORY_CORRUPT', expected);
    t.true(error!.message.startsWith('some/path: ') && error!.message.includes(expected), error!.message);
  }
});
