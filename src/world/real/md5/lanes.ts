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
/** Room for what MD5 adds to a file's end; and no power of two, or all lanes would meet in the same lines of the cache. */
const PLACE_BYTES = LANE_BYTES + 2 * BLOCK_BYTES;

/**
 * Hashes files together that one thread moves in turns. Each has a lane; who has filled its buffer waits, and when nobody can go on
 * without, the chunks of all are hashed in one go: eight take little longer than one.
 */
export class Md5Lanes {
  private readonly memory: SharedMemory;
  private readonly kernels: Kernels;
  private readonly words: Int32Array;
  private readonly waiting: Md5Lane[] = [];
  private isDue = false;

  private constructor(pages: number) {
    this.memory = new webAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    const module = new webAssembly.Module(kernelModule(pages));
    this.kernels = new webAssembly.Instance(module, { host: { memory: this.memory } }).exports as Kernels;
    this.words = new Int32Array(this.memory.buffer);
  }

  /** For so many files at a time; empty where a thread is better off hashing each for itself. */
  static of(lanes: number): readonly Md5Lane[] {
    const pages = Math.ceil((DESK_BYTES + lanes * PLACE_BYTES) / PAGE_BYTES);
    // What is written here as words is read as bytes.
    if (lanes < FEWEST_LANES || endianness() !== 'LE' || !webAssembly.validate(kernelModule(pages)))
      return [];
    const all = new Md5Lanes(pages);
    return Array.from(
      { length: lanes },
      (_, i) => new Md5Lane(all, all.memory, DESK_BYTES + i * PLACE_BYTES),
    );
  }

  /** Has a lane's blocks hashed when all that can run at the moment has, and calls its `done`. */
  enter(lane: Md5Lane): void {
    this.waiting.push(lane);
    this.call();
  }

  leave(lane: Md5Lane): void {
    const at = this.waiting.indexOf(lane);
    if (at >= 0) this.waiting.splice(at, 1);
  }

  /** Hashes one lane's blocks now. */
  hashAlone(lane: Md5Lane, blocks: number): void {
    this.hash([lane], blocks);
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
      const lanes = waiting.slice(from, from + MOST_AT_ONCE);
      this.hash(lanes, Math.min(...lanes.map(({ blocksLeft }) => blocksLeft)));
      for (const lane of lanes) {
        if (lane.blocksLeft === 0) lane.done();
        else this.waiting.push(lane);
      }
    }
    if (this.waiting.length > 0) this.call();
  }

  private hash(lanes: readonly Md5Lane[], blocks: number): void {
    const { words, kernels } = this;
    const kernel = lanes.length <= GROUP_LANES ? kernels.four : kernels.eight;
    for (let i = 0; i < MOST_AT_ONCE; i++) {
      // Places that nobody needs go with the first.
      const lane = lanes[i] ?? lanes[0]!;
      words[pointerOffset(i) / WORD_BYTES] = lane.nextByte;
      for (let word = 0; word < STATE_WORDS; word++)
        words[stateOffset(i, word) / WORD_BYTES] = lane.state[word]!;
    }
    kernel(0, blocks);
    for (const [i, lane] of lanes.entries()) {
      for (let word = 0; word < STATE_WORDS; word++)
        lane.state[word] = words[stateOffset(i, word) / WORD_BYTES]!;
      lane.nextByte += blocks * BLOCK_BYTES;
      lane.blocksLeft -= blocks;
    }
  }
}

/** Hashes one file after the other. */
export class Md5Lane {
  /** What is to be hashed next is put here, from its start. */
  readonly buffer: Uint8Array;
  /** The MD5 of what has been hashed since `begin`. */
  readonly state = new Int32Array(STATE_WORDS);
  /** Where in the lanes' memory the next block is, and how many there are. */
  nextByte: number;
  blocksLeft = 0;
  done: () => void = () => undefined;
  private readonly all: Md5Lanes;
  private readonly place: Uint8Array;

  constructor(all: Md5Lanes, { buffer }: SharedMemory, from: number) {
    this.all = all;
    this.nextByte = from;
    this.place = new Uint8Array(buffer, from, PLACE_BYTES);
    this.buffer = new Uint8Array(buffer, from, LANE_BYTES);
  }

  begin(): void {
    // Of a file that was given up.
    this.all.leave(this);
    this.state.set(FIRST_STATE);
  }

  /** Hashes the first so many blocks of the buffer, which may not change until then. */
  async add(blocks: number): Promise<void> {
    if (blocks === 0) return;
    this.nextByte = this.place.byteOffset;
    this.blocksLeft = blocks;
    await new Promise<void>((resolve) => {
      this.done = resolve;
      this.all.enter(this);
    });
  }

  /** Ends it, with so many bytes from `from` in the buffer on, fewer than a block, of a file of `sizeBytes`. 32 hex digits. */
  end(from: number, sizeBytes: number): string {
    const { place } = this;
    const tailBytes = sizeBytes % BLOCK_BYTES;
    place.copyWithin(0, from, from + tailBytes);
    const blocks = tailBytes + 9 > BLOCK_BYTES ? 2 : 1;
    const endBytes = blocks * BLOCK_BYTES;
    place.fill(0, tailBytes, endBytes);
    place[tailBytes] = 0x80;
    const length = new DataView(place.buffer, place.byteOffset + endBytes - 8, 8);
    length.setBigUint64(0, BigInt(sizeBytes) * 8n, true);
    this.nextByte = place.byteOffset;
    this.blocksLeft = blocks;
    this.all.hashAlone(this, blocks);
    return Buffer.from(this.state.buffer).toString('hex');
  }
}
