import { closeSync, copyFileSync, openSync, readSync, writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { laneHasher, plainHasher } from '../../src/world/real/hasher.js';
import { Md5Lanes } from '../../src/world/real/md5/lanes.js';
import { LANE_BYTES, type SharedMd5 } from '../../src/world/real/md5/shared-md5.js';
import type { LimitMeans } from './limit-process.js';

export interface LimitWork {
  readonly from: string;
  readonly to: string;
  readonly means: LimitMeans;
  readonly names: readonly string[];
  readonly next: Int32Array;
  /** For hashing together, which is the fastest way of it that we know. */
  readonly md5: SharedMd5 | undefined;
}

const work = workerData as LimitWork;
const lanes = work.md5 && Md5Lanes.join(work.md5);
const hasher = lanes ? laneHasher(lanes) : plainHasher();
/** Small enough to be still in the core's own cache when it is hashed, and when it is written. */
const buffer = hasher.buffer.subarray(0, LANE_BYTES);

const { from, to, means, names, next } = work;
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
  const md5 = hasher.begin();
  try {
    for (let isLast = false; !isLast;) {
      const bytes = take(input, output);
      isLast = bytes < buffer.length;
      md5.add(bytes, isLast);
    }
    return md5.hex();
  } finally {
    closeSync(input);
    if (output !== undefined) closeSync(output);
  }
}

function take(input: number, output: number | undefined): number {
  const bytes = readSync(input, buffer, 0, buffer.length, null);
  if (output === undefined) return bytes;
  for (let done = 0; done < bytes;) done += writeSync(output, buffer, done, bytes - done);
  return bytes;
}
