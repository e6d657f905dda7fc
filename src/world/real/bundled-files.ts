import { hash as hashAtOnce } from 'node:crypto';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { DrillError } from '../../base/errors.js';
import type { BundleSums } from '../../node/index.js';
import type { Sync } from '../../repository/storage/local-sync.js';
import type { BundleMemory } from './bundle-memory.js';
import { onDisk, onDiskLater } from './errno.js';

/*
 * Bundles are held in memory, whole: a worker has one at a time, and they are small. So a hundred small files are one write.
 */

/** A file of a bundle on this machine. */
export interface BundledFile {
  readonly path: string;
  readonly sizeBytes: number;
}

/** So many of a bundle's files are brought to the disk together. */
const FILES_AT_ONCE = 32;

/** The bytes of files, one after the other. Throws TASK_FAILED where one has another size than it should. */
export function readFiles(memory: BundleMemory, files: readonly BundledFile[]): Uint8Array {
  const bytes = memory.reserve(bundleBytes(files));
  slicesOf(bytes, files).forEach((slice, i) => readFile(files[i]!, slice, memory.beyond));
  return bytes;
}

/** Makes files of a bundle. `sync`: how they are brought to the disk; undefined where they need not be. */
export async function makeFiles(
  bytes: Uint8Array,
  files: readonly BundledFile[],
  sync: Sync | undefined,
): Promise<void> {
  const slices = slicesOf(bytes, files);
  for (let first = 0; first < files.length; first += FILES_AT_ONCE) {
    const some = files.slice(first, first + FILES_AT_ONCE);
    await Promise.all(some.map(({ path }, i) => writeFile(path, slices[first + i]!, sync)));
  }
}

export const bundleBytes = (files: readonly BundledFile[]): number =>
  files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

export const checksumsOf = (bytes: Uint8Array, files: readonly BundledFile[]): string[] =>
  slicesOf(bytes, files).map(md5Of);

export const sumsOf = (bytes: Uint8Array, files: readonly BundledFile[]): BundleSums => ({
  checksum: md5Of(bytes),
  files: checksumsOf(bytes, files),
});

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

function slicesOf(bytes: Uint8Array, files: readonly BundledFile[]): Uint8Array[] {
  let end = 0;
  return files.map(({ sizeBytes }) => bytes.subarray(end, (end += sizeBytes)));
}

const md5Of = (bytes: Uint8Array): string => hashAtOnce('md5', bytes);
