import { DrillError } from '../base/errors.js';
import { generateCatalog, type LoadedScenario } from '../scenario/index.js';
import type { DrillListener } from './listener.js';
import { openRepository } from './open-repository.js';
import {
  clusterOptions,
  openClusterJournal,
  prepareCluster,
  requireReal,
  storageOf,
  type OpenJournal,
} from './prepare.js';
import { RealCluster } from './real-cluster.js';
import { leaveWorkspace, durableWorkspace, openDurableWorkspace } from './workspace.js';

export interface ServeOptions {
  /** Where the cluster, its journal and its repository are; all of it is there again the next time. */
  readonly dataDirectory: string;
  readonly repositoryDirectory?: string | undefined;
  readonly signal: AbortSignal;
  readonly listener: DrillListener;
  /** Has clients served; resolves when that has ended. */
  readonly onCluster: (cluster: RealCluster) => Promise<void>;
}

/**
 * Starts a scenario's cluster for real, without running its statement, and keeps it until `onCluster` is done. Jobs that
 * still run then stay in the journal, and go on the next time.
 */
export async function serveCluster(loaded: LoadedScenario, options: ServeOptions): Promise<void> {
  const [variant, second] = loaded.variants;
  if (!variant || second) {
    throw new DrillError('USAGE', 'drill serve starts one cluster, and this scenario is several', {
      hint: 'choose one of them with --set',
    });
  }
  const { name, scenario } = variant;
  requireReal(scenario);
  const workspace = durableWorkspace(options.dataDirectory);
  const storage = storageOf(scenario, workspace, options.repositoryDirectory);
  openDurableWorkspace(workspace);
  let journal: OpenJournal | undefined;
  try {
    journal = await openClusterJournal(workspace, loaded.digest);
    await openRepository(storage, scenario.repository.name);
    const catalog = generateCatalog(scenario);
    const { listener, signal } = options;
    await prepareCluster({ variant: name, scenario, catalog, workspace, listener, signal });
    const { uploadWorkers, downloadWorkers } = scenario.engine;
    const cluster = await RealCluster.start({
      ...clusterOptions(scenario, catalog, workspace, storage),
      workersPerNode: Math.max(uploadWorkers, downloadWorkers),
      journal,
    });
    try {
      await options.onCluster(cluster);
    } finally {
      await cluster.close();
    }
  } finally {
    await journal?.close();
    leaveWorkspace(workspace);
  }
}
