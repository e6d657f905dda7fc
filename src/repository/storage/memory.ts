import { DrillError } from '../../base/errors.js';
import { byCodeUnits, checkedDirectory, checkedPath } from './path.js';
import type { Storage, StorageReader, StorageWriter, StoredFile } from './storage.js';

export interface MemoryStorageOptions {
  /** Whether `rename` is there, as on a local disk, or not, as on S3. Default: true. */
  readonly canRename?: boolean;
}

type Files = Map<string, Uint8Array>;

/** A storage in this process's memory, for tests and for runs in a browser. A file appears when its writer is closed. */
export function memoryStorage(options: MemoryStorageOptions = {}): Storage {
  const { canRename = true } = options;
  const files: Files = new Map();
  return {
    kind: 'memory',
    location: 'memory:',
    canRename,
    list: (prefix) => list(files, checkedDirectory(prefix)),
    listNames: (directory) => listNames(files, checkedDirectory(directory)),
    sizeOf: (path) => files.get(checkedPath(path))?.length,
    createWriter: (path) => createWriter(files, checkedPath(path)),
    openReader: (path) => openReader(files, checkedPath(path)),
    rename(from, to) {
      checkedPath(from);
      checkedPath(to);
      if (!canRename) throw new DrillError('NOT_SUPPORTED', `this storage cannot rename ${from} to ${to}`);
      const bytes = existing(files, from);
      files.delete(from);
      files.set(to, bytes);
    },
    syncNames: (directory) => void checkedDirectory(directory),
    remove: (path) => void files.delete(checkedPath(path)),
    removeTree(prefix) {
      const start = `${checkedPath(prefix)}/`;
      for (const path of files.keys()) if (path.startsWith(start)) files.delete(path);
    },
    removeUnfinished(prefix) {
      checkedDirectory(prefix);
      return 0;
    },
  };
}

function list(files: Files, prefix: string): StoredFile[] {
  const start = prefix === '' ? '' : `${prefix}/`;
  const found: StoredFile[] = [];
  for (const [path, bytes] of files) {
    if (path.startsWith(start)) found.push({ path, sizeBytes: bytes.length });
  }
  return found.sort((a, b) => byCodeUnits(a.path, b.path));
}

function listNames(files: Files, directory: string): string[] {
  const start = directory === '' ? '' : `${directory}/`;
  const names = new Set<string>();
  for (const path of files.keys()) {
    if (path.startsWith(start)) names.add(path.slice(start.length).split('/', 1)[0]!);
  }
  return [...names].sort(byCodeUnits);
}

function createWriter(files: Files, path: string): StorageWriter {
  let chunks: Uint8Array[] = [];
  let open = true;
  const checkOpen = (): void => {
    if (!open) throw new DrillError('STORAGE_FAILED', `cannot write ${path}: its writer was closed`);
  };
  return {
    write(chunk) {
      checkOpen();
      // Not chunk.slice(): a Node Buffer's slice shares its memory.
      chunks.push(new Uint8Array(chunk));
    },
    close() {
      checkOpen();
      open = false;
      files.set(path, concatenated(chunks));
      chunks = [];
    },
    abort() {
      open = false;
      chunks = [];
    },
  };
}

function openReader(files: Files, path: string): StorageReader {
  const bytes = existing(files, path);
  let offset = 0;
  return {
    read(into) {
      const part = bytes.subarray(offset, offset + into.length);
      into.set(part);
      offset += part.length;
      return part.length;
    },
    close() {},
  };
}

function existing(files: Files, path: string): Uint8Array {
  const bytes = files.get(path);
  if (bytes) return bytes;
  throw new DrillError('STORAGE_NOT_FOUND', `there is no file ${path} in memory:`);
}

function concatenated(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}
