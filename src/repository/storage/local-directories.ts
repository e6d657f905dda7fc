import { lstatSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DrillError } from '../../base/errors.js';
import { errnoOf } from './errno.js';
import { BLOCKING } from './local-sync.js';
import { directoryOf } from './path.js';

/**
 * Which directories below a root are known to be real directories, so that each is looked at once and not once a file.
 * Directories that are symbolic links are refused: they could lead out of the root.
 */
export interface KnownDirectories {
  /** Creates `directory` (relative, '' for the root) and its parents where they are missing. */
  make(directory: string): void;
  /** Refuses a directory that is, or lies behind, a symbolic link. One that is missing is an ENOENT error. */
  check(directory: string): void;
  /** Forgets everything, after something was removed. */
  forget(): void;
}

/** More than an upload touches in a while, and few enough to cost no memory. */
const MAX_KNOWN = 10_000;

export function knownDirectories(root: string, durable: boolean, maxKnown = MAX_KNOWN): KnownDirectories {
  const known = new Set<string>();
  /** Those whose own name is known to survive a power failure; being looked at does not make it so. */
  const synced = new Set<string>();

  function remember(directory: string): void {
    if (known.size >= maxKnown) forget();
    known.add(directory);
  }

  function check(directory: string): void {
    if (known.has(directory)) return;
    if (directory === '') {
      lstatSync(root);
    } else {
      check(directoryOf(directory));
      checkIsDirectory(root, directory);
    }
    remember(directory);
  }

  function make(directory: string): void {
    if (known.has(directory) && !(durable && !synced.has(directory))) return;
    if (directory === '') {
      makeRoot(root, durable);
    } else {
      const parent = directoryOf(directory);
      make(parent);
      if (!created(root, directory)) checkIsDirectory(root, directory);
      // Also one that was there: another thread may have made it just now, or a process that was killed.
      if (durable) BLOCKING.directory(absolute(root, parent));
    }
    remember(directory);
    if (durable) synced.add(directory);
  }

  const forget = (): void => {
    known.clear();
    synced.clear();
  };
  return { make, check, forget };
}

/** The place of a relative path in the file system. */
export function absolute(root: string, path: string): string {
  return path === '' ? root : `${root}/${path}`;
}

/** Makes the root and the directories it lies in. By hand: Node's recursive mkdir never ends on /proc and the like. */
function makeRoot(root: string, durable: boolean): void {
  if (statSync(root, { throwIfNoEntry: false })?.isDirectory()) return;
  const parent = dirname(root);
  if (parent !== root) makeRoot(parent, durable);
  try {
    mkdirSync(root);
  } catch (error) {
    // Another thread was faster.
    if (errnoOf(error) !== 'EEXIST' || !statSync(root).isDirectory()) throw error;
  }
  if (durable) BLOCKING.directory(parent);
}

function created(root: string, directory: string): boolean {
  try {
    mkdirSync(absolute(root, directory));
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function checkIsDirectory(root: string, directory: string): void {
  const stats = lstatSync(absolute(root, directory));
  if (stats.isDirectory()) return;
  if (stats.isSymbolicLink()) throw linkRefused(absolute(root, directory));
  throw Object.assign(new Error('ENOTDIR: not a directory'), { code: 'ENOTDIR' });
}

export function linkRefused(place: string): DrillError {
  return new DrillError(
    'STORAGE_PATH',
    `${place} is a symbolic link, and links inside a storage are not followed`,
    {
      hint: 'a link could lead out of the storage: put what it points to in its place, or move the whole storage',
    },
  );
}
