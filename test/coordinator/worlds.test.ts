import test from 'ava';
import * as fc from 'fast-check';
import { DrillError } from '../../src/base/errors.js';
import { selectedShards, isOlap, type Catalog } from '../../src/catalog/index.js';
import { type NodeTask } from '../../src/node/index.js';
import { isEnded } from '../../src/job/index.js';
import { decodeInfo } from '../../src/repository/index.js';
import { memoryJournal, type Journal } from '../../src/coordinator/index.js';
import { jobIdOf } from '../fixtures/outcome.js';
import { brokenStorage, fakeCluster, type FakeCluster } from './fake-world.js';

const shardsOf = (catalog: Catalog, name: string): number[] => {
  const database = catalog.database(name);
  const tables = [...database.tables.values()]
    .filter(isOlap)
    .map((table) => ({ table, partitions: table.partitions }));
  return [...selectedShards({ database, tables, views: [], skippedTables: [] })];
};

/** Every file that a manifest names, as `shard id/name`. */
function filesIn(cluster: FakeCluster, label: string): string[] {
  const [path] = cluster.world.infoOf(label);
  const info = decodeInfo(cluster.world.documents.get(path!)!, path!);
  const indexes = info.tables.flatMap(({ partitions }) =>
    partitions.flatMap((partition) => partition.indexes),
  );
  return indexes.flatMap(({ shards }) =>
    shards.flatMap(({ id, files }) => files.map((file) => `${id}/${file.name}`)),
  );
}

test('a world that answers in any order, late and even after an abort: all jobs end, right and without residue', (t) => {
  const cancels = fc.array(
    fc.record({ after: fc.nat({ max: 60 }), database: fc.constantFrom('db', 'other') }),
    { maxLength: 2 },
  );
  const engines = fc.record({
    tickMs: fc.constantFrom(0, 500),
    batching: fc.record({ by: fc.constant('shards' as const), count: fc.integer({ min: 1, max: 5 }) }),
    dispatch: fc.constantFrom('at-once' as const, 'as-free' as const),
  });
  fc.assert(
    fc.property(
      engines,
      fc.array(fc.nat(), { maxLength: 200, size: 'max' }),
      cancels,
      (engine, draws, stops) => {
        const cluster = fakeCluster({ engine });
        const { world, coordinator, catalog, accept, execute, job } = cluster;
        const jobs = [accept('BACKUP SNAPSHOT db.a TO repo'), accept('BACKUP SNAPSHOT other.b TO repo')];
        draws.forEach((draw, step) => {
          for (const { after, database } of stops)
            if (after === step) execute(`CANCEL BACKUP FROM ${database}`);
          if (world.pending.length === 0) return;
          // Far timers would only make every job time out.
          const soon = [...world.pending.keys()].filter((i) => world.pending[i]!.atMs <= world.nowMs + 1000);
          if (soon.length > 0) world.take(soon[draw % soon.length]!);
        });
        world.settle();
        for (const [i, jobId] of jobs.entries()) {
          const { state, label, database } = job(jobId);
          t.true(
            state === 'FINISHED' ||
              (state === 'CANCELLED' && stops.some((stop) => stop.database === database)),
          );
          t.true(coordinator.isSettled(jobId));
          t.is(world.infoOf(label).length, state === 'FINISHED' ? 1 : 0);
          if (state === 'FINISHED')
            t.is(filesIn(cluster, label).length, 2 * shardsOf(catalog, ['db', 'other'][i]!).length);
        }
        t.deepEqual([...world.held], []);
      },
    ),
    { numRuns: 100 },
  );
});

test('a world that answers at once, within the call: the same states, and one answer', (t) => {
  const { world, execute, job, changes } = fakeCluster();
  world.isSynchronous = true;
  const answers = execute('BACKUP SNAPSHOT db.l TO repo');
  t.is(answers.length, 1);
  world.settle();
  const [answer] = answers;
  if (!answer?.ok) return t.fail();
  t.is(job(jobIdOf(answer)).state, 'FINISHED');
  t.deepEqual(
    job(jobIdOf(answer)).states.map(({ state }) => state),
    ['PENDING', 'SNAPSHOTING', 'UPLOAD_SNAPSHOT', 'UPLOADING', 'SAVE_META', 'UPLOAD_INFO', 'FINISHED'],
  );
  // Each change was told once, in order: no event was taken in the middle of another one's commands.
  t.deepEqual(changes, ['20001 SNAPSHOTING', '20001 UPLOADING', '20001 UPLOAD_INFO', '20001 FINISHED']);
  t.is(world.infoOf('l').length, 1);
});

test('a backup, then a restore of it elsewhere: every replica of the target is fetched, installed and shown', (t) => {
  const { accept, world, job, catalog, coordinator } = fakeCluster();
  accept('BACKUP SNAPSHOT db.l TO repo ON (t PARTITION p2, v)');
  world.settle();
  const before = world.sent.length;
  const empty = catalog.createDatabase('copy');
  const jobId = accept('RESTORE SNAPSHOT copy.l FROM repo PROPERTIES ("replication_num" = "3")');
  t.deepEqual([...empty.tables.keys()], []);
  world.settle(() => job(jobId).state === 'COMMITTING');
  // Not before the last file is in place.
  t.deepEqual([...empty.tables.keys()], []);
  world.settle();
  t.is(job(jobId).state, 'FINISHED');
  t.true(coordinator.isSettled(jobId));
  t.deepEqual([...empty.tables.keys()], ['t', 'v']);
  const sent = world.sent.slice(before).map(({ task }) => task);
  for (const kind of ['download', 'install'] as const) {
    const places = sent.flatMap((task) =>
      task.kind === kind ? Array.from(task.shards, (shard) => `${shard}@${task.node}`) : [],
    );
    t.deepEqual(
      places.toSorted(),
      shardsOf(catalog, 'copy')
        .flatMap((shard) => [0, 1, 2].map((node) => `${shard}@${node}`))
        .toSorted(),
    );
  }
  const { sources } = world.sent.find(({ task }) => task.kind === 'download')!.job;
  t.deepEqual(
    [...sources!.values()].map(({ address }) => address.shardId).sort((a, b) => a - b),
    shardsOf(catalog, 'db')
      .slice(6)
      .map((shard) => catalog.shards.id[shard]!),
  );
});

test('a restore with more copies than nodes is cancelled and shows nothing', (t) => {
  const { accept, world, job, catalog } = fakeCluster();
  accept('BACKUP SNAPSHOT db.l TO repo');
  world.settle();
  catalog.createDatabase('copy');
  for (const [text, message] of [
    [
      'RESTORE SNAPSHOT copy.l FROM repo PROPERTIES ("replication_num" = "4")',
      /3 nodes cannot hold 4 copies/,
    ],
  ] as const) {
    const jobId = accept(text);
    world.settle();
    t.like(job(jobId), { state: 'CANCELLED', error: { code: 'RESTORE_CONFLICT' } });
    t.regex(job(jobId).error!.message, message);
  }
  t.is(catalog.database('copy').tables.size, 0);
});

test('a cancelled restore shows nothing, whenever it is cancelled', (t) => {
  for (const state of ['PENDING', 'DOWNLOADING', 'COMMITTING'] as const) {
    const { accept, execute, world, job, catalog, coordinator } = fakeCluster();
    accept('BACKUP SNAPSHOT db.l TO repo');
    world.settle();
    const { tables } = catalog.createDatabase('copy');
    const jobId = accept('RESTORE SNAPSHOT copy.l FROM repo');
    world.settle(() => job(jobId).state === state);
    t.like(execute('CANCEL RESTORE FROM copy'), [{ ok: true }]);
    world.settle();
    t.is(job(jobId).state, 'CANCELLED');
    t.true(coordinator.isSettled(jobId));
    t.is(tables.size, 0);
    t.deepEqual([...world.held], []);
  }
});

test('cancelled while the manifest is being written: the label is kept until that is over, and the manifest is taken back', (t) => {
  const { accept, execute, world, job, coordinator, changes } = fakeCluster();
  const jobId = accept('BACKUP SNAPSHOT db.l TO repo');
  const isInfo = (path: string): boolean => path.includes('/__info_');
  world.settle(() =>
    world.pending.some(({ operation }) => operation?.op === 'write' && isInfo(operation.path)),
  );
  t.like(execute('CANCEL BACKUP FROM db'), [{ ok: true }]);
  t.is(job(jobId).state, 'CANCELLED');
  t.false(coordinator.isSettled(jobId));
  t.like(execute('BACKUP SNAPSHOT other.l TO repo'), [{ ok: false, error: { code: 'JOB_RUNNING' } }]);
  world.settle();
  t.deepEqual(world.infoOf('l'), []);
  t.true(coordinator.isSettled(jobId));
  t.is(changes.at(-1), `${jobId} CANCELLED`);
  const again = accept('BACKUP SNAPSHOT other.l TO repo');
  world.settle();
  t.is(job(again).state, 'FINISHED');
});

test('a manifest whose answer was lost is taken back: cancelled before the next try, the job shows nothing', (t) => {
  const { accept, execute, world, job } = fakeCluster();
  const jobId = accept('BACKUP SNAPSHOT db.l TO repo');
  const isInfo = (path: string): boolean => path.includes('/__info_');
  const writing = () =>
    world.pending.findIndex(({ operation }) => operation?.op === 'write' && isInfo(operation.path));
  world.settle(() => writing() >= 0);
  const { operation } = world.pending[writing()]!;
  if (operation?.op !== 'write') return t.fail();
  // The bytes arrived; the answer did not.
  world.documents.set(operation.path, operation.text());
  world.take(writing(), brokenStorage('no answer'));
  world.settle(() => world.pending.every(({ what }) => what.startsWith('wake')));
  t.is(job(jobId).state, 'UPLOAD_INFO');
  t.like(execute('CANCEL BACKUP FROM db'), [{ ok: true }]);
  world.settle();
  t.is(job(jobId).state, 'CANCELLED');
  t.deepEqual(world.infoOf('l'), []);
});

test('a manifest whose answer was lost, and that could not be taken back, is its own job’s: the next try goes on', (t) => {
  const { accept, world, job } = fakeCluster();
  const jobId = accept('BACKUP SNAPSHOT db.l TO repo');
  const asks = (op: string, name = '') =>
    world.pending.findIndex(
      ({ operation }) =>
        operation?.op === op && (!('path' in operation) || operation.path.includes(`/__${name}`)),
    );
  world.settle(() => asks('write', 'info') >= 0);
  const { operation } = world.pending[asks('write', 'info')]!;
  if (operation?.op !== 'write') return t.fail();
  world.documents.set(operation.path, operation.text());
  world.take(asks('write', 'info'), brokenStorage());
  world.take(asks('retract', 'info'), brokenStorage());
  t.is(world.infoOf('l').length, 1);
  world.settle();
  t.is(job(jobId).state, 'FINISHED');
  t.is(world.infoOf('l').length, 1);
});

test('a manifest that an earlier try left is taken back, too, when the job is cancelled in a later one', (t) => {
  for (const cancelAt of ['inspect', 'write'] as const) {
    const { accept, world, job, execute } = fakeCluster();
    const jobId = accept('BACKUP SNAPSHOT db.l TO repo');
    const asks = (op: string, name = '') =>
      world.pending.findIndex(
        ({ operation }) =>
          operation?.op === op && (!('path' in operation) || operation.path.includes(`/__${name}`)),
      );
    world.settle(() => asks('write', 'info') >= 0);
    const { operation } = world.pending[asks('write', 'info')]!;
    if (operation?.op !== 'write') return t.fail();
    world.documents.set(operation.path, operation.text());
    world.take(asks('write', 'info'), brokenStorage());
    world.take(asks('retract', 'info'), brokenStorage());
    world.settle(() => asks(cancelAt) >= 0);
    t.is(world.infoOf('l').length, 1);
    t.like(execute('CANCEL BACKUP FROM db'), [{ ok: true }]);
    world.settle();
    t.is(job(jobId).state, 'CANCELLED');
    t.deepEqual(world.infoOf('l'), [], cancelAt);
  }
});

test('publishing fails a few times: it is tried again, and in the end there is one manifest', (t) => {
  const { accept, world, job } = fakeCluster();
  const jobId = accept('BACKUP SNAPSHOT db.l TO repo');
  for (const op of ['inspect', 'write', 'write'] as const) {
    const isNext = () => world.pending.some(({ operation }) => operation?.op === op);
    world.settle(() => job(jobId).state === 'UPLOAD_INFO' && isNext());
    world.let(({ operation }) => operation?.op === op, brokenStorage());
    t.is(job(jobId).state, 'UPLOAD_INFO');
  }
  world.settle();
  t.is(job(jobId).state, 'FINISHED');
  t.is(world.labelFiles('l').length, 2);
  t.deepEqual(world.asked.slice(-3), ['inspect', 'write __meta', 'write __info_2020-01-01-00-00-00']);
});

test('SHOW BACKUP tells why publishing fails, also where a task failed before it', (t) => {
  const { accept, world, coordinator } = fakeCluster();
  const jobId = accept('BACKUP SNAPSHOT db.l TO repo');
  const failure = (): string | undefined =>
    coordinator.jobs().find(({ stored }) => stored.id === jobId)?.lastFailure?.message;
  world.settle(() => world.pending.some(({ task }) => task?.kind === 'upload'));
  world.let(({ task }) => task?.kind === 'upload', brokenStorage('a file is lost'));
  t.is(failure(), 'a file is lost');
  world.settle(() => world.asked.filter((op) => op === 'inspect').length === 2);
  world.let(({ operation }) => operation?.op === 'inspect', brokenStorage('the repository is lost'));
  t.is(failure(), 'the repository is lost');
});

test('__meta is written before __info, and what an earlier try left is pruned before both', (t) => {
  const { accept, world, job } = fakeCluster();
  world.documents.set('__palo_repository_repo/__ss_l/__ss_content/leftover', '');
  const jobId = accept('BACKUP SNAPSHOT db.l TO repo');
  world.settle();
  t.is(job(jobId).state, 'FINISHED');
  t.deepEqual(world.asked, [
    'inspect',
    'inspect',
    'prune',
    'write __meta',
    'write __info_2020-01-01-00-00-00',
  ]);
  t.true(world.sent.every(({ task }) => task.kind !== 'upload' || task.probe));
});

test('somebody else publishes the label meanwhile: the job does not, and the timeout tells why', (t) => {
  const { accept, world, job } = fakeCluster();
  const jobId = accept('BACKUP SNAPSHOT db.l TO repo PROPERTIES ("timeout" = "30")');
  const theirs = '__palo_repository_repo/__ss_l/__info_2019-12-31-00-00-00';
  world.documents.set(theirs, 'theirs');
  world.settle();
  t.like(job(jobId), { state: 'CANCELLED', error: { code: 'JOB_TIMEOUT' } });
  t.regex(job(jobId).error!.message, /repo got a snapshot l from elsewhere meanwhile/);
  t.deepEqual(world.labelFiles('l'), [theirs]);
});

test('a node that is lost drops what it held when it is back, and only then the job is settled', (t) => {
  const { accept, world, job, coordinator, execute, changes } = fakeCluster();
  const jobId = accept('BACKUP SNAPSHOT db.l TO repo');
  world.settle(() => job(jobId).state === 'UPLOADING');
  coordinator.nodeLost(1);
  execute('CANCEL BACKUP FROM db');
  world.settle();
  t.false(coordinator.isSettled(jobId));
  t.deepEqual([...world.held], [`1/${jobId}`]);
  const told = changes.length;
  coordinator.nodeBack(1);
  t.deepEqual(world.sent.at(-1)!.task, {
    kind: 'release',
    taskId: 0,
    attempt: 1,
    jobId,
    node: 1,
    shards: new Int32Array(0),
  });
  world.settle();
  t.true(coordinator.isSettled(jobId));
  t.deepEqual([...world.held], []);
  t.deepEqual(changes.slice(told), [`${jobId} CANCELLED`]);
});

test('a world forgets a job once it has left nothing, and again by the word of a coordinator that finds it ended', (t) => {
  const journal = memoryJournal();
  const { world, accept } = fakeCluster({ journal });
  const jobId = accept('BACKUP SNAPSHOT db.l TO repo');
  t.deepEqual(world.forgotten, []);
  world.settle();
  t.deepEqual([...new Set(world.forgotten)], [jobId]);
  t.deepEqual(fakeCluster({ journal }).world.forgotten, [jobId]);
});

test('a lost node is not chosen, and its tasks fail until it is back', (t) => {
  const { accept, world, job, coordinator, catalog } = fakeCluster({ engine: { maxTaskAttempts: 2 } });
  coordinator.nodeLost(0);
  t.is(catalog.nodeAlive[0], 0);
  const first = accept('BACKUP SNAPSHOT db.a TO repo');
  world.settle();
  t.is(job(first).state, 'FINISHED');
  t.false(world.sent.some(({ task }) => task.node === 0));
  const second = accept('BACKUP SNAPSHOT db.b TO repo');
  world.settle(() => job(second).state === 'SNAPSHOTING');
  coordinator.nodeLost(1);
  coordinator.nodeLost(1);
  t.false(isEnded(job(second)));
  coordinator.nodeBack(1);
  world.settle();
  t.is(job(second).state, 'FINISHED');
});

test('a task that fails too often cancels its job with the node’s error', (t) => {
  const { accept, world, job, coordinator } = fakeCluster({ engine: { maxTaskAttempts: 1 } });
  const jobId = accept('BACKUP SNAPSHOT db.l TO repo');
  world.settle(() => job(jobId).state === 'UPLOADING');
  world.let(({ task }) => task?.kind === 'upload', new DrillError('TASK_FAILED', 'no snapshot of shard 1'));
  t.like(job(jobId), {
    state: 'CANCELLED',
    error: { code: 'TASK_FAILED', message: 'no snapshot of shard 1' },
  });
  world.settle();
  t.true(coordinator.isSettled(jobId));
});

test('a journal that fails is not taken for a failed publication, and nobody is answered twice', (t) => {
  let isFull = false;
  const memory = memoryJournal();
  const journal: Journal = {
    ...memory,
    write(changes): void {
      if (isFull) throw new DrillError('JOURNAL_FAILED', 'the journal is full');
      memory.write(changes);
    },
  };
  const { accept, execute, world, job, changes } = fakeCluster({ journal });
  const jobId = accept('BACKUP SNAPSHOT db.l TO repo');
  const isInfo = (path: string): boolean => path.includes('/__info_');
  const writing = () =>
    world.pending.findIndex(({ operation }) => operation?.op === 'write' && isInfo(operation.path));
  world.settle(() => writing() >= 0);
  isFull = true;
  world.take(writing());
  // What could not be remembered has not happened, and nothing is done any more; the next coordinator finds out.
  t.is(job(jobId).state, 'UPLOAD_INFO');
  t.is(changes.filter((change) => change === 'broken').length, 1);
  world.settle();
  t.is(job(jobId).state, 'UPLOAD_INFO');
  t.like(execute('SHOW BACKUP FROM db')[0], { ok: false, error: { code: 'JOURNAL_FAILED' } });
  t.is(memory.read().jobs.at(-1)!.states.at(-1)!.state, 'UPLOAD_INFO');
});

test('a node that fails to drop what it held is asked again, and given up at last, but not in silence', (t) => {
  const { accept, world, job, coordinator } = fakeCluster();
  const isRelease = ({ task }: { task?: NodeTask }): boolean => task?.kind === 'release' && task.node === 1;
  const error = new DrillError('FILE_SYSTEM', 'no');
  const failReleases = (most: number): number => {
    let failed = 0;
    for (let steps = 0; steps < 1000 && world.pending.length > 0; steps++) {
      if (failed < most && world.pending.some(isRelease)) {
        world.let(isRelease, error);
        failed++;
      } else {
        const first = Math.min(...world.pending.map(({ atMs }) => atMs));
        world.let(({ atMs }) => atMs === first);
      }
    }
    return failed;
  };

  const mended = accept('BACKUP SNAPSHOT db.a TO repo');
  t.is(failReleases(3), 3);
  t.is(job(mended).state, 'FINISHED');
  t.true(coordinator.isSettled(mended));
  t.deepEqual(coordinator.residueOf(mended), []);
  t.deepEqual([...world.held], []);

  const hopeless = accept('BACKUP SNAPSHOT db.b TO repo');
  t.true(failReleases(Infinity) > 1);
  t.true(coordinator.isSettled(hopeless));
  t.like(coordinator.residueOf(hopeless), [{ node: 1, error: { code: 'FILE_SYSTEM' } }]);
});
