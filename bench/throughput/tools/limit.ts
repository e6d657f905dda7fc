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
    const copy = async (from: string, to: string): Promise<Timed> => {
      const order: LimitOrder = { from, to, means, threads: workers };
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
    'threads that read each file into a buffer, compute its MD5 together with others, as ours do, and write the buffer; and nothing else.',
  ),
  limitBy(
    'copy',
    'limit by copying',
    'threads that have the kernel copy each file, and read it for its MD5, which they compute together; and nothing else.',
  ),
];
