import path from 'node:path';

/** Where a compute node keeps what. */
export interface NodePaths {
  /** Replicas: a directory a shard, named by its id. */
  readonly data: string;
  /** Snapshots: a directory a job, in it one a shard. */
  readonly snapshots: string;
  /** Shards that a restore is fetching: likewise. */
  readonly staging: string;
  /** What replicas' files were written with: a file a shard, see `noteWritten`. Not among the files, so that it is none of them. */
  readonly meta: string;
}

export const nodePaths = (clusterDirectory: string, nodeName: string): NodePaths =>
  nodePathsIn(path.join(clusterDirectory, nodeName));

/** Where a cluster's threads rehearse: beside it, since it may not be there yet, and must be whole as soon as it is. */
export const rehearsalDirectory = (clusterDirectory: string): string => `${clusterDirectory}.rehearsal`;

export function nodePathsIn(root: string): NodePaths {
  return {
    data: path.join(root, 'data'),
    snapshots: path.join(root, 'snapshot'),
    staging: path.join(root, 'staging'),
    meta: path.join(root, 'meta'),
  };
}
