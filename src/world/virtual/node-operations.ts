import { DrillError } from '../../base/errors.js';
import type { Catalog } from '../../catalog/index.js';
import type { BundleSums, Operation } from '../../node/index.js';
import type { Activities } from './activities.js';
import type { Running } from './running.js';
import type { VirtualNodes } from './virtual-nodes.js';
import type { VirtualRepository } from './virtual-repository.js';

/** What operations act on. */
export interface Cluster {
  readonly catalog: Catalog;
  readonly nodes: VirtualNodes;
  /** By name; throws if it is not mounted. */
  readonly repository: (name: string) => VirtualRepository;
}

/**
 * Does what an operation does, once its time has passed, and gives its answer: all but hash, put and rename of files, which a
 * backup has by the million and whose effect is known when they begin.
 */
export function performOnNode(
  cluster: Cluster,
  activities: Activities,
  slot: number,
  operation: Operation,
): unknown {
  const { catalog, nodes } = cluster;
  const { job, task } = activities.runningAt(slot);
  const { node } = task;
  switch (operation.op) {
    case 'scan':
      // What follows is of this shard's files: a million times, so that it is looked up once.
      activities.beginShard(slot, catalog.shards.firstFile[operation.shard]!);
      activities.remotes[slot] ??= cluster.repository(job.repository).filesOf(job.label, catalog);
      return nodes.scan(node, job.jobId, operation.shard);
    case 'list':
      return cluster.repository(job.repository).remoteFiles(job.label, catalog, operation.shard);
    case 'check':
      return cluster
        .repository(job.repository)
        .holds(
          job.label,
          catalog,
          catalog.shards.firstFile[operation.shard]! + operation.file,
          operation.checksum as number,
        );
    case 'link':
      return nodes.link(node, job.jobId, operation.shard);
    case 'get':
      return operation.files === undefined
        ? fetch(cluster, activities.runningAt(slot), operation.shard, operation.file)
        : fetchBundle(cluster, activities.runningAt(slot), operation.shard, operation.file);
    case 'install':
      return nodes.install(node, job.jobId, operation.shard);
    case 'drop':
      return nodes.drop(node, operation.jobId);
    case 'remove':
      return nodes.remove(node, operation.shard);
    case 'sweep':
      return nodes.sweep(node, operation.keepJobs, operation.keepShardIds);
    case 'delete':
      return cluster
        .repository(job.repository)
        .filesOf(job.label, catalog)
        .removeOthers(catalog.shards.firstFile[operation.shard]! + operation.file, operation.keep as number);
    case 'hash':
    case 'put':
    case 'rename':
      return performOnGoodBundle(cluster, activities.runningAt(slot), operation);
    case 'sync':
    case 'report':
      return undefined;
  }
}

/** Where no replica is damaged and each bundle has one writer. */
function performOnGoodBundle(
  { catalog, repository }: Cluster,
  { job }: Running,
  operation: Extract<Operation, { readonly op: 'hash' | 'put' | 'rename' }>,
): BundleSums {
  const { shard, file, files = 1 } = operation;
  const ordinal = catalog.shards.firstFile[shard]! + file;
  if (operation.op !== 'hash') {
    const stored = repository(job.repository).filesOf(job.label, catalog);
    stored.setBundle(ordinal, files);
    if (operation.checksum === undefined) stored.setPart(ordinal);
    else stored.setWhole(ordinal);
  }
  return { checksum: ordinal, files: Array.from({ length: files }, (_, i) => ordinal + i) };
}

function fetch({ nodes, repository }: Cluster, { task, job }: Running, shard: number, file: number): string {
  const source = job.sources!.get(shard)!;
  const { name, checksum: wanted } = source.files[file]!;
  const checksum = repository(job.repository).fetch(job.label, source.address, file, wanted);
  if (checksum === undefined) {
    throw new DrillError('STORAGE_NOT_FOUND', `the repository does not hold file ${name} of the snapshot`);
  }
  nodes.stage(task.node, job.jobId, shard, file, checksum);
  return checksum;
}

function fetchBundle(
  { nodes, repository }: Cluster,
  { task, job }: Running,
  shard: number,
  file: number,
): readonly string[] {
  const source = job.sources!.get(shard)!;
  const bundle = source.bundles!.find(({ firstFile }) => firstFile === file)!;
  const checksums = repository(job.repository).fetchBundle(job.label, source.address, bundle);
  if (checksums === undefined) {
    const message = `the repository does not hold the bundle of files ${file} and after of the snapshot`;
    throw new DrillError('STORAGE_NOT_FOUND', message);
  }
  checksums.forEach((checksum, i) => nodes.stage(task.node, job.jobId, shard, file + i, checksum));
  return checksums;
}
