import path from 'node:path';
import { memoryJournal } from '../../src/coordinator/index.js';
import { runRealJob } from '../../src/drill/real-job.js';
import { generateTargetCatalog, scenarioStatement, targetPlacement } from '../../src/scenario/index.js';
import { parseStatement, type RestoreStatement } from '../../src/sql/index.js';
import type { StorageSpec } from '../../src/repository/index.js';
import { scenarioFrom } from './data-sets.js';

/*
 * Restores what a scenario's BACKUP has written into a cluster, as `drill run` does, and nothing else. A process that is
 * given an order, and prints one line of JSON.
 */

export interface RestoreOrder {
  /** Its text. */
  readonly scenario: string;
  /** Where the scenario has its repository on S3, it is that one. */
  readonly repositoryDirectory: string;
  readonly targetDirectory: string;
}

const order = JSON.parse(process.argv[2]!) as RestoreOrder;
const scenario = scenarioFrom(order.scenario);
const { cluster, engine, repository, seed } = scenario;
const { storage } = repository;
const spec: StorageSpec =
  storage.kind === 's3' ? storage : { ...storage, directory: path.resolve(order.repositoryDirectory) };
const target = generateTargetCatalog(scenario);
const { database, label } = scenarioStatement(scenario) as { database: Named; label: Named };
const source = `${database.text}.${label.text} FROM ${repository.name}`;
const result = await runRealJob({
  catalog: target,
  settings: engine,
  seed,
  limits: repository.limits,
  statement: parseStatement(
    `RESTORE SNAPSHOT ${source} PROPERTIES ("replication_num" = "${scenario.restore.replication}")`,
  ) as RestoreStatement,
  placement: targetPlacement(scenario, target.nodeNames.length),
  clusterDirectory: order.targetDirectory,
  hardware: target.nodeNames.map(() => cluster.nodes[0]!.hardware),
  workersPerNode: engine.downloadWorkers,
  repositories: [{ name: repository.name, readOnly: true, spec }],
  journal: memoryJournal(),
  signal: new AbortController().signal,
  onProgress: () => undefined,
});
if (result.job.state !== 'FINISHED') throw new Error(`the restore failed: ${result.job.error?.message}`);
console.log(JSON.stringify({ durationMs: result.totals.durationMs }));

interface Named {
  readonly text: string;
}
