import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { filesBelow } from './tree.js';
import type { LimitWork } from './limit-worker.js';

/*
 * Hashing and copying a directory, and nothing else: what a backup on Node is held against. A process that is given an
 * order, and prints one line of JSON.
 */

/** `write`: what was read for the checksum is written. `copy`: the kernel copies, and the file is read besides. */
export type LimitMeans = 'write' | 'copy';

export interface LimitOrder {
  readonly from: string;
  readonly to: string;
  readonly means: LimitMeans;
  readonly threads: number;
  /** Files that each of them has on their way at once. */
  readonly filesPerThread: number;
}

const order = JSON.parse(process.argv[2]!) as LimitOrder;
const startMs = performance.now();
await copyAll(order);
console.log(JSON.stringify({ durationMs: performance.now() - startMs }));

async function copyAll({ from, to, means, threads, filesPerThread }: LimitOrder): Promise<void> {
  // Largest first: no thread begins a large file when the others are about to end.
  const files = filesBelow(from).toSorted((a, b) => b.bytes - a.bytes);
  const directories = new Set(files.map(({ name }) => path.dirname(name)));
  for (const directory of directories) mkdirSync(path.join(to, directory), { recursive: true });
  // One queue for all: the number of the next file.
  const next = new Int32Array(new SharedArrayBuffer(4));
  const names = files.map(({ name }) => name);
  const work: LimitWork = { from, to, means, next, names, filesPerThread };
  await Promise.all(Array.from({ length: threads }, () => ended(work)));
}

function ended(work: LimitWork): Promise<void> {
  const worker = new Worker(new URL('./limit-worker.js', import.meta.url), { workerData: work });
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('exit', () => resolve());
  });
}
