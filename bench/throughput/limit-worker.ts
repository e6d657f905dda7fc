import { closeSync, copyFileSync, openSync, readSync, writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { laneHasher, plainHasher, type Hasher } from '../../src/world/real/hasher.js';
import { LANE_BYTES, Md5Lane } from '../../src/world/real/md5/lanes.js';
import type { LimitMeans } from './limit-process.js';

export interface LimitWork {
  readonly from: string;
  readonly to: string;
  readonly means: LimitMeans;
  readonly names: readonly string[];
  readonly next: Int32Array;
  /** On their way at once, in turns, to be hashed together: the fastest way of it that we know. */
  readonly filesPerThread: number;
}

const { from, to, means, names, next, filesPerThread } = workerData as LimitWork;
const lanes = Md5Lane.several(filesPerThread);
const hashers = lanes.length > 0 ? lanes.map(laneHasher) : [plainHasher()];
await Promise.all(hashers.map(moveFiles));

async function moveFiles(hasher: Hasher): Promise<void> {
  for (;;) {
    const name = names[Atomics.add(next, 0, 1)];
    if (name === undefined) return;
    const target = `${to}/${name}`;
    if (means === 'copy') copyFileSync(`${from}/${name}`, target);
    await hash(hasher, `${from}/${name}`, means === 'write' ? target : undefined);
  }
}

/** Hashes a file; and writes it, if it is told where. */
async function hash(hasher: Hasher, source: string, target: string | undefined): Promise<string> {
  const input = openSync(source, 'r');
  const output = target === undefined ? undefined : openSync(target, 'w');
  const md5 = hasher.begin();
  // Small enough to be still in the core's own cache when it is written, and hashed.
  const buffer = hasher.buffer.subarray(0, LANE_BYTES);
  try {
    for (let isLast = false; !isLast;) {
      const bytes = readSync(input, buffer, 0, buffer.length, null);
      isLast = bytes < buffer.length;
      if (output !== undefined) write(output, buffer.subarray(0, bytes));
      await md5.add(bytes, isLast);
    }
    return md5.hex();
  } finally {
    closeSync(input);
    if (output !== undefined) closeSync(output);
  }
}

function write(output: number, chunk: Uint8Array): void {
  for (let done = 0; done < chunk.length;) done += writeSync(output, chunk, done);
}
