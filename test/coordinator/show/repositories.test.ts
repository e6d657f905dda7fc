import test from 'ava';
import { snapshotDetailRows, snapshotRows } from '../../../src/coordinator/show/index.js';
import { memoryStorage, parseTimestamp, type S3StorageSpec } from '../../../src/repository/index.js';
import type { ShowStatement } from '../../../src/sql/index.js';
import { writeSample } from '../../repository/sample.js';
import { records, repositoryView, show, showRecords, written } from './sample.js';

const showRepositories: ShowStatement = { kind: 'show-repositories', ...written('SHOW REPOSITORIES').base };

function showCreate(repository: string): ShowStatement {
  const { base, name } = written(`SHOW CREATE REPOSITORY FOR ${repository}`);
  return { kind: 'show-create-repository', ...base, repository: name(repository) };
}

const S3: S3StorageSpec = {
  kind: 's3',
  endpoint: 'https://example.org',
  region: 'r1',
  bucket: 'backups',
  prefix: 'doris/prod',
  addressing: 'path',
};

const TWO = [
  repositoryView(),
  repositoryView(
    { id: 30_002, name: 'off_site', readOnly: true, spec: S3 },
    { lastError: 'no answer\nfrom the server', createStatement: 'CREATE READ ONLY REPOSITORY off_site' },
  ),
];

test('repositories: the columns are Doris’s, a row for each', (t) => {
  const { columns, rows } = show(showRepositories, { repositories: TWO });
  t.deepEqual(columns, 'RepoId RepoName CreateTime IsReadOnly Location Broker Type ErrMsg'.split(' '));
  t.deepEqual(rows, [
    [30_001, 'repo', '2026-01-01 10:00:00', 'false', 'file:///backups', '-', 'LOCAL', null],
    [
      30_002,
      'off_site',
      '2026-01-01 10:00:00',
      'true',
      's3://backups/doris/prod',
      '-',
      'S3',
      'no answer from the server',
    ],
  ]);
  t.deepEqual(show(showRepositories).rows, []);
});

test('the statement that makes a repository', (t) => {
  const { columns, rows } = show(showCreate('off_site'), { repositories: TWO });
  t.deepEqual(columns, ['RepoName', 'CreateStmt']);
  t.deepEqual(rows, [['off_site', 'CREATE READ ONLY REPOSITORY off_site']]);
});

test('a repository that is not there is an error at its name, with the one that was meant', (t) => {
  t.like(
    t.throws(() => show(showCreate('ofsite'), { repositories: TWO }), { code: 'REPOSITORY_UNKNOWN' }),
    {
      message: 'there is no repository ofsite',
      hint: 'did you mean off_site?',
      place: { line: 1, column: 28 },
    },
  );
  t.like(
    t.throws(() => show(showCreate('elsewhere'), { repositories: TWO })),
    { hint: 'there is repo and off_site' },
  );
  t.like(
    t.throws(() => show(showCreate('repo'))),
    { hint: 'there is none' },
  );
});

test('names of repositories are told apart by case', (t) => {
  t.throws(() => showRecords(showCreate('Repo'), { repositories: TWO }), { code: 'REPOSITORY_UNKNOWN' });
});

test('snapshots: a row for each label, also for one that cannot be restored', (t) => {
  const { columns, rows } = snapshotRows([
    { label: 'whole', timestamps: ['2026-01-01-10-00-00'] },
    { label: 'twice', timestamps: ['2026-01-01-10-00-00', '2026-01-02-10-00-00'] },
    { label: 'broken', timestamps: ['2026-01-01-10-00-00'], problem: 'it has no __meta' },
    { label: 'unfinished', timestamps: [], problem: 'unfinished:\nit has no __info' },
  ]);
  t.deepEqual(columns, ['Snapshot', 'Timestamp', 'Status']);
  t.deepEqual(rows, [
    ['whole', '2026-01-01-10-00-00', 'OK'],
    ['twice', '2026-01-01-10-00-00\n2026-01-02-10-00-00', 'OK'],
    ['broken', '2026-01-01-10-00-00', 'ERROR: it has no __meta'],
    ['unfinished', null, 'ERROR: unfinished: it has no __info'],
  ]);
});

test('the details of a snapshot are the JSON that Doris shows', async (t) => {
  const timestamp = '2026-01-31-23-59-59';
  const sample = await writeSample(memoryStorage(), { label: 'snap', timestamp, shards: 4 });
  const table = snapshotDetailRows(sample);
  t.deepEqual(table.columns, ['Snapshot', 'Timestamp', 'Database', 'Details', 'Status']);
  const [row, ...others] = records(table);
  t.deepEqual(others, []);
  const { Details, ...rest } = row!;
  t.deepEqual(rest, { Snapshot: 'snap', Timestamp: timestamp, Database: 'db', Status: 'OK' });
  t.deepEqual(JSON.parse(String(Details)), {
    name: 'snap',
    database: 'db',
    backup_time: parseTimestamp(timestamp),
    content: 'ALL',
    olap_table_list: [{ name: 'tbl', partition_names: ['p0', 'p1'] }],
    view_list: [{ name: 'v' }],
    odbc_table_list: [],
    odbc_resource_list: [],
    skipped_tables: ['mysql_tbl'],
  });
});
