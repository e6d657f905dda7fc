import { DrillError } from '../../base/errors.js';
import type { Catalog } from '../../catalog/index.js';
import type { JobContext } from '../../coordinator/index.js';
import type { Operation } from '../../node/index.js';
import type { VirtualNodes } from './virtual-nodes.js';
import { VirtualRepository } from './virtual-repository.js';

export interface OperationContext {
  readonly catalog: Catalog;
  readonly nodes: VirtualNodes;
  /** The repository of the operation's job. */
  readonly repository: () => VirtualRepository;
  readonly node: number;
  readonly job: JobContext;
}

/** Does what an operation does, once its time has passed, and gives its answer. */
export function performOnNode(context: OperationContext, operation: Operation): unknown {
  const { catalog, nodes, repository, node, job } = context;
  switch (operation.op) {
    case 'link':
      return nodes.link(node, job.jobId, operation.shard);
    case 'scan':
      return nodes.scan(node, job.jobId, operation.shard);
    case 'list':
      return repository().remoteFiles(job.label, catalog, operation.shard);
    case 'hash':
      return VirtualRepository.contentOf(catalog, operation.shard, operation.file);
    case 'put': {
      const { shard, file, checksum, hash } = operation;
      repository().put(job.label, catalog, shard, file, checksum !== undefined);
      return hash ? VirtualRepository.contentOf(catalog, shard, file) : undefined;
    }
    case 'rename':
      return repository().put(job.label, catalog, operation.shard, operation.file, true);
    case 'get':
      return fetch(context, operation.shard, operation.file);
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

function fetch({ nodes, repository, node, job }: OperationContext, shard: number, file: number): string {
  const source = job.sources!.get(shard)!;
  const checksum = repository().fetch(job.label, source.address, file);
  if (checksum === undefined) {
    const { name } = source.files[file]!;
    throw new DrillError('STORAGE_NOT_FOUND', `the repository does not hold file ${name} of the snapshot`);
  }
  nodes.stage(node, job.jobId, shard, file, checksum);
  return checksum;
}
