import path from 'node:path';

/** Where a compute node keeps what. */
export interface NodePaths {
  /** Replicas: a directory a shard, named by its id. */
  readonly data: string;
  /** Snapshots: a directory a job, in it one a shard. */
  readonly snapshots: string;
  /** Shards that a restore is fetching: likewise. */
  readonly staging: string;
}

export function nodePaths(clusterDirectory: string, nodeName: string): NodePaths {
  const root = path.join(clusterDirectory, nodeName);
  return {
    data: path.join(root, 'data'),
    snapshots: path.join(root, 'snapshot'),
    staging: path.join(root, 'staging'),
  };
}
