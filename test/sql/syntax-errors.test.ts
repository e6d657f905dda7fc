import test, { type ExecutionContext } from 'ava';
import * as fc from 'fast-check';
import { DrillError } from '../../src/base/errors.js';
import { parseScript, parseStatement, printStatement } from '../../src/sql/index.js';

interface Expected {
  /** The text that the carets stand under; '' for the end. */
  readonly under?: string;
  /** `line:column` */
  readonly at: string;
  readonly message?: RegExp;
  readonly hint?: RegExp | undefined;
}

function errorOf(run: () => unknown): DrillError {
  try {
    run();
  } catch (error) {
    if (error instanceof DrillError) return error;
    throw error;
  }
  throw new Error('no error');
}

function fails(t: ExecutionContext, text: string, expected: Expected): void {
  const error = errorOf(() => parseStatement(text, 'x.sql'));
  t.is(error.code, 'SQL_SYNTAX');
  t.is(error.place?.source, 'x.sql');
  t.is(`${error.place?.line}:${error.place?.column}`, expected.at, text);
  if (expected.under !== undefined) t.is(underCarets(error), expected.under, text);
  if (expected.message) t.regex(error.message, expected.message);
  if ('hint' in expected) {
    if (expected.hint) t.regex(error.hint ?? '', expected.hint, text);
    else t.is(error.hint, undefined, text);
  }
}

function underCarets(error: DrillError): string {
  const [line = '', carets = ''] = error.frame?.split('\n') ?? [];
  return line.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1);
}

test('a misspelt keyword is named whole, with what was meant', (t) => {
  const cases: readonly (readonly [text: string, under: string, at: string, meant: string])[] = [
    ['BAKCUP SNAPSHOT l TO r', 'BAKCUP', '1:1', 'BACKUP'],
    ['BACKUP SNAPSHT l TO r', 'SNAPSHT', '1:8', 'SNAPSHOT'],
    ['BACKUP SNAPSHOT l TOO repo', 'TOO', '1:19', 'TO'],
    ['BACKUP SNAPSHOT l T repo', 'T', '1:19', 'TO'],
    ['BACKUP SNAPSHOT l OT repo', 'OT', '1:19', 'TO'],
    ['BACKUP SNAPSHOT db.l TO repo EXCLUD (t)', 'EXCLUD', '1:30', 'EXCLUDE'],
    ['BACKUP SNAPSHOT l TO r ONN (t)', 'ONN', '1:24', 'ON'],
    ['BACKUP SNAPSHOT l\n  TO r\n  PROPERTES ("type" = "full")', 'PROPERTES', '3:3', 'PROPERTIES'],
    ['BACKUP SNAPSHOT l TO r ON (t PARTITON (p1))', 'PARTITON', '1:30', 'PARTITION'],
    ['RESTORE SNAPSHOT l FORM r', 'FORM', '1:20', 'FROM'],
    ['SHOW BAKCUP', 'BAKCUP', '1:6', 'BACKUP'],
    ['SHOW BACKUP FRM db', 'FRM', '1:13', 'FROM'],
    ['CANCEL BACKUPS', 'BACKUPS', '1:8', 'BACKUP'],
    ['CANCLE BACKUP', 'CANCLE', '1:1', 'CANCEL'],
    ['BACKUP SNAPSHOT l INTO r', 'INTO', '1:19', 'TO'],
    ['BACKUP SNAPSHOT l FROM r', 'FROM', '1:19', 'TO'],
    ['RESTORE SNAPSHOT l TO r', 'TO', '1:20', 'FROM'],
  ];
  for (const [text, under, at, meant] of cases) {
    fails(t, text, { under, at, hint: new RegExp(`^did you mean ${meant}\\?$`) });
  }
});

test('one slip in any keyword of any length is understood', (t) => {
  const words = [
    'BACKUP',
    'SNAPSHOT',
    'l',
    'TO',
    'r',
    'EXCLUDE',
    '(t PARTITION p)',
    'PROPERTIES',
    '("a" = "b")',
  ];
  const long = fc.constantFrom('BACKUP', 'SNAPSHOT', 'EXCLUDE', 'PROPERTIES');
  const letter = fc.stringMatching(/^[A-Z]$/);
  fc.assert(
    fc.property(
      long,
      fc.nat(),
      letter,
      fc.constantFrom('drop', 'add', 'change', 'swap'),
      (keyword, n, by, how) => {
        const at = n % (keyword.length - 1);
        const [head, tail] = [keyword.slice(0, at), keyword.slice(at)];
        const slips = {
          drop: head + tail.slice(1),
          add: head + by + tail,
          change: head + by + tail.slice(1),
          swap: head + tail.charAt(1) + tail.charAt(0) + tail.slice(2),
        };
        if (slips[how] === keyword) return;
        const text = words.map((word) => (word === keyword ? slips[how] : word)).join(' ');
        fails(t, text, {
          under: slips[how],
          at: `1:${text.indexOf(slips[how]) + 1}`,
          hint: new RegExp(`^did you mean ${keyword}\\?$`),
        });
      },
    ),
    { numRuns: 300 },
  );
});

test('a keyword that was taken as a name is found out', (t) => {
  fails(t, 'BACKUP SNAPSHOT l TO EXCLUDE (t)', {
    under: '(',
    at: '1:30',
    hint: /EXCLUDE was taken as the repository's/,
  });
  fails(t, 'BACKUP SNAPSHOT l TO EXCLUD (t)', {
    under: '(',
    at: '1:29',
    hint: /did you mean EXCLUDE, and left out/,
  });
  fails(t, 'BACKUP SNAPSHOT l TO PROPERTES ("type"="full")', {
    under: '(',
    at: '1:32',
    hint: /did you mean PROPERTIES/,
  });
  fails(t, 'BACKUP SNAPSHOT TOO repo', {
    under: 'repo',
    at: '1:21',
    hint: /TOO was taken as the snapshot's label/,
  });
  fails(t, 'BACKUP SNAPSHOT TO repo', {
    under: 'TO',
    at: '1:17',
    hint: /the snapshot's label is missing before TO/,
  });
  fails(t, 'BACKUP SNAPSHOT l TO ON (t)', {
    under: 'ON',
    at: '1:22',
    hint: /the repository's name is missing before ON/,
  });
});

test('what was expected is said in words', (t) => {
  const clauses =
    'ON (table, …), EXCLUDE (table, …), PROPERTIES ("name" = "value", …) or the end of the statement';
  const cases: readonly (readonly [text: string, expected: string])[] = [
    ['x', 'BACKUP, RESTORE, SHOW, CANCEL, ALTER, CREATE, DROP or USE, but found x'],
    ['BACKUP', "SNAPSHOT, followed by the snapshot's label, but the statement ends here"],
    ['BACKUP SNAPSHOT (l)', "the snapshot's label, but found '('"],
    ['BACKUP SNAPSHOT l;', "TO, followed by the repository's name, but found ';'"],
    ['BACKUP SNAPSHOT l TO 12', "the repository's name, but found the number 12"],
    ['BACKUP SNAPSHOT l TO r "s"', `${clauses}, but found the string "s"`],
    ['BACKUP SNAPSHOT l TO r ON t', "'(', followed by a list of tables, but found t"],
    ['BACKUP SNAPSHOT l TO r ON (t', "PARTITION (partition, …), ',' or ')', but the statement ends here"],
    ['BACKUP SNAPSHOT l TO r ON (t PARTITION)', "'(' or a partition's name, but found ')'"],
    ['RESTORE SNAPSHOT l FROM r ON (t t)', "PARTITION (partition, …), AS new_name, ',' or ')', but found t"],
    ['RESTORE SNAPSHOT l FROM r ON (t AS)', "the table's new name, but found ')'"],
    [
      'BACKUP SNAPSHOT l TO r PROPERTIES ("a" "b")',
      `'=', followed by the property's value, but found the string "b"`,
    ],
    ['BACKUP SNAPSHOT l TO r PROPERTIES ("a" =)', "the property's value, but found ')'"],
    [
      'SHOW BACKUP db',
      'FROM database, WHERE SnapshotName = "label" or the end of the statement, but found db',
    ],
    ['CANCEL x', 'BACKUP or RESTORE, but found x'],
    ['SHOW RESTORE FROM', "the database's name, but the statement ends here"],
  ];
  for (const [text, expected] of cases) {
    t.is(errorOf(() => parseStatement(text)).message, `expected ${expected}`);
  }
});

test('what is missing or too many is pointed out', (t) => {
  const backup = 'BACKUP SNAPSHOT l TO r';
  const cases: readonly (readonly [text: string, under: string, at: string, hint: RegExp | undefined])[] = [
    ['BACKUP l TO r', 'l', '1:8', /is SNAPSHOT missing before l\?/],
    ['BACKUP SNAPSHOT l repo', 'repo', '1:19', /is TO missing before repo\?/],
    [`${backup} ON t`, 't', '1:27', /is '\(' missing/],
    [`${backup} ON (a b)`, 'b', '1:30', /is ',' missing before b/],
    [`${backup} ON (a (p1))`, '(', '1:30', /is PARTITION missing/],
    [`${backup} ON (a`, '', '1:29', /is '\)' missing at the end/],
    [`${backup} ON (a PROPERTIES ("type"="full")`, 'PROPERTIES', '1:30', /is '\)' missing before PROPERTIES/],
    [`${backup} ON (a,)`, ')', '1:30', /take out the ','/],
    [`${backup} ON (a,,b)`, ',', '1:30', /one of the two commas/],
    [`${backup} ON ()`, ')', '1:28', /name at least one table, or leave out ON/],
    [`${backup} EXCLUDE ()`, ')', '1:33', /name at least one table, or leave out EXCLUDE/],
    [`${backup} ON (a PARTITION ())`, ')', '1:41', /name at least one partition/],
    [`${backup} PROPERTIES ()`, ')', '1:36', /name at least one property/],
    [`${backup} PROPERTIES ("a"="b" "c"="d")`, '"c"', '1:44', /is ',' missing/],
    [`${backup} PROPERTIES ("type" = all)`, 'all', '1:45', /write it in quotes: "all"/],
    [`${backup} PROPERTIES ("timeout" = 1.5)`, '.', '1:49', /needs quotes/],
    [`${backup} PROPERTIES ("type": "full")`, ':', '1:42', /joined by '='/],
    [`${backup} PROPERTIES ("a"="b") ON (t)`, 'ON', '1:45', /ON goes before PROPERTIES/],
    [`${backup} ON (t) EXCLUDE (u)`, 'EXCLUDE', '1:31', /either ON or EXCLUDE/],
    [`${backup} ON (t AS u)`, 'AS', '1:30', /only RESTORE/],
    [`${backup} ON (db.t)`, '.', '1:30', /without their database/],
    ['BACKUP SNAPSHOT a.b.c TO r', '.', '1:20', /a label takes one name before it/],
    [`${backup} BACKUP SNAPSHOT b TO r`, 'BACKUP', '1:24', /is ';' missing before BACKUP/],
    [`${backup} # why`, '#', '1:24', /a comment begins with --/],
    ['BACKUP SNAPSHOT [db.]l TO r', '[', '1:17', /brackets/],
    ['SELECT 1', 'SELECT', '1:1', undefined],
  ];
  for (const [text, under, at, hint] of cases) fails(t, text, { under, at, hint });
});

test('a name that needs backquotes is shown with them', (t) => {
  const cases: readonly (readonly [text: string, under: string, at: string, name: string])[] = [
    ['BACKUP SNAPSHOT l TO my-repo ON (t)', 'my-repo', '1:22', '`my-repo`'],
    ['BACKUP SNAPSHOT db.l-2024-01 TO r', 'l-2024-01', '1:20', '`l-2024-01`'],
    ['BACKUP SNAPSHOT 2024 TO r', '2024', '1:17', '`2024`'],
    ['BACKUP SNAPSHOT l TO r ON (a, order)', 'order', '1:31', '`order`'],
    ['BACKUP SNAPSHOT l TO r ON (from)', 'from', '1:28', '`from`'],
    ['BACKUP SNAPSHOT l TO r ON ("t")', '"t"', '1:28', '`t`'],
  ];
  for (const [text, under, at, name] of cases) fails(t, text, { under, at, hint: new RegExp(`: ${name}$`) });
});

test('characters that only look right are named', (t) => {
  const cases: readonly (readonly [text: string, under: string, at: string, hint: RegExp])[] = [
    ['BACKUP SNAPSHOT l TO r ON （t）', '（', '1:27', /^write \($/],
    ['BACKUP SNAPSHOT l TO r ON (t，u)', '，', '1:29', /^write ,$/],
    ['BACKUP SNAPSHOT l TO r PROPERTIES (“type”="full")', '“', '1:36', /^write "$/],
    ['BACKUP SNAPSHOT l\u00A0TO r', '\u00A0', '1:18', /ordinary space/],
    ['BACKUP SNAPSHOT l TO r\u200B', '\u200B', '1:23', /delete it/],
    ['BACKUP SNAPSHOT l TO r ON (😀)', '😀', '1:28', /needs backquotes: `😀`/],
  ];
  for (const [text, under, at, hint] of cases) fails(t, text, { under, at, hint });
});

test('what is never closed is reported where it begins', (t) => {
  const backup = 'BACKUP SNAPSHOT l\nTO r';
  fails(t, `${backup} PROPERTIES ("type" = "full)`, {
    under: '"',
    at: '2:27',
    message: /string .* never closed/,
  });
  fails(t, `${backup} PROPERTIES ('it''s)`, { under: "'", at: '2:18', message: /string .* never closed/ });
  fails(t, `${backup} PROPERTIES ("a\\")`, { under: '"', at: '2:18', message: /string .* never closed/ });
  fails(t, `${backup} ON (\`t)`, { under: '`', at: '2:10', message: /name in backquotes .* never closed/ });
  fails(t, `${backup} /* and\nso on`, {
    under: '/*',
    at: '2:6',
    message: /comment .* never closed/,
    hint: /\*\//,
  });
  fails(t, `${backup} ON (\`\`)`, { under: '``', at: '2:10', message: /name cannot be empty/ });
});

test('of two errors the first one in the text is reported', (t) => {
  fails(t, 'BAKCUP SNAPSHOT l TO r PROPERTIES ("a" = "b)', { under: 'BAKCUP', at: '1:1' });
});

test('nothing to do is an error', (t) => {
  for (const text of ['', '  \n\t', '-- nothing', '/* nothing */ ;', ';;', '\uFEFF']) {
    fails(t, text, { at: '1:1', message: /there is no statement/, hint: /BACKUP SNAPSHOT/ });
  }
  t.regex(errorOf(() => parseStatement('')).message, /the text is empty/);
  t.regex(errorOf(() => parseStatement('-- x')).message, /only comments/);
});

test('a second statement is refused where one is wanted, and not elsewhere', (t) => {
  const two = 'SHOW BACKUP;\nSHOW RESTORE;';
  t.is(parseScript({ name: '', text: two }).length, 2);
  fails(t, two, { under: 'SHOW RESTORE', at: '2:1', message: /one statement is wanted/ });
  t.is(parseStatement('SHOW BACKUP;;').kind, 'show-jobs');
});

test('an error in a later statement has its place in the whole text', (t) => {
  fails(t, 'SHOW BACKUP;\nBACKUP SNAPSHOT l TOO r;', { under: 'TOO', at: '2:19', hint: /TO\?/ });
});

test('tables, partitions and new names may be there once', (t) => {
  const backup = 'BACKUP SNAPSHOT l TO r';
  fails(t, `${backup} ON (a, b, a)`, {
    under: 'a',
    at: '1:34',
    message: /table a is named twice in ON/,
    hint: /1:28/,
  });
  fails(t, `${backup} EXCLUDE (a, \`a\`)`, { under: '`a`', at: '1:36', message: /named twice in EXCLUDE/ });
  fails(t, `${backup} ON (a PARTITION (p, q, p))`, {
    under: 'p',
    at: '1:47',
    message: /partition p of table a is named twice/,
    hint: /1:41/,
  });
  fails(t, 'RESTORE SNAPSHOT l FROM r ON (a AS b, b)', {
    under: 'b',
    at: '1:39',
    message: /restored under the name b/,
  });
  t.notThrows(() => parseStatement(`${backup} ON (a PARTITION (p), b PARTITION (p), A)`));
  t.notThrows(() => parseStatement('RESTORE SNAPSHOT l FROM r ON (a AS b, b AS a)'));
});

test('repositories that only Doris has are not supported, and it is said which there are', (t) => {
  for (const storage of ['HDFS', 'hdfs', 'BROKER hdfs_broker']) {
    const error = errorOf(() =>
      parseStatement(`CREATE REPOSITORY r WITH ${storage} ON LOCATION "hdfs://h/x"`),
    );
    t.is(error.code, 'NOT_SUPPORTED');
    t.regex(error.message, /WITH (HDFS|BROKER) is not supported: repositories are WITH S3 or WITH LOCAL/);
    t.is(underCarets(error), storage.replace(' hdfs_broker', ''));
  }
  t.is(printStatement(parseStatement('DROP REPOSITORY hdfs')), 'DROP REPOSITORY hdfs');
});

test('slips in statements about repositories, lists and filters', (t) => {
  const create = 'CREATE REPOSITORY r WITH S3';
  const cases: readonly (readonly [text: string, under: string, hint: RegExp | undefined])[] = [
    ['CRATE REPOSITORY r', 'CRATE', /CREATE\?/],
    ['CREATE REPOSITRY r', 'REPOSITRY', /REPOSITORY\?/],
    ['CREATE READONLY REPOSITORY r', 'READONLY', /READ ONLY/],
    ['CREATE REPOSITORY IF NOT EXISTS r WITH S3', 'IF', /no IF NOT EXISTS/],
    ['DROP REPOSITORY IF EXISTS r', 'IF', /no IF EXISTS/],
    ['CREATE REPOSITORY WITH S3', 'WITH', /repository's name is missing before WITH/],
    ['CREATE REPOSITORY r ON LOCATION "x"', 'ON', undefined],
    ['CREATE REPOSITORY r WITH OSS ON LOCATION "x"', 'OSS', /write S3/],
    ['CREATE REPOSITORY r WITH LOCL ON LOCATION "x"', 'LOCL', /LOCAL\?/],
    [`${create} LOCATION "s3://b"`, 'LOCATION', /is ON missing/],
    [`${create} ON "s3://b"`, '"s3://b"', /is LOCATION missing/],
    [`${create} ON LOCATION s3://b`, 's3', /write the location in quotes/],
    [`${create} PROPERTIES ("a" = "b")`, 'PROPERTIES', /goes last/],
    [`${create} ON LOCATION "s3://b" PROPERTIES ()`, ')', /at least one property/],
    ['ALTER REPOSITORY r', 'REPOSITORY', /create it anew/],
    ['CREATE DATABASE d', 'DATABASE', /scenario/],
    ['DROP SNAPSHOT d.l ON r', '.', /labels belong to a repository/],
    ['DROP SNAPSHOT l r', 'r', /is ON missing before r/],
    ['SHOW SNAPSHOT FROM r', 'FROM', /ON\?/],
    ['SHOW REPOSITORY', 'REPOSITORY', /REPOSITORIES\?/],
    ['SHOW SCHEMAS', 'SCHEMAS', /DATABASES\?/],
    ['SHOW NODES', 'NODES', /SHOW BACKENDS/],
    ['SHOW CREATE TABLE t', 'TABLE', undefined],
    ['SHOW TABLES db', 'db', /is FROM missing before db/],
    ['SHOW DATABASES LIKE shop', 'shop', /write it in quotes: "shop"/],
    ['SHOW BACKUP LIKE "x"', 'LIKE', /WHERE SnapshotName LIKE/],
    ['SHOW RESTORE LIKE "x"', 'LIKE', /WHERE Label LIKE/],
    ['SHOW BACKUP WHERE SnapshotName = x', 'x', /"x"/],
    ['SHOW PARTITIONS t', 't', /is FROM missing before t/],
    ['SHOW PARTITIONS FROM a.b.c', '.', /one name before it, that of its database/],
    ['SHOW TABLETS FROM t PARTITION ()', ')', /at least one partition/],
    ['USE a.b', '.', /one part only/],
  ];
  for (const [text, under, hint] of cases) {
    const before = text.indexOf(under, under === '.' ? text.lastIndexOf('.') : 0);
    const at = `1:${(under === 's3' ? text.indexOf('s3:') : under.length < 2 ? text.lastIndexOf(under) : before) + 1}`;
    fails(t, text, { under, at, hint });
  }
});

test('a condition on what is no column is refused with the columns that there are', (t) => {
  const snapshots = 'SHOW SNAPSHOT ON r WHERE';
  const cases: readonly (readonly [
    text: string,
    under: string,
    at: string,
    message: RegExp,
    hint?: RegExp,
  ])[] = [
    ['SHOW BACKUP WHERE State = "x"', 'State', '1:19', /by SnapshotName only, not by State/, /LIKE/],
    ['SHOW RESTORE IN d WHERE `x y` LIKE "x"', '`x y`', '1:25', /by Label only/],
    [`${snapshots} Status = "OK"`, 'Status', '1:26', /by SNAPSHOT and TIMESTAMP only, not by Status/],
    [`${snapshots} SNAPSHT = "l"`, 'SNAPSHT', '1:26', /not by SNAPSHT/, /did you mean SNAPSHOT\?/],
    [
      `${snapshots} TIMESTAMP = "x"`,
      'TIMESTAMP',
      '1:26',
      /only together with SNAPSHOT/,
      /WHERE SNAPSHOT = "label" AND/,
    ],
    [`${snapshots} SNAPSHOT = "a" AND snapshot = "b"`, 'snapshot', '1:45', /twice/, /1:26/],
  ];
  for (const [text, under, at, message, hint] of cases) {
    fails(t, text, { under, at, message, ...(hint ? { hint } : {}) });
  }
  t.throws(() => parseStatement('SHOW SNAPSHOT ON r WHERE SNAPSHOT LIKE "x"'), { message: /expected '='/ });
});
