import { createHash } from 'node:crypto';
import * as crypto from 'node:crypto';
import { closeSync, copyFileSync, openSync, readSync, writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import type { LimitMeans } from './limit-process.js';

export interface LimitWork {
  readonly from: string;
  readonly to: string;
  readonly means: LimitMeans;
  readonly names: readonly string[];
  readonly next: Int32Array;
}

/** Small enough to be still in the core's own cache when it is hashed, and when it is written. */
const CHUNK_BYTES = 256 * 1024;
const buffer = new Uint8Array(CHUNK_BYTES);

const { from, to, means, names, next } = workerData as LimitWork;
for (;;) {
  const name = names[Atomics.add(next, 0, 1)];
  if (name === undefined) break;
  const target = `${to}/${name}`;
  if (means === 'copy') copyFileSync(`${from}/${name}`, target);
  hash(`${from}/${name}`, means === 'write' ? target : undefined);
}

/** Hashes a file; and writes it, if it is told where. */
function hash(source: string, target: string | undefined): string {
  const input = openSync(source, 'r');
  const output = target === undefined ? undefined : openSync(target, 'w');
  try {
    const first = take(input, output);
    // Whole in the buffer: then one call is faster than an object for it.
    if (first < CHUNK_BYTES) return crypto.hash('md5', buffer.subarray(0, first));
    const md5 = createHash('md5').update(buffer);
    for (let bytes = take(input, output); bytes > 0; bytes = take(input, output)) {
      md5.update(buffer.subarray(0, bytes));
    }
    return md5.digest('hex');
  } finally {
    closeSync(input);
    if (output !== undefined) closeSync(output);
  }
}

function take(input: number, output: number | undefined): number {
  const bytes = readSync(input, buffer, 0, CHUNK_BYTES, null);
  if (output === undefined) return bytes;
  for (let done = 0; done < bytes;) done += writeSync(output, buffer, done, bytes - done);
  return bytes;
}
