import { DrillError } from '../../../base/errors.js';
import type { Operation } from '../../../node/index.js';
import type { RepositoryFailure } from '../../faults.js';
import type { Activities } from '../activities.js';
import { FIRST_WRITER, TORN, type FileStates } from '../file-states.js';
import { performOnNode, type Cluster } from '../node-operations.js';
import type { Running } from '../running.js';
import type { Weather } from './weather.js';

type Put = Extract<Operation, { readonly op: 'put' }>;

/**
 * What an operation does and answers where replicas may be damaged, disks full, and several tasks may write one file: the same as
 * in a world without faults, but that contents are looked at. Throws what the operation fails of.
 */
export function performInWeather(
  cluster: Cluster,
  weather: Weather,
  activities: Activities,
  slot: number,
  operation: Operation,
): unknown {
  const { nodes } = cluster;
  const running = activities.runningAt(slot);
  const { task, job } = running;
  switch (operation.op) {
    case 'link':
    case 'get':
      if (weather.isDiskFull(task.node))
        throw new DrillError('DISK_FULL', `node ${task.node} has no space left`);
      return performOnNode(cluster, activities, slot, operation);
    case 'hash': {
      if (operation.files !== undefined) {
        const sums = readBundle(cluster, running, operation as Bundled);
        running.hashed = { ordinal: ordinalOf(cluster, operation), content: sums.checksum };
        return sums;
      }
      const content = nodes.read(task.node, job.jobId, operation.shard, operation.file);
      running.hashed = { ordinal: ordinalOf(cluster, operation), content };
      return content;
    }
    case 'put': {
      if (operation.files !== undefined) {
        const sums = readBundle(cluster, running, operation as Bundled);
        place(cluster, running, operation, toSend(cluster, running, operation, sums.checksum));
        return sums;
      }
      const content = toSend(
        cluster,
        running,
        operation,
        nodes.read(task.node, job.jobId, operation.shard, operation.file),
      );
      place(cluster, running, operation, content);
      return content;
    }
    case 'rename':
      filesOf(cluster, running).rename(
        ordinalOf(cluster, operation),
        writerOf(running),
        operation.checksum as number,
      );
      return undefined;
    default:
      return performOnNode(cluster, activities, slot, operation);
  }
}

/** Half of an operation: of a file that is sent, what a storage shows of it, if it shows files before they are whole. */
export function performHalf(cluster: Cluster, running: Running, operation: Operation): void {
  if (operation.op === 'put' && operation.checksum === undefined) place(cluster, running, operation, TORN);
}

export function requestError(failure: RepositoryFailure['failure']): DrillError {
  const what = {
    error: 'the repository answered 500',
    'slow-down': 'the repository answered 503 Slow Down',
    timeout: 'the repository did not answer in time',
    torn: 'the connection to the repository broke',
  }[failure];
  return new DrillError('STORAGE_FAILED', what);
}

/** A file, or a bundle, that was hashed a moment ago is sent as it was read then: it comes from its node's cache. */
function toSend(cluster: Cluster, { hashed }: Running, put: Put, content: number): number {
  return !put.hash && hashed?.ordinal === ordinalOf(cluster, put) ? hashed.content : content;
}

/** An operation on a bundle: where its files are. */
interface Bundled {
  readonly shard: number;
  readonly file: number;
  readonly files: number;
}

function readBundle(
  cluster: Cluster,
  { task, job }: Running,
  { shard, file, files }: Bundled,
): { readonly checksum: number; readonly files: readonly number[] } {
  const contents = Array.from({ length: files }, (_, i) =>
    cluster.nodes.read(task.node, job.jobId, shard, file + i),
  );
  const ordinal = cluster.catalog.shards.firstFile[shard]! + file;
  return {
    checksum: cluster.repository(job.repository).bundles.contentOf(ordinal, contents),
    files: contents,
  };
}

function place(cluster: Cluster, running: Running, put: Put, content: number): void {
  const files = filesOf(cluster, running);
  const ordinal = ordinalOf(cluster, put);
  if (put.files !== undefined) files.setBundle(ordinal, put.files);
  if (put.checksum === undefined) files.putPart(ordinal, writerOf(running), content);
  else files.putWhole(ordinal, put.checksum as number, content);
}

const filesOf = ({ repository, catalog }: Cluster, { job }: Running): FileStates =>
  repository(job.repository).filesOf(job.label, catalog);

const ordinalOf = (
  { catalog }: Cluster,
  { shard, file }: { readonly shard: number; readonly file: number },
): number => catalog.shards.firstFile[shard]! + file;

/** As in the real world: the first try of a backup writes to the plain `.part`, everyone else to one of their own. */
function writerOf({ task, job }: Running): string {
  const { node, taskId, attempt } = task;
  const isFirst = attempt === 1 && job.generation === 1 && task.kind === 'upload' && !task.relink;
  return isFirst ? FIRST_WRITER : `${node}-${job.generation}-${taskId}-${attempt}`;
}
