import type { NodeTask } from '../../node/index.js';
import type { Running } from './running.js';

/** Tasks that a node works on at once, by kind of worker. */
export interface WorkerCounts {
  readonly snapshotWorkers: number;
  readonly uploadWorkers: number;
  readonly downloadWorkers: number;
}

type Pool = 'snapshot' | 'upload' | 'download';

const POOL_OF: Record<NodeTask['kind'], Pool> = {
  snapshot: 'snapshot',
  install: 'snapshot',
  release: 'snapshot',
  sweep: 'snapshot',
  upload: 'upload',
  download: 'download',
};

interface PoolState {
  readonly size: number;
  busy: number;
  readonly queue: Running[];
  /** The queue's first entry; those before it have left. */
  head: number;
}

/** The workers of every node, and the tasks that wait for them, first come first served. */
export class NodePools {
  private readonly pools: readonly Readonly<Record<Pool, PoolState>>[];

  constructor(nodeCount: number, { snapshotWorkers, uploadWorkers, downloadWorkers }: WorkerCounts) {
    this.pools = Array.from({ length: nodeCount }, () => ({
      snapshot: idlePool(snapshotWorkers),
      upload: idlePool(uploadWorkers),
      download: idlePool(downloadWorkers),
    }));
  }

  /** Takes a worker for a task: true if one is free, otherwise the task waits in line. */
  enter(running: Running): boolean {
    const pool = this.poolOf(running.task);
    if (pool.busy < pool.size) {
      pool.busy++;
      return true;
    }
    pool.queue.push(running);
    return false;
  }

  /** Gives a task's worker to the next one in line, which is returned. */
  leave(task: NodeTask): Running | undefined {
    const pool = this.poolOf(task);
    const next = pool.queue[pool.head];
    if (!next) {
      pool.busy--;
      return undefined;
    }
    pool.head++;
    if (pool.head * 2 > pool.queue.length) pool.head -= pool.queue.splice(0, pool.head).length;
    return next;
  }

  /** Sends tasks that still wait in line away. */
  drop(isMeant: (running: Running) => boolean): void {
    for (const pool of this.pools.flatMap((pools) => Object.values(pools))) {
      const kept = pool.queue.slice(pool.head).filter((running) => !isMeant(running));
      pool.queue.splice(0, pool.queue.length, ...kept);
      pool.head = 0;
    }
  }

  private poolOf(task: NodeTask): PoolState {
    return this.pools[task.node]![POOL_OF[task.kind]];
  }
}

const idlePool = (size: number): PoolState => ({ size, busy: 0, queue: [], head: 0 });
