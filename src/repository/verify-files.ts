import { DrillError } from '../base/errors.js';
import type { Md5 } from './md5.js';
import type { Storage } from './storage/storage.js';
import type { Problem, VerifyOptions, VerifyProgress } from './verify-report.js';
import type { ExpectedFile } from './verify-snapshot.js';

const READ_BYTES = 1024 * 1024;
const PROGRESS_BYTES = 16 * READ_BYTES;

/** Reads every file and compares its bytes with its checksum. */
export async function checkFiles(
  storage: Storage,
  files: readonly ExpectedFile[],
  options: VerifyOptions,
): Promise<Problem[]> {
  const totals = {
    totalFiles: files.length,
    totalBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
  };
  const buffer = new Uint8Array(READ_BYTES);
  const problems: Problem[] = [];
  let bytesDone = 0;
  for (const [filesDone, file] of files.entries()) {
    const bytesBefore = bytesDone;
    const onBytes = (bytes: number) =>
      advance(options, { files: filesDone, bytes: bytesBefore + Math.min(bytes, file.sizeBytes), ...totals });
    const problem = await checkFile(storage, file, { md5: options.md5, buffer, onBytes });
    if (problem) problems.push(problem);
    bytesDone += file.sizeBytes;
    await advance(options, { files: filesDone + 1, bytes: bytesDone, ...totals });
  }
  return problems;
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
  const { path, sizeBytes, checksum } = file;
  let read: { readonly sizeBytes: number; readonly checksum: string };
  try {
    read = await readThrough(storage, path, reading);
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
  if (read.checksum === checksum) return undefined;
  return {
    kind: 'corrupt',
    path,
    message: `its bytes have the MD5 ${read.checksum}, and its manifest says ${checksum}`,
  };
}

async function readThrough(
  storage: Storage,
  path: string,
  { md5, buffer, onBytes }: Reading,
): Promise<{ sizeBytes: number; checksum: string }> {
  const digest = md5();
  const reader = await storage.openReader(path);
  let sizeBytes = 0;
  let reportedBytes = 0;
  try {
    for (;;) {
      const count = await reader.read(buffer);
      if (count === 0) return { sizeBytes, checksum: digest.hex() };
      digest.update(count === buffer.length ? buffer : buffer.subarray(0, count));
      sizeBytes += count;
      if (sizeBytes - reportedBytes >= PROGRESS_BYTES) await onBytes((reportedBytes = sizeBytes));
    }
  } finally {
    await reader.close();
  }
}
