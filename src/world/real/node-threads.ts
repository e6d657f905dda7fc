import type { Worker } from 'node:worker_threads';
import type { Piscina } from 'piscina';

/**
 * The threads of a compute node. One that dies takes its task with it, whose promise is rejected, and another one takes its
 * place, also where it died while it started: a pool alone would go on with fewer threads from then on, and leave what waits in
 * line waiting. Such a pool is replaced by a new one, and all its tasks are rejected, as if the node had been started anew.
 */
export class NodeThreads {
  private readonly start: () => Piscina;
  private readonly count: number;
  private readonly workers: number;
  private pool: Piscina | undefined;
  private isClosed = false;
  private running = 0;
  /** Tasks for which no worker is free. */
  private readonly waiting: (() => void)[] = [];

  /** `start` makes a pool of `count` threads, which have seats for `workers` tasks at a time, or some more. */
  constructor(start: () => Piscina, count: number, workers: number) {
    this.start = start;
    this.count = count;
    this.workers = workers;
    this.pool = this.started();
  }

  /** Has a thread do a task, as soon as a worker is free. */
  async run(task: unknown): Promise<unknown> {
    if (this.running === this.workers) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.running++;
    try {
      this.pool ??= this.started();
      return await this.pool.run(task);
    } finally {
      // Whoever is next takes this one's place.
      const next = this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }

  get threads(): readonly Worker[] {
    return this.pool?.threads ?? [];
  }

  /** Ends all threads, and rejects what they do. */
  async destroy(): Promise<void> {
    this.isClosed = true;
    await this.pool?.destroy();
  }

  private started(): Piscina {
    const pool = this.start();
    const giveUp = (): void => {
      if (this.isClosed || this.pool !== pool) return;
      this.pool = undefined;
      void pool.destroy();
    };
    // Of a thread without a task, which nobody would hear of otherwise but the process, which would end.
    pool.on('error', giveUp);
    // By then the pool has started another thread, if it is going to.
    pool.on('workerDestroy', () => queueMicrotask(() => pool.threads.length < this.count && giveUp()));
    return pool;
  }
}
