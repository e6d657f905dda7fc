import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { onDisk } from '../world/real/errno.js';

/** Where a drill puts things. Data sets are kept from run to run; everything of one run is under one directory. */
export interface Workspace {
  /** Data sets, by digest. */
  readonly data: string;
  /** Of this scenario and variant, emptied when a run begins. */
  readonly run: string;
  readonly cluster: string;
  readonly restoredCluster: string;
  /** The location of the drill's own repository; it stays after the run, to be looked at. */
  readonly repository: string;
}

/** Lays out a workspace and removes what the last run of the same scenario and variant left there. */
export function openWorkspace(workDirectory: string, scenarioName: string, variantName: string): Workspace {
  const run = path.join(workDirectory, 'runs', safeName(scenarioName), safeName(variantName || 'run'));
  onDisk(`preparing ${run}`, () => {
    rmSync(run, { recursive: true, force: true });
    mkdirSync(run, { recursive: true });
  });
  return {
    data: path.join(workDirectory, 'data'),
    run,
    cluster: path.join(run, 'cluster'),
    restoredCluster: path.join(run, 'restored'),
    repository: path.join(run, 'repository'),
  };
}

/** Drops the clusters, which are large and of no use any more. */
export function dropClusters({ cluster, restoredCluster }: Workspace): void {
  for (const directory of [cluster, restoredCluster]) rmSync(directory, { recursive: true, force: true });
}

/** A name as a file name: harmless characters only, and not too long. */
const safeName = (name: string): string =>
  name
    .replaceAll(/[^\w.=-]+/g, '_')
    .replace(/^\.+/, '_')
    .slice(0, 80);
