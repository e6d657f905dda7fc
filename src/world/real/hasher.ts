import { createHash, hash as hashAtOnce, type Hash } from 'node:crypto';
import { invariant } from '../../base/errors.js';
import { BLOCK_BYTES } from './md5/kernel.js';
import type { Md5Lanes } from './md5/lanes.js';
import { MAX_CHUNK_BYTES } from './pace.js';

/** How a thread hashes the files that it reads, one after the other. */
export interface Hasher {
  /** What a file is read into, a chunk at a time. */
  readonly buffer: Uint8Array;
  /** `partBytes`: of parts that are to have MD5s of their own, a multiple of 64; then no chunk may be of two parts. */
  begin(partBytes?: number): FileMd5;
}

/** The MD5 of one file. */
export interface FileMd5 {
  /**
   * The first `bytes` of the buffer are the file's next, a multiple of 64 but for the last. `isLast`: known to be; it may turn out
   * to have been where this was not said. They may be written over after that.
   */
  add(bytes: number, isLast: boolean): void;
  hex(): string;
  /** The MD5s of the parts; undefined where none were asked for, or they would have cost as much as another pass. */
  parts(): readonly string[] | undefined;
}

/** Hashes by the platform's own means, as fast as it goes for one file on one core. */
export function plainHasher(): Hasher {
  const buffer = new Uint8Array(MAX_CHUNK_BYTES);
  return { buffer, begin: () => plainMd5(buffer) };
}

function plainMd5(buffer: Uint8Array): FileMd5 {
  let md5: Hash | undefined;
  let whole: string | undefined;
  return {
    add(bytes, isLast) {
      const chunk = buffer.subarray(0, bytes);
      // In one call, which takes a third of the time off a small file.
      if (isLast && !md5) whole = hashAtOnce('md5', chunk);
      else (md5 ??= createHash('md5')).update(chunk);
    },
    hex: () => (md5 ? md5.digest('hex') : (whole ?? hashAtOnce('md5', ''))),
    parts: () => undefined,
  };
}

/** A file that is smaller takes less time to hash than waiting for others does. */
const MIN_TOGETHER_BYTES = 64 * 1024;

/** Hashes large files together with other threads; their parts as well, which are other lanes of the same pass. */
export function laneHasher(lanes: Md5Lanes): Hasher {
  const { buffer } = lanes;
  return {
    buffer,
    begin: (partBytes) =>
      md5InLanes(lanes, partBytes === undefined ? undefined : partsInLanes(lanes, partBytes)),
  };
}

function md5InLanes(lanes: Md5Lanes, parts: LaneParts | undefined): FileMd5 {
  const { buffer } = lanes;
  let sizeBytes = 0;
  let tailAt = 0;
  let small: string | undefined;
  return {
    add(bytes, isLast) {
      if (sizeBytes === 0) {
        if (isLast && bytes < MIN_TOGETHER_BYTES) {
          small = hashAtOnce('md5', buffer.subarray(0, bytes));
          return;
        }
        lanes.begin();
      }
      invariant(sizeBytes % BLOCK_BYTES === 0, 'a chunk after the last one');
      parts?.begin();
      lanes.add(Math.floor(bytes / BLOCK_BYTES), parts !== undefined);
      parts?.added(bytes);
      sizeBytes += bytes;
      tailAt = bytes - (bytes % BLOCK_BYTES);
    },
    hex: () => small ?? (sizeBytes === 0 ? hashAtOnce('md5', '') : lanes.end(tailAt, sizeBytes)),
    parts: () => parts && (small === undefined ? parts.all() : [small]),
  };
}

/** The parts of a file: each is begun before its first chunk, and is over when it is full or the file is. */
interface LaneParts {
  begin(): void;
  added(bytes: number): void;
  all(): readonly string[];
}

function partsInLanes(lanes: Md5Lanes, partBytes: number): LaneParts {
  const sums: string[] = [];
  let doneBytes = 0;
  const end = (tailAt: number): void => {
    sums.push(lanes.endPart(tailAt, doneBytes));
    doneBytes = 0;
  };
  return {
    begin() {
      if (doneBytes === 0) lanes.beginPart();
    },
    added(bytes) {
      doneBytes += bytes;
      invariant(doneBytes <= partBytes, 'a chunk of two parts');
      // What is no whole block is the file's end: and the buffer is written over when the file is ended.
      if (doneBytes === partBytes || bytes % BLOCK_BYTES > 0) end(bytes - (bytes % BLOCK_BYTES));
    },
    all() {
      if (doneBytes > 0) end(0);
      return sums;
    },
  };
}
