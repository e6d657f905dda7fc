import test, { type ExecutionContext } from 'ava';
import * as fc from 'fast-check';
import { DrillError } from '../../src/base/errors.js';
import { backupOptions, parseStatement, restoreOptions } from '../../src/sql/index.js';

const LIMITS = { minTimeoutMs: 600_000, defaultTimeoutMs: 86_400_000 };

function options(properties: string, limits = LIMITS) {
  const statement = parseStatement(`BACKUP SNAPSHOT l TO r ${properties && `PROPERTIES (${properties})`}`);
  if (statement.kind !== 'backup') throw new Error('not a BACKUP');
  return backupOptions(statement, limits);
}

function restore(properties: string, limits = LIMITS) {
  const statement = parseStatement(`RESTORE SNAPSHOT l FROM r ${properties && `PROPERTIES (${properties})`}`);
  if (statement.kind !== 'restore') throw new Error('not a RESTORE');
  return restoreOptions(statement, limits);
}

function restoreOf(clause: string) {
  const statement = parseStatement(`RESTORE SNAPSHOT l FROM r ${clause}`);
  if (statement.kind !== 'restore') throw new Error('not a RESTORE');
  return restoreOptions(statement, LIMITS);
}

function refused(
  t: ExecutionContext,
  run: () => unknown,
  under: string,
  message: RegExp,
  hint?: RegExp,
): void {
  const error = t.throws(run, { instanceOf: DrillError });
  t.is(error?.code, 'SQL_PROPERTY');
  t.regex(error?.message ?? '', message);
  if (hint) t.regex(error?.hint ?? '', hint);
  const [line = '', carets = ''] = error?.frame?.split('\n') ?? [];
  t.is(line.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1), under);
}

test('without properties the defaults hold', (t) => {
  t.deepEqual(options(''), { timeoutMs: 86_400_000, content: 'all' });
  t.deepEqual(restore(''), { timeoutMs: 86_400_000 });
});

test('names and words in any case', (t) => {
  t.deepEqual(options('"TYPE" = "Full", Timeout = "3600", `content` = \'METADATA_ONLY\''), {
    timeoutMs: 3_600_000,
    content: 'metadata_only',
  });
  t.deepEqual(
    restore('"Backup_Timestamp" = "2024-02-29-23-59-59", "REPLICATION_NUM" = 1, "timeout" = "600"'),
    {
      timeoutMs: 600_000,
      backupTimestamp: '2024-02-29-23-59-59',
      replication: 1,
    },
  );
});

test('a timeout is taken exactly when it is a whole number of seconds from the minimum on', (t) => {
  const limits = fc
    .integer({ min: 1, max: 5000 })
    .map((s) => ({ minTimeoutMs: s * 1000, defaultTimeoutMs: 0 }));
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000 }), limits, (seconds, limit) => {
      if (seconds * 1000 >= limit.minTimeoutMs) {
        t.is(options(`"timeout" = "${seconds}"`, limit).timeoutMs, seconds * 1000);
        t.is(restore(`"timeout" = ${seconds}`, limit).timeoutMs, seconds * 1000);
      } else {
        const message = new RegExp(`at least ${limit.minTimeoutMs / 1000} seconds .*, not ${seconds}$`);
        refused(t, () => options(`"timeout" = "${seconds}"`, limit), `"${seconds}"`, message);
      }
    }),
  );
});

test('what is not a timeout is refused, with what to write where that is clear', (t) => {
  const refusals: readonly (readonly [written: string, hint: RegExp])[] = [
    ['2h', /2h is "timeout" = "7200"/],
    ['90 min', /90 min is "timeout" = "5400"/],
    ['-600', /"86400"/],
    ['600.5', /"86400"/],
    ['1e3', /"86400"/],
    ['', /"86400"/],
    ['soon', /"86400"/],
  ];
  for (const [written, hint] of refusals) {
    refused(t, () => options(`"timeout" = "${written}"`), `"${written}"`, /whole number of seconds/, hint);
  }
  refused(
    t,
    () => options('"timeout" = "99999999999999999999"'),
    '"99999999999999999999"',
    /at most 315360000/,
  );
});

test('type is full', (t) => {
  refused(
    t,
    () => options('type = incremental'),
    'incremental',
    /"incremental" is not supported: Doris itself/,
    /full/,
  );
  refused(
    t,
    () => options('"type" = "ful"'),
    '"ful"',
    /type can only be "full", not "ful"/,
    /did you mean "full"/,
  );
});

test('content is all or metadata_only', (t) => {
  t.is(options('"content" = "ALL"').content, 'all');
  const message = /content can be "all" or "metadata_only", not "metadata"/;
  refused(t, () => options('"content" = "metadata"'), '"metadata"', message);
  refused(t, () => options('"content" = "metadata-only"'), '"metadata-only"', /content/, /"metadata_only"\?/);
});

test('unknown properties are refused with the known ones and the nearest', (t) => {
  refused(
    t,
    () => options('"type" = "full", "timeot" = "600"'),
    '"timeot"',
    /BACKUP has no property "timeot"; it knows type, timeout, content, bytes_per_second, .* and node_max_concurrency/,
    /did you mean "timeout"\?/,
  );
  refused(
    t,
    () => restore('"backup_timstamp" = "x"'),
    '"backup_timstamp"',
    /it knows backup_timestamp/,
    /did you mean/,
  );
  refused(
    t,
    () => options('"replication_num" = "1"'),
    '"replication_num"',
    /no property/,
    /property of RESTORE/,
  );
  refused(t, () => restore('"content" = "all"'), '"content"', /no property/, /property of BACKUP/);
  refused(t, () => options('"" = "x"'), '""', /no property ""/);
});

test('repeated properties are refused at the second', (t) => {
  refused(t, () => options('"type" = "full", TYPE = "full"'), 'TYPE', /property type is given twice/, /1:36/);
});

test('a timestamp has to be a time', (t) => {
  const refusals = [
    '2024-02-30-00-00-00',
    '2023-02-29-00-00-00',
    '2024-13-01-00-00-00',
    '2024-00-01-00-00-00',
  ];
  for (const text of [
    ...refusals,
    '2024-01-01-24-00-00',
    '2024-01-01-00-60-00',
    '2024-01-01',
    '',
    'latest',
  ]) {
    refused(t, () => restore(`"backup_timestamp" = "${text}"`), `"${text}"`, /yyyy-mm-dd-hh-mm-ss/);
  }
  const text = '2024-02-20 10:11:12';
  refused(
    t,
    () => restore(`"backup_timestamp" = "${text}"`),
    `"${text}"`,
    /yyyy/,
    /^write "2024-02-20-10-11-12"$/,
  );
  t.is(restore('"backup_timestamp" = "2000-02-29-00-00-00"').backupTimestamp, '2000-02-29-00-00-00');
});

test('replication is a positive whole number', (t) => {
  for (const text of ['0', '-1', '1.5', 'three', '', '99999']) {
    refused(t, () => restore(`"replication_num" = "${text}"`), `"${text}"`, /whole number from 1 to/);
  }
  t.is(restore('"replication_num" = "32767"').replication, 32_767);
});

test('options are frozen', (t) => {
  t.true(Object.isFrozen(options('')) && Object.isFrozen(restore('')));
});

const FLAGS = {
  reserve_replica: 'reserveReplica',
  clean_tables: 'cleanTables',
  clean_partitions: 'cleanPartitions',
  atomic_restore: 'atomicRestore',
  force_replace: 'forceReplace',
  allow_load: 'allowLoad',
} as const;

test('flags of RESTORE are true or false in any case, and are there only when they are given', (t) => {
  for (const [key, option] of Object.entries(FLAGS)) {
    t.false(option in restore(''));
    for (const [written, value] of [
      ['true', true],
      ['FALSE', false],
      ['True', true],
    ] as const) {
      t.is(restore(`"${key}" = "${written}"`)[option], value, key);
    }
    for (const wrong of ['yes', '1', '', 'truth']) {
      refused(
        t,
        () => restore(`"${key}" = "${wrong}"`),
        `"${wrong}"`,
        new RegExp(`^${key} can be "true" or "false"`),
      );
    }
  }
  for (const key of ['reserve_dynamic_partition_enable', 'reserve_colocate']) {
    t.deepEqual(restore(`"${key}" = "true"`), restore(''));
    refused(t, () => restore(`"${key}" = "x"`), '"x"', /can be "true" or "false"/);
  }
});

test('replication_allocation names one tag, and its number is the replication', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 32_767 }), fc.constantFrom('', ' '), (count, space) => {
      t.is(restore(`"replication_allocation" = "tag.location.default:${space}${count}"`).replication, count);
    }),
    { numRuns: 50 },
  );
  const two = 'tag.location.a: 1, tag.location.b: 2';
  refused(t, () => restore(`"replication_allocation" = "${two}"`), `"${two}"`, /one tag only/, /default: 3/);
  for (const wrong of [
    '3',
    'tag.location.default',
    'tag.location.default: 0',
    'tag.location.default: 99999',
    '',
    ',',
  ]) {
    const run = () => restore(`"replication_allocation" = "${wrong}"`);
    refused(t, run, `"${wrong}"`, /a tag and a whole number from 1 to 32767/, /default: 3/);
  }
});

test('what says how many copies there are to be excludes one another, at the later one', (t) => {
  const one = ['"replication_num" = "1"', '"replication_allocation" = "tag.location.default: 1"'];
  const reserve = '"reserve_replica" = "true"';
  for (const [a, b] of [
    [one[0], one[1]],
    [one[0], reserve],
    [one[1], reserve],
  ] as const) {
    for (const [first, second] of [
      [a, b],
      [b, a],
    ]) {
      const under = second!.slice(0, second!.indexOf(' '));
      refused(t, () => restore(`${first}, ${second}`), under, /exclude one another/, /leave one/);
    }
  }
  t.is(restore('"reserve_replica" = "false", "replication_num" = "2"').replication, 2);
});

test('clean_tables goes with whole snapshots only', (t) => {
  for (const scope of ['ON (t)', 'EXCLUDE (t)']) {
    const clause = `${scope} PROPERTIES ("clean_tables" = "true")`;
    refused(
      t,
      () => restoreOf(clause),
      '"true"',
      new RegExp(`this one has ${scope.split(' ')[0]}$`),
      /leave out/,
    );
    t.false(restoreOf(`${scope} PROPERTIES ("clean_tables" = "false")`).cleanTables);
    t.true(restoreOf(`${scope} PROPERTIES ("clean_partitions" = "true")`).cleanPartitions);
  }
  t.true(restoreOf('PROPERTIES ("clean_tables" = "true")').cleanTables);
});

test('meta_version is a whole number', (t) => {
  t.is(restore('"meta_version" = 40').metaVersion, 40);
  for (const wrong of ['-1', '1.5', 'x', '', '99999999999999999999']) {
    refused(t, () => restore(`"meta_version" = "${wrong}"`), `"${wrong}"`, /meta_version is a whole number/);
  }
});

test('storage_vault_name is refused by name', (t) => {
  const run = () => restore('"meta_version" = "x", "Storage_Vault_Name" = "v"');
  refused(t, run, '"Storage_Vault_Name"', /storage_vault_name is not supported/, /leave it out/);
});
