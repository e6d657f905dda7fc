import test from 'ava';
import * as fc from 'fast-check';
import { isOlap, type Catalog } from '../../src/catalog/index.js';
import { runStatement, virtualCluster, type VirtualCluster } from '../../src/planner/index.js';
import { decodeInfo } from '../../src/repository/index.js';
import { generateTargetCatalog, scenarioStatement, type Scenario } from '../../src/scenario/index.js';
import { parseStatement } from '../../src/sql/index.js';
import { arbitraryScenario, isSelected, type Selected } from '../fixtures/scenarios.js';

/** DRILL_PROPERTY_RUNS raises it for a deeper search. */
const RUNS = Number(process.env['DRILL_PROPERTY_RUNS'] ?? 100);

/** File paths that the repository should hold for a selection, told from the catalog by plain loops. */
function expectedFiles(catalog: Catalog, selected: Selected): string[] {
  const paths: string[] = [];
  const database = catalog.database('example_db');
  for (const table of database.tables.values()) {
    if (!isOlap(table)) continue;
    for (const partition of table.partitions) {
      if (!isSelected(selected, table.name, partition.name)) continue;
      for (const index of partition.indexes) {
        for (let shard = index.firstShard; shard < index.endShard; shard++) {
          const id = catalog.shards.id[shard];
          const directory = `__palo_repository_example_repo/__ss_label1/__ss_content/__db_${database.id}/__tbl_${table.id}/__part_${partition.id}/__idx_${index.id}/__${id}`;
          for (let file = 0; file < catalog.shards.fileCount(shard); file++) {
            const content = (catalog.shards.firstFile[shard]! + file).toString(16).padStart(32, '0');
            const name = file === 0 ? `${id}.hdr` : `02${'0'.repeat(13)}2_${file - 1}.dat`;
            paths.push(`${directory}/${name}.${content}`);
          }
        }
      }
    }
  }
  return paths.sort();
}

/** The cluster of a scenario after its backup has finished. */
function backedUp(scenario: Scenario): VirtualCluster {
  const cluster = virtualCluster(scenario);
  const { job } = runStatement(cluster, scenarioStatement(scenario));
  if (job.state !== 'FINISHED') throw new Error(`${job.state}: ${job.error?.message}`);
  return cluster;
}

const contentPaths = ({ repository }: VirtualCluster): string[] =>
  repository.paths('label1').filter((path) => path.includes('/__ss_content/'));

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
  repository,
  scenario,
}: VirtualCluster): VirtualCluster & { readonly state: string } {
  const target = virtualCluster(scenario, { catalog: generateTargetCatalog(scenario), repository });
  const statement = parseStatement(
    `RESTORE SNAPSHOT example_db.label1 FROM example_repo PROPERTIES ("replication_num" = "${scenario.restore.replication}")`,
  );
  return { ...target, state: runStatement(target, statement).job.state };
}

/** By table, partition, index and bucket: the contents of a shard's files, as checksums. */
function contents(catalog: Catalog, ofShard: (shard: number) => unknown): Map<string, unknown> {
  const found = new Map<string, unknown>();
  for (const table of catalog.database('example_db').tables.values()) {
    if (!isOlap(table)) continue;
    for (const partition of table.partitions) {
      for (const index of partition.indexes) {
        for (let shard = index.firstShard; shard < index.endShard; shard++) {
          found.set(
            `${table.name}/${partition.name}/${index.name}/${shard - index.firstShard}`,
            ofShard(shard),
          );
        }
      }
    }
  }
  return found;
}

test('round trip: a restore into another cluster gives the same contents, and leaves nothing behind', (t) => {
  fc.assert(
    fc.property(arbitraryScenario(), ({ scenario, selected }) => {
      const simulation = backedUp(scenario);
      const restored = restoreVirtually(simulation);
      t.is(restored.state, 'FINISHED');
      const { shards } = simulation.catalog;
      const source = contents(simulation.catalog, (shard) =>
        Array.from({ length: shards.fileCount(shard) }, (_, file) =>
          (shards.firstFile[shard]! + file).toString(16).padStart(32, '0'),
        ),
      );
      for (const key of source.keys()) {
        const [table, partition] = key.split('/');
        if (!isSelected(selected, table!, partition!)) source.delete(key);
      }
      const target = contents(restored.catalog, (shard) => {
        const { firstReplica, replicaNode } = restored.catalog.shards;
        return restored.world.nodes.installedFiles(replicaNode[firstReplica[shard]!]!, shard);
      });
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
