import type { PartMemory } from './part-memory.js';

const FIRST_BYTES = 64 * 1024;

/** Bytes on their way into a part: grows as it is filled, since most files are far smaller than a part. */
export interface PartBuffer {
  readonly length: number;
  /** Copies as much of `bytes` as fits under `limitBytes` and returns how much that was. */
  fill(bytes: Uint8Array, limitBytes: number): number;
  /** What is in it, which stays the taker's until it is recycled; it is empty then. */
  take(): Uint8Array;
  /** Gives back memory that was taken. */
  recycle(part: Uint8Array): void;
}

/** `expectedBytes`: how much will come, where it is known. */
export function partBuffer(shared: PartMemory, expectedBytes: number | undefined): PartBuffer {
  let memory: Uint8Array = new Uint8Array(0);
  let length = 0;

  function reserve(neededBytes: number, limitBytes: number): void {
    if (neededBytes <= memory.length) return;
    const wantedBytes = Math.max(neededBytes, expectedBytes ?? FIRST_BYTES, memory.length * 2);
    const grown = shared.take(Math.max(neededBytes, Math.min(wantedBytes, limitBytes)));
    grown.set(memory.subarray(0, length));
    shared.give(memory);
    memory = grown;
  }

  return {
    get length() {
      return length;
    },
    fill(bytes, limitBytes) {
      const count = Math.min(bytes.length, limitBytes - length);
      if (count <= 0) return 0;
      reserve(length + count, limitBytes);
      memory.set(bytes.subarray(0, count), length);
      length += count;
      return count;
    },
    take() {
      const part = memory.subarray(0, length);
      memory = new Uint8Array(0);
      length = 0;
      return part;
    },
    recycle: (part) => shared.give(new Uint8Array(part.buffer)),
  };
}
