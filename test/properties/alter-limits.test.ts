import test from 'ava';
import { revive } from '../../src/base/errors.js';
import type { Reply, Outcome } from '../../src/coordinator/index.js';
import { memoryJournal } from '../../src/coordinator/index.js';
import { runStatement } from '../../src/planner/index.js';
import { virtualCluster, type VirtualCluster } from '../../src/planner/virtual-cluster.js';
import { scenarioStatement } from '../../src/scenario/index.js';
import { NO_LIMITS } from '../../src/job/index.js';
import { limitsOfJobs } from '../../src/report/remarks.js';
import { parseStatement } from '../../src/sql/index.js';
import { engine, nodes, olapTable, scenario } from '../fixtures/scenarios.js';

const SESSION = { database: 'example_db' };

/** Hashed and sent at once, nothing takes time but what a job may do; 64 MB and some headers. */
const SLOW = scenario({
  cluster: nodes(2, { diskBytesPerSec: Infinity, hashBytesPerSec: Infinity, nicBytesPerSec: Infinity }),
  databases: [
    { name: 'example_db', tables: [olapTable('example_tbl', { partitions: 4, buckets: 4, files: 4 })] },
  ],
  engine: engine('tuned', {
    uploadWorkers: 2,
    limits: { job: { bytesPerSec: 1e6 }, node: {} },
  }),
});

function execute({ coordinator, world }: VirtualCluster, text: string): Reply {
  let answer: Outcome<Reply> | undefined;
  coordinator.execute(parseStatement(text), SESSION, (outcome) => (answer = outcome));
  world.run(() => answer !== undefined);
  if (!answer!.ok) throw revive(answer!.error);
  return answer!.value;
}

function begin(cluster: VirtualCluster): number {
  const reply = execute(cluster, 'BACKUP SNAPSHOT label1 TO example_repo');
  return reply.kind === 'accepted' ? reply.jobId : -1;
}

/** Lets so much time pass. */
function pass({ world }: VirtualCluster, ms: number): void {
  let isOver = false;
  world.wakeAt(world.now() + ms, () => (isOver = true));
  world.run(() => isOver);
}

test('what a job may do is changed while it runs, and holds from then on', (t) => {
  const cluster = virtualCluster(SLOW);
  const jobId = begin(cluster);
  const sizeBytes = cluster.coordinator.workOf(jobId)!.totals.sizeBytes;
  pass(cluster, 10_000);
  execute(cluster, 'ALTER BACKUP PROPERTIES ("bytes_per_second" = "4 MB")');
  const sinceMs = cluster.world.now();
  t.true(cluster.world.run(() => cluster.coordinator.isSettled(jobId)));
  const leftMs = (sizeBytes - 10e6) / 4000;
  const tookMs = cluster.world.now() - sinceMs;
  t.true(Math.abs(tookMs / leftMs - 1) < 0.02, `${tookMs} of ${leftMs}`);
});

test('a result tells what its job began with and what was changed when, also where a coordinator came after', (t) => {
  const journal = memoryJournal();
  const cluster = virtualCluster(SLOW, { journal });
  const alter = (text: string): void =>
    cluster.coordinator.execute(parseStatement(text), SESSION, (outcome) => t.true(outcome.ok));
  cluster.world.wakeAt(10_000, () => alter('ALTER BACKUP PROPERTIES ("bytes_per_second" = "4 MB")'));
  cluster.world.wakeAt(12_000, () => alter('ALTER BACKUP PROPERTIES ("bytes_per_second" = "-1")'));
  const result = runStatement(cluster, scenarioStatement(SLOW));
  const { job } = result;
  t.deepEqual(job.limits, { job: { bytesPerSec: 1e6 }, node: {} });
  const [first, second, ...more] = job.limitChanges!;
  t.deepEqual(first!.limits, { job: { bytesPerSec: 4e6 }, node: {} });
  t.deepEqual(second!.limits, NO_LIMITS);
  t.is(more.length, 0);
  t.is(second!.atMs - first!.atMs, 2000);
  t.true(first!.atMs > 9900 && first!.atMs <= 10_000);
  t.is(limitsOfJobs([result]).length, 1);
  t.regex(
    limitsOfJobs([result])[0]!,
    /^Limits of the job: bytes 1 MB\/s\. From 1?\d(\.\d+)? s on: bytes 4 MB\/s\. From 1\d(\.\d+)? s on: none\.$/,
  );
  // By the clock on the wall, as all times in a journal are: a coordinator that comes after has another one of its own.
  const stored = journal.read().jobs.find(({ id }) => id === job.id)!;
  t.is(stored.limitHistory![0]!.sinceMs, stored.createdAtMs);
  const next = virtualCluster(SLOW, { journal, storages: cluster.storages });
  const known = next.coordinator.recordOf(job.id)!;
  t.deepEqual(
    known.limitHistory.map(({ sinceMs, limits }) => ({ atMs: sinceMs - known.job.createdAtMs, limits })),
    [{ atMs: 0, limits: job.limits! }, ...job.limitChanges!],
  );
});

test('SHOW tells what a job may do now, as long as it runs; the result of one that nobody changed what it began with', (t) => {
  const cluster = virtualCluster(SLOW);
  const status = (): unknown => {
    const reply = execute(cluster, 'SHOW BACKUP');
    if (reply.kind !== 'rows') return undefined;
    return reply.table.rows[0]![reply.table.columns.indexOf('Status')];
  };
  const jobId = begin(cluster);
  pass(cluster, 1000);
  t.is(status(), '[OK], limits: bytes 1 MB/s');
  execute(
    cluster,
    'ALTER BACKUP PROPERTIES ("bytes_per_second" = "4 MB", "node_requests_per_second" = "20")',
  );
  t.is(status(), '[OK], limits: bytes 4 MB/s; each node requests 20/s');
  t.true(cluster.world.run(() => cluster.coordinator.isSettled(jobId)));
  t.is(status(), '[OK]');
  const { job } = runStatement(virtualCluster(SLOW), scenarioStatement(SLOW));
  t.deepEqual(job.limits, { job: { bytesPerSec: 1e6 }, node: {} });
  t.is(job.limitChanges, undefined);
});

test('a limit is taken away, and others stay', (t) => {
  const cluster = virtualCluster(SLOW);
  const jobId = begin(cluster);
  pass(cluster, 5000);
  execute(cluster, 'ALTER BACKUP FROM example_db PROPERTIES ("requests_per_second" = "20")');
  execute(cluster, 'ALTER BACKUP PROPERTIES ("bytes_per_second" = "unlimited")');
  const before = cluster.world.requests;
  pass(cluster, 2000);
  const made = cluster.world.requests - before;
  t.true(made >= 38 && made <= 41, `${made}`);
  t.true(cluster.world.run(() => cluster.coordinator.isSettled(jobId)));
});

test('a coordinator that comes after remembers what was changed', (t) => {
  const journal = memoryJournal();
  const cluster = virtualCluster(SLOW, { journal });
  const jobId = begin(cluster);
  pass(cluster, 1000);
  execute(cluster, 'ALTER BACKUP PROPERTIES ("max_concurrency" = "1", "bytes_per_second" = "-1")');
  t.deepEqual(
    journal
      .read()
      .jobs.find(({ id }) => id === jobId)
      ?.limitHistory?.at(-1)?.limits,
    {
      job: { transfers: 1 },
      node: {},
    },
  );
  const next = virtualCluster(SLOW, { journal, storages: cluster.storages });
  const sinceMs = next.world.now();
  t.true(next.world.run(() => next.coordinator.isSettled(jobId)));
  t.is(next.coordinator.job(jobId)?.state, 'FINISHED');
  // What was left would take a minute by the limit that was taken away.
  t.true(next.world.now() - sinceMs < 30_000, `${next.world.now() - sinceMs}`);
  t.deepEqual(
    journal
      .read()
      .jobs.find(({ id }) => id === jobId)
      ?.limitHistory?.at(-1)?.limits.job,
    { transfers: 1 },
  );
});

test('what cannot be changed is said, with its place', (t) => {
  const cluster = virtualCluster(SLOW);
  const refused = (text: string, code: string, message: RegExp): void => {
    const error = t.throws(() => execute(cluster, text));
    t.like(error, { code });
    t.regex(error.message, message);
  };
  refused('ALTER BACKUP PROPERTIES ("max_concurrency" = "1")', 'JOB_UNKNOWN', /no BACKUP job is running/);
  begin(cluster);
  refused(
    'ALTER BACKUP PROPERTIES ("timeout" = "700")',
    'SQL_PROPERTY',
    /ALTER BACKUP has no property "timeout"/,
  );
  refused(
    'ALTER BACKUP PROPERTIES ("max_concurrency" = "0")',
    'SQL_PROPERTY',
    /whole number from 1 on, not "0"/,
  );
  refused('ALTER RESTORE PROPERTIES ("max_concurrency" = "1")', 'JOB_UNKNOWN', /no RESTORE job is running/);
});
