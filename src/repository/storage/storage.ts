/** A value now, or a promise of it: local files answer at once inside a worker thread, S3 cannot. */
export type Awaitable<T> = T | Promise<T>;

export interface StoredFile {
  /** Path below the storage's root, `/` between its parts, none at either end. */
  readonly path: string;
  readonly sizeBytes: number;
}

/** Writes one file, in order. Nothing appears under the path's final name before `close` on storages without rename. */
export interface StorageWriter {
  /** Takes a copy of, or has written, `chunk` when it returns (or resolves): the caller reuses its buffer. */
  write(chunk: Uint8Array): Awaitable<void>;
  /** Makes the file complete and visible under its path. */
  close(): Awaitable<void>;
  /** Gives up: leaves no file behind. Safe to call more than once, and after a failed `write` or `close`. */
  abort(): Awaitable<void>;
}

/** Reads one file, in order. */
export interface StorageReader {
  /** Fills `into` from its start and returns how many bytes; 0 is the end. */
  read(into: Uint8Array): Awaitable<number>;
  close(): Awaitable<void>;
}

export interface RenameOptions {
  /**
   * Whether the new name survives a power failure when `rename` is done, where the storage has names that might not. Default: true.
   * False leaves it to `syncNames`: of many files in one directory, that costs as much as one.
   */
  readonly syncName?: boolean;
}

/** A file larger than a part is sent in parts of this size (or larger ones, where there would be too many). */
export interface PartSettings {
  readonly partBytes: number;
  /** Parts of one file that are on their way at once, at least 1. */
  readonly parallel: number;
}

/**
 * What a repository needs of the place it lives in. Paths are relative, `/`-separated, and may not leave the root
 * (`STORAGE_PATH`). A missing file is `STORAGE_NOT_FOUND`, a full disk `DISK_FULL`, a refusal `REPOSITORY_UNWRITABLE`
 * or `REPOSITORY_UNREADABLE`, anything else `STORAGE_FAILED`; all are DrillErrors.
 */
export interface Storage {
  readonly kind: 'local' | 's3' | 'memory';
  /** Where it is, for messages: a path, a URL without credentials. */
  readonly location: string;
  /** Whether a rename is atomic and cheap; if not, files are written under their final name at once. */
  readonly canRename: boolean;
  /** How it sends large files; undefined where it takes a file in one piece, as it comes. */
  readonly parts?: PartSettings;
  /** Every file below the directory `prefix` ('' for all), recursively, sorted by path; empty if there is none. */
  list(prefix: string): Awaitable<readonly StoredFile[]>;
  /** Names of the files and directories directly in `directory`, sorted; empty if it is not there. */
  listNames(directory: string): Awaitable<readonly string[]>;
  /** Bytes of the file at `path` now, whatever a listing said; undefined if there is none: a directory or a link is no file. */
  sizeOf(path: string): Awaitable<number | undefined>;
  /**
   * `sizeBytes` is how much will be written, and `md5` its MD5 in hexadecimal, where they are known. A storage that sends the
   * MD5 along need not compute it again, and refuses other bytes. `partMd5s`: those of its parts, where it has `parts`.
   */
  createWriter(
    path: string,
    sizeBytes?: number,
    md5?: string,
    partMd5s?: readonly string[],
  ): Awaitable<StorageWriter>;
  openReader(path: string): Awaitable<StorageReader>;
  /** Replaces `to` if it is there. Only where `canRename`. */
  rename(from: string, to: string, options?: RenameOptions): Awaitable<void>;
  /**
   * When it is done, the names of all files directly in `directory` survive a power failure, as those do that `rename` has synced.
   * Where nothing has to be done for that, it is not looked whether the directory is there.
   */
  syncNames(directory: string): Awaitable<void>;
  /** Removing what is not there is fine. */
  remove(path: string): Awaitable<void>;
  /** Removes every file below the directory `prefix`. */
  removeTree(prefix: string): Awaitable<void>;
  /**
   * Takes back what writers that were killed have left, unseen, below the directory `prefix` ('' for all): multipart
   * uploads that were begun and never completed. Returns how many. It also ends those of writers that still work there.
   */
  removeUnfinished(prefix: string): Awaitable<number>;
  /** Lets go of idle connections, where there are any. The storage is of no use afterwards. */
  dispose?(): void;
}
