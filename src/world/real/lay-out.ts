import { linkSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import type { Catalog } from '../../catalog/index.js';
import { datasetMeta } from './dataset.js';
import { onDisk } from './errno.js';
import { nodePaths } from './paths.js';
import { removeTree } from './remove-tree.js';
import { writtenPath } from './written.js';

/** Makes `to` a replica of the shard whose files lie in `from`. */
type MakeReplica = (from: string, to: string) => void;

/**
 * A replica of its own: a directory with a hard link to each file. Replicas are the same bytes, and nothing in a backup changes
 * them; but files may be removed and put in their places, as long as the cluster lives.
 */
export const ownReplica: MakeReplica = (from, to) => {
  mkdirSync(to);
  for (const name of readdirSync(from)) linkSync(path.join(from, name), path.join(to, name));
};

/**
 * A replica that is the data set's own directory by another name: a link a shard, where there are as many files as a person waits for.
 * For a cluster that is there for one BACKUP, which only reads it: whatever was done to such a replica would be done to the data set.
 */
export const borrowedReplica: MakeReplica = (from, to) => symlinkSync(path.resolve(from), to, 'junction');

/** Gives every node the replicas that the catalog places on it. */
export function layOutCluster(
  catalog: Catalog,
  datasetDirectory: string,
  clusterDirectory: string,
  makeReplica = ownReplica,
): void {
  const { shards, nodeNames } = catalog;
  onDisk(`laying out the cluster in ${clusterDirectory}`, () => {
    removeTree(clusterDirectory);
    const nodes = nodeNames.map((name) => nodePaths(clusterDirectory, name));
    for (const { data, meta } of nodes)
      for (const directory of [data, meta]) mkdirSync(directory, { recursive: true });
    for (let shard = 0; shard < shards.count; shard++) {
      const shardId = shards.id[shard]!;
      const from = path.join(datasetDirectory, String(shardId));
      for (let r = shards.firstReplica[shard]!; r < shards.firstReplica[shard + 1]!; r++) {
        const { data, meta } = nodes[shards.replicaNode[r]!]!;
        makeReplica(from, path.join(data, String(shardId)));
        linkSync(writtenPath(datasetMeta(datasetDirectory), shardId), writtenPath(meta, shardId));
      }
    }
  });
}
