import test from 'ava';
import { memoryJournal } from '../../src/coordinator/index.js';
import type { SerializedError } from '../../src/base/errors.js';
import { jobIdOf } from '../fixtures/outcome.js';
import { brokenStorage, fakeCluster, type FakeCluster } from './fake-world.js';

interface Refused {
  readonly text: string;
  readonly database?: string;
  readonly code: SerializedError['code'];
  readonly at: string;
  readonly message: RegExp;
}

/** Refused before anything is asked of the world. */
const REFUSED: readonly Refused[] = [
  {
    text: 'BACKUP SNAPSHOT db.l TO rep',
    code: 'REPOSITORY_UNKNOWN',
    at: '1:25',
    message: /no repository rep$/,
  },
  {
    text: 'RESTORE SNAPSHOT db.l FROM rep',
    code: 'REPOSITORY_UNKNOWN',
    at: '1:28',
    message: /no repository rep$/,
  },
  {
    text: 'BACKUP SNAPSHOT db.l TO vault',
    code: 'REPOSITORY_READ_ONLY',
    at: '1:25',
    message: /vault is read only/,
  },
  {
    text: 'BACKUP SNAPSHOT db.`a b` TO repo',
    code: 'NAME_INVALID',
    at: '1:20',
    message: /a b cannot be the label/,
  },
  {
    text: 'RESTORE SNAPSHOT db.`a/b` FROM repo',
    code: 'NAME_INVALID',
    at: '1:21',
    message: /a\/b cannot be the label/,
  },
  { text: 'BACKUP SNAPSHOT dd.l TO repo', code: 'DATABASE_UNKNOWN', at: '1:17', message: /no database dd/ },
  { text: 'BACKUP SNAPSHOT l TO repo', code: 'DATABASE_UNKNOWN', at: '1:17', message: /names no database/ },
  { text: 'BACKUP SNAPSHOT db.l TO repo ON (tt)', code: 'TABLE_UNKNOWN', at: '1:34', message: /no table tt/ },
  {
    text: 'BACKUP SNAPSHOT db.l TO repo PROPERTIES ("timout" = "1")',
    code: 'SQL_PROPERTY',
    at: '1:42',
    message: /no property "timout"/,
  },
  {
    text: 'CANCEL BACKUP FROM db',
    code: 'JOB_UNKNOWN',
    at: '1:1',
    message: /no BACKUP job is running on database db/,
  },
  { text: 'CANCEL RESTORE', database: 'db', code: 'JOB_UNKNOWN', at: '1:1', message: /no RESTORE job/ },
  { text: 'CANCEL BACKUP FROM dd', code: 'DATABASE_UNKNOWN', at: '1:20', message: /no database dd/ },
  { text: 'CANCEL BACKUP', code: 'DATABASE_UNKNOWN', at: '1:1', message: /names no database/ },
  { text: 'SHOW BACKUP FROM dd', code: 'DATABASE_UNKNOWN', at: '1:18', message: /no database dd/ },
];

for (const { text, database, code, at, message } of REFUSED) {
  test(`refused with ${code}: ${text}`, (t) => {
    const { execute, world, accept } = fakeCluster();
    const [answer, ...more] = execute(text, database === undefined ? {} : { database });
    t.deepEqual(more, []);
    if (!answer || answer.ok) return t.fail('it was accepted');
    t.is(answer.error.code, code);
    t.regex(answer.error.message, message);
    t.is(`${answer.error.place?.line}:${answer.error.place?.column}`, at);
    t.is(typeof answer.error.frame, 'string');
    t.deepEqual(world.pending, []);
    // What was refused keeps nobody else out.
    t.is(typeof accept('BACKUP SNAPSHOT db.l TO repo'), 'number');
  });
}

test('the names of the repositories that there are come with REPOSITORY_UNKNOWN', (t) => {
  const [answer] = fakeCluster().execute('BACKUP SNAPSHOT db.l TO rep');
  t.like(answer, { error: { hint: 'did you mean repo?' } });
  const [far] = fakeCluster().execute('BACKUP SNAPSHOT db.l TO elsewhere');
  t.like(far, { error: { hint: 'the repositories: repo, vault' } });
});

test('a backup is accepted once its label was found to be free, and starts after that', (t) => {
  const { execute, world, job } = fakeCluster();
  const answers = execute('BACKUP SNAPSHOT l TO repo', { database: 'db' });
  t.is(answers.length, 0);
  t.deepEqual(world.asked, ['inspect']);
  world.let(({ what }) => what === 'inspect repo');
  const [answer] = answers;
  t.true(answer?.ok);
  if (!answer?.ok) return;
  t.like(job(jobIdOf(answer)), { label: 'l', database: 'db', repository: 'repo', state: 'PENDING' });
  world.settle();
  t.is(job(jobIdOf(answer)).state, 'FINISHED');
  t.is(answers.length, 1);
});

test('a label that is taken, a snapshot that is not there: refused once the repository was seen, and nobody is kept out', (t) => {
  const { execute, accept, world, job } = fakeCluster();
  const first = accept('BACKUP SNAPSHOT db.l TO repo');
  world.settle();
  t.is(job(first).state, 'FINISHED');
  for (const [text, code, message] of [
    ['BACKUP SNAPSHOT db.l TO repo', 'LABEL_EXISTS', /already holds a snapshot l \(of 2020-01-01-00-00-00\)/],
    ['BACKUP SNAPSHOT other.l TO repo', 'LABEL_EXISTS', /already holds/],
    ['RESTORE SNAPSHOT db.m FROM repo', 'SNAPSHOT_UNKNOWN', /repo holds no snapshot m$/],
    [
      'RESTORE SNAPSHOT db.l FROM repo PROPERTIES ("backup_timestamp" = "2021-01-01-00-00-00")',
      'SNAPSHOT_UNKNOWN',
      /no snapshot l of 2021-01-01-00-00-00/,
    ],
  ] as const) {
    const answers = execute(text);
    world.settle();
    t.is(answers.length, 1);
    const [answer] = answers;
    t.like(answer, { ok: false, error: { code } });
    t.regex(answer?.ok === false ? answer.error.message : '', message);
  }
  t.is(typeof accept('BACKUP SNAPSHOT db.m TO repo'), 'number');
});

test('a repository that cannot be read refuses the statement, and the next one may try again', (t) => {
  const { execute, accept, world } = fakeCluster();
  const answers = execute('BACKUP SNAPSHOT db.l TO repo');
  world.let(({ what }) => what === 'inspect repo', brokenStorage());
  t.like(answers, [{ ok: false, error: { code: 'STORAGE_FAILED', message: 'connection reset' } }]);
  t.is(typeof accept('BACKUP SNAPSHOT db.l TO repo'), 'number');
});

test('the database and the label are taken from the moment a statement arrives until its job has ended', (t) => {
  const { execute, accept, world, job } = fakeCluster();
  const refuses = (text: string, message: RegExp): void => {
    const [answer] = execute(text);
    if (!answer || answer.ok) return t.fail(`${text} was accepted`);
    t.is(answer.error.code, 'JOB_RUNNING');
    t.regex(answer.error.message, message);
  };
  const answers = execute('BACKUP SNAPSHOT db.l TO repo');
  refuses('BACKUP SNAPSHOT db.m TO repo', /BACKUP job 20001 with label l/);
  world.let(({ what }) => what === 'inspect repo');
  const [answer] = answers;
  refuses('BACKUP SNAPSHOT db.m TO repo', /on a database at a time/);
  refuses('RESTORE SNAPSHOT db.m FROM vault', /BACKUP job 20001/);
  refuses('BACKUP SNAPSHOT other.l TO repo', /on a snapshot at a time/);
  const other = accept('BACKUP SNAPSHOT other.m TO repo');
  world.settle();
  t.is(job(other).state, 'FINISHED');
  t.true(answer?.ok && job(jobIdOf(answer)).state === 'FINISHED');
  t.is(typeof accept('BACKUP SNAPSHOT db.n TO repo'), 'number');
});

test('CANCEL ends the running job of its kind, once', (t) => {
  const { execute, accept, world, job, coordinator } = fakeCluster();
  const jobId = accept('BACKUP SNAPSHOT db.l TO repo');
  t.like(execute('CANCEL RESTORE FROM db'), [{ ok: false, error: { code: 'JOB_UNKNOWN' } }]);
  t.like(execute('CANCEL BACKUP FROM other'), [{ ok: false, error: { code: 'JOB_UNKNOWN' } }]);
  t.deepEqual(execute('CANCEL BACKUP', { database: 'db' }), [{ ok: true, value: { kind: 'done' } }]);
  t.like(job(jobId), { state: 'CANCELLED', error: { code: 'JOB_CANCELLED' } });
  t.deepEqual(world.aborted, [jobId]);
  t.true(coordinator.isSettled(jobId));
  t.like(execute('CANCEL BACKUP FROM db'), [{ ok: false, error: { code: 'JOB_UNKNOWN' } }]);
  t.is(typeof accept('BACKUP SNAPSHOT db.l TO repo'), 'number');
});

test('cancelAll cancels whatever runs, with the reason given', (t) => {
  const { accept, coordinator, world, job } = fakeCluster();
  const done = accept('BACKUP SNAPSHOT db.a TO repo');
  world.settle();
  const running = [accept('BACKUP SNAPSHOT db.b TO repo'), accept('BACKUP SNAPSHOT other.c TO repo')];
  coordinator.cancelAll({ code: 'INTERRUPTED', message: 'Ctrl-C' });
  t.is(job(done).state, 'FINISHED');
  for (const jobId of running) t.like(job(jobId), { state: 'CANCELLED', error: { code: 'INTERRUPTED' } });
});

test('a shard without a replica that can be read cancels the backup, and says which', (t) => {
  const { accept, catalog, world, job } = fakeCluster();
  catalog.shards.replicaHealthy.fill(0);
  const jobId = accept('BACKUP SNAPSHOT db.l TO repo');
  world.settle();
  t.like(job(jobId), { state: 'CANCELLED', error: { code: 'REPLICA_UNAVAILABLE' } });
  t.false(world.sent.some(({ task }) => task.kind !== 'release'));
});

test('a repository that a statement made is the one that is there after a restart, and not the scenario’s of its name', (t) => {
  const journal = memoryJournal();
  const first = fakeCluster({ journal });
  first.execute('DROP REPOSITORY repo');
  first.execute('CREATE REPOSITORY repo WITH LOCAL ON LOCATION "file:///elsewhere"');
  first.world.settle();
  const shown = ({ execute }: FakeCluster): unknown => {
    const [answer] = execute('SHOW REPOSITORIES');
    return answer?.ok && answer.value.kind === 'rows' ? answer.value.table.rows : answer;
  };
  const before = shown(first);
  t.regex(JSON.stringify(before), /file:\/\/\/elsewhere/);
  t.deepEqual(shown(fakeCluster({ journal })), before);
});
