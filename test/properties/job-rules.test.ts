import test from 'ava';
import * as fc from 'fast-check';
import { jobIdOf } from '../fixtures/outcome.js';
import type { Outcome, Reply } from '../../src/coordinator/index.js';
import { isEnded } from '../../src/job/index.js';
import { runStatement, virtualCluster, type VirtualCluster } from '../../src/planner/index.js';
import { fixed } from '../../src/base/distribution.js';
import { scenarioStatement, type Scenario } from '../../src/scenario/index.js';
import { parseStatement } from '../../src/sql/index.js';
import { arbitraryScenario, engine, nodes, olapTable, scenario } from '../fixtures/scenarios.js';
import { evenly } from '../fixtures/evenly.js';

/** DRILL_PROPERTY_RUNS raises it for a deeper search. */
const RUNS = Number(process.env['DRILL_PROPERTY_RUNS'] ?? 100);

const execute = (cluster: VirtualCluster, text: string): Outcome<Reply> => {
  let outcome: Outcome<Reply> | undefined;
  cluster.coordinator.execute(parseStatement(text), {}, (answer) => (outcome = answer));
  cluster.world.run(() => outcome !== undefined);
  return outcome!;
};

/** Lets a job run for `ms` of virtual time. */
function elapse(cluster: VirtualCluster, ms: number): void {
  let isOver = false;
  cluster.world.wakeAt(cluster.world.now() + ms, () => (isOver = true));
  cluster.world.run(() => isOver);
}

test('termination: cancelled at any moment, a job ends at once, shows nothing, and leaves nothing on the nodes', (t) => {
  fc.assert(
    fc.property(arbitraryScenario(), evenly(0, 1), ({ scenario: spec }, when) => {
      const { durationMs } = runStatement(virtualCluster(spec), scenarioStatement(spec)).totals;
      const cluster = virtualCluster(spec);
      const accepted = execute(cluster, spec.statement.text);
      t.true(accepted.ok);
      if (!accepted.ok) return;
      const jobId = jobIdOf(accepted);
      elapse(cluster, durationMs * when);
      const cancelledAtMs = cluster.world.now();
      const wasOver = isEnded(cluster.coordinator.job(jobId)!);
      const answer = execute(cluster, 'CANCEL BACKUP FROM example_db');
      t.is(answer.ok, !wasOver);
      const job = cluster.coordinator.job(jobId)!;
      t.is(job.state, wasOver ? 'FINISHED' : 'CANCELLED');
      if (!wasOver) t.is(job.states.at(-1)!.atMs, cancelledAtMs);
      t.true(cluster.world.run(() => cluster.coordinator.isSettled(jobId)));
      // Whatever was still on its way must arrive at nothing.
      elapse(cluster, 2 * durationMs + 10_000);
      t.true(cluster.world.nodes.isClean);
      t.is(cluster.repository.timestampsOf('label1').length, wasOver ? 1 : 0);
    }),
    { numRuns: RUNS },
  );
});

test('termination: a job that takes too long is cancelled within its timeout plus one tick', (t) => {
  fc.assert(
    fc.property(arbitraryScenario(), fc.integer({ min: 1, max: 20 }), ({ scenario: spec }, seconds) => {
      const short = { ...spec, engine: { ...spec.engine, minTimeoutMs: 0 } };
      const text = `${spec.statement.text} PROPERTIES ("timeout" = "${seconds}")`;
      const { totals, job } = runStatement(virtualCluster(short), parseStatement(text));
      const { tickMs } = short.engine;
      t.true(totals.durationMs <= seconds * 1000 + Math.max(tickMs, 1));
      if (job.state === 'CANCELLED') {
        t.is(job.error?.code, 'JOB_TIMEOUT');
        t.true(totals.durationMs > seconds * 1000);
      }
    }),
    { numRuns: RUNS },
  );
});

test('resume: after a cancelled backup, the same label sends only what is not there yet, and tidies up', (t) => {
  fc.assert(
    fc.property(arbitraryScenario(), evenly(0, 1), ({ scenario: spec }, when) => {
      const whole = runStatement(virtualCluster(spec), scenarioStatement(spec)).totals;
      const cluster = virtualCluster(spec);
      const accepted = execute(cluster, spec.statement.text);
      if (!accepted.ok) return;
      elapse(cluster, whole.durationMs * when * 0.999);
      execute(cluster, 'CANCEL BACKUP FROM example_db');
      const job = cluster.coordinator.job(jobIdOf(accepted))!;
      t.true(cluster.world.run(() => cluster.coordinator.isSettled(job.id)));
      if (job.state === 'FINISHED') return;
      const isWholeFile = (path: string): boolean =>
        path.includes('/__ss_content/') && !path.endsWith('.part');
      const before = cluster.repository.paths('label1').filter(isWholeFile).length;
      const again = runStatement(cluster, scenarioStatement(spec));
      t.is(again.job.state, 'FINISHED');
      t.is(again.totals.skippedFiles, before);
      t.is(again.totals.movedFiles, whole.files - before);
      t.false(cluster.repository.paths('label1').some((path) => path.endsWith('.part')));
    }),
    { numRuns: RUNS },
  );
});

test('exclusion: one job a database, one writer a label; other databases and labels are free', (t) => {
  const two = scenario({
    databases: [
      { name: 'example_db', tables: [olapTable('t')] },
      { name: 'other_db', tables: [olapTable('t')] },
    ],
  });
  const cluster = virtualCluster(two);
  const backup = (what: string): Outcome<Reply> =>
    execute(cluster, `BACKUP SNAPSHOT ${what} TO example_repo`);
  const first = backup('example_db.a');
  t.true(first.ok);
  const second = backup('example_db.b');
  t.is(second.ok ? undefined : second.error.code, 'JOB_RUNNING');
  t.regex(second.ok ? '' : second.error.message, /BACKUP job 20001 with label a/);
  const restore = execute(cluster, 'RESTORE SNAPSHOT example_db.x FROM example_repo');
  t.is(restore.ok ? undefined : restore.error.code, 'JOB_RUNNING');
  const sameLabel = backup('other_db.a');
  t.is(sameLabel.ok ? undefined : sameLabel.error.code, 'JOB_RUNNING');
  const other = backup('other_db.b');
  t.true(other.ok);
  if (!first.ok || !other.ok) return;
  const { coordinator, world } = cluster;
  t.true(world.run(() => coordinator.isSettled(jobIdOf(first)) && coordinator.isSettled(jobIdOf(other))));
  t.is(coordinator.job(jobIdOf(first))!.state, 'FINISHED');
  t.is(coordinator.job(jobIdOf(other))!.state, 'FINISHED');
  const taken = backup('example_db.a');
  t.is(taken.ok ? undefined : taken.error.code, 'LABEL_EXISTS');
  t.true(backup('example_db.c').ok);
});

test('exclusion: two statements that arrive before either is accepted do not both start', (t) => {
  const cluster = virtualCluster(scenario());
  const answers: Outcome<Reply>[] = [];
  for (const label of ['a', 'b']) {
    const statement = parseStatement(`BACKUP SNAPSHOT example_db.${label} TO example_repo`);
    cluster.coordinator.execute(statement, {}, (answer) => answers.push(answer));
  }
  cluster.world.run(() => answers.length === 2);
  t.is(answers.filter((answer) => answer.ok).length, 1);
});

/** Durations of the same backup with one thing changed. */
const duration = (changes: Parameters<typeof scenario>[0]): number => {
  const spec = scenario(changes);
  return runStatement(virtualCluster(spec), scenarioStatement(spec)).totals.durationMs;
};

function withBandwidth(spec: Scenario, bandwidthBytesPerSec: number): Scenario {
  const limits = { ...spec.repository.limits, bandwidthBytesPerSec };
  return { ...spec, repository: { ...spec.repository, limits } };
}

/** Rounding of floating point is not slowness. */
const notSlower = (better: number, worse: number): boolean => better <= worse * (1 + 1e-9);

/** Latency without noise, so that one draw more or less does not shift all others. */
const quiet = (spec: Scenario): Scenario => {
  const limits = { ...spec.repository.limits, latencyMs: fixed(1) };
  return { ...spec, repository: { ...spec.repository, limits } };
};

const factors = fc.double({ min: 1, max: 10, noNaN: true });

test('monotony: more repository bandwidth never makes a backup slower', (t) => {
  fc.assert(
    fc.property(arbitraryScenario(), factors, ({ scenario: spec }, factor) => {
      const base = quiet(spec);
      t.true(
        notSlower(
          duration(withBandwidth(base, base.repository.limits.bandwidthBytesPerSec * factor)),
          duration(base),
        ),
      );
    }),
    { numRuns: RUNS },
  );
});

// Faster cards or another node help for sure only where the repository does not bind: fair sharing may give bandwidth to a
// node with little left to do that a busier one would have needed longer (docs/cost-model.md).

test('monotony: faster network cards never make a backup slower', (t) => {
  fc.assert(
    fc.property(arbitraryScenario(), factors, ({ scenario: spec }, factor) => {
      const base = withBandwidth(quiet(spec), Infinity);
      const faster = base.cluster.nodes.map((node) => ({
        ...node,
        hardware: { ...node.hardware, nicBytesPerSec: node.hardware.nicBytesPerSec * factor },
      }));
      t.true(notSlower(duration({ ...base, cluster: { ...base.cluster, nodes: faster } }), duration(base)));
    }),
    { numRuns: RUNS },
  );
});

test('monotony: one more node, or fewer files, never make a backup of equal shards slower', (t) => {
  const shapes = fc.record({
    count: fc.integer({ min: 1, max: 8 }),
    partitions: fc.integer({ min: 1, max: 4 }),
    buckets: fc.integer({ min: 1, max: 9 }),
    files: fc.integer({ min: 1, max: 5 }),
    uploadWorkers: fc.integer({ min: 1, max: 4 }),
  });
  fc.assert(
    fc.property(shapes, ({ count, uploadWorkers, ...shape }) => {
      const databases = [{ name: 'example_db', tables: [olapTable('t', shape)] }];
      const { repository } = withBandwidth(scenario(), Infinity);
      const at = (n: number): number =>
        duration({ databases, repository, cluster: nodes(n), engine: engine('tuned', { uploadWorkers }) });
      t.true(notSlower(at(count + 1), at(count)));
      const fewer = [{ name: 'example_db', tables: [olapTable('t', { ...shape, files: shape.files - 1 })] }];
      t.true(
        notSlower(
          duration({ databases: fewer, cluster: nodes(count) }),
          duration({ databases, cluster: nodes(count) }),
        ),
      );
    }),
    { numRuns: RUNS },
  );
});
