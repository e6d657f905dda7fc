import { readFileSync } from 'node:fs';
import test from 'ava';
import { parseScript, parseStatement, printStatement, withoutSpans } from '../../src/sql/index.js';

const bare = (text: string) => withoutSpans(parseStatement(text));

test("the reference's three examples parse as they stand", (t) => {
  const text = readFileSync('test/fixtures/statement-examples.sql', 'utf8');
  t.deepEqual(parseScript({ name: 'examples', text }).map(printStatement), [
    'BACKUP SNAPSHOT example_db.snapshot_label1 TO example_repo ON (example_tbl) PROPERTIES ("type" = "full")',
    'BACKUP SNAPSHOT example_db.snapshot_label2 TO example_repo ON (example_tbl PARTITION (p1, p2), example_tbl2)',
    'BACKUP SNAPSHOT example_db.snapshot_label3 TO example_repo EXCLUDE (example_tbl)',
  ]);
});

test('a statement becomes its parts', (t) => {
  t.deepEqual(
    bare('restore snapshot `d`.l from r on (a partition p as b, c) properties ("timeout" = 3600)'),
    {
      kind: 'restore',
      database: 'd',
      label: 'l',
      repository: 'r',
      scope: { kind: 'on', tables: [{ table: 'a', partitions: ['p'], alias: 'b' }, { table: 'c' }] },
      properties: [['timeout', '3600']],
    },
  );
  t.deepEqual(bare('BACKUP SNAPSHOT l TO r'), {
    kind: 'backup',
    label: 'l',
    repository: 'r',
    scope: { kind: 'all', tables: [] },
    properties: [],
  });
  t.deepEqual(bare('CANCEL RESTORE FROM d'), { kind: 'cancel', job: 'restore', database: 'd' });
  t.deepEqual(bare('SHOW BACKUP IN d'), { kind: 'show-jobs', job: 'backup', database: 'd' });
});

test('the three ways to name partitions', (t) => {
  const one = bare('BACKUP SNAPSHOT l TO r ON (t PARTITION p)');
  t.deepEqual(bare('BACKUP SNAPSHOT l TO r ON (t PARTITION (p))'), one);
  t.deepEqual(bare('BACKUP SNAPSHOT l TO r ON (t PARTITIONS (p))'), one);
});

test('words that Doris does not reserve are names', (t) => {
  const text =
    'BACKUP SNAPSHOT backup.snapshot TO exclude EXCLUDE (properties, full, 2024_tbl PARTITIONS (partitions))';
  t.deepEqual(bare(`${text} PROPERTIES (properties = exclude, 'b' = "c")`), {
    kind: 'backup',
    database: 'backup',
    label: 'snapshot',
    repository: 'exclude',
    scope: {
      kind: 'exclude',
      tables: [{ table: 'properties' }, { table: 'full' }, { table: '2024_tbl', partitions: ['partitions'] }],
    },
    properties: [
      ['properties', 'exclude'],
      ['b', 'c'],
    ],
  });
});

test('strings and backquotes are unescaped as MySQL does', (t) => {
  const value = (literal: string) =>
    bare(`BACKUP SNAPSHOT l TO r PROPERTIES (k = ${literal})`).properties?.[0]?.[1];
  t.is(value(`"a""b'c"`), `a"b'c`);
  t.is(value(`'a''b"c""'`), `a'b"c""`);
  t.is(value(String.raw`"\n\r\t\0\b\Z\\\"\'\x\%\_"`), '\n\r\t\0\b\x1A\\"\'x\\%\\_');
  t.is(value(`""`), '');
  t.is(value('"-- no comment; /* none */"'), '-- no comment; /* none */');
  t.is(bare('BACKUP SNAPSHOT `a``b` TO r').label, 'a`b');
});

test('comments may stand anywhere between words', (t) => {
  t.deepEqual(
    bare('/* 1 */BACKUP--2\nSNAPSHOT/**/l -- 3; "\r\nTO/* 4 ; ` */r--'),
    bare('BACKUP SNAPSHOT l TO r'),
  );
});

test('statements about repositories', (t) => {
  const create = { kind: 'create-repository', repository: 'r', location: 's3://b/p' };
  t.deepEqual(bare('CREATE READ ONLY REPOSITORY r WITH S3 ON LOCATION "s3://b/p" PROPERTIES ("a" = 1)'), {
    ...create,
    readOnly: true,
    storage: 's3',
    properties: [['a', '1']],
  });
  t.deepEqual(bare("create repository r with local on location 's3://b/p'"), {
    ...create,
    readOnly: false,
    storage: 'local',
    properties: [],
  });
  t.deepEqual(bare('DROP REPOSITORY `my-r`'), { kind: 'drop-repository', repository: 'my-r' });
  t.deepEqual(bare('SHOW REPOSITORIES'), { kind: 'show-repositories' });
  t.deepEqual(bare('SHOW CREATE REPOSITORY FOR r'), { kind: 'show-create-repository', repository: 'r' });
  t.deepEqual(bare('SHOW CREATE REPOSITORY r'), { kind: 'show-create-repository', repository: 'r' });
});

test('statements about snapshots', (t) => {
  const show = { kind: 'show-snapshots', repository: 'r' };
  t.deepEqual(bare('SHOW SNAPSHOT ON r'), show);
  t.deepEqual(bare('SHOW SNAPSHOT ON r WHERE snapshot = "l"'), { ...show, label: 'l' });
  const both = { ...show, label: 'l', timestamp: '2025-05-04-16-45-08' };
  t.deepEqual(bare('SHOW SNAPSHOT ON r WHERE SNAPSHOT = "l" AND TIMESTAMP = "2025-05-04-16-45-08"'), both);
  t.deepEqual(bare('SHOW SNAPSHOT ON r WHERE `timestamp` = "2025-05-04-16-45-08" and Snapshot = "l"'), both);
  t.deepEqual(bare('DROP SNAPSHOT l ON r'), { kind: 'drop-snapshot', label: 'l', repository: 'r' });
  t.deepEqual(bare('DROP SNAPSHOT l FROM r'), bare('DROP SNAPSHOT l ON r'));
});

test('jobs are filtered by either name of their label, in any case', (t) => {
  for (const job of ['backup', 'restore'] as const) {
    for (const column of ['SnapshotName', 'snapshotname', 'Label', 'LABEL', '`label`']) {
      const statement = `SHOW ${job} FROM d WHERE ${column}`;
      const same = { kind: 'show-jobs', job, database: 'd' };
      t.deepEqual(bare(`${statement} = "x"`), { ...same, filter: { by: 'equals', value: 'x' } });
      t.deepEqual(bare(`${statement} LIKE "x\\_%"`), { ...same, filter: { by: 'like', value: 'x\\_%' } });
    }
  }
  t.is(
    printStatement(parseStatement('SHOW RESTORE WHERE SnapshotName = "x"')),
    'SHOW RESTORE WHERE Label = "x"',
  );
  t.deepEqual(bare('CANCEL BACKUP IN d'), bare('CANCEL BACKUP FROM d'));
});

test('what a drill needs around them', (t) => {
  const like = { filter: { by: 'like', value: 's%' } };
  t.deepEqual(bare('SHOW DATABASES'), { kind: 'show-databases' });
  t.deepEqual(bare('SHOW DATABASES LIKE "s%"'), { kind: 'show-databases', ...like });
  t.deepEqual(bare("SHOW TABLES IN d LIKE 's%'"), { kind: 'show-tables', database: 'd', ...like });
  t.deepEqual(bare('SHOW BACKENDS'), { kind: 'show-backends' });
  t.deepEqual(bare('SHOW PARTITIONS FROM d.t'), { kind: 'show-partitions', database: 'd', table: 't' });
  const tablets = { kind: 'show-tablets', table: 't' };
  t.deepEqual(bare('SHOW TABLETS FROM t'), tablets);
  t.deepEqual(bare('SHOW TABLETS FROM t PARTITION p'), { ...tablets, partitions: ['p'] });
  t.deepEqual(bare('SHOW TABLETS FROM t PARTITIONS (p, q)'), { ...tablets, partitions: ['p', 'q'] });
  t.deepEqual(bare('USE tables'), { kind: 'use', database: 'tables' });
});

test('keywords that Doris does not reserve are names still, and those that it does are not', (t) => {
  const free = [
    'tables',
    'location',
    'snapshot',
    'timestamp',
    'local',
    's3',
    'only',
    'repository',
    'repositories',
  ];
  for (const word of [...free, 'backends', 'label', 'hdfs', 'broker', 'partitions', 'Tables', 'S3']) {
    t.is(bare(`BACKUP SNAPSHOT ${word}.${word} TO ${word} ON (${word})`).repository, word);
    t.is(bare(`CREATE REPOSITORY ${word} WITH LOCAL ON LOCATION "/x"`).repository, word);
    t.is(bare(`SHOW CREATE REPOSITORY ${word}`).repository, word);
    t.is(bare(`SHOW TABLETS FROM ${word}.${word} PARTITION ${word}`).table, word);
  }
  const reserved = [
    'create',
    'drop',
    'read',
    'with',
    'for',
    'where',
    'like',
    'and',
    'use',
    'databases',
    'tablets',
  ];
  for (const word of [...reserved, 'show', 'on']) {
    t.throws(() => parseStatement(`USE ${word}`), { message: /the database's name, but found/ }, word);
    t.is(printStatement(parseStatement(`USE \`${word}\``)), `USE \`${word}\``);
  }
});
