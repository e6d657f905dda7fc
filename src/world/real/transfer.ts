import { createHash, type Hash } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { DrillError } from '../../base/errors.js';
import type { Awaitable, Storage, StorageWriter } from '../../repository/storage/storage.js';
import { giveUp } from '../../repository/storage/give-up.js';
import { fileSource } from './byte-source.js';
import { onDisk } from './errno.js';
import { MAX_CHUNK_BYTES, type Pace } from './pace.js';
import { sendToServer } from './send-to-server.js';

/** One buffer a thread: a thread moves one file at a time. */
const buffer = new Uint8Array(MAX_CHUNK_BYTES);

export interface Transfer {
  readonly storage: Storage;
  readonly pace: Pace;
  /** Whether a fetched file must be on the disk itself. */
  readonly durable: boolean;
  /** Makes a request: gives when it is answered, besides the time its bytes take. */
  readonly request: () => Awaitable<bigint>;
  /** Waits until some of so many bytes may be moved: gives how many, which are to be moved at once. */
  readonly allow: (mostBytes: number) => Awaitable<number>;
  /** Told of each chunk that has been moved. */
  readonly onBytes: (bytes: number) => void;
}

/** Sends a local file to the repository in one pass, hashing it on the way if asked. Leaves nothing behind if it fails. */
export async function sendFile(
  transfer: Transfer,
  from: string,
  to: string,
  hash: boolean,
): Promise<{ readonly sizeBytes: number; readonly checksum: string | undefined }> {
  const { storage, pace, allow, onBytes } = transfer;
  // Where there are connections to keep busy, and where the checksum is in the name, so that it has been computed before.
  if (storage.parts && !hash) return sendToServer(transfer, storage.parts, buffer, fileSource(from), to);
  const dueNs = await transfer.request();
  const md5 = hash ? createHash('md5') : undefined;
  const paid = hash ? pace.transferringHashed(dueNs) : pace.transferring(dueNs);
  const source = onDisk(`opening ${from}`, () => openSync(from, 'r'));
  let writer: StorageWriter | undefined;
  let sizeBytes = 0;
  try {
    const { size } = onDisk(`looking at ${from}`, () => fstatSync(source));
    writer = await storage.createWriter(to, size);
    for (;;) {
      const bytes = onDisk(`reading ${from}`, () => readSync(source, buffer, 0, pace.chunkBytes, null));
      if (bytes === 0) break;
      const chunk = buffer.subarray(0, bytes);
      md5?.update(chunk);
      for (let done = 0; done < bytes;) {
        const allowed = allow(bytes - done);
        const end = done + (allowed instanceof Promise ? await allowed : allowed);
        const written = writer.write(chunk.subarray(done, end));
        if (written instanceof Promise) await written;
        onBytes(end - done);
        done = end;
      }
      sizeBytes += bytes;
      pace.payFrom(dueNs, paid, bytes);
    }
    // An empty file has only its request to wait for.
    pace.until(dueNs);
    await writer.close();
  } catch (error) {
    await giveUp(writer);
    throw error;
  } finally {
    closeSync(source);
  }
  return { sizeBytes, checksum: md5?.digest('hex') };
}

/**
 * Fetches a file from the repository, hashing it on the way. `mostBytes`: what its manifest says; a file that goes on is
 * given up, since it could fill the disk.
 */
export async function fetchFile(
  { storage, pace, durable, request, allow, onBytes }: Transfer,
  from: string,
  to: string,
  mostBytes: number,
): Promise<{ readonly sizeBytes: number; readonly checksum: string }> {
  const dueNs = await request();
  const md5 = createHash('md5');
  const paid = pace.transferringHashed(dueNs);
  const reader = await storage.openReader(from);
  let sizeBytes = 0;
  try {
    const target = onDisk(`creating ${to}`, () => openSync(to, 'w'));
    try {
      /** May be read, and have not been yet. */
      let allowedBytes = 0;
      for (;;) {
        const wantedBytes = Math.min(pace.chunkBytes, mostBytes - sizeBytes);
        if (allowedBytes === 0 && wantedBytes > 0) allowedBytes = await allow(wantedBytes);
        // After the last byte there is only the end to be read, unless there is more than there should be.
        const read = reader.read(buffer.subarray(0, allowedBytes || pace.chunkBytes));
        const bytes = read instanceof Promise ? await read : read;
        if (bytes === 0) break;
        allowedBytes = Math.max(0, allowedBytes - bytes);
        sizeBytes += bytes;
        if (sizeBytes > mostBytes) throw tooLong(from, mostBytes);
        const chunk = buffer.subarray(0, bytes);
        md5.update(chunk);
        writeAll(target, chunk, to);
        pace.payFrom(dueNs, paid, bytes);
        onBytes(bytes);
      }
      if (durable) onDisk(`syncing ${to}`, () => fsyncSync(target));
      pace.until(dueNs);
    } finally {
      closeSync(target);
    }
  } finally {
    await reader.close();
  }
  return { sizeBytes, checksum: md5.digest('hex') };
}

const tooLong = (path: string, mostBytes: number): DrillError =>
  new DrillError('CHECKSUM_MISMATCH', `${path} has more than the ${mostBytes} bytes that its manifest says`, {
    hint: 'it was damaged or replaced: drill verify tells what else was',
  });

/** The MD5 of a local file. */
export function hashFile(pace: Pace, from: string): string {
  const md5: Hash = createHash('md5');
  const paid = pace.reading();
  const source = onDisk(`opening ${from}`, () => openSync(from, 'r'));
  try {
    for (;;) {
      const bytes = onDisk(`reading ${from}`, () => readSync(source, buffer, 0, pace.chunkBytes, null));
      if (bytes === 0) break;
      md5.update(buffer.subarray(0, bytes));
      pace.pay(paid, bytes);
    }
  } finally {
    closeSync(source);
  }
  return md5.digest('hex');
}

function writeAll(target: number, chunk: Uint8Array, to: string): void {
  onDisk(`writing ${to}`, () => {
    for (let done = 0; done < chunk.length;) done += writeSync(target, chunk, done);
  });
}

/** Has the names of a directory's files on the disk, where they survive a power loss. */
export function syncDirectory(directory: string): void {
  onDisk(`syncing ${directory}`, () => {
    const fd = openSync(directory, 'r');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  });
}
