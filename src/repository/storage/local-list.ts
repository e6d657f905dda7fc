import { lstatSync, readdirSync, type Dirent } from 'node:fs';
import { errnoOf } from './errno.js';
import { absolute } from './local-directories.js';
import { byCodeUnits } from './path.js';
import type { StoredFile } from './storage.js';

/** Names in a directory, sorted; none where it has vanished. */
export function listNames(root: string, directory: string): string[] {
  return entriesOf(absolute(root, directory))
    .map((entry) => entry.name)
    .sort(byCodeUnits);
}

/** Every regular file below a directory, sorted by its whole path. Links and special files are not files. */
export function listFiles(root: string, directory: string): StoredFile[] {
  const found: StoredFile[] = [];
  const pending = [directory];
  // A stack of its own: a tree that is deeper than the call stack is odd, but no reason to crash.
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    for (const entry of entriesOf(absolute(root, path))) {
      const child = path === '' ? entry.name : `${path}/${entry.name}`;
      if (entry.isDirectory()) pending.push(child);
      else if (entry.isFile()) addFile(found, root, child);
    }
  }
  return found.sort((a, b) => byCodeUnits(a.path, b.path));
}

function addFile(found: StoredFile[], root: string, path: string): void {
  const stats = lstatSync(absolute(root, path), { throwIfNoEntry: false });
  if (stats) found.push({ path, sizeBytes: stats.size });
  // A name that is no UTF-8 cannot be asked for, but it is there, and a list that hid it would say what is not so.
  else if (path.includes('\uFFFD')) found.push({ path, sizeBytes: 0 });
}

function entriesOf(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    // Removed between being seen and being read, as staging directories are.
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}
