import { memoryStorage } from '../../src/repository/index.js';
import type { Storage } from '../../src/repository/storage/storage.js';

/** A durable storage of which the power can be cut. */
export interface ForgetfulStorage {
  readonly storage: Storage;
  /** From now on, all but the first so many changes fail, and change nothing. */
  cutAfter(changes: number): void;
  /** The power fails, and is back: each name that was not synced is as it was when it was last, if `isLost` says so. */
  restart(isLost: () => boolean): void;
}

/** What a change fails with that comes too late. */
export const POWER_IS_OFF = new Error('the power is off');

type Files = Map<string, string>;

const directoryOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/**
 * What a storage promises that has files survive power failures, and no more than that: bytes are safe once a file is closed, names once
 * they are synced, removals at once.
 */
export function forgetfulStorage(): ForgetfulStorage {
  /** What is seen, and what of it survives for certain: contents by path. */
  const seen: Files = new Map();
  let safe: Files = new Map();
  let changesLeft = Infinity;
  const change = (): void => {
    if (changesLeft <= 0) throw POWER_IS_OFF;
    changesLeft--;
  };
  const keep = (path: string): void => {
    const bytes = seen.get(path);
    if (bytes === undefined) safe.delete(path);
    else safe.set(path, bytes);
  };
  const storage: Storage = {
    ...memoryStorage(),
    listNames: (directory) =>
      [...seen.keys()]
        .filter((path) => directoryOf(path) === directory)
        .map((path) => path.slice(directory.length + 1)),
    sizeOf: (path) => seen.get(path)?.length,
    createWriter(path) {
      change();
      let written = '';
      return {
        write: (chunk) => void (written += Buffer.from(chunk).toString('latin1')),
        close() {
          change();
          seen.set(path, written);
        },
        abort: () => undefined,
      };
    },
    rename(from, to, { syncName = true } = {}) {
      change();
      const bytes = seen.get(from);
      if (bytes === undefined) throw new Error(`there is no ${from}`);
      seen.delete(from);
      seen.set(to, bytes);
      if (syncName) for (const path of [from, to]) keep(path);
    },
    syncNames(directory) {
      change();
      for (const path of [...seen.keys(), ...safe.keys()]) if (directoryOf(path) === directory) keep(path);
    },
    remove(path) {
      change();
      seen.delete(path);
      keep(path);
    },
  };
  return {
    storage,
    cutAfter: (changes) => void (changesLeft = changes),
    restart(isLost) {
      const lost = [...new Set([...seen.keys(), ...safe.keys()])].filter(
        (path) => seen.get(path) !== safe.get(path) && isLost(),
      );
      for (const path of lost) {
        const bytes = safe.get(path);
        if (bytes === undefined) seen.delete(path);
        else seen.set(path, bytes);
      }
      safe = new Map(seen);
      changesLeft = Infinity;
    },
  };
}
