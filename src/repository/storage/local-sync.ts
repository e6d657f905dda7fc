import { closeSync, fsync, fsyncSync, openSync } from 'node:fs';
import { promisify } from 'node:util';
import { errnoOf } from './errno.js';
import type { Awaitable } from './storage.js';

/** How what was written is brought to the disk itself, where it survives a power failure. */
export interface Sync {
  /** An open file's bytes. */
  file(fd: number): Awaitable<void>;
  /** The names in a directory. */
  directory(directory: string): Awaitable<void>;
}

/** The thread stands still until then. */
export const BLOCKING = {
  file: (fd: number): void => fsyncSync(fd),
  directory(directory: string): void {
    const fd = openSync(directory, 'r');
    try {
      fsyncSync(fd);
    } catch (error) {
      throwUnlessNeedless(error);
    } finally {
      closeSync(fd);
    }
  },
} satisfies Sync;

const fsyncLater = promisify(fsync);

/**
 * The thread goes on with what else it has to do. What is asked for while the file system is at it is brought to the disk together, for
 * the price of one.
 */
export const MEANWHILE: Sync = {
  file: fsyncLater,
  async directory(directory) {
    const fd = openSync(directory, 'r');
    try {
      await fsyncLater(fd);
    } catch (error) {
      throwUnlessNeedless(error);
    } finally {
      closeSync(fd);
    }
  },
};

/** Some file systems have no fsync for directories, and need none. */
function throwUnlessNeedless(error: unknown): void {
  if (errnoOf(error) !== 'EINVAL' && errnoOf(error) !== 'EPERM') throw error;
}
