import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { isAlive } from '../src/world/real/process-identity.js';

/** A directory of this process, `<name>-<pid>` below `parent`; what processes have left there that were killed is removed. */
export function makeWorkDirectory(parent: string, name: string): string {
  mkdirSync(parent, { recursive: true });
  for (const entry of readdirSync(parent)) {
    if (!entry.startsWith(`${name}-`)) continue;
    const pid = Number(entry.slice(name.length + 1));
    // This process may have the number of one that was killed.
    const isLeft = pid === process.pid || (pid > 0 && !isAlive({ pid }));
    if (isLeft) rmSync(path.join(parent, entry), { recursive: true });
  }
  const own = path.join(parent, `${name}-${process.pid}`);
  mkdirSync(own);
  return own;
}
