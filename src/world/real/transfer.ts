import { closeSync, openSync, writeSync } from 'node:fs';
import { DrillError } from '../../base/errors.js';
import type { Awaitable, Storage, StorageWriter } from '../../repository/storage/storage.js';
import { giveUp } from '../../repository/storage/give-up.js';
import type { Sync } from '../../repository/storage/local-sync.js';
import { fileSource } from './byte-source.js';
import { ChunkReader } from './chunk-reader.js';
import { onDisk, onDiskLater } from './errno.js';
import type { BundleMemory } from './bundle-memory.js';
import type { Hasher } from './hasher.js';
import type { Pace } from './pace.js';
import { sendToServer } from './send-to-server.js';

export interface Transfer {
  readonly storage: Storage;
  readonly pace: Pace;
  readonly hasher: Hasher;
  readonly bundles: BundleMemory;
  /** How fetched files are brought to the disk; undefined where they need not be. */
  readonly sync: Sync | undefined;
  /** Makes a request: gives when it is answered, besides the time its bytes take. */
  readonly request: () => Awaitable<bigint>;
  /** Waits until some of so many bytes may be moved: gives how many, which are to be moved at once. */
  readonly allow: (mostBytes: number) => Awaitable<number>;
  /** Told of each chunk that has been moved. */
  readonly onBytes: (bytes: number) => void;
  /** Told, besides whenever it asks to be allowed more, when those bytes have taken the time that they should. */
  readonly onPaid: () => void;
}

export interface Sending {
  /** A local file … */
  readonly from: string;
  /** … of so many bytes, as far as is known … */
  readonly sizeBytes: number;
  /** … and its path in the repository. */
  readonly to: string;
  /** Whether it is hashed on the way. */
  readonly hash: boolean;
  /** In hexadecimal, where it has been computed before: a storage that sends it along refuses other bytes. */
  readonly md5?: string | undefined;
  /** Likewise, of the parts that it is sent in. */
  readonly parts?: PartSums | undefined;
}

/** Sends a local file to the repository in one pass. Leaves nothing behind if it fails. */
export async function sendFile(
  transfer: Transfer,
  { from, sizeBytes: expectedBytes, to, hash, md5, parts }: Sending,
): Promise<{ readonly sizeBytes: number; readonly checksum: string | undefined }> {
  const { storage, pace, allow, onBytes, hasher } = transfer;
  // Where there are connections to keep busy, and where the checksum is in the name, so that it has been computed before.
  if (storage.parts && !hash)
    return sendToServer(transfer, storage.parts, hasher.buffer, fileSource(from), { to, md5, parts });
  const dueNs = await transfer.request();
  const hashing = hash ? hasher.begin() : undefined;
  const paid = hash ? pace.transferringHashed(dueNs) : pace.transferring(dueNs);
  const { buffer } = hasher;
  const chunkBytes = Math.min(buffer.length, pace.chunkBytes);
  const source = new ChunkReader(from, expectedBytes);
  let writer: StorageWriter | undefined;
  try {
    writer = await storage.createWriter(to, expectedBytes, md5);
    while (!source.isAtEnd) {
      const bytes = source.read(buffer, chunkBytes);
      if (bytes === 0) break;
      const hashed = hashing?.add(bytes, source.isAtEnd);
      const chunk = buffer.subarray(0, bytes);
      for (let done = 0; done < bytes;) {
        const allowed = allow(bytes - done);
        const end = done + (allowed instanceof Promise ? await allowed : allowed);
        const written = writer.write(chunk.subarray(done, end));
        if (written instanceof Promise) await written;
        onBytes(end - done);
        done = end;
      }
      if (hashed) await hashed;
      pace.payFrom(dueNs, paid, bytes);
    }
    // An empty file has only its request to wait for.
    pace.until(dueNs);
    await writer.close();
  } catch (error) {
    await giveUp(writer);
    throw error;
  } finally {
    source.close();
  }
  return { sizeBytes: source.sizeBytes, checksum: hashing?.hex() };
}

/**
 * Fetches a file from the repository, hashing it on the way. `mostBytes`: what its manifest says; a file that goes on is
 * given up, since it could fill the disk.
 */
export async function fetchFile(
  { storage, pace, hasher, sync, request, allow, onBytes }: Transfer,
  from: string,
  to: string,
  mostBytes: number,
): Promise<{ readonly sizeBytes: number; readonly checksum: string }> {
  const dueNs = await request();
  const md5 = hasher.begin();
  const paid = pace.transferringHashed(dueNs);
  const { buffer } = hasher;
  const reader = await storage.openReader(from);
  let sizeBytes = 0;
  let isAtEnd = false;
  try {
    const target = onDisk(`creating ${to}`, () => openSync(to, 'w'));
    try {
      while (!isAtEnd) {
        // Room for a byte more than there should be: that it stays empty tells the end, and saves a read that would.
        const chunkBytes = Math.min(buffer.length, pace.chunkBytes, mostBytes - sizeBytes + 1);
        let filledBytes = 0;
        while (filledBytes < chunkBytes && !isAtEnd) {
          const leftBytes = mostBytes - sizeBytes;
          const wantedBytes = Math.min(chunkBytes - filledBytes, leftBytes);
          const allowedBytes = wantedBytes > 0 ? await allow(wantedBytes) : 0;
          const endBytes =
            allowedBytes === leftBytes ? chunkBytes : Math.min(chunkBytes, filledBytes + allowedBytes);
          const piece = buffer.subarray(filledBytes, endBytes);
          const read = reader.read(piece);
          const bytes = read instanceof Promise ? await read : read;
          filledBytes += bytes;
          sizeBytes += bytes;
          if (sizeBytes > mostBytes) throw tooLong(from, mostBytes);
          isAtEnd = bytes === 0 || (bytes < piece.length && sizeBytes === mostBytes);
          writeAll(target, piece.subarray(0, bytes), to);
          pace.payFrom(dueNs, paid, bytes);
          onBytes(bytes);
        }
        const hashed = md5.add(filledBytes, isAtEnd);
        if (hashed) await hashed;
      }
      if (sync) await onDiskLater(`syncing ${to}`, async () => sync.file(target));
      pace.until(dueNs);
    } finally {
      closeSync(target);
    }
  } finally {
    await reader.close();
  }
  return { sizeBytes, checksum: md5.hex() };
}

const tooLong = (path: string, mostBytes: number): DrillError =>
  new DrillError('CHECKSUM_MISMATCH', `${path} has more than the ${mostBytes} bytes that its manifest says`, {
    hint: 'it was damaged or replaced: drill verify tells what else was',
  });

export interface FileSums {
  readonly checksum: string;
  /** Of each part that it will be sent in; undefined where they are as well computed then. */
  readonly parts: PartSums | undefined;
}

/** Parts of so many bytes, the last one apart, and their MD5s in hexadecimal. */
export interface PartSums {
  readonly partBytes: number;
  readonly md5s: readonly string[];
}

export interface Hashing {
  /** How many there are, as far as is known. */
  readonly sizeBytes?: number | undefined;
  /** In what parts it will be sent, where it is. */
  readonly partBytes?: number | undefined;
}

/** The MD5 of a local file. */
export async function hashFile(
  pace: Pace,
  hasher: Hasher,
  from: string,
  { sizeBytes, partBytes }: Hashing = {},
): Promise<FileSums> {
  const paid = pace.reading();
  const md5 = hasher.begin(partBytes);
  const { buffer } = hasher;
  const chunkBytes = Math.min(buffer.length, pace.chunkBytes);
  const source = new ChunkReader(from, sizeBytes);
  try {
    while (!source.isAtEnd) {
      const ofPartBytes = partBytes === undefined ? chunkBytes : partBytes - (source.sizeBytes % partBytes);
      const bytes = source.read(buffer, Math.min(chunkBytes, ofPartBytes));
      if (bytes === 0) break;
      const hashed = md5.add(bytes, source.isAtEnd);
      if (hashed) await hashed;
      pace.pay(paid, bytes);
    }
  } finally {
    source.close();
  }
  const md5s = md5.parts();
  const parts = md5s && partBytes !== undefined ? { partBytes, md5s } : undefined;
  return { checksum: md5.hex(), parts };
}

function writeAll(target: number, chunk: Uint8Array, to: string): void {
  onDisk(`writing ${to}`, () => {
    for (let done = 0; done < chunk.length;) done += writeSync(target, chunk, done);
  });
}
