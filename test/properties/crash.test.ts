import test from 'ava';
import * as fc from 'fast-check';
import { revive } from '../../src/base/errors.js';
import { Coordinator, type Journal, type Outcome, type Reply } from '../../src/coordinator/index.js';
import { runStatement, virtualCluster, type VirtualCluster } from '../../src/planner/index.js';
import {
  generateTargetCatalog,
  scenarioStatement,
  targetPlacement,
  type Scenario,
} from '../../src/scenario/index.js';
import { parseStatement, type Statement } from '../../src/sql/index.js';
import { Death, MortalWorld } from '../../src/world/virtual/mortal-world.js';
import { jobIdOf } from '../fixtures/outcome.js';
import { arbitraryScenario, engine as preset, scenario as smallScenario } from '../fixtures/scenarios.js';
import { textJournal } from '../fixtures/text-journal.js';
import {
  contentPaths,
  expectedFiles,
  installedContents,
  sourceContents,
} from '../fixtures/virtual-checks.js';
import { evenly } from '../fixtures/evenly.js';

/** DRILL_PROPERTY_RUNS raises it for a deeper search. */
const RUNS = Number(process.env['DRILL_PROPERTY_RUNS'] ?? 100);

/** Moments that each coordinator lives through: what the next one does is cut short as well. */
const lives = fc.array(fc.oneof(fc.nat(8), fc.nat(80), fc.nat(1000)), { minLength: 1, maxLength: 4 });

interface Survivor {
  readonly coordinator: Coordinator;
  readonly jobId: number;
  readonly deaths: number;
  /** When the last coordinator began. */
  readonly tookOverAtMs: number;
}

/**
 * Runs a statement to the end of its job over a cluster whose coordinator dies after each of `moments`, and is replaced by
 * one that knows no more than the journal. The last one lives.
 */
function outlive(
  { scenario, catalog, world }: VirtualCluster,
  statement: Statement,
  moments: readonly number[],
  cancelAtMs?: number,
): Survivor {
  const journal = textJournal();
  const { engine, repository } = scenario;
  let deaths = 0;
  let present: Coordinator | undefined;
  if (cancelAtMs !== undefined) {
    const cancel = parseStatement(`CANCEL ${statement.kind.toUpperCase()} FROM example_db`);
    world.wakeAt(cancelAtMs, () => present?.execute(cancel, {}, () => undefined));
  }
  for (const life of [...moments, Infinity]) {
    const mortal = new MortalWorld(world, life);
    const coordinator = new Coordinator({
      catalog,
      world: mortal,
      settings: engine,
      journal: dyingJournal(journal, mortal),
      repositories: [{ name: repository.name, readOnly: false, spec: repository.storage }],
      placement: targetPlacement(scenario, catalog.nodeNames.length),
    });
    present = coordinator;
    const run = (isDone: () => boolean): boolean =>
      world.run(() => mortal.isDead || isDone()) && !mortal.isDead;
    const tookOverAtMs = world.now();
    let jobId: number | undefined;
    try {
      jobId = toTheEnd(coordinator, run, statement);
    } catch (error) {
      if (!(error instanceof Death)) throw error;
    }
    if (jobId !== undefined) return { coordinator, jobId, deaths, tookOverAtMs };
    if (!mortal.isDead) throw new Error('nothing is left to happen, and the job has not ended');
    deaths++;
  }
  throw new Error('the last coordinator died');
}

/**
 * What a user does who finds a coordinator: asks how the job is, and starts it if there is none. `run` lets time pass and
 * says whether that came which was waited for. Undefined if the coordinator did not live to see the job's end.
 */
function toTheEnd(
  coordinator: Coordinator,
  run: (isDone: () => boolean) => boolean,
  statement: Statement,
): number | undefined {
  let isReady = false;
  coordinator.start(() => (isReady = true));
  if (!run(() => isReady)) return undefined;
  let answer: Outcome<Reply> | undefined;
  const [known] = coordinator.jobs();
  if (!known) {
    coordinator.execute(statement, {}, (outcome) => (answer = outcome));
    if (!run(() => answer !== undefined)) return undefined;
  }
  const jobId = known ? known.stored.id : jobIdOf(answer);
  return run(() => coordinator.isSettled(jobId)) ? jobId : undefined;
}

/** The coordinator may die just before or just after a write. */
const dyingJournal = (journal: Journal, mortal: MortalWorld): Journal => ({
  read: () => journal.read(),
  write(changes) {
    mortal.pass();
    journal.write(changes);
    mortal.pass();
  },
});

test('crash anywhere: a backup whose coordinator dies, again and again, ends right and leaves nothing behind', (t) => {
  let deaths = 0;
  fc.assert(
    fc.property(arbitraryScenario(), lives, ({ scenario, selected }, moments) => {
      const cluster = virtualCluster(scenario);
      const survivor = outlive(cluster, scenarioStatement(scenario), moments);
      deaths += survivor.deaths;
      const { job } = survivor.coordinator.recordOf(survivor.jobId)!;
      if (job.error) throw revive(job.error);
      t.is(job.state, 'FINISHED');
      t.deepEqual(contentPaths(cluster), expectedFiles(cluster.catalog, selected));
      t.is(cluster.repository.timestampsOf('label1').length, 1);
      settle(cluster);
      t.true(cluster.world.nodes.isClean);
      // And the snapshot is good: another cluster gets the same contents from it.
      const target = virtualCluster(scenario, {
        catalog: generateTargetCatalog(scenario),
        storages: cluster.storages,
      });
      t.is(runStatement(target, restoreStatement(scenario)).job.state, 'FINISHED');
      t.deepEqual(installedContents(target), sourceContents(cluster.catalog, selected));
    }),
    { numRuns: RUNS },
  );
  t.true(deaths > RUNS / 2, `only ${deaths} coordinators died`);
});

test('crash anywhere: a backup that is cancelled and whose coordinator dies shows a snapshot only if it finished', (t) => {
  let cancelled = 0;
  fc.assert(
    fc.property(arbitraryScenario(), lives, evenly(0, 1.2), ({ scenario }, moments, when) => {
      const { durationMs } = runStatement(virtualCluster(scenario), scenarioStatement(scenario)).totals;
      const cluster = virtualCluster(scenario);
      const survivor = outlive(cluster, scenarioStatement(scenario), moments, durationMs * when);
      settle(cluster);
      const { job } = survivor.coordinator.recordOf(survivor.jobId)!;
      if (job.state === 'CANCELLED') cancelled++;
      t.is(cluster.repository.timestampsOf('label1').length, job.state === 'FINISHED' ? 1 : 0, job.state);
      t.true(cluster.world.nodes.isClean);
    }),
    { numRuns: RUNS },
  );
  t.true(cancelled > RUNS / 20, `only ${cancelled} jobs were cancelled`);
});

/** Two mistakes that random search took thousands of runs to find, at every moment at which they can show. */
test('crash anywhere: a cancel just after a coordinator was replaced takes back what the ones before did', (t) => {
  for (const tickMs of [0, 3000]) {
    const scenario = smallScenario({ engine: preset('tuned', { tickMs }) });
    const statement = scenarioStatement(scenario);
    for (let moment = 0; moment < 120; moment++) {
      const { tookOverAtMs } = outlive(virtualCluster(scenario), statement, [moment, 3]);
      for (const laterMs of [0, 0.5, 1, 2]) {
        const cluster = virtualCluster(scenario);
        const survivor = outlive(cluster, statement, [moment, 3], tookOverAtMs + laterMs);
        settle(cluster);
        const { state } = survivor.coordinator.recordOf(survivor.jobId)!.job;
        const at = `${state} after ${moment} moments and ${laterMs} ms, tick ${tickMs} ms`;
        t.is(cluster.repository.timestampsOf('label1').length, state === 'FINISHED' ? 1 : 0, at);
        t.true(cluster.world.nodes.isClean, at);
      }
    }
  }
});

test('crash anywhere: a restore whose coordinator dies, again and again, ends right and leaves nothing behind', (t) => {
  let deaths = 0;
  fc.assert(
    fc.property(arbitraryScenario(), lives, ({ scenario, selected }, moments) => {
      const source = virtualCluster(scenario);
      runStatement(source, scenarioStatement(scenario));
      const target = virtualCluster(scenario, {
        catalog: generateTargetCatalog(scenario),
        storages: source.storages,
      });
      const survivor = outlive(target, restoreStatement(scenario), moments);
      deaths += survivor.deaths;
      const { job } = survivor.coordinator.recordOf(survivor.jobId)!;
      if (job.error) throw revive(job.error);
      t.is(job.state, 'FINISHED');
      t.deepEqual(installedContents(target), sourceContents(source.catalog, selected));
      settle(target);
      t.true(target.world.nodes.isClean);
      t.deepEqual(strayReplicas(target), []);
    }),
    { numRuns: RUNS },
  );
  t.true(deaths > RUNS / 2, `only ${deaths} coordinators died`);
});

test('crash anywhere: a restore that is cancelled and whose coordinator dies leaves the target as it was', (t) => {
  let cancelled = 0;
  fc.assert(
    fc.property(arbitraryScenario(), lives, evenly(0, 1.2), ({ scenario, selected }, moments, when) => {
      const source = virtualCluster(scenario);
      runStatement(source, scenarioStatement(scenario));
      const empty = (): VirtualCluster =>
        virtualCluster(scenario, { catalog: generateTargetCatalog(scenario), storages: source.storages });
      const statement = restoreStatement(scenario);
      const { durationMs } = runStatement(empty(), statement).totals;
      const target = empty();
      const survivor = outlive(target, statement, moments, durationMs * when);
      settle(target);
      const { job } = survivor.coordinator.recordOf(survivor.jobId)!;
      if (job.state === 'CANCELLED') cancelled++;
      const whole = sourceContents(source.catalog, selected);
      t.deepEqual(installedContents(target), job.state === 'FINISHED' ? whole : new Map());
      t.true(target.world.nodes.isClean);
      t.deepEqual(strayReplicas(target), []);
    }),
    { numRuns: RUNS },
  );
  t.true(cancelled > RUNS / 20, `only ${cancelled} jobs were cancelled`);
});

const restoreStatement = ({ restore }: Scenario): Statement =>
  parseStatement(
    `RESTORE SNAPSHOT example_db.label1 FROM example_repo PROPERTIES ("replication_num" = "${restore.replication}")`,
  );

/** Lets whatever is still on its way happen. */
const settle = ({ world }: VirtualCluster): void => void world.run(() => false);

/** Replicas that a restore put on a node and no table has. */
function strayReplicas({ catalog, world }: VirtualCluster): string[] {
  const wanted = new Set<string>();
  const { firstReplica, replicaNode } = catalog.shards;
  for (const table of catalog.database('example_db').tables.values()) {
    if (!('partitions' in table)) continue;
    for (const { firstShard, endShard } of table.partitions.flatMap(({ indexes }) => indexes)) {
      for (let shard = firstShard; shard < endShard; shard++)
        for (let r = firstReplica[shard]!; r < firstReplica[shard + 1]!; r++)
          wanted.add(`${replicaNode[r]}/${shard}`);
    }
  }
  const nodes = [...catalog.nodeNames.keys()];
  const installed = nodes.flatMap((node) =>
    world.nodes.installedShards(node).map((shard) => `${node}/${shard}`),
  );
  return installed.filter((replica) => !wanted.has(replica));
}
