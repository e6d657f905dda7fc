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
