import { DrillError } from '../../base/errors.js';

const REFUSALS = new Set(['EACCES', 'EPERM', 'EROFS']);

/** A failed call of the node's own file system, with what the file system said. */
export function fileSystemError(error: unknown, doing: string): DrillError {
  if (error instanceof DrillError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new DrillError('DISK_FULL', `the disk is full while ${doing}`, {
      cause: error,
      hint: 'make room and run again',
    });
  }
  if (code === 'EMFILE' || code === 'ENFILE') {
    return new DrillError('FILE_SYSTEM', `too many open files while ${doing}`, {
      cause: error,
      hint: 'raise `ulimit -n`',
    });
  }
  if (code === undefined)
    return new DrillError('INTERNAL', error instanceof Error ? (error.stack ?? message) : String(error));
  const hint = REFUSALS.has(code)
    ? 'this user may not do that there: choose another directory, or change its permissions'
    : undefined;
  return new DrillError('FILE_SYSTEM', `the file system failed while ${doing}: ${message}`, {
    cause: error,
    hint,
  });
}

/** Makes a call of the node's own file system; what it throws comes out as a DrillError. */
export function onDisk<T>(doing: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw fileSystemError(error, doing);
  }
}

/** The same for calls that are waited for. */
export async function onDiskLater<T>(doing: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw fileSystemError(error, doing);
  }
}
