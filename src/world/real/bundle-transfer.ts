import { DrillError } from '../../base/errors.js';
import type { BundleSums } from '../../node/index.js';
import { giveUp } from '../../repository/storage/give-up.js';
import type { StorageWriter } from '../../repository/storage/storage.js';
import type { BundleMemory } from './bundle-memory.js';
import { bundleBytes, checksumsOf, makeFiles, readFiles, sumsOf, type BundledFile } from './bundled-files.js';
import { memorySource } from './byte-source.js';
import type { Pace } from './pace.js';
import { sendToServer } from './send-to-server.js';
import type { Transfer } from './transfer.js';

/** The checksums of a bundle that would be made of these files. */
export function hashBundle(pace: Pace, memory: BundleMemory, files: readonly BundledFile[]): BundleSums {
  const { bytes, sums } = readAndHash(pace, memory, files);
  const paid = pace.reading();
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

/**
 * Sends files to the repository as one object, hashing them on the way if asked. All are read before a request is made, since that
 * takes a while. Leaves nothing behind if it fails.
 */
export async function sendBundle(
  transfer: Transfer,
  files: readonly BundledFile[],
  { to, hash, md5 }: BundleTarget,
): Promise<BundleSums | undefined> {
  const { storage, pace, bundles, hasher, request } = transfer;
  if (!hash) {
    const bytes = readFiles(bundles, files);
    if (storage.parts)
      await sendToServer(transfer, storage.parts, hasher.buffer, memorySource(bytes), { to, md5 });
    else await write(transfer, { to, bytes, dueNs: await request(), hash });
    return undefined;
  }
  const { bytes, sums } = readAndHash(pace, bundles, files);
  await write(transfer, { to, bytes, dueNs: await request(), hash });
  return sums;
}

/** Fetches a bundle that has been made of such files, and puts each into its place; answers their checksums. */
export async function fetchBundle(
  transfer: Transfer,
  from: string,
  files: readonly BundledFile[],
): Promise<readonly string[]> {
  const bytes = await readObject(transfer, from, bundleBytes(files));
  await makeFiles(bytes, files, transfer.sync);
  return checksumsOf(bytes, files);
}

/** All is hashed twice, as files and as one object: the second time is paid for here, the first one as for a file. */
function readAndHash(
  pace: Pace,
  memory: BundleMemory,
  files: readonly BundledFile[],
): { readonly bytes: Uint8Array; readonly sums: BundleSums } {
  const paid = pace.hashing();
  const bytes = readFiles(memory, files);
  const sums = sumsOf(bytes, files);
  pace.pay(paid, bytes.length);
  return { bytes, sums };
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
