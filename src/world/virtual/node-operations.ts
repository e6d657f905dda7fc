import { DrillError } from '../../base/errors.js';
import type { Catalog } from '../../catalog/index.js';
import type { Operation } from '../../node/index.js';
import type { Running } from './running.js';
import type { VirtualNodes } from './virtual-nodes.js';
import { PART, WHOLE, type VirtualRepository } from './virtual-repository.js';

/** What operations act on. */
export interface Cluster {
  readonly catalog: Catalog;
  readonly nodes: VirtualNodes;
  /** By name; throws if it is not mounted. */
  readonly repository: (name: string) => VirtualRepository;
}

/** Does what an operation does, once its time has passed, and gives its answer. A file's content is its ordinal. */
export function performOnNode(cluster: Cluster, running: Running, operation: Operation): unknown {
  const { catalog, nodes } = cluster;
  const { node, job } = running;
  switch (operation.op) {
    case 'scan':
      // What follows is of this shard's files: a million times, so that it is looked up once.
      running.firstFile = catalog.shards.firstFile[operation.shard]!;
      running.remote ??= cluster.repository(job.repository).filesOf(job.label, catalog);
      return nodes.scan(node, job.jobId, operation.shard);
    case 'hash':
      return running.firstFile + operation.file;
    case 'put': {
      const ordinal = running.firstFile + operation.file;
      running.remote![ordinal] = operation.checksum === undefined ? PART : WHOLE;
      return operation.hash ? ordinal : undefined;
    }
    case 'rename':
      running.remote![running.firstFile + operation.file] = WHOLE;
      return undefined;
    case 'list':
      return cluster.repository(job.repository).remoteFiles(job.label, catalog, operation.shard);
    case 'link':
      return nodes.link(node, job.jobId, operation.shard);
    case 'get':
      return fetch(cluster, running, operation.shard, operation.file);
    case 'install':
      return nodes.install(node, job.jobId, operation.shard);
    case 'drop':
      return nodes.drop(node, operation.jobId);
    case 'remove':
      return nodes.remove(node, operation.shard);
    case 'sweep':
      return nodes.sweep(node, operation.keepJobs, operation.keepShardIds);
    case 'delete':
    case 'report':
      // A file has one content here, so there is never older content to delete.
      return undefined;
  }
}

function fetch({ nodes, repository }: Cluster, { node, job }: Running, shard: number, file: number): string {
  const source = job.sources!.get(shard)!;
  const checksum = repository(job.repository).fetch(job.label, source.address, file);
  if (checksum === undefined) {
    const { name } = source.files[file]!;
    throw new DrillError('STORAGE_NOT_FOUND', `the repository does not hold file ${name} of the snapshot`);
  }
  nodes.stage(node, job.jobId, shard, file, checksum);
  return checksum;
}
