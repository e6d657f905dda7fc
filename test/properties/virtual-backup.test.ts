import test from 'ava';
import * as fc from 'fast-check';
import { runStatement, virtualCluster, type VirtualCluster } from '../../src/planner/index.js';
import { decodeInfo } from '../../src/repository/index.js';
import { generateTargetCatalog, scenarioStatement, type Scenario } from '../../src/scenario/index.js';
import { parseStatement } from '../../src/sql/index.js';
import { arbitraryScenario } from '../fixtures/scenarios.js';
import {
  contentPaths,
  expectedFiles,
  installedContents,
  sourceContents,
} from '../fixtures/virtual-checks.js';

/** DRILL_PROPERTY_RUNS raises it for a deeper search. */
const RUNS = Number(process.env['DRILL_PROPERTY_RUNS'] ?? 100);

/** The cluster of a scenario after its backup has finished. */
function backedUp(scenario: Scenario): VirtualCluster {
  const cluster = virtualCluster(scenario);
  const { job } = runStatement(cluster, scenarioStatement(scenario));
  if (job.state !== 'FINISHED') throw new Error(`${job.state}: ${job.error?.message}`);
  return cluster;
}

test('selection: the repository holds exactly the selected files, one copy each', (t) => {
  fc.assert(
    fc.property(arbitraryScenario(), ({ scenario, selected }) => {
      const simulation = backedUp(scenario);
      t.deepEqual(contentPaths(simulation), expectedFiles(simulation.catalog, selected));
    }),
    { numRuns: RUNS },
  );
});

test('all or nothing: a snapshot is listed last, and then every file of its manifest is there', (t) => {
  fc.assert(
    fc.property(arbitraryScenario(), ({ scenario }) => {
      let operationsAfterListing = 0;
      const simulation = virtualCluster(scenario, {
        trace({ operation }) {
          const isListed = simulation.repository.timestampsOf('label1').length > 0;
          if (isListed && operation.op !== 'drop') operationsAfterListing++;
        },
      });
      t.is(runStatement(simulation, scenarioStatement(scenario)).job.state, 'FINISHED');
      t.is(operationsAfterListing, 0);
      const [timestamp] = simulation.repository.timestampsOf('label1');
      const info = `__palo_repository_example_repo/__ss_label1/__info_${timestamp}`;
      const manifest = decodeInfo(simulation.repository.readDocument(info)!, info);
      const named = manifest.tables.flatMap((table) =>
        table.partitions.flatMap((partition) =>
          partition.indexes.flatMap((index) =>
            index.shards.flatMap((shard) =>
              shard.files.map((file) => `__${shard.id}/${file.name}.${file.checksum}`),
            ),
          ),
        ),
      );
      const stored = contentPaths(simulation).map((path) => path.split('/').slice(-2).join('/'));
      t.deepEqual(named.sort(), stored.sort());
    }),
    { numRuns: RUNS },
  );
});

/** Restores the snapshot of a simulated backup into another virtual cluster. */
function restoreVirtually({
  storages,
  scenario,
}: VirtualCluster): VirtualCluster & { readonly state: string } {
  const target = virtualCluster(scenario, { catalog: generateTargetCatalog(scenario), storages });
  const statement = parseStatement(
    `RESTORE SNAPSHOT example_db.label1 FROM example_repo PROPERTIES ("replication_num" = "${scenario.restore.replication}")`,
  );
  return { ...target, state: runStatement(target, statement).job.state };
}

test('round trip: a restore into another cluster gives the same contents, and leaves nothing behind', (t) => {
  fc.assert(
    fc.property(arbitraryScenario(), ({ scenario, selected }) => {
      const simulation = backedUp(scenario);
      const restored = restoreVirtually(simulation);
      t.is(restored.state, 'FINISHED');
      const source = sourceContents(simulation.catalog, selected);
      const target = installedContents(restored);
      t.deepEqual(target, source);
      t.true(restored.world.nodes.isClean);
      t.true(simulation.world.nodes.isClean);
    }),
    { numRuns: RUNS },
  );
});

test('determinism: the same scenario gives the same result and the same trace, byte for byte', (t) => {
  fc.assert(
    fc.property(arbitraryScenario(), ({ scenario }) => {
      const run = (): string => {
        const trace: unknown[] = [];
        const cluster = virtualCluster(scenario, { trace: (record) => trace.push({ ...record }) });
        const result = runStatement(cluster, scenarioStatement(scenario));
        return JSON.stringify({ result, trace });
      };
      t.is(run(), run());
    }),
    { numRuns: RUNS },
  );
});
