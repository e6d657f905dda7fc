import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { count } from '../tally.js';

type Functions = Record<string, unknown>;

/** Functions of a `FileHandle` that are calls of their own. */
const HANDLE_CALLS = ['read', 'write', 'writev', 'sync', 'datasync', 'stat', 'truncate', 'close'] as const;

/**
 * Counts this thread's calls of the file system from now on, by the name that the system's call has in Node: `open`, `read`, `fsync`,
 * `rename` and so on, whether they wait or not. A recursive `mkdir` or `rm` is one. Returns what was counted since the last
 * time it was asked.
 */
export async function countFileCalls(): Promise<() => Record<string, number>> {
  let counted: Record<string, number> = {};
  let depth = 0;
  const wrap = (owner: Functions, key: string, name: string): void => {
    const original = owner[key];
    if (typeof original !== 'function') return;
    owner[key] = function counting(this: unknown, ...args: unknown[]): unknown {
      // What a call does within is its own business, and another one from one version of Node to the next.
      if (depth === 0) count(counted, name);
      depth++;
      try {
        return Reflect.apply(original, this, args) as unknown;
      } finally {
        depth--;
      }
    };
  };
  const handle = await fs.promises.open(process.execPath);
  const prototype = Object.getPrototypeOf(handle) as Functions;
  await handle.close();
  for (const name of HANDLE_CALLS) wrap(prototype, name, name);
  for (const key of Object.keys(fs)) if (key.endsWith('Sync')) wrap(fs, key, key.slice(0, -4));
  for (const key of Object.keys(fs.promises)) wrap(fs.promises, key, key);
  // Modules that import these functions by name have the counting ones from now on.
  syncBuiltinESMExports();
  return () => {
    const since = counted;
    counted = {};
    return since;
  };
}
