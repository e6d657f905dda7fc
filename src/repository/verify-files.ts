import { DrillError } from '../base/errors.js';
import { listOf } from '../base/text.js';
import type { Md5 } from './md5.js';
import type { Storage } from './storage/storage.js';
import type { Problem, VerifyOptions, VerifyProgress } from './verify-report.js';
import { BundledFiles } from './verify-bundle.js';
import type { ExpectedFile } from './verify-snapshot.js';

/** Of a bundle's files that are damaged. */
const MAX_NAMED_FILES = 3;
const READ_BYTES = 1024 * 1024;
const PROGRESS_BYTES = 16 * READ_BYTES;
/** From a server, which is waited for most of the time. A local storage reads while the thread stands still. */
const FILES_AT_ONCE = 8;

/** Reads every file and compares its bytes with its checksum. */
export async function checkFiles(
  storage: Storage,
  files: readonly ExpectedFile[],
  options: VerifyOptions,
): Promise<Problem[]> {
  const totals = {
    totalFiles: files.reduce((sum, file) => sum + file.files.length, 0),
    totalBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
  };
  const done = { files: 0, bytes: 0 };
  /** In the order of the files. */
  const problems: (Problem | undefined)[] = [];
  let next = 0;

  async function checkNext(buffer: Uint8Array): Promise<void> {
    const index = next++;
    const file = files[index]!;
    let fileBytes = 0;
    const onBytes = (bytes: number): Promise<void> => {
      // However long it is, it counts as what it should be.
      const soFar = Math.min(bytes, file.sizeBytes);
      done.bytes += soFar - fileBytes;
      fileBytes = soFar;
      return advance(options, { ...done, ...totals });
    };
    problems[index] = await checkFile(storage, file, { md5: options.md5, buffer, onBytes });
    done.files += file.files.length;
    await onBytes(file.sizeBytes);
  }
  const checkSome = async (): Promise<void> => {
    const buffer = new Uint8Array(READ_BYTES);
    try {
      while (next < files.length) await checkNext(buffer);
    } finally {
      // If one fails, the others begin no more.
      next = files.length;
    }
  };
  const checks = Array.from({ length: storage.kind === 's3' ? FILES_AT_ONCE : 1 }, checkSome);
  // All have to be done before the storage is closed; then what went wrong is told.
  await Promise.allSettled(checks);
  await Promise.all(checks);
  return problems.filter((problem) => problem !== undefined);
}

/** Throws INTERRUPTED if the caller has had enough. */
export function refuseIfAborted({ signal }: VerifyOptions): void {
  if (signal?.aborted) throw new DrillError('INTERRUPTED', 'verifying was interrupted');
}

async function advance(options: VerifyOptions, done: VerifyProgress): Promise<void> {
  await options.onProgress?.(done);
  refuseIfAborted(options);
}

interface Reading {
  readonly md5: Md5;
  readonly buffer: Uint8Array;
  /** Called now and then with how much of the file has been read. */
  readonly onBytes: (bytes: number) => Promise<void>;
}

async function checkFile(
  storage: Storage,
  file: ExpectedFile,
  reading: Reading,
): Promise<Problem | undefined> {
  const { path, sizeBytes, checksum, files } = file;
  const bundled = files.length > 1 ? new BundledFiles(files, reading.md5) : undefined;
  let read: { readonly sizeBytes: number; readonly checksum: string };
  try {
    read = await readThrough(storage, path, reading, bundled);
  } catch (error) {
    if (!(error instanceof DrillError) || error.code === 'INTERRUPTED') throw error;
    if (error.code === 'STORAGE_NOT_FOUND')
      return { kind: 'missing', path, message: 'it vanished while verifying' };
    return { kind: 'corrupt', path, message: error.message };
  }
  if (read.sizeBytes !== sizeBytes) {
    return {
      kind: 'corrupt',
      path,
      message: `it has ${read.sizeBytes} bytes, and its manifest says ${sizeBytes}`,
    };
  }
  const damaged = bundled?.damaged() ?? [];
  const inside = damaged.length === 0 ? '' : `; damaged in it: ${listOf(damaged, 'and', MAX_NAMED_FILES)}`;
  if (read.checksum !== checksum) {
    const message = `its bytes have the MD5 ${read.checksum}, and its manifest says ${checksum}${inside}`;
    return { kind: 'corrupt', path, message };
  }
  if (damaged.length === 0) return undefined;
  const message = `its bytes have the MD5 of its name, and not those of its manifest${inside}`;
  return { kind: 'corrupt', path, message };
}

async function readThrough(
  storage: Storage,
  path: string,
  { md5, buffer, onBytes }: Reading,
  bundled: BundledFiles | undefined,
): Promise<{ sizeBytes: number; checksum: string }> {
  const digest = md5();
  const reader = await storage.openReader(path);
  let sizeBytes = 0;
  let reportedBytes = 0;
  try {
    for (;;) {
      const count = await reader.read(buffer);
      if (count === 0) return { sizeBytes, checksum: digest.hex() };
      const chunk = count === buffer.length ? buffer : buffer.subarray(0, count);
      digest.update(chunk);
      bundled?.update(chunk);
      sizeBytes += count;
      if (sizeBytes - reportedBytes >= PROGRESS_BYTES) await onBytes((reportedBytes = sizeBytes));
    }
  } finally {
    await reader.close();
  }
}
