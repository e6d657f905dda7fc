import { jobIdOf } from '../fixtures/outcome.js';
import { rule } from './rule.js';
import { accepted, done, finish, finished, holds, jobOf, labels, refused, rows } from './rule-world.js';

rule('R24 the statement returns when its job is accepted', {}, async (t, world) => {
  const jobId = await accepted(t, world, 'BACKUP SNAPSHOT shop.a TO repo');
  t.is(jobOf(world, jobId).state, 'PENDING');
  t.deepEqual(await labels(world), []);
  t.is((await finish(world, jobId)).state, 'FINISHED');
  t.deepEqual(await labels(world), ['a']);
});

rule('R25 SHOW BACKUP tells of the jobs of a database', {}, async (t, world) => {
  t.deepEqual(await rows(world, 'SHOW BACKUP FROM shop'), []);
  const jobId = await accepted(t, world, 'BACKUP SNAPSHOT shop.first TO repo ON (orders PARTITION p1)');
  t.like(await rows(world, 'SHOW BACKUP FROM shop'), [
    { JobId: jobId, State: 'PENDING', FinishedTime: null },
  ]);
  await finish(world, jobId);
  await finished(t, world, 'BACKUP SNAPSHOT shop.second TO repo');
  const names = async (sql: string, database?: string): Promise<unknown[]> =>
    (await rows(world, sql, database === undefined ? {} : { database })).map((job) => job['SnapshotName']);
  t.deepEqual(await names('SHOW BACKUP FROM shop'), ['first', 'second']);
  t.deepEqual(await names('SHOW BACKUP', 'shop'), ['first', 'second']);
  t.deepEqual(await names('SHOW BACKUP', 'other'), []);
  t.deepEqual(await names('SHOW BACKUP FROM shop WHERE SnapshotName = "second"'), ['second']);
  t.deepEqual(await names('SHOW BACKUP FROM shop WHERE SnapshotName LIKE "fir%"'), ['first']);
  t.like(await rows(world, 'SHOW BACKUP FROM shop WHERE Label = "first"'), [
    { JobId: jobId, DbName: 'shop', State: 'FINISHED', BackupObjs: 'orders PARTITION (p1)', Status: '[OK]' },
  ]);
  t.deepEqual(await rows(world, 'SHOW RESTORE FROM shop'), []);
});

rule('R26 one BACKUP or RESTORE per database at a time', {}, async (t, world) => {
  await finished(t, world, 'BACKUP SNAPSHOT shop.a TO repo');
  const backup = await accepted(t, world, 'BACKUP SNAPSHOT shop.b TO repo');
  const running = new RegExp(`BACKUP job ${backup} with label b`);
  await refused(t, world, 'BACKUP SNAPSHOT shop.c TO repo ON (customers)', 'JOB_RUNNING', running);
  await refused(t, world, 'RESTORE SNAPSHOT shop.a FROM repo', 'JOB_RUNNING', running);
  await finish(world, backup);
  const restore = await accepted(t, world, 'RESTORE SNAPSHOT shop.a FROM repo');
  const restoring = new RegExp(`RESTORE job ${restore} with label a`);
  await refused(t, world, 'BACKUP SNAPSHOT shop.c TO repo', 'JOB_RUNNING', restoring);
  t.is((await finish(world, restore)).state, 'FINISHED');
  await finished(t, world, 'BACKUP SNAPSHOT shop.c TO repo');
});

rule('R27 of two statements that arrive at once for a database one is refused', {}, async (t, world) => {
  const both = await Promise.all(
    ['a', 'b'].map((label) => world.execute(`BACKUP SNAPSHOT shop.${label} TO repo`)),
  );
  t.is(both.filter(({ ok }) => ok).length, 1);
  for (const outcome of both) {
    if (outcome.ok) t.is((await finish(world, jobIdOf(outcome))).state, 'FINISHED');
    else t.is(outcome.error.code, 'JOB_RUNNING');
  }
  t.is((await labels(world)).length, 1);
});

rule('R28 other databases are free', {}, async (t, world) => {
  const first = await accepted(t, world, 'BACKUP SNAPSHOT shop.a TO repo');
  const second = await accepted(t, world, 'BACKUP SNAPSHOT other.b TO repo');
  t.not(jobOf(world, first).state, 'FINISHED');
  t.is((await finish(world, first)).state, 'FINISHED');
  t.is((await finish(world, second)).state, 'FINISHED');
  await holds(t, world, 'b', ['other.notes']);
});

rule('R29 a label that the repository holds is refused', {}, async (t, world) => {
  await finished(t, world, 'BACKUP SNAPSHOT shop.a TO repo');
  const before = await world.stored('a');
  await refused(t, world, 'BACKUP SNAPSHOT shop.a TO repo', 'LABEL_EXISTS', /already holds a snapshot a/);
  await refused(t, world, 'BACKUP SNAPSHOT other.a TO repo', 'LABEL_EXISTS', /already holds a snapshot a/);
  t.deepEqual(await world.stored('a'), before);
});

rule('R30 a label that another job is writing is refused', {}, async (t, world) => {
  const jobId = await accepted(t, world, 'BACKUP SNAPSHOT shop.a TO repo');
  await refused(t, world, 'BACKUP SNAPSHOT other.a TO repo', 'JOB_RUNNING', /label a/);
  await finish(world, jobId);
  await holds(t, world, 'a', ['shop.orders', 'shop.customers']);
});

rule('R31 a label that only a cancelled backup used is free', {}, async (t, world) => {
  let answer: Promise<unknown> | undefined;
  world.journal.at('SAVE_META', () => (answer = world.execute('CANCEL BACKUP FROM shop')));
  const jobId = await accepted(t, world, 'BACKUP SNAPSHOT shop.a TO repo');
  t.is((await finish(world, jobId)).state, 'CANCELLED');
  t.like(await answer, { ok: true });
  t.not((await world.stored('a')).length, 0);
  await finished(t, world, 'BACKUP SNAPSHOT shop.a TO repo ON (customers)');
  await holds(t, world, 'a', ['shop.customers']);
});

rule('R32 a label is made of at most 128 letters, digits, and - _ :', {}, async (t, world) => {
  const longest = `aZ09-_:${'x'.repeat(121)}`;
  await finished(t, world, `BACKUP SNAPSHOT shop.\`${longest}\` TO repo ON (daily)`);
  for (const label of [`${longest}x`, 'a b', 'a/b', '..', 'größe'])
    await refused(
      t,
      world,
      `BACKUP SNAPSHOT shop.\`${label}\` TO repo`,
      'NAME_INVALID',
      /cannot be the label/,
    );
});

rule('R33 CANCEL BACKUP ends the running job of a database', {}, async (t, world) => {
  await refused(t, world, 'CANCEL BACKUP FROM shop', 'JOB_UNKNOWN', /no BACKUP job is running/);
  const jobId = await accepted(t, world, 'BACKUP SNAPSHOT shop.a TO repo');
  await refused(t, world, 'CANCEL BACKUP FROM other', 'JOB_UNKNOWN', /on database other/);
  await refused(t, world, 'CANCEL RESTORE FROM shop', 'JOB_UNKNOWN', /no RESTORE job/);
  await done(t, world, 'CANCEL BACKUP FROM shop');
  t.like(await finish(world, jobId), { state: 'CANCELLED', error: { code: 'JOB_CANCELLED' } });
  const next = await accepted(t, world, 'BACKUP SNAPSHOT other.a TO repo');
  t.like(await world.execute('CANCEL BACKUP', { database: 'other' }), { ok: true });
  t.is((await finish(world, next)).state, 'CANCELLED');
});

rule('R34 SHOW BACKUP remembers the last ten jobs that ended', {}, async (t, world) => {
  for (let i = 1; i <= 12; i++)
    await finished(t, world, `BACKUP SNAPSHOT shop.l${i} TO repo PROPERTIES ("content" = "metadata_only")`);
  const names = (await rows(world, 'SHOW BACKUP FROM shop')).map((job) => job['SnapshotName']);
  t.deepEqual(
    names,
    Array.from({ length: 10 }, (_, i) => `l${i + 3}`),
  );
});
