import { endianness } from 'node:os';
import {
  BLOCK_BYTES,
  DESK_BYTES,
  GROUP_LANES,
  kernelModule,
  pointerOffset,
  STATE_WORDS,
  stateOffset,
  type Kernels,
} from './kernel.js';
import { webAssembly, type SharedMemory } from './web-assembly.js';

/** Bytes of a file that are hashed at a time: what is read is still in the processor's cache when it is written, and hashed. */
export const LANE_BYTES = 256 * 1024;

/** With fewer, the platform's MD5 is as fast. */
export const FEWEST_LANES = 2;

const MOST_AT_ONCE = 2 * GROUP_LANES;
const FIRST_STATE = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476] as const;
const PAGE_BYTES = 65_536;
const WORD_BYTES = 4;
/** For what MD5 adds to the end of what it is of. */
const END_BYTES = 2 * BLOCK_BYTES;
/** A buffer, and the ends of a file and of a part. No power of two, or all lanes would meet in the same lines of the cache. */
const PLACE_BYTES = LANE_BYTES + 2 * END_BYTES;

/**
 * Hashes files together that one thread moves in turns. Each has a lane; who has filled its buffer waits, and when nobody can go on
 * without, the chunks of all are hashed in one go: eight take little longer than one.
 */
class Md5Lanes {
  readonly memory: SharedMemory;
  private readonly kernels: Kernels;
  private readonly words: Int32Array;
  private waiting: Sum[] = [];
  private isDue = false;

  constructor(code: Uint8Array<ArrayBuffer>, pages: number) {
    this.memory = new webAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    const module = new webAssembly.Module(code);
    this.kernels = new webAssembly.Instance(module, { host: { memory: this.memory } }).exports as Kernels;
    this.words = new Int32Array(this.memory.buffer);
  }

  /** Has what is left of a sum hashed when all that can run at the moment has, and then calls its `done`. */
  enter(sum: Sum): void {
    this.waiting.push(sum);
    this.call();
  }

  leave(sum: Sum): void {
    this.waiting = this.waiting.filter((other) => other !== sum);
  }

  /** Takes sums, no more than eight, so many blocks further. */
  hash(sums: readonly Sum[], blocks: number): void {
    const { words, kernels } = this;
    const kernel = sums.length <= GROUP_LANES ? kernels.four : kernels.eight;
    for (let i = 0; i < MOST_AT_ONCE; i++) {
      // Places that nobody needs go with the first.
      const sum = sums[i] ?? sums[0]!;
      words[pointerOffset(i) / WORD_BYTES] = sum.nextByte;
      for (let word = 0; word < STATE_WORDS; word++)
        words[stateOffset(i, word) / WORD_BYTES] = sum.state[word]!;
    }
    kernel(0, blocks);
    for (const [i, sum] of sums.entries()) {
      for (let word = 0; word < STATE_WORDS; word++)
        sum.state[word] = words[stateOffset(i, word) / WORD_BYTES]!;
      sum.nextByte += blocks * BLOCK_BYTES;
      sum.blocksLeft -= blocks;
    }
  }

  private call(): void {
    if (this.isDue) return;
    this.isDue = true;
    setImmediate(() => {
      this.isDue = false;
      this.pass();
    });
  }

  /** Takes all that wait as many blocks further as the shortest of eight has: those that are not done go with the next. */
  private pass(): void {
    const waiting = this.waiting.splice(0);
    for (let from = 0; from < waiting.length; from += MOST_AT_ONCE) {
      const sums = waiting.slice(from, from + MOST_AT_ONCE);
      this.hash(sums, Math.min(...sums.map(({ blocksLeft }) => blocksLeft)));
      for (const sum of sums) {
        if (sum.blocksLeft === 0) sum.done();
        else this.waiting.push(sum);
      }
    }
    if (this.waiting.length > 0) this.call();
  }
}

/** An MD5 on its way. */
interface Sum {
  readonly state: Int32Array<ArrayBuffer>;
  /** Where its last blocks are made. */
  readonly end: Uint8Array<SharedArrayBuffer>;
  /** Where in the lanes' memory its next block is, and how many there are. */
  nextByte: number;
  blocksLeft: number;
  done: () => void;
}

const sumIn = ({ buffer }: SharedMemory, endAt: number): Sum => ({
  state: new Int32Array(STATE_WORDS),
  end: new Uint8Array(buffer, endAt, END_BYTES),
  nextByte: endAt,
  blocksLeft: 0,
  done: () => undefined,
});

/** Hashes one file after the other; and parts of them, one after the other, which have MD5s of their own. */
export class Md5Lane {
  /** What is to be hashed next is put here, from its start. */
  readonly buffer: Uint8Array<SharedArrayBuffer>;
  private readonly all: Md5Lanes;
  private readonly file: Sum;
  private readonly part: Sum;

  private constructor(all: Md5Lanes, from: number) {
    this.all = all;
    this.buffer = new Uint8Array(all.memory.buffer, from, LANE_BYTES);
    this.file = sumIn(all.memory, from + LANE_BYTES);
    this.part = sumIn(all.memory, from + LANE_BYTES + END_BYTES);
  }

  /** For so many files at a time; empty where a thread is better off hashing each for itself. */
  static several(lanes: number): readonly Md5Lane[] {
    const pages = Math.ceil((DESK_BYTES + lanes * PLACE_BYTES) / PAGE_BYTES);
    // What is written here as words is read as bytes.
    if (lanes < FEWEST_LANES || endianness() !== 'LE') return [];
    const code = kernelModule(pages);
    if (!webAssembly.validate(code)) return [];
    const all = new Md5Lanes(code, pages);
    return Array.from({ length: lanes }, (_, i) => new Md5Lane(all, DESK_BYTES + i * PLACE_BYTES));
  }

  begin(): void {
    this.beginSum(this.file);
  }

  beginPart(): void {
    this.beginSum(this.part);
  }

  /** Hashes the first so many blocks of the buffer, which may not change until then; into the part as well, if asked. */
  async add(blocks: number, isOfPart: boolean): Promise<void> {
    if (blocks === 0) return;
    const sums = isOfPart ? [this.file, this.part] : [this.file];
    await Promise.all(sums.map((sum) => this.addTo(sum, blocks)));
  }

  /** Ends it, with so many bytes from `from` in the buffer on, fewer than a block, of a file of `sizeBytes`. 32 hex digits. */
  end(from: number, sizeBytes: number): string {
    return this.endSum(this.file, from, sizeBytes);
  }

  /** The same for a part. */
  endPart(from: number, sizeBytes: number): string {
    return this.endSum(this.part, from, sizeBytes);
  }

  private beginSum(sum: Sum): void {
    // Of a file that was given up.
    this.all.leave(sum);
    sum.state.set(FIRST_STATE);
  }

  private addTo(sum: Sum, blocks: number): Promise<void> {
    sum.nextByte = this.buffer.byteOffset;
    sum.blocksLeft = blocks;
    return new Promise((resolve) => {
      sum.done = resolve;
      this.all.enter(sum);
    });
  }

  private endSum(sum: Sum, from: number, sizeBytes: number): string {
    const { end, state } = sum;
    const tailBytes = sizeBytes % BLOCK_BYTES;
    end.set(this.buffer.subarray(from, from + tailBytes));
    const blocks = tailBytes + 9 > BLOCK_BYTES ? 2 : 1;
    const endBytes = blocks * BLOCK_BYTES;
    end.fill(0, tailBytes, endBytes);
    end[tailBytes] = 0x80;
    const length = new DataView(end.buffer, end.byteOffset + endBytes - 8, 8);
    length.setBigUint64(0, BigInt(sizeBytes) * 8n, true);
    sum.nextByte = end.byteOffset;
    sum.blocksLeft = blocks;
    this.all.hash([sum], blocks);
    return Buffer.from(state.buffer).toString('hex');
  }
}
