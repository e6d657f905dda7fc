import test from 'ava';
import * as fc from 'fast-check';
import type { SerializedError } from '../../../src/base/errors.js';
import { likeMatcher } from '../../../src/base/like.js';
import type { StoredJob, StoredState } from '../../../src/coordinator/index.js';
import { backup, restore, show, showJobs, showRecords, states, viewOf } from './sample.js';

const BACKUP =
  'JobId SnapshotName DbName State BackupObjs CreateTime SnapshotFinishedTime UploadFinishedTime FinishedTime UnfinishedTasks Progress TaskErrMsg Status Timeout';
const RESTORE =
  'JobId Label Timestamp DbName State AllowLoad ReplicationNum ReplicaAllocation ReserveReplica ReserveDynamicPartitionEnable RestoreObjs CreateTime MetaPreparedTime SnapshotFinishedTime DownloadFinishedTime FinishedTime UnfinishedTasks Progress TaskErrMsg Status Timeout';

const only = (stored: StoredJob, view: Parameters<typeof viewOf>[1] = {}) =>
  showRecords(showJobs(stored.detail.kind), { jobs: [viewOf(stored, view)] })[0]!;

test('the columns are Doris’s', (t) => {
  t.deepEqual(show(showJobs('backup')).columns, BACKUP.split(' '));
  t.deepEqual(show(showJobs('restore')).columns, RESTORE.split(' '));
});

test('a backup that has just begun', (t) => {
  t.deepEqual(only(backup()), {
    JobId: 20_001,
    SnapshotName: 'nightly',
    DbName: 'shop',
    State: 'PENDING',
    BackupObjs: 'orders PARTITION (p1), customers',
    CreateTime: '2026-01-01 10:00:00',
    SnapshotFinishedTime: null,
    UploadFinishedTime: null,
    FinishedTime: null,
    UnfinishedTasks: '',
    Progress: '',
    TaskErrMsg: '',
    Status: '[OK]',
    Timeout: 86_400,
  });
});

test('limits of a job that runs are told behind its status, before what was left out', (t) => {
  const limits = { job: { bytesPerSec: 50e6, requestsPerSec: 500 }, node: { transfers: 2 } };
  const status = (skippedTables: readonly string[] = []) =>
    only(backup({ skippedTables }), { limits })['Status'];
  t.is(status(), '[OK], limits: bytes 50 MB/s, requests 500/s; each node concurrency 2');
  t.is(
    status(['v (MYSQL)']),
    '[OK], limits: bytes 50 MB/s, requests 500/s; each node concurrency 2, skipped: v (MYSQL)',
  );
  t.is(only(backup(), { limits: { job: {}, node: {} } })['Status'], '[OK]');
});

const BACKUP_STATES = [
  'PENDING',
  'SNAPSHOTING',
  'UPLOAD_SNAPSHOT',
  'UPLOADING',
  'SAVE_META',
  'UPLOAD_INFO',
  'FINISHED',
] as const;
const RESTORE_STATES = ['PENDING', 'DOWNLOAD', 'DOWNLOADING', 'COMMIT', 'COMMITTING', 'FINISHED'] as const;

for (const [i, state] of BACKUP_STATES.entries()) {
  test(`a backup in ${state} has the times that it has reached`, (t) => {
    const { State, SnapshotFinishedTime, UploadFinishedTime, FinishedTime } = only(
      backup({ states: states(...BACKUP_STATES.slice(0, i + 1)) }),
    );
    t.deepEqual(
      [State, SnapshotFinishedTime, UploadFinishedTime, FinishedTime],
      [
        state,
        i >= 2 ? '2026-01-01 10:02:00' : null,
        i >= 4 ? '2026-01-01 10:04:00' : null,
        i >= 6 ? '2026-01-01 10:06:00' : null,
      ],
    );
  });
}

for (const [i, state] of RESTORE_STATES.entries()) {
  test(`a restore in ${state} has the times that it has reached`, (t) => {
    const row = only(restore({ states: states(...RESTORE_STATES.slice(0, i + 1)) }));
    t.deepEqual(
      [
        row['State'],
        row['MetaPreparedTime'],
        row['SnapshotFinishedTime'],
        row['DownloadFinishedTime'],
        row['FinishedTime'],
      ],
      [
        state,
        i >= 1 ? '2026-01-01 10:01:00' : null,
        i >= 1 ? '2026-01-01 10:01:00' : null,
        i >= 3 ? '2026-01-01 10:03:00' : null,
        i >= 5 ? '2026-01-01 10:05:00' : null,
      ],
    );
  });
}

test('a cancelled job keeps the times that it had reached, and ended when it was cancelled', (t) => {
  const cut = only(
    backup({ states: states('PENDING', 'SNAPSHOTING', 'UPLOAD_SNAPSHOT', 'UPLOADING', 'CANCELLED') }),
  );
  t.deepEqual(
    [cut['State'], cut['SnapshotFinishedTime'], cut['UploadFinishedTime'], cut['FinishedTime']],
    ['CANCELLED', '2026-01-01 10:02:00', null, '2026-01-01 10:04:00'],
  );
});

test('after a restart, what is reached again was reached the last time, and what is ahead again not at all', (t) => {
  const again = backup({
    states: states('PENDING', 'SNAPSHOTING', 'UPLOAD_SNAPSHOT', 'UPLOADING', 'UPLOAD_SNAPSHOT'),
  });
  t.is(only(again)['SnapshotFinishedTime'], '2026-01-01 10:04:00');
  const thrownBack = restore({ states: states('PENDING', 'DOWNLOAD', 'DOWNLOADING', 'COMMIT', 'PENDING') });
  t.deepEqual(
    [
      only(thrownBack)['State'],
      only(thrownBack)['MetaPreparedTime'],
      only(thrownBack)['DownloadFinishedTime'],
    ],
    ['PENDING', null, null],
  );
  const onceMore = restore({
    states: [...thrownBack.states, { state: 'DOWNLOAD', atMs: Date.UTC(2026, 0, 2) }],
  });
  t.is(only(onceMore)['MetaPreparedTime'], '2026-01-02 00:00:00');
});

/** Any number of restarts at any state, then perhaps an end. */
const histories = fc
  .record({
    runs: fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 4 }),
    end: fc.constantFrom('none', 'FINISHED', 'CANCELLED'),
  })
  .map(({ runs, end }): readonly StoredState[] => {
    const names = runs.flatMap((reached, run): readonly StoredState['state'][] => {
      const last = run === runs.length - 1 && end === 'FINISHED' ? 5 : reached;
      return BACKUP_STATES.slice(0, last + 1);
    });
    return states(...names, ...(end === 'none' ? [] : [end as 'FINISHED']));
  });

test('whatever a job went through, its times are in order, and those of states it is not past are NULL', (t) => {
  fc.assert(
    fc.property(histories, (history) => {
      const row = only(backup({ states: history }));
      const told = [
        row['CreateTime'],
        row['SnapshotFinishedTime'],
        row['UploadFinishedTime'],
        row['FinishedTime'],
      ];
      const reached = told.filter((time) => time !== null).map(String);
      t.deepEqual(reached, reached.toSorted());
      const state = history.at(-1)!.state;
      t.is(row['State'], state);
      t.is(row['FinishedTime'] !== null, state === 'FINISHED' || state === 'CANCELLED');
      const rank = (BACKUP_STATES as readonly string[]).indexOf(state);
      if (rank >= 0) t.is(row['SnapshotFinishedTime'] !== null, rank >= 2);
      if (rank >= 0) t.is(row['UploadFinishedTime'] !== null, rank >= 4);
    }),
  );
});

test('a restore says what it was asked for', (t) => {
  const detail = {
    kind: 'restore',
    allowLoad: true,
    timestamp: '2026-01-01-10-00-00',
    replication: 2,
  } as const;
  const asked = only(restore({ detail }));
  t.deepEqual(
    [
      asked['Timestamp'],
      asked['AllowLoad'],
      asked['ReplicationNum'],
      asked['ReplicaAllocation'],
      asked['ReserveReplica'],
    ],
    ['2026-01-01-10-00-00', 'true', 2, 'tag.location.default: 2', 'false'],
  );
  const silent = only(restore({ detail: { kind: 'restore', allowLoad: false } }));
  t.deepEqual(
    [
      silent['Timestamp'],
      silent['AllowLoad'],
      silent['ReplicationNum'],
      silent['ReplicaAllocation'],
      silent['ReserveReplica'],
    ],
    [null, 'false', null, null, 'true'],
  );
});

test('tasks are told with the backends that have them, a hundred at most, and progress in shards', (t) => {
  const unfinishedTasks = [
    { taskId: 7, node: 0 },
    { taskId: 12, node: 3 },
  ];
  const running = only(backup(), { unfinishedTasks, doneShards: 3, totalShards: 10 });
  t.is(running['UnfinishedTasks'], '[7=1001], [12=1004]');
  t.is(running['Progress'], '[3/10]');
  const many = Array.from({ length: 250 }, (_, node) => ({ taskId: node + 1, node }));
  const told = String(only(backup(), { unfinishedTasks: many })['UnfinishedTasks']);
  t.is(told.match(/\[\d+=\d+\]/g)?.length, 100);
  t.true(told.endsWith('[100=1100], and 150 more'));
});

test('the failure of a task that is tried again is told', (t) => {
  const lastFailure: SerializedError = { code: 'STORAGE_FAILED', message: 'the bucket\nsaid SlowDown' };
  t.is(only(backup(), { lastFailure })['TaskErrMsg'], '[the bucket said SlowDown (STORAGE_FAILED)]');
});

test('the status names the error, in Doris’s words where it has any, and what to do', (t) => {
  const status = (error: SerializedError) => only(backup({ error }))['Status'];
  t.is(
    status({ code: 'JOB_TIMEOUT', message: 'too slow', hint: 'raise the timeout' }),
    '[TIMEOUT, msg: too slow; raise the timeout (JOB_TIMEOUT)]',
  );
  t.is(
    status({ code: 'JOB_CANCELLED', message: 'by its user' }),
    '[COMMON_ERROR, msg: by its user (JOB_CANCELLED)]',
  );
  t.is(status({ code: 'CHECKSUM_MISMATCH', message: 'bad' }), '[BAD_FILE, msg: bad (CHECKSUM_MISMATCH)]');
  t.is(status({ code: 'STORAGE_NOT_FOUND', message: 'gone' }), '[NOT_FOUND, msg: gone (STORAGE_NOT_FOUND)]');
});

test('the status of a fault of this program leaves out where in the program it was', (t) => {
  const message = 'TypeError: x is undefined\n    at run (file:///somewhere/x.js:1:2)\n    at y';
  t.is(
    only(backup({ error: { code: 'INTERNAL', message } }))['Status'],
    '[COMMON_ERROR, msg: TypeError: x is undefined (INTERNAL)]',
  );
});

test('a status is one line that every client can show, whatever the error says', (t) => {
  const odd = fc.string({
    unit: fc.oneof(
      fc.constantFrom('\n', '\r', '\0', '\x1b', '\u2028', '\ud800', '%', "'"),
      fc.string({ maxLength: 1 }),
    ),
  });
  fc.assert(
    fc.property(odd, odd, (message, hint) => {
      const error: SerializedError = { code: 'TASK_FAILED', message: `before ${message} after`, hint };
      const status = String(only(backup({ error, skippedTables: [`t${message} (MYSQL)`] }))['Status']);
      t.notRegex(status, /[\p{Cc}\p{Surrogate}\u2028\u2029]/u);
      t.true(status.startsWith('[COMMON_ERROR, msg: before '));
      t.regex(status, /after; .*\(TASK_FAILED\)\], skipped: t.*\(MYSQL\)$/);
    }),
  );
});

test('every table that was left out is named, in whatever state the job is', (t) => {
  const skippedTables = Array.from({ length: 40 }, (_, i) => `es${i} (ELASTICSEARCH)`);
  for (let i = 1; i <= BACKUP_STATES.length; i++) {
    const status = String(
      only(backup({ skippedTables, states: states(...BACKUP_STATES.slice(0, i)) }))['Status'],
    );
    t.is(status, `[OK], skipped: ${skippedTables.join(', ')}`);
  }
});

const JOBS = [
  viewOf(backup({ id: 1, label: 'Nightly_1' })),
  viewOf(restore({ id: 2, label: 'nightly_1' })),
  viewOf(backup({ id: 3, label: 'nightly_1', database: 'archive', databaseId: 10_099 })),
  viewOf(backup({ id: 4, label: 'nightlyX1' })),
  viewOf(backup({ id: 5, label: 'weekly' })),
  viewOf(restore({ id: 6, label: 'weekly' })),
];
const ids = (statement: ReturnType<typeof showJobs>, sessionDatabase?: string) =>
  show(statement, { jobs: JOBS, sessionDatabase }).rows.map((row) => row[0]);

test('jobs are those of the database and the kind asked for, the newest last', (t) => {
  t.deepEqual(ids(showJobs('backup'), 'shop'), [1, 4, 5]);
  t.deepEqual(ids(showJobs('restore'), 'shop'), [2, 6]);
  t.deepEqual(ids(showJobs('backup', { from: 'archive' }), 'shop'), [3]);
  t.deepEqual(ids(showJobs('restore', { from: 'archive' })), []);
});

test('labels are looked for as Doris does: by = or LIKE, whatever their case', (t) => {
  t.deepEqual(ids(showJobs('backup', { equals: 'nightly_1' }), 'shop'), [1]);
  t.deepEqual(ids(showJobs('backup', { like: 'nightly_1' }), 'shop'), [1, 4]);
  t.deepEqual(ids(showJobs('backup', { like: 'NIGHTLY\\_%' }), 'shop'), [1]);
  t.deepEqual(ids(showJobs('backup', { like: '%ly' }), 'shop'), [5]);
  t.deepEqual(ids(showJobs('restore', { equals: 'WEEKLY' }), 'shop'), [6]);
  t.deepEqual(ids(showJobs('backup', { equals: 'night%' }), 'shop'), []);
});

test('LIKE shows exactly the jobs whose labels match', (t) => {
  const labels = fc.array(
    fc.string({ unit: fc.constantFrom('a', 'B', '_', '-'), minLength: 1, maxLength: 5 }),
    { maxLength: 8 },
  );
  const patterns = fc.string({ unit: fc.constantFrom('a', 'b', '%', '_', '-'), minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(labels, patterns, (all, pattern) => {
      const jobs = all.map((label, id) => viewOf(backup({ id, label })));
      const shown = show(showJobs('backup', { like: pattern }), { jobs }).rows.map((row) => row[1]);
      t.deepEqual(shown, all.filter(likeMatcher(pattern, { caseSensitive: false })));
    }),
  );
});

test('without a database there is nothing to show, and no database of another name', (t) => {
  const none = t.throws(() => show(showJobs('backup'), { sessionDatabase: undefined }), {
    code: 'DATABASE_UNKNOWN',
  });
  t.true(String(none).includes('none is in use'));
  const unknown = t.throws(() => show(showJobs('restore', { from: 'shops' })), { code: 'DATABASE_UNKNOWN' });
  t.like(unknown, { hint: 'did you mean shop?', place: { line: 1, column: 19 } });
});

test('every row has as many cells as there are columns', (t) => {
  for (const kind of ['backup', 'restore'] as const) {
    const { columns, rows } = show(showJobs(kind), { jobs: JOBS });
    t.true(rows.length > 0);
    for (const row of rows) t.is(row.length, columns.length);
  }
});
