import { hash as hashAtOnce } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { DrillError } from '../../base/errors.js';
import type { BundleSums } from '../../node/index.js';
import { onDisk } from './errno.js';

/*
 * Bundles are held in memory, whole: a thread has one at a time, and they are small. So a hundred small files are one write.
 */

/** A file of a bundle on this machine. */
export interface BundledFile {
  readonly path: string;
  readonly sizeBytes: number;
}

/** As large as the largest bundle that the thread has had. */
let bundleBuffer = new Uint8Array(0);
const beyond = new Uint8Array(1);

/** Room for a bundle of so many bytes: the same for each. */
export function bundleRoom(sizeBytes: number): Uint8Array {
  if (bundleBuffer.length < sizeBytes) bundleBuffer = new Uint8Array(sizeBytes);
  return bundleBuffer.subarray(0, sizeBytes);
}

/** The bytes of files, one after the other. Throws TASK_FAILED where one has another size than it should. */
export function readFiles(files: readonly BundledFile[]): Uint8Array {
  const bytes = bundleRoom(bundleBytes(files));
  slicesOf(bytes, files).forEach((slice, i) => readFile(files[i]!, slice));
  return bytes;
}

/** Makes files of a bundle. */
export const makeFiles = (bytes: Uint8Array, files: readonly BundledFile[], durable: boolean): void =>
  slicesOf(bytes, files).forEach((slice, i) => writeFile(files[i]!.path, slice, durable));

export const bundleBytes = (files: readonly BundledFile[]): number =>
  files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

export const checksumsOf = (bytes: Uint8Array, files: readonly BundledFile[]): string[] =>
  slicesOf(bytes, files).map(md5Of);

export const sumsOf = (bytes: Uint8Array, files: readonly BundledFile[]): BundleSums => ({
  checksum: md5Of(bytes),
  files: checksumsOf(bytes, files),
});

function readFile({ path, sizeBytes }: BundledFile, into: Uint8Array): void {
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

function writeFile(path: string, bytes: Uint8Array, durable: boolean): void {
  const target = onDisk(`creating ${path}`, () => openSync(path, 'w'));
  try {
    onDisk(`writing ${path}`, () => {
      for (let done = 0; done < bytes.length;) done += writeSync(target, bytes, done);
    });
    if (durable) onDisk(`syncing ${path}`, () => fsyncSync(target));
  } finally {
    closeSync(target);
  }
}

function slicesOf(bytes: Uint8Array, files: readonly BundledFile[]): Uint8Array[] {
  let end = 0;
  return files.map(({ sizeBytes }) => bytes.subarray(end, (end += sizeBytes)));
}

const md5Of = (bytes: Uint8Array): string => hashAtOnce('md5', bytes);
