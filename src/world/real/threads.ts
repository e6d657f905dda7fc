import { Piscina } from 'piscina';

const THREAD_FILE = new URL('./thread.cjs', import.meta.url).href;

export interface ThreadOptions {
  readonly minThreads: number;
  readonly maxThreads: number;
  readonly workerData?: unknown;
}

/**
 * Threads that do what a module's default export does, one task at a time each. Every task waits in line until a thread
 * is free, however many there are. The threads may be ended (`destroy`) at any time, while they start as well.
 */
export function startThreads(module: URL, options: ThreadOptions): Piscina {
  return new Piscina({ ...options, filename: THREAD_FILE, argv: [module.href], maxQueue: Infinity });
}
