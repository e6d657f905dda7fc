import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { runProcess } from '../process.js';
import { backOf, copyOf, type Task, type Timed, type Tool } from '../tool.js';
import { filesBelow, sizeOf } from '../tree.js';
import type { LimitMeans, LimitOrder } from '../limit-process.js';

const LIMIT = fileURLToPath(new URL('../limit-process.js', import.meta.url));

const limitBy = (means: LimitMeans, name: string, about: string): Tool => ({
  name,
  about: { local: about },
  version: async () => process.version.slice(1),
  open(task: Task) {
    const { made, workers, signal } = task;
    const threads = availableParallelism();
    const copy = async (from: string, to: string): Promise<Timed> => {
      const order: LimitOrder = { from, to, means, threads, filesPerThread: Math.ceil(workers / threads) };
      const run = await runProcess(process.execPath, [LIMIT, JSON.stringify(order)], { signal });
      return { ...run, ownSec: (JSON.parse(run.stdout) as { durationMs: number }).durationMs / 1000 };
    };
    return {
      backup: () => copy(made.sourceDirectory, copyOf(task)),
      copied: async () => sizeOf(filesBelow(copyOf(task))),
      restore: () => copy(copyOf(task), backOf(task)),
      restored: async () => sizeOf(filesBelow(backOf(task))),
    };
  },
});

/** What is faster of these is the limit: nothing that hashes and copies with Node can be expected to be faster. */
export const limits: readonly Tool[] = [
  limitBy(
    'write',
    'limit by writing',
    'a thread a core, each with eight files on their way: it reads from each into a buffer, writes the buffers, and computes their MD5s together, as ours do; and nothing else.',
  ),
  limitBy(
    'copy',
    'limit by copying',
    'the same, but the kernel copies each file, which is read besides for its MD5.',
  ),
];
