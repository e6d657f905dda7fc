import { Piscina } from 'piscina';

const THREAD_FILE = new URL('./thread.cjs', import.meta.url).href;

export interface ThreadOptions {
  readonly minThreads: number;
  readonly maxThreads: number;
  /** Tasks that a thread does at a time; 1 without it. */
  readonly tasksPerThread?: number;
  readonly workerData?: unknown;
}

/**
 * Threads that do what a module's default export does. Every task waits in line until a thread is free, however many there are. The
 * threads may be ended (`destroy`) at any time, while they start as well.
 */
export function startThreads(module: URL, { tasksPerThread = 1, ...options }: ThreadOptions): Piscina {
  return new Piscina({
    ...options,
    concurrentTasksPerWorker: tasksPerThread,
    filename: THREAD_FILE,
    argv: [module.href],
    maxQueue: Infinity,
  });
}
