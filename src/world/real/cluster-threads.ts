import { availableParallelism } from 'node:os';
import type { RetryPolicy } from '../../node/index.js';
import type { NodeHardware, RepositoryLimits } from '../hardware.js';
import { NodeThreads } from './node-threads.js';
import { isInstant } from './pace.js';
import { Pacer } from './pacer.js';
import { nodePaths, rehearsalDirectory } from './paths.js';
import { ABORT_CELLS, PROGRESS, type SharedState, type WorkerSetup } from './protocol.js';
import { removeTree } from './remove-tree.js';
import { seatingFor, type Seating } from './seat.js';
import { startThreads } from './threads.js';

export interface ClusterThreadsOptions {
  readonly nodeNames: readonly string[];
  /** Holds a directory a node. */
  readonly clusterDirectory: string;
  readonly hardware: readonly NodeHardware[];
  readonly limits: RepositoryLimits;
  /** Tasks that each node does at a time. */
  readonly workersPerNode: number;
  readonly seed: string;
  /** When a node makes a request to a repository again. */
  readonly retries: RetryPolicy;
  /** Calls of the file system are counted then, and tasks are to be done one after the other. */
  readonly countFileCalls: boolean;
  /** Whether `clusterDirectory`, and what threads rehearsed beside it, is removed in the end. */
  readonly isTemporary?: boolean | undefined;
}

const WORKER = new URL('./worker.js', import.meta.url);

/**
 * The threads of a cluster, a pool a node, and the memory that they share. They load for a while, on cores of their own: so they may be
 * started long before there is a cluster for them, and touch nothing on its disk until they are warmed up.
 */
export class ClusterThreads {
  readonly pools: readonly NodeThreads[];
  readonly aborts = new SharedArrayBuffer(ABORT_CELLS * Int32Array.BYTES_PER_ELEMENT);
  readonly progress = new SharedArrayBuffer(PROGRESS.cells * BigInt64Array.BYTES_PER_ELEMENT);
  /** Pacers of all nodes. */
  readonly bandwidth = Pacer.cell();
  readonly requests = Pacer.cell();
  private readonly options: ClusterThreadsOptions;
  private readonly seating: Seating;
  private warmth: Promise<void> | undefined;
  private end: Promise<void> | undefined;

  /** Has the threads begin to load. Whoever does so has to close them. */
  constructor(options: ClusterThreadsOptions) {
    this.options = options;
    this.seating = seatingOf(options);
    this.pools = options.nodeNames.map((nodeName, node) =>
      this.startPool(nodeName, options.hardware[node]!, {
        bandwidth: this.bandwidth,
        requests: this.requests,
        aborts: this.aborts,
        progress: this.progress,
        disk: Pacer.cell(),
        nic: Pacer.cell(),
        ready: new SharedArrayBuffer(4),
      }),
    );
  }

  /** Has the threads rehearse, beside the cluster's directory; resolves when all of them are up. A second time, it is the same. */
  warmUp(): Promise<void> {
    if (this.warmth) return this.warmth;
    // Those of a process that was killed.
    removeTree(rehearsalDirectory(this.options.clusterDirectory));
    const { threads } = this.seating;
    // So many that every thread is given one.
    const each = this.pools.flatMap((pool) =>
      Array.from({ length: this.options.workersPerNode }, () => pool.run({ kind: 'warm-up', threads })),
    );
    this.warmth = Promise.all(each).then(() => undefined);
    // It may fail before anyone waits for it, who is told all the same.
    this.warmth.catch(() => undefined);
    return this.warmth;
  }

  /** Ends all threads, whatever they do. */
  close(): Promise<void> {
    return (this.end ??= this.endAll());
  }

  private async endAll(): Promise<void> {
    await Promise.all(this.pools.map((pool) => pool.destroy()));
    // Not before, since making files is slow where many were removed a moment ago.
    if (this.options.isTemporary !== true) removeTree(rehearsalDirectory(this.options.clusterDirectory));
  }

  private startPool(nodeName: string, hardware: NodeHardware, shared: SharedState): NodeThreads {
    const { workersPerNode, clusterDirectory, limits, seed, retries, countFileCalls } = this.options;
    const { threads, seatsPerThread } = this.seating;
    const workerData: WorkerSetup = {
      nodeName,
      paths: nodePaths(clusterDirectory, nodeName),
      rehearsal: rehearsalDirectory(clusterDirectory),
      hardware,
      limits,
      seed,
      retries,
      shared,
      seatsPerThread,
      countFileCalls,
    };
    const size = { minThreads: threads, maxThreads: threads, tasksPerThread: seatsPerThread };
    return new NodeThreads(() => startThreads(WORKER, { ...size, workerData }), threads, workersPerNode);
  }
}

function seatingOf({ hardware, limits, workersPerNode, countFileCalls }: ClusterThreadsOptions): Seating {
  // Tasks that are done one after the other have nothing to share.
  const isShared = !countFileCalls && hardware.every((node) => isInstant(node, limits));
  return seatingFor(workersPerNode, hardware.length, isShared, availableParallelism());
}
