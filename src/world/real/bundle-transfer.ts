import { hash as hashAtOnce } from 'node:crypto';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { DrillError } from '../../base/errors.js';
import type { BundleSums } from '../../node/index.js';
import { giveUp } from '../../repository/storage/give-up.js';
import type { StorageWriter } from '../../repository/storage/storage.js';
import type { Sync } from '../../repository/storage/local-sync.js';
import type { BundleMemory } from './bundle-memory.js';
import { memorySource } from './byte-source.js';
import { onDisk, onDiskLater } from './errno.js';
import type { Pace } from './pace.js';
import { sendToServer } from './send-to-server.js';
import type { Transfer } from './transfer.js';

/*
 * Bundles are held in memory, whole: a thread has one at a time, and they are small. So a hundred small files are one write.
 */

/** A file of a bundle on this machine. */
export interface BundledFile {
  readonly path: string;
  readonly sizeBytes: number;
}

/** So many of a bundle's files are brought to the disk together. */
const FILES_AT_ONCE = 32;

/** The checksums of a bundle that would be made of these files. */
export function hashBundle(pace: Pace, memory: BundleMemory, files: readonly BundledFile[]): BundleSums {
  const paid = pace.reading();
  const bytes = readFiles(memory, files);
  const sums = sumsOf(bytes, files);
  for (let done = 0; done < bytes.length; done += pace.chunkBytes)
    pace.pay(paid, Math.min(pace.chunkBytes, bytes.length - done));
  return sums;
}

export interface BundleTarget {
  readonly to: string;
  /** Whether its files, and itself, are hashed on the way. */
  readonly hash: boolean;
  /** Of the bundle, where it is known. */
  readonly md5?: string | undefined;
}

/** Sends files to the repository as one object, hashing them on the way if asked. Leaves nothing behind if it fails. */
export async function sendBundle(
  transfer: Transfer,
  files: readonly BundledFile[],
  { to, hash, md5 }: BundleTarget,
): Promise<BundleSums | undefined> {
  const { storage, bundles, hasher } = transfer;
  if (storage.parts && !hash) {
    const source = memorySource(readFiles(bundles, files));
    await sendToServer(transfer, storage.parts, hasher.buffer, source, { to, md5 });
    return undefined;
  }
  const dueNs = await transfer.request();
  const bytes = readFiles(bundles, files);
  const sums = hash ? sumsOf(bytes, files) : undefined;
  await write(transfer, { to, bytes, dueNs, hash });
  return sums;
}

/** Fetches a bundle that has been made of such files, and puts each into its place; answers their checksums. */
export async function fetchBundle(
  transfer: Transfer,
  from: string,
  files: readonly BundledFile[],
): Promise<readonly string[]> {
  const bytes = await readObject(transfer, from, sizeOf(files));
  const slices = slicesOf(bytes, files);
  for (let first = 0; first < files.length; first += FILES_AT_ONCE) {
    const some = files.slice(first, first + FILES_AT_ONCE);
    await Promise.all(some.map(({ path }, i) => writeFile(path, slices[first + i]!, transfer.sync)));
  }
  return slices.map(md5Of);
}

interface Sending {
  readonly to: string;
  readonly bytes: Uint8Array;
  /** When its request is answered. */
  readonly dueNs: bigint;
  readonly hash: boolean;
}

async function write(
  { storage, pace, allow, onBytes }: Transfer,
  { to, bytes, dueNs, hash }: Sending,
): Promise<void> {
  const paid = hash ? pace.transferringHashed(dueNs) : pace.transferring(dueNs);
  let writer: StorageWriter | undefined;
  try {
    writer = await storage.createWriter(to, bytes.length);
    for (let done = 0; done < bytes.length;) {
      const end = done + (await allow(Math.min(pace.chunkBytes, bytes.length - done)));
      await writer.write(bytes.subarray(done, end));
      onBytes(end - done);
      pace.payFrom(dueNs, paid, end - done);
      done = end;
    }
    pace.until(dueNs);
    await writer.close();
  } catch (error) {
    await giveUp(writer);
    throw error;
  }
}

/** All bytes of an object that should have so many. Throws CHECKSUM_MISMATCH for one that has not. */
async function readObject(
  { storage, pace, bundles, request, allow, onBytes }: Transfer,
  from: string,
  sizeBytes: number,
): Promise<Uint8Array> {
  const dueNs = await request();
  const paid = pace.transferringHashed(dueNs);
  const bytes = bundles.reserve(sizeBytes);
  const reader = await storage.openReader(from);
  let done = 0;
  try {
    while (done < sizeBytes) {
      const end = done + (await allow(Math.min(pace.chunkBytes, sizeBytes - done)));
      while (done < end) {
        const count = await reader.read(bytes.subarray(done, end));
        if (count === 0) throw wrongSize(from, done, sizeBytes);
        done += count;
        onBytes(count);
        pace.payFrom(dueNs, paid, count);
      }
    }
    if ((await reader.read(bundles.beyond)) > 0) throw wrongSize(from, 'more', sizeBytes);
    pace.until(dueNs);
  } finally {
    await reader.close();
  }
  return bytes;
}

const wrongSize = (path: string, actual: number | 'more', expected: number): DrillError =>
  new DrillError('CHECKSUM_MISMATCH', `${path} has ${actual} bytes, and its manifest says ${expected}`, {
    hint: 'it was damaged or replaced: drill verify tells what else was',
  });

/** The bytes of files, one after the other. Throws TASK_FAILED where one has another size than it should. */
function readFiles(memory: BundleMemory, files: readonly BundledFile[]): Uint8Array {
  const bytes = memory.reserve(sizeOf(files));
  slicesOf(bytes, files).forEach((slice, i) => readFile(files[i]!, slice, memory.beyond));
  return bytes;
}

function readFile({ path, sizeBytes }: BundledFile, into: Uint8Array, beyond: Uint8Array): void {
  const source = onDisk(`opening ${path}`, () => openSync(path, 'r'));
  try {
    const read = (target: Uint8Array): number =>
      onDisk(`reading ${path}`, () => readSync(source, target, 0, target.length, null));
    let done = 0;
    for (let count = -1; done < sizeBytes && count !== 0;) done += count = read(into.subarray(done));
    if (done === sizeBytes && read(beyond) === 0) return;
    const actual = done === sizeBytes ? 'more' : String(done);
    throw new DrillError('TASK_FAILED', `${path} has ${actual} bytes, and the catalog says ${sizeBytes}`, {
      hint: 'its replica is damaged; drill clean has the data made anew',
    });
  } finally {
    closeSync(source);
  }
}

async function writeFile(path: string, bytes: Uint8Array, sync: Sync | undefined): Promise<void> {
  const target = onDisk(`creating ${path}`, () => openSync(path, 'w'));
  try {
    onDisk(`writing ${path}`, () => {
      for (let done = 0; done < bytes.length;) done += writeSync(target, bytes, done);
    });
    if (sync) await onDiskLater(`syncing ${path}`, async () => sync.file(target));
  } finally {
    closeSync(target);
  }
}

const sizeOf = (files: readonly BundledFile[]): number =>
  files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

function slicesOf(bytes: Uint8Array, files: readonly BundledFile[]): Uint8Array[] {
  let end = 0;
  return files.map(({ sizeBytes }) => bytes.subarray(end, (end += sizeBytes)));
}

const sumsOf = (bytes: Uint8Array, files: readonly BundledFile[]): BundleSums => ({
  checksum: md5Of(bytes),
  files: slicesOf(bytes, files).map(md5Of),
});

const md5Of = (bytes: Uint8Array): string => hashAtOnce('md5', bytes);
