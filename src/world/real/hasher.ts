import { createHash, hash as hashAtOnce, type Hash } from 'node:crypto';
import { invariant } from '../../base/errors.js';
import { BLOCK_BYTES } from './md5/kernel.js';
import type { Awaitable } from '../../repository/storage/storage.js';
import type { Md5Lane } from './md5/lanes.js';
import { MAX_CHUNK_BYTES } from './pace.js';

/** How a worker hashes the files that it reads, one after the other. */
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
   * to have been where this was not said. They may be read meanwhile, and written over after that.
   */
  add(bytes: number, isLast: boolean): Awaitable<void>;
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

/** Hashes large files together with those that the same thread moves in turns; their parts as well, which are other lanes. */
export function laneHasher(lane: Md5Lane): Hasher {
  return {
    buffer: lane.buffer,
    begin: (partBytes) => md5InLane(lane, partBytes === undefined ? undefined : partsInLane(lane, partBytes)),
  };
}

function md5InLane(lane: Md5Lane, parts: LaneParts | undefined): FileMd5 {
  let sizeBytes = 0;
  let tailAt = 0;
  let small: string | undefined;
  return {
    add(bytes, isLast) {
      if (sizeBytes === 0) {
        if (isLast && bytes < MIN_TOGETHER_BYTES) {
          small = hashAtOnce('md5', lane.buffer.subarray(0, bytes));
          return;
        }
        lane.begin();
      }
      invariant(sizeBytes % BLOCK_BYTES === 0, 'a chunk after the last one');
      sizeBytes += bytes;
      tailAt = bytes - (bytes % BLOCK_BYTES);
      if (!parts) return lane.add(tailAt / BLOCK_BYTES, false);
      parts.begin();
      return lane.add(tailAt / BLOCK_BYTES, true).then(() => parts.added(bytes));
    },
    hex: () => small ?? (sizeBytes === 0 ? hashAtOnce('md5', '') : lane.end(tailAt, sizeBytes)),
    parts: () => parts && (small === undefined ? parts.all() : [small]),
  };
}

/** The parts of a file: each is begun before its first chunk, and is over when it is full or the file is. */
interface LaneParts {
  begin(): void;
  added(bytes: number): void;
  all(): readonly string[];
}

function partsInLane(lane: Md5Lane, partBytes: number): LaneParts {
  const sums: string[] = [];
  let doneBytes = 0;
  const end = (tailAt: number): void => {
    sums.push(lane.endPart(tailAt, doneBytes));
    doneBytes = 0;
  };
  return {
    begin() {
      if (doneBytes === 0) lane.beginPart();
    },
    added(bytes) {
      doneBytes += bytes;
      invariant(doneBytes <= partBytes, 'a chunk of two parts');
      // What is no whole block is the file's end.
      if (doneBytes === partBytes || bytes % BLOCK_BYTES > 0) end(bytes - (bytes % BLOCK_BYTES));
    },
    all() {
      if (doneBytes > 0) end(0);
      return sums;
    },
  };
}
