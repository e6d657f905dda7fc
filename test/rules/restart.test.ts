import type { ExecutionContext } from 'ava';
import { rule } from './rule.js';
import { filesOf, finish, finished, holds, jobOf, labels, rows } from './rule-world.js';
import type { RuleJob, RuleWorld } from './rule-world.js';

const BACKUP = 'BACKUP SNAPSHOT shop.a TO repo';
const ALL = ['shop.orders', 'shop.customers'];

/** Starts a backup whose coordinator dies of entering a state; what becomes of the job with the next coordinator. */
async function outlive(
  t: ExecutionContext,
  world: RuleWorld,
  state: string,
  when: 'before' | 'after',
): Promise<RuleJob> {
  world.journal.dieAt(state, when);
  void world.execute(BACKUP);
  await world.until(() => world.journal.isDead);
  await world.restart();
  const [row] = (await rows(world, 'SHOW BACKUP FROM shop')).slice(-1);
  const job = await finish(world, Number(row!['JobId']));
  t.is(job.state, 'FINISHED', job.error?.message);
  t.true(world.isClean());
  await holds(t, world, 'a', ALL);
  t.deepEqual(await labels(world), ['a']);
  return job;
}

/** The states from the one in which the new coordinator found the job. */
const since = ({ states }: RuleJob, found: string): readonly string[] => states.slice(states.indexOf(found));

const FROM_PENDING = [
  'PENDING',
  'SNAPSHOTING',
  'UPLOAD_SNAPSHOT',
  'UPLOADING',
  'SAVE_META',
  'UPLOAD_INFO',
  'FINISHED',
];

rule('R42 restart: what was PENDING goes on', {}, async (t, world) => {
  const job = await outlive(t, world, 'PENDING', 'after');
  t.deepEqual(job.states, FROM_PENDING);
});

rule('R43 restart: SNAPSHOTING begins again at PENDING', {}, async (t, world) => {
  const job = await outlive(t, world, 'SNAPSHOTING', 'after');
  t.deepEqual(since(job, 'SNAPSHOTING'), ['SNAPSHOTING', ...FROM_PENDING]);
});

rule('R44 restart: UPLOADING goes on from UPLOAD_SNAPSHOT', {}, async (t, world) => {
  const job = await outlive(t, world, 'UPLOADING', 'after');
  t.deepEqual(since(job, 'UPLOADING'), ['UPLOADING', ...FROM_PENDING.slice(2)]);
  t.is(world.sentFiles(), filesOf(world.catalog, ALL));
});

rule('R45 restart: once all data is there, only the manifest is written', {}, async (t, world) => {
  const job = await outlive(t, world, 'UPLOAD_INFO', 'after');
  t.deepEqual(since(job, 'UPLOAD_INFO'), ['UPLOAD_INFO', 'SAVE_META', 'UPLOAD_INFO', 'FINISHED']);
  t.is(world.sentFiles(), 0);
});

rule(
  'R46 restart: what is in the repository with the right checksum is not sent again',
  {},
  async (t, world) => {
    world.journal.dieAt('SAVE_META', 'before');
    void world.execute(BACKUP);
    await world.until(() => world.journal.isDead);
    // All of it was uploaded, and then one file turns out to be no whole one.
    await world.cutShort('a');
    await world.restart();
    const [row] = await rows(world, 'SHOW BACKUP FROM shop');
    const job = await finish(world, Number(row!['JobId']));
    t.deepEqual(since(job, 'UPLOADING').slice(0, 3), ['UPLOADING', 'UPLOAD_SNAPSHOT', 'UPLOADING']);
    t.is(job.state, 'FINISHED');
    t.is(world.sentFiles(), 1);
    await holds(t, world, 'a', ALL);
    t.false((await world.stored('a')).some((file) => file.endsWith('.part')));
  },
);

rule(
  'R47 the same label again after a cancelled backup sends only what is not there',
  {},
  async (t, world) => {
    world.journal.at('SAVE_META', () => void world.execute('CANCEL BACKUP FROM shop'));
    const outcome = await world.execute(BACKUP);
    t.true(outcome.ok);
    if (!outcome.ok || outcome.value.kind !== 'accepted') return;
    t.is((await finish(world, outcome.value.jobId)).state, 'CANCELLED');
    const before = world.sentFiles();
    await world.cutShort('a');
    await finished(t, world, BACKUP);
    t.is(world.sentFiles() - before, 1);
    await holds(t, world, 'a', ALL);
  },
);

rule(
  'R48 restart: jobs that ended, repositories and restored tables are remembered',
  {},
  async (t, world) => {
    const backup = await finished(t, world, 'BACKUP SNAPSHOT shop.a TO repo');
    await finished(t, world, 'RESTORE SNAPSHOT other.a FROM repo ON (customers AS clients)');
    const clients = world.contents('other', 'clients');
    await world.restart();
    t.is(jobOf(world, backup).state, 'FINISHED');
    t.like(await rows(world, 'SHOW BACKUP FROM shop'), [{ SnapshotName: 'a', State: 'FINISHED' }]);
    t.like(await rows(world, 'SHOW RESTORE FROM other'), [{ Label: 'a', State: 'FINISHED' }]);
    t.like(await rows(world, 'SHOW REPOSITORIES'), [{ RepoName: 'repo' }]);
    t.deepEqual(world.contents('other', 'clients'), clients);
    await finished(t, world, 'BACKUP SNAPSHOT other.b TO repo ON (clients)');
    await holds(t, world, 'b', ['other.clients']);
  },
);
