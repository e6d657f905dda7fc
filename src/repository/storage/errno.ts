import type { ErrorCode } from '../../base/error-codes.js';
import { DrillError } from '../../base/errors.js';

export type Access = 'read' | 'write';

/** What the operating system's refusals mean here. Those not named are STORAGE_FAILED. */
const MEANING: Readonly<Record<string, ErrorCode | undefined>> = {
  ENOENT: 'STORAGE_NOT_FOUND',
  ENOSPC: 'DISK_FULL',
  EDQUOT: 'DISK_FULL',
  ENAMETOOLONG: 'STORAGE_PATH',
  ELOOP: 'STORAGE_PATH',
};

const REFUSALS = new Set(['EACCES', 'EPERM', 'EROFS']);

const HINTS: Readonly<Record<string, string | undefined>> = {
  ENOENT:
    'check that its directory can be there; if it was, something removed it, and drill verify names all that is missing',
  ENOSPC: 'free some space on the disk that holds it, or put the repository on a larger one',
  EDQUOT: 'the quota of the user or the project on this disk is used up: raise it, or remove old snapshots',
  EROFS: 'the file system is mounted read-only: remount it, or choose another location',
  EMFILE: 'too many files are open in this process: raise the limit (ulimit -n), or use fewer workers',
  ENFILE: 'too many files are open on this machine',
  ENOTDIR: 'a file stands where a directory should be',
  EISDIR: 'a directory stands where a file should be',
  EIO: 'the device reports a fault: look at the system log before trusting this disk',
  ELOOP: 'symbolic links inside a storage are not followed, since they could lead out of it',
};

/** A file system error as a DrillError: `doing` says what was tried, as in `cannot <doing>: <reason>`. */
export function storageError(error: unknown, access: Access, doing: string): DrillError {
  if (error instanceof DrillError) return error;
  const { errno, reason } = describe(error);
  const refusal = access === 'read' ? 'REPOSITORY_UNREADABLE' : 'REPOSITORY_UNWRITABLE';
  const code = REFUSALS.has(errno) ? refusal : (MEANING[errno] ?? 'STORAGE_FAILED');
  const hint = HINTS[errno] ?? (REFUSALS.has(errno) ? permissionHint(access) : undefined);
  return new DrillError(code, `cannot ${doing}: ${reason}`, { hint, cause: error });
}

/** The errno name of a file system error, '' where it has none. */
export function errnoOf(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : '';
}

function permissionHint(access: Access): string {
  return `check who may ${access} there: this program needs ${access === 'read' ? 'read' : 'read and write'} permission`;
}

/** Node words its errors `ENOENT: no such file or directory, open '/x'`: the middle is what people want to read. */
function describe(error: unknown): { errno: string; reason: string } {
  const errno = errnoOf(error);
  const message = error instanceof Error ? error.message : String(error);
  const text = errno !== '' && message.startsWith(`${errno}: `) ? message.slice(errno.length + 2) : message;
  const reason = errno === '' ? text : `${text.split(', ')[0]} (${errno})`;
  return { errno, reason };
}
