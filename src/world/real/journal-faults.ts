import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { DrillError } from '../../base/errors.js';
import { fileSystemError } from './errno.js';

const DATA_FILE = 'data.mdb';

/**
 * What the two first pages of an LMDB file say, by offset in the page; the same on all 64-bit machines. The page with the
 * higher transaction is the one that counts.
 */
const MAGIC = { offset: 24, value: 0xbeefc0de };
const PAGE_BYTES_OFFSET = 48;
const LAST_PAGE_OFFSET = 144;
const TRANSACTION_OFFSET = 152;
const HEAD_BYTES = 160;
const LEAST_PAGE_BYTES = 4096;

/** LMDB's own codes for a file that is not what it should be. */
const DAMAGED = /MDB_(?:CORRUPTED|PAGE_NOTFOUND|INVALID|BAD_DBI|INCOMPATIBLE|PANIC)/;

const PROBE = fileURLToPath(new URL('journal-probe.js', import.meta.url));

/**
 * Refuses a file that is no store, before the store is asked: LMDB maps its file into memory, and a process that reads
 * behind the end of one that was cut is killed. Throws JOURNAL_CORRUPT.
 */
export function checkJournalFile(directory: string): void {
  const file = path.join(directory, DATA_FILE);
  if (!existsSync(file)) return;
  const fd = openSync(file, 'r');
  try {
    const { size } = fstatSync(fd);
    // Made, but killed before anything was in it.
    if (size === 0) return;
    const wantedBytes = bytesOf(fd, size);
    if (wantedBytes === undefined) throw damaged(directory, `${DATA_FILE} is not, or no longer, a journal`);
    // It may be shorter than it says, where its last pages are free: who is killed by reading it knows.
    if (size < wantedBytes && !canBeRead(directory)) throw damaged(directory, `${DATA_FILE} was cut`);
  } finally {
    closeSync(fd);
  }
}

/** How large a file is by its own account; undefined where it is no LMDB file. */
function bytesOf(fd: number, size: number): number | undefined {
  const first = headAt(fd, 0);
  if (!first || size < 2 * first.pageBytes) return undefined;
  const second = headAt(fd, first.pageBytes);
  const newest = second && second.transaction > first.transaction ? second : first;
  return second && (newest.lastPage + 1) * first.pageBytes;
}

function headAt(fd: number, position: number) {
  const head = Buffer.alloc(HEAD_BYTES);
  readSync(fd, head, 0, HEAD_BYTES, position);
  if (head.readUInt32LE(MAGIC.offset) !== MAGIC.value) return undefined;
  return {
    pageBytes: Math.max(LEAST_PAGE_BYTES, head.readUInt32LE(PAGE_BYTES_OFFSET)),
    lastPage: Number(head.readBigUInt64LE(LAST_PAGE_OFFSET)),
    transaction: head.readBigUInt64LE(TRANSACTION_OFFSET),
  };
}

const canBeRead = (directory: string): boolean =>
  spawnSync(process.execPath, [PROBE, directory], { stdio: 'ignore' }).status === 0;

/** What went wrong in the journal of `directory`, as an error with a code. */
export function journalError(error: unknown, directory: string): DrillError {
  if (error instanceof DrillError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (DAMAGED.test(message)) return damaged(directory, message, error);
  if (message.includes('MDB_VERSION_MISMATCH')) {
    return new DrillError(
      'JOURNAL_FORMAT',
      `the journal in ${directory} was written by another store: ${message}`,
      {
        cause: error,
      },
    );
  }
  const { code } = error as NodeJS.ErrnoException;
  const why = typeof code === 'string' ? fileSystemError(error, 'writing').hint : undefined;
  return new DrillError('JOURNAL_FAILED', `the journal in ${directory} cannot be used: ${message}`, {
    hint: why ?? 'see that its disk has room and works; nothing of the last change was kept',
    cause: error,
  });
}

function damaged(directory: string, what: string, cause?: unknown): DrillError {
  return new DrillError('JOURNAL_CORRUPT', `the journal in ${directory} is damaged: ${what}`, {
    hint: 'put the data directory back from a copy, or begin with a new one',
    cause,
  });
}
