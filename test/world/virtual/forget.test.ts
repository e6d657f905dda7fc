import { queryObjects } from 'node:v8';
import test from 'ava';
import { virtualCluster } from '../../../src/planner/index.js';
import { parseStatement } from '../../../src/sql/index.js';
import { Recorder } from '../../../src/world/recorder.js';
import { JobFlows } from '../../../src/world/virtual/job-flows.js';
import { JobLimiter } from '../../../src/world/virtual/job-limiter.js';
import { engine, nodes, olapTable, scenario } from '../../fixtures/scenarios.js';

const DATABASES = ['db1', 'db2', 'db3'];
const ROUNDS = 8;
/** The last that something flowed of, and those of jobs without limits. */
const MOST_FLOWS = 2;

const LIMITS = [
  'PROPERTIES ("bytes_per_second" = "50 MB", "node_max_concurrency" = "1", "requests_per_second" = "100")',
  '',
  'PROPERTIES ("node_bytes_per_second" = "30 MB", "max_concurrency" = "2")',
];

test('of jobs that have ended, also cancelled ones, no flows, limiters and recorders are kept', (t) => {
  const { coordinator, world } = virtualCluster(
    scenario({
      cluster: nodes(3),
      databases: DATABASES.map((name) => ({ name, tables: [olapTable('t', { buckets: 6 })] })),
      engine: engine('tuned', { uploadWorkers: 2 }),
    }),
  );
  let jobs: number[] = [];
  const begin = (text: string): void =>
    coordinator.execute(parseStatement(text), {}, (outcome) => {
      if (!outcome.ok || outcome.value.kind !== 'accepted') return;
      const { jobId } = outcome.value;
      jobs.push(jobId);
      world.record(jobId, new Recorder(world.now()));
    });
  for (let round = 0; round < ROUNDS; round++) {
    jobs = [];
    for (const [i, name] of DATABASES.entries())
      begin(
        `BACKUP SNAPSHOT ${name}.${name}_${round} TO example_repo ${LIMITS[(i + round) % LIMITS.length]}`,
      );
    if (round % 2 === 1)
      world.wakeAt(world.now() + 200, () =>
        coordinator.execute(parseStatement('CANCEL BACKUP FROM db1'), {}, (outcome) => t.true(outcome.ok)),
      );
    const isOver = (): boolean =>
      jobs.length === DATABASES.length && jobs.every((jobId) => coordinator.isSettled(jobId));
    t.true(world.run(isOver));
    t.is(coordinator.job(jobs[0]!)!.state, round % 2 === 1 ? 'CANCELLED' : 'FINISHED');
    // What was to wake a limiter.
    let isLater = false;
    world.wakeAt(world.now() + 10_000, () => (isLater = true));
    t.true(world.run(() => isLater));
  }
  t.is(queryObjects(JobLimiter, { format: 'count' }), 0);
  t.is(queryObjects(Recorder, { format: 'count' }), 0);
  t.true(queryObjects(JobFlows, { format: 'count' }) <= MOST_FLOWS);
});
