import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { DrillError } from '../../base/errors.js';
import { errnoOf, storageError, type Access } from './errno.js';
import { absolute, knownDirectories, linkRefused, type KnownDirectories } from './local-directories.js';
import { listFiles, listNames } from './local-list.js';
import { checkedDirectory, checkedPath, directoryOf } from './path.js';
import { BLOCKING, type Sync } from './local-sync.js';
import type { Awaitable, RenameOptions, Storage, StorageReader, StorageWriter } from './storage.js';

export interface LocalStorageOptions {
  /**
   * Whether what is in place must survive a power failure. Default: false, which leaves it to the operating system, as
   * Doris does. If true:
   *
   * - `close` has the file's bytes on the disk (fsync of the file). Its name may still be lost: a file that counts is
   *   renamed, and a power failure may take away those that were not.
   * - `rename` has the new name on the disk (one fsync of the directory, of both if they differ), unless that is left to
   *   `syncNames` (one fsync of the directory). Since the bytes were there before, the new name never stands for half a file.
   * - A directory that is made or found below the root has its own name on the disk before a file is put into it (one fsync of its
   *   parent for each directory that this storage meets); so has a root that is made.
   * - `remove` has the name off the disk, so that what is removed in an order stays removed in that order.
   *
   * `abort` and `removeTree` promise nothing: what they leave after a power failure is unseen or removed once more.
   */
  readonly durable?: boolean;
  /** How that is done. Default: the thread waits. */
  readonly sync?: Sync;
}

/** Where the files are, and what is known about their directories. */
interface Place {
  readonly root: string;
  readonly directories: KnownDirectories;
  /** Undefined: what is written need not survive a power failure. */
  readonly sync: Sync | undefined;
  /** Files that were completed a moment ago: what they are needs no looking at when they are renamed, as they mostly are at once. */
  readonly completed: Set<string>;
}

/** As many as tasks of one thread may be about to rename. Of others it is looked up what they are. */
const MOST_COMPLETED = 64;

/** O_NONBLOCK does nothing to files, and keeps a FIFO that someone left there from blocking the thread for ever. */
const SAFELY = constants.O_NOFOLLOW | constants.O_NONBLOCK;
const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | SAFELY;
const READ = constants.O_RDONLY | SAFELY;

/**
 * A directory of this machine (or one that is mounted here) as a storage. Every call is synchronous: it runs in worker
 * threads, where that is several times faster than promises. A file that is being written is visible under its name, and
 * `createWriter` empties a file that is there: write to another name, then rename.
 */
export function localStorage(root: string, options: LocalStorageOptions = {}): Storage {
  const { durable = false, sync = BLOCKING } = options;
  // '' would make every path one below '/'.
  if (root === '') throw new DrillError('STORAGE_PATH', 'the directory of a local storage has an empty name');
  const trimmed = root.length > 1 ? root.replace(/\/+$/, '') : root;
  const place: Place = {
    root: trimmed,
    directories: knownDirectories(trimmed, durable),
    sync: durable ? sync : undefined,
    completed: new Set(),
  };
  return {
    kind: 'local',
    location: trimmed,
    canRename: true,
    list: (prefix) => whereThere(place, checkedDirectory(prefix), listFiles),
    listNames: (directory) => whereThere(place, checkedDirectory(directory), listNames),
    sizeOf: (path) => sizeOf(place, checkedPath(path)),
    createWriter: (path) => createWriter(place, checkedPath(path)),
    openReader: (path) => openReader(place, checkedPath(path)),
    rename: (from, to, how) => rename(place, checkedPath(from), checkedPath(to), how),
    syncNames: (directory) => syncNames(place, checkedDirectory(directory)),
    remove: (path) => remove(place, checkedPath(path)),
    removeTree: (prefix) => removeTree(place, checkedPath(prefix)),
    removeUnfinished: (prefix) => noneUnfinished(prefix),
  };
}

/** Runs a file system call; its failure becomes a DrillError that says what was being done to which file. */
function attempt<T>(access: Access, verb: string, place: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw told(error, access, verb, place);
  }
}

/** The same for calls of which some may be waited for. */
async function attemptLater(verb: string, place: string, call: () => Promise<void>): Promise<void> {
  try {
    await call();
  } catch (error) {
    throw told(error, 'write', verb, place);
  }
}

const told = (error: unknown, access: Access, verb: string, place: string): DrillError =>
  errnoOf(error) === 'ELOOP' ? linkRefused(place) : storageError(error, access, `${verb} ${place}`);

function whereThere<T>(place: Place, directory: string, find: (root: string, directory: string) => T[]): T[] {
  return attempt('read', 'list', absolute(place.root, directory), () => {
    try {
      place.directories.check(directory);
    } catch (error) {
      // A file has nothing below it; but a root that is a file is a mistake to be told about.
      if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return [];
      throw error;
    }
    return find(place.root, directory);
  });
}

function sizeOf(place: Place, path: string): number | undefined {
  const source = absolute(place.root, path);
  return attempt('read', 'look at', source, () => {
    try {
      place.directories.check(directoryOf(path));
      const stats = lstatSync(source);
      return stats.isFile() ? stats.size : undefined;
    } catch (error) {
      if (isAbsence(error)) return undefined;
      throw error;
    }
  });
}

/** Runs `use` with the directory of `path` in place, also where it is removed by someone else at the same time. */
function withDirectory<T>(place: Place, path: string, use: () => T): T {
  const directory = directoryOf(path);
  try {
    place.directories.make(directory);
    return use();
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    place.directories.forget();
    place.directories.make(directory);
    return use();
  }
}

function createWriter(place: Place, path: string): StorageWriter {
  const target = absolute(place.root, path);
  let fd: number | undefined = attempt('write', 'create', target, () =>
    withDirectory(place, path, () => openToWrite(target)),
  );
  let complete = false;
  const release = (): void => {
    const open = fd;
    fd = undefined;
    if (open !== undefined) closeSync(open);
  };
  const opened = (): number => {
    if (fd !== undefined) return fd;
    throw new DrillError('STORAGE_FAILED', `cannot write ${target}: its writer was closed`);
  };
  return {
    write(chunk) {
      const open = opened();
      attempt('write', 'write', target, () => writeAll(open, chunk));
    },
    close() {
      const open = opened();
      const completed = (): void => {
        release();
        complete = true;
        if (place.completed.size >= MOST_COMPLETED) place.completed.clear();
        place.completed.add(path);
      };
      const { sync } = place;
      if (!sync) return attempt('write', 'write', target, completed);
      return attemptLater('write', target, async () => {
        await sync.file(open);
        completed();
      });
    },
    abort() {
      if (complete) return;
      complete = true;
      attempt('write', 'give up', target, () => {
        try {
          release();
        } finally {
          unlinkIfThere(target);
        }
      });
    },
  };
}

/** A file that is there is emptied, unless it has other names as well: those may be outside, and what they stand for stays. */
function openToWrite(target: string): number {
  try {
    return openSync(target, CREATE | constants.O_EXCL, 0o666);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
  const { nlink } = lstatSync(target, { throwIfNoEntry: false }) ?? { nlink: 0 };
  if (nlink <= 1) return openSync(target, CREATE, 0o666);
  unlinkIfThere(target);
  return openSync(target, CREATE | constants.O_EXCL, 0o666);
}

function writeAll(fd: number, chunk: Uint8Array): void {
  for (let written = 0; written < chunk.length;) {
    written += writeSync(fd, chunk, written, chunk.length - written);
  }
}

function openReader(place: Place, path: string): StorageReader {
  const source = absolute(place.root, path);
  const fd = attempt('read', 'open', source, () => {
    place.directories.check(directoryOf(path));
    return openSync(source, READ);
  });
  let open = true;
  const close = (): void => {
    if (!open) return;
    open = false;
    closeSync(fd);
  };
  try {
    attempt('read', 'open', source, () => refuseSpecial(source, fstatSync(fd)));
  } catch (error) {
    close();
    throw error;
  }
  return {
    read: (into) => attempt('read', 'read', source, () => readSync(fd, into, 0, into.length, null)),
    close: () => attempt('read', 'close', source, close),
  };
}

interface Kind {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

function refuseSpecial(place: string, kind: Kind): void {
  if (kind.isFile()) return;
  if (kind.isSymbolicLink()) throw linkRefused(place);
  const what = kind.isDirectory() ? 'a directory (EISDIR)' : 'a device, a socket or a pipe';
  throw new DrillError('STORAGE_FAILED', `cannot use ${place}: it is ${what}, and should be a file`);
}

function rename(
  place: Place,
  from: string,
  to: string,
  { syncName = true }: RenameOptions = {},
): Awaitable<void> {
  const source = absolute(place.root, from);
  const target = absolute(place.root, to);
  const what = `${source} to ${target}`;
  const [fromDirectory, toDirectory] = [directoryOf(from), directoryOf(to)];
  attempt('write', 'rename', what, () => {
    place.directories.check(fromDirectory);
    if (!place.completed.delete(from)) refuseSpecial(source, lstatSync(source));
    withDirectory(place, to, () => renameSync(source, target));
  });
  const { sync } = place;
  if (!sync || !syncName) return;
  return attemptLater('rename', what, async () => {
    await sync.directory(absolute(place.root, toDirectory));
    if (fromDirectory !== toDirectory) await sync.directory(absolute(place.root, fromDirectory));
  });
}

function syncNames({ root, directories, sync }: Place, directory: string): Awaitable<void> {
  if (!sync) return;
  const target = absolute(root, directory);
  return attemptLater('sync', target, async () => {
    directories.check(directory);
    await sync.directory(target);
  });
}

function remove(place: Place, path: string): void {
  const target = absolute(place.root, path);
  attempt('write', 'remove', target, () => {
    try {
      place.directories.check(directoryOf(path));
    } catch (error) {
      if (isAbsence(error)) return;
      throw error;
    }
    if (unlinkIfThere(target) && place.sync) BLOCKING.directory(absolute(place.root, directoryOf(path)));
  });
}

function removeTree(place: Place, prefix: string): void {
  const target = absolute(place.root, prefix);
  attempt('write', 'remove', target, () => {
    place.directories.forget();
    try {
      place.directories.check(prefix);
    } catch (error) {
      if (isAbsence(error)) return;
      throw error;
    }
    place.directories.forget();
    rmSync(target, { recursive: true, force: true });
  });
}

/** A writer that is killed leaves its file under the name it was made with: nothing here is unseen. */
function noneUnfinished(prefix: string): number {
  checkedDirectory(prefix);
  return 0;
}

/** False if it was not there. */
function unlinkIfThere(target: string): boolean {
  try {
    unlinkSync(target);
    return true;
  } catch (error) {
    if (!isAbsence(error)) throw error;
    return false;
  }
}

function isAbsence(error: unknown): boolean {
  return errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR';
}
