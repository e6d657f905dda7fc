import type { ExecutionContext } from 'ava';
import type { RuleWorld } from './rule-world.js';
import { rule } from './rule.js';
import { accepted, done, filesOf, finish, finished, holds, labels, rows } from './rule-world.js';

const STATES = ['PENDING', 'SNAPSHOTING', 'UPLOAD_SNAPSHOT', 'UPLOADING', 'SAVE_META', 'UPLOAD_INFO'];
const BACKUP = 'BACKUP SNAPSHOT shop.a TO repo';

rule('R35 the states of a backup, in their order', {}, async (t, world) => {
  const jobId = await accepted(t, world, BACKUP);
  t.deepEqual((await finish(world, jobId)).states, [...STATES, 'FINISHED']);
});

rule('R36 a backup can be CANCELLED in any state, and then shows nothing', {}, async (t, world) => {
  for (const state of STATES.slice(1)) {
    let answer: Promise<unknown> | undefined;
    world.journal.at(state, () => (answer = world.execute('CANCEL BACKUP FROM shop')));
    const jobId = await accepted(t, world, BACKUP);
    const { states } = await finish(world, jobId);
    t.like(await answer, { ok: true });
    t.deepEqual(states, [...STATES.slice(0, STATES.indexOf(state) + 1), 'CANCELLED']);
    t.true(world.isClean(), state);
    t.deepEqual(await labels(world), []);
  }
  const jobId = await accepted(t, world, BACKUP);
  await done(t, world, 'CANCEL BACKUP FROM shop');
  t.deepEqual((await finish(world, jobId)).states, ['PENDING', 'CANCELLED']);
});

/** Loses a node when a job enters a state. */
function loseNodeAt({ journal, coordinator, catalog }: RuleWorld, state: string): void {
  journal.at(state, () => {
    for (const node of catalog.nodeNames.keys()) coordinator.nodeLost(node);
  });
}

rule(
  'R37 a failure cancels the backup',
  { engine: { maxTaskAttempts: 1, failover: false } },
  async (t, world) => {
    const { coordinator, catalog } = world;
    for (const state of ['SNAPSHOTING', 'UPLOADING']) {
      loseNodeAt(world, state);
      const jobId = await accepted(t, world, BACKUP);
      await world.until(() => coordinator.recordOf(jobId)!.job.state === 'CANCELLED');
      for (const node of catalog.nodeNames.keys()) coordinator.nodeBack(node);
      const { states, error } = await finish(world, jobId);
      t.deepEqual(states.slice(-2), [state, 'CANCELLED']);
      t.is(error?.code, 'NODE_LOST');
      t.true(world.isClean(), state);
      const [job] = (await rows(world, 'SHOW BACKUP FROM shop')).slice(-1);
      t.regex(String(job!['Status']), /NODE_LOST/);
    }
    catalog.shards.replicaHealthy.fill(0);
    const jobId = await accepted(t, world, BACKUP);
    t.like(await finish(world, jobId), {
      states: ['PENDING', 'CANCELLED'],
      error: { code: 'REPLICA_UNAVAILABLE' },
    });
    t.deepEqual(await labels(world), []);
  },
);

/** A backup that cannot publish its manifest, since there is one of somebody else's. */
async function blocked(t: ExecutionContext, world: RuleWorld, sql: string): Promise<number> {
  world.journal.at('UPLOAD_INFO', () => world.plantSnapshot('a', true));
  const jobId = await accepted(t, world, sql);
  await world.until(() => world.coordinator.job(jobId)!.transient.lastError !== undefined);
  t.is(world.coordinator.job(jobId)!.state, 'UPLOAD_INFO');
  return jobId;
}

rule('R38 a failure in UPLOAD_INFO does not cancel: it is tried again', {}, async (t, world) => {
  const jobId = await blocked(t, world, BACKUP);
  t.like(await rows(world, 'SHOW BACKUP FROM shop'), [{ State: 'UPLOAD_INFO' }]);
  world.plantSnapshot('a', false);
  t.deepEqual((await finish(world, jobId)).states, [...STATES, 'FINISHED']);
  await holds(t, world, 'a', ['shop.orders', 'shop.customers']);
  t.deepEqual(await labels(world), ['a']);
});

rule(
  'R39 UPLOAD_INFO is tried until the timeout, which names the last failure',
  { engine: { minTimeoutMs: 1000 } },
  async (t, world) => {
    const jobId = await blocked(t, world, `${BACKUP} PROPERTIES ("timeout" = "1")`);
    const { states, error } = await finish(world, jobId);
    t.deepEqual(states, [...STATES, 'CANCELLED']);
    t.is(error?.code, 'JOB_TIMEOUT');
    t.regex(error?.message ?? '', /UPLOAD_INFO.*a snapshot a from elsewhere/);
    world.plantSnapshot('a', false);
    t.deepEqual(await labels(world), []);
  },
);

rule('R40 a finished upload reported twice counts once', {}, async (t, world) => {
  world.intercept((pass, task, job, answer) =>
    pass(task, job, (outcome) => {
      answer(outcome);
      if (task.kind === 'upload' || task.kind === 'snapshot') answer(outcome);
    }),
  );
  const jobId = await accepted(t, world, BACKUP);
  const { states } = await finish(world, jobId);
  t.deepEqual(states, [...STATES, 'FINISHED']);
  t.is(world.sentFiles(), filesOf(world.catalog, ['shop.orders', 'shop.customers']));
  await holds(t, world, 'a', ['shop.orders', 'shop.customers']);
  await finished(t, world, 'RESTORE SNAPSHOT other.a FROM repo');
});

rule('R41 whatever ends a job, its snapshots and its staging are released', {}, async (t, world) => {
  let held = false;
  world.journal.at('UPLOAD_SNAPSHOT', () => (held = !world.isClean()));
  await finished(t, world, BACKUP);
  t.true(held);
  world.journal.at('UPLOAD_SNAPSHOT', () => void world.execute('CANCEL BACKUP FROM shop'));
  const cancelled = await accepted(t, world, 'BACKUP SNAPSHOT shop.b TO repo');
  t.is((await finish(world, cancelled)).state, 'CANCELLED');
  t.true(world.isClean());
  held = false;
  world.journal.at('COMMIT', () => {
    held = !world.isClean();
    void world.execute('CANCEL RESTORE FROM other');
  });
  const restore = await accepted(t, world, 'RESTORE SNAPSHOT other.a FROM repo');
  t.is((await finish(world, restore)).state, 'CANCELLED');
  t.true(held);
  t.true(world.isClean());
});
