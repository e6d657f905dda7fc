import { createHash, type Hash } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import type { Storage, StorageWriter } from '../../repository/storage/storage.js';
import { onDisk } from './errno.js';
import { giveUp } from './give-up.js';
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
  readonly request: () => bigint;
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
  const { storage, pace, onBytes } = transfer;
  // Where there are connections to keep busy, and where the checksum is in the name, so that it has been computed before.
  if (storage.parts && !hash) return sendToServer(transfer, storage.parts, buffer, from, to);
  const dueNs = transfer.request();
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
      const written = writer.write(chunk);
      if (written instanceof Promise) await written;
      sizeBytes += bytes;
      pace.payFrom(dueNs, paid, bytes);
      onBytes(bytes);
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

/** Fetches a file from the repository, hashing it on the way. */
export async function fetchFile(
  { storage, pace, durable, request, onBytes }: Transfer,
  from: string,
  to: string,
): Promise<{ readonly sizeBytes: number; readonly checksum: string }> {
  const dueNs = request();
  const md5 = createHash('md5');
  const paid = pace.transferringHashed(dueNs);
  const reader = await storage.openReader(from);
  let sizeBytes = 0;
  try {
    const target = onDisk(`creating ${to}`, () => openSync(to, 'w'));
    try {
      for (;;) {
        const read = reader.read(buffer.subarray(0, pace.chunkBytes));
        const bytes = read instanceof Promise ? await read : read;
        if (bytes === 0) break;
        const chunk = buffer.subarray(0, bytes);
        md5.update(chunk);
        writeAll(target, chunk, to);
        sizeBytes += bytes;
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
