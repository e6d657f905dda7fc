import { DrillError, invariant } from '../../base/errors.js';
import type { Catalog } from '../../catalog/index.js';
import { generateCatalog, scenarioStatement, type Scenario } from '../../scenario/index.js';
import type { BackupStatement } from '../../sql/index.js';
import type { RunResult } from '../../world/result.js';
import { resultOf } from '../../world/result-of.js';
import type { TaskTally } from '../../world/tally.js';
import { parseStatement } from '../../sql/index.js';
import { openRepository } from '../open-repository.js';
import { clusterOptions, openJournalAt, prepareCluster, requireReal, storageOf } from '../prepare.js';
import { RealCluster } from '../real-cluster.js';
import { closeWorkspace, openWorkspace, workspaceFor } from '../workspace.js';

export interface BackupClusterOptions {
  /** For its data, which is used again if an earlier process made it, and for its repository, which is removed. */
  readonly workDirectory: string;
  readonly signal: AbortSignal;
  readonly onTally?: (tally: TaskTally) => void;
}

/** A cluster that is up and backs up one scenario's database, again and again. */
export interface BackupCluster {
  readonly catalog: Catalog;
  readonly cluster: RealCluster;
  /** Carries the scenario's statement out. Throws BENCHMARK_FAILED if its job does not finish. */
  readonly backUp: () => Promise<RunResult>;
  /** Removes what the last backup wrote. */
  readonly forget: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const nothing = (): void => undefined;

/** Starts the cluster of a scenario with a BACKUP. Its journal is in memory. */
export async function startBackupCluster(
  scenario: Scenario,
  { workDirectory, signal, onTally }: BackupClusterOptions,
): Promise<BackupCluster> {
  requireReal(scenario);
  const statement = scenarioStatement(scenario);
  if (statement.kind !== 'backup') {
    throw new DrillError('NOT_SUPPORTED', `${scenario.name} has no BACKUP to measure`);
  }
  const workspace = workspaceFor(workDirectory, scenario.name, '');
  openWorkspace(workspace);
  try {
    const storage = storageOf(scenario, workspace, undefined);
    await openRepository(storage, scenario.repository.name);
    const catalog = generateCatalog(scenario);
    const listener = { onPhase: nothing, onProgress: nothing };
    await prepareCluster({ variant: '', scenario, catalog, workspace, listener, signal });
    const cluster = await RealCluster.start({
      ...clusterOptions(scenario, catalog, workspace, storage),
      workersPerNode: scenario.engine.uploadWorkers,
      journal: await openJournalAt(undefined, ''),
      onTally,
    });
    return {
      catalog,
      cluster,
      backUp: () => backUp(cluster, catalog, scenario, statement, signal),
      async forget() {
        const { label, repository } = statement;
        await cluster.execute(parseStatement(`DROP SNAPSHOT ${label.text} ON ${repository.text}`), {});
      },
      async close() {
        await cluster.close();
        closeWorkspace(workspace);
      },
    };
  } catch (error) {
    closeWorkspace(workspace);
    throw error;
  }
}

async function backUp(
  cluster: RealCluster,
  catalog: Catalog,
  { name, engine }: Scenario,
  statement: BackupStatement,
  signal: AbortSignal,
): Promise<RunResult> {
  const reply = await cluster.execute(statement, {});
  invariant(reply.kind === 'accepted', 'a BACKUP that was carried out has a job');
  const { jobId } = reply;
  const end = await cluster.waitFor(jobId, { signal, onProgress: nothing });
  if (end.state !== 'FINISHED') {
    const why = end.error?.message ?? 'it was cancelled';
    throw new DrillError('BENCHMARK_FAILED', `the backup of ${name} did not finish: ${why}`);
  }
  const { job, work } = cluster.coordinator.recordOf(jobId)!;
  return resultOf({
    world: 'real',
    statement,
    job,
    work,
    recorder: cluster.recorderOf(jobId),
    nodeNames: catalog.nodeNames,
    requests: cluster.world.requests,
    settings: engine,
  });
}
