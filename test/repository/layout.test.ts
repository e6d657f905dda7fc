import test from 'ava';
import * as fc from 'fast-check';
import {
  formatTimestamp,
  infoPath,
  isFileName,
  isLabel,
  isRepositoryName,
  locateRepository,
  metaPath,
  parsePath,
  parseTimestamp,
  partPath,
  repoInfoPath,
  repositoryRoot,
  shardDirectory,
  snapshotDirectory,
  splitChecksum,
  splitPart,
  withChecksum,
} from '../../src/repository/index.js';
import {
  epochMsArbitrary,
  fileNameArbitrary,
  idArbitrary,
  labelArbitrary,
  md5Arbitrary,
  repositoryArbitrary,
} from './arbitraries.js';
import { codeOf, errorOf } from './storage-helpers.js';

const MD5 = 'd41d8cd98f00b204e9800998ecf8427e';

const placeArbitrary = fc.record({
  databaseId: idArbitrary,
  tableId: idArbitrary,
  partitionId: idArbitrary,
  indexId: idArbitrary,
  shardId: idArbitrary,
});

test('the paths of DESIGN part 4', (t) => {
  const place = { databaseId: 1, tableId: 2, partitionId: 3, indexId: 4, shardId: 5 };
  t.is(repositoryRoot('repo'), '__palo_repository_repo');
  t.is(repoInfoPath('repo'), '__palo_repository_repo/__repo_info');
  t.is(snapshotDirectory('repo', 'label'), '__palo_repository_repo/__ss_label');
  t.is(withChecksum(metaPath('repo', 'label'), MD5), `__palo_repository_repo/__ss_label/__meta.${MD5}`);
  t.is(
    withChecksum(infoPath('repo', 'label', formatTimestamp(0)), MD5),
    `__palo_repository_repo/__ss_label/__info_1970-01-01-00-00-00.${MD5}`,
  );
  t.is(
    `${shardDirectory('repo', 'label', place)}/${partPath('5.hdr')}`,
    '__palo_repository_repo/__ss_label/__ss_content/__db_1/__tbl_2/__part_3/__idx_4/__5/5.hdr.part',
  );
});

test('every path that is made is recognised as what it is', (t) => {
  fc.assert(
    fc.property(
      repositoryArbitrary,
      labelArbitrary,
      epochMsArbitrary,
      placeArbitrary,
      fileNameArbitrary,
      md5Arbitrary,
      (repository, label, epochMs, place, name, checksum) => {
        const timestamp = formatTimestamp(epochMs);
        const meta = metaPath(repository, label);
        const info = infoPath(repository, label, timestamp);
        const file = `${shardDirectory(repository, label, place)}/${name}`;
        t.deepEqual(parsePath(repoInfoPath(repository)), { kind: 'repo-info', repository });
        t.deepEqual(parsePath(withChecksum(meta, checksum)), { kind: 'meta', repository, label, checksum });
        t.deepEqual(parsePath(withChecksum(info, checksum)), {
          kind: 'info',
          repository,
          label,
          timestamp,
          checksum,
        });
        t.deepEqual(parsePath(withChecksum(file, checksum)), {
          kind: 'shard-file',
          repository,
          label,
          place,
          name,
          checksum,
        });
        const part = (path: string) => parsePath(partPath(path));
        t.deepEqual(part(repoInfoPath(repository)), {
          kind: 'part',
          repository,
          label: undefined,
          name: '__repo_info',
        });
        t.deepEqual(part(meta), { kind: 'part', repository, label, name: '__meta' });
        t.deepEqual(part(info), { kind: 'part', repository, label, name: `__info_${timestamp}` });
        t.deepEqual(part(file), { kind: 'part', repository, label, name });
      },
    ),
  );
});

const ordinal = fc.nat({ max: 99_999 });
const writers = fc.record({ node: ordinal, generation: ordinal, taskId: ordinal, attempt: ordinal });

test('a part is one of its file whoever writes it, and every writer has one of its own', (t) => {
  fc.assert(
    fc.property(
      repositoryArbitrary,
      labelArbitrary,
      placeArbitrary,
      fileNameArbitrary,
      fc.option(writers, { nil: undefined }),
      fc.option(writers, { nil: undefined }),
      (repository, label, place, name, writer, other) => {
        const part = partPath(name, writer);
        t.is(splitPart(part), name);
        const path = `${shardDirectory(repository, label, place)}/${part}`;
        t.deepEqual(parsePath(path), { kind: 'part', repository, label, name });
        t.deepEqual(splitPart(path), path.slice(0, path.lastIndexOf('/') + 1) + name);
        t.is(partPath(name, other) === part, JSON.stringify(other) === JSON.stringify(writer));
        t.is(splitChecksum(part), undefined);
      },
    ),
  );
  t.is(partPath('5.hdr', { node: 1, generation: 2, taskId: 33, attempt: 4 }), '5.hdr.1-2-33-4.part');
  t.is(splitPart('.1-2-33-4.part'), '.1-2-33-4', 'a name is never empty');
  t.is(splitPart('5.hdr.1-2-3.part'), '5.hdr.1-2-3', 'three numbers are no writer');
  t.is(splitPart(`5.hdr.${MD5}`), undefined);
});

/** Makes the path again from what it was recognised as. */
function remade(path: string): string | undefined {
  const parsed = parsePath(path);
  switch (parsed.kind) {
    case 'repo-info':
      return repoInfoPath(parsed.repository);
    case 'meta':
      return withChecksum(metaPath(parsed.repository, parsed.label), parsed.checksum);
    case 'info':
      return withChecksum(infoPath(parsed.repository, parsed.label, parsed.timestamp), parsed.checksum);
    case 'shard-file': {
      const directory = shardDirectory(parsed.repository, parsed.label, parsed.place);
      return withChecksum(`${directory}/${parsed.name}`, parsed.checksum);
    }
    case 'part':
    case 'foreign':
      return undefined;
  }
}

test('a path that is recognised is exactly the one that would be made; almost right is foreign', (t) => {
  const pieces = fc.constantFrom(
    '__palo_repository_r',
    '__palo_repository_',
    '__palo_repository_1',
    '__repo_info',
    '__ss_l',
    '__ss_',
    '__ss_a b',
    '__ss_content',
    '__db_1',
    '__tbl_2',
    '__part_3',
    '__idx_4',
    '__5',
    '__db_01',
    '__db_',
    '__idx_9007199254740992',
    `__meta.${MD5}`,
    '__meta',
    `__meta.${MD5.toUpperCase()}`,
    `__info_2026-02-30-00-00-00.${MD5}`,
    `.${MD5}`,
    `__info_2026-01-31-23-59-59.${MD5}`,
    `f.${MD5}`,
    'f',
    'f.part',
    '.part',
    `..${MD5}`,
    `a\u0007.${MD5}`,
    '',
  );
  const rightly = [
    '__palo_repository_r',
    '__ss_l',
    '__ss_content',
    '__db_1',
    '__tbl_2',
    '__part_3',
    '__idx_4',
    '__5',
  ];
  const near = fc
    .tuple(
      fc.constantFrom(0, 1, 2, 2, 3, 7, 8, 8, 8),
      fc.option(fc.tuple(fc.nat(8), pieces), { freq: 2 }),
      pieces,
    )
    .map(([length, change, last]) => {
      const parts = rightly.slice(0, length);
      if (change && change[0] < parts.length) parts[change[0]] = change[1];
      return [...parts, last].join('/');
    });
  let recognised = 0;
  fc.assert(
    fc.property(
      fc.oneof(
        near,
        fc.array(pieces).map((p) => p.join('/')),
        fc.string(),
      ),
      (path) => {
        const again = remade(path);
        if (again !== undefined) recognised++;
        t.true(again === undefined || again === path, path);
      },
    ),
    { numRuns: 3000 },
  );
  t.true(recognised > 20, 'the property was tried on paths that are right');
});

test('a whole file, a part and a foreign one are never mistaken for each other', (t) => {
  const shard = '__palo_repository_r/__ss_l/__ss_content/__db_1/__tbl_2/__part_3/__idx_4/__5';
  t.is(parsePath(`${shard}/a.part.${MD5}`).kind, 'shard-file');
  t.is(parsePath(`${shard}/a.${MD5}.part`).kind, 'part');
  for (const path of [
    `${shard}/a`,
    `${shard}/a.${MD5.slice(1)}`,
    `${shard}/a.${MD5.toUpperCase()}`,
    `${shard}/.part`,
    `${shard}/.${MD5}`,
    `${shard}/x/a.${MD5}`,
    `${shard}/${'f'.repeat(223)}.${MD5}`,
    `${shard}/a\n.${MD5}`,
    shard,
    `${shard}/`,
    '',
    '__palo_repository_r',
    '__palo_repository_r/',
    '__palo_repository_r/__repo_info/',
    `x/__repo_info`,
    '__repo_info',
    `__palo_repository_r/__ss_l/__ss_content/a.${MD5}`,
    `${shard.replace('__db_1', '__db_01')}/a.${MD5}`,
    `${shard.replace('__db_1', '__db_9007199254740992')}/a.${MD5}`,
    `${shard.replace('__5', '__-5')}/a.${MD5}`,
    `__palo_repository_r/__ss_l/x.${MD5}`,
    `__palo_repository_r/__ss_${'l'.repeat(129)}/__meta.${MD5}`,
    `__palo_repository_r/__meta.${MD5}`,
  ]) {
    t.is(parsePath(path).kind, 'foreign', path);
  }
});

test('checksums are split off as they were put on', (t) => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), md5Arbitrary, (name, checksum) => {
      fc.pre(!name.endsWith('/'));
      t.deepEqual(splitChecksum(withChecksum(name, checksum)), { name, checksum });
    }),
  );
  for (const name of ['', 'a', MD5, `.${MD5}`, `a/.${MD5}`, `a.${MD5}x`, `a.${MD5.slice(1)}`]) {
    t.is(splitChecksum(name), undefined, name);
  }
  t.throws(() => withChecksum('a', 'nonsense'));
  t.throws(() => withChecksum('a', MD5.toUpperCase()));
});

test('timestamps go there and back, to the second, in UTC', (t) => {
  fc.assert(
    fc.property(epochMsArbitrary, (epochMs) => {
      t.is(parseTimestamp(formatTimestamp(epochMs)), Math.floor(epochMs / 1000) * 1000);
    }),
  );
  t.is(formatTimestamp(Date.UTC(2026, 0, 31, 23, 59, 58, 999)), '2026-01-31-23-59-58');
  for (const text of [
    '',
    '2026-01-31',
    '2026-1-31-23-59-59',
    '2026-02-30-00-00-00',
    '2026-13-01-00-00-00',
    '2026-01-31-24-00-00',
    '2026-01-31-23-60-00',
    '2026-01-31-23-59-60',
    '1969-12-31-23-59-59',
    '2026-01-31-23-59-59Z',
    '02026-01-31-23-59-59',
  ]) {
    t.is(parseTimestamp(text), undefined, text);
  }
  for (const epochMs of [-1, NaN, Infinity, 253_402_300_800_000]) t.throws(() => formatTimestamp(epochMs));
});

test('timestamps sort as times do', (t) => {
  fc.assert(
    fc.property(epochMsArbitrary, epochMsArbitrary, (a, b) => {
      const [first, second] = [formatTimestamp(Math.min(a, b)), formatTimestamp(Math.max(a, b))];
      t.true(first <= second);
    }),
  );
});

test('labels and names of repositories are safe parts of a path, or refused with the rule', async (t) => {
  for (const label of ['a', '1', '-', 'a:b', 'A_b-9', 'l'.repeat(128)]) t.true(isLabel(label), label);
  for (const label of ['', '.', '..', 'a/b', 'a b', 'a.b', 'é', 'a\n', 'a\0', 'l'.repeat(129)]) {
    t.false(isLabel(label), label);
    const error = await errorOf(() => snapshotDirectory('r', label));
    t.is(error?.code, 'NAME_INVALID');
    t.regex(error!.hint!, /1 to 128/);
  }
  for (const name of ['r', 'R-1_x', 'r'.repeat(64)]) t.true(isRepositoryName(name), name);
  for (const name of ['', '1r', '_r', 'r/x', '..', 'r.x', 'r:x', 'r ', 'r'.repeat(65)]) {
    t.false(isRepositoryName(name), name);
    t.is(await codeOf(() => repositoryRoot(name)), 'NAME_INVALID');
  }
});

test('file names leave room for a checksum and harm no one', (t) => {
  for (const name of ['a', '...', '.a', 'a b', 'é'.repeat(111), '🗄️', 'back\\slash'])
    t.true(isFileName(name), name);
  for (const name of [
    '',
    '.',
    '..',
    'a/b',
    '/',
    'a\0',
    'a\n',
    'a\u009B',
    'a\u007F',
    '\uD800',
    'é'.repeat(112),
  ]) {
    t.false(isFileName(name), JSON.stringify(name));
  }
});

test('a repository is found from its location and from its own directory', (t) => {
  const cases: [string, string, string | undefined][] = [
    ['/backups', '/backups', undefined],
    ['/backups/', '/backups', undefined],
    ['/backups/__palo_repository_r', '/backups', 'r'],
    ['/backups/__palo_repository_r//', '/backups', 'r'],
    ['/__palo_repository_r', '/', 'r'],
    ['__palo_repository_r', '.', 'r'],
    ['backups/__palo_repository_', 'backups/__palo_repository_', undefined],
    ['/', '/', undefined],
    ['.', '.', undefined],
    ['s3://bucket/x/__palo_repository_r', 's3://bucket/x', 'r'],
  ];
  for (const [path, location, repository] of cases)
    t.deepEqual(locateRepository(path), { location, repository }, path);
});
