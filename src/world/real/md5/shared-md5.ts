import { availableParallelism, endianness } from 'node:os';
import { BLOCK_BYTES, DESK_BYTES, kernelModule, STATE_WORDS } from './kernel.js';
import { webAssembly, type CompiledModule, type SharedMemory } from './web-assembly.js';

/** What threads that hash together share: see `Md5Lanes`. */
export interface SharedMd5 {
  readonly memory: SharedMemory;
  readonly module: CompiledModule;
  readonly places: number;
  readonly seats: number;
}

/** Bytes of a file that are hashed at a time: they stay in the processor's cache until they are written. */
export const LANE_BYTES = 256 * 1024;

/** With fewer, lanes are empty, and the platform's MD5 is faster. */
const FEWEST_THREADS = 3;
/** For threads that take the places of those that died: without a place, a thread hashes alone. */
const SPARE_PLACES = 16;
/** A pass needs a core, and others must read and write meanwhile. */
const CORES_PER_SEAT = 2;

const PAGE_BYTES = 65_536;
export const WORD_BYTES = 4;

/** Words before the places: how many places and passes there have been, how many go together lately; then a word a seat. */
export const CONTROL = { places: 0, passes: 1, together: 2, seats: 3 } as const;
/** Words of a request: what has become of it, where its next block is, how many are left, and the state so far. */
export const REQUEST = { status: 0, pointer: 1, blocks: 2, state: 3, words: 3 + STATE_WORDS } as const;

const CONTROL_BYTES = 4096;
const REQUEST_BYTES = 64;
/** Room for what MD5 adds to a file's end; and no power of two, or all lanes would meet in the same lines of the cache. */
const PLACE_BYTES = 2 * REQUEST_BYTES + DESK_BYTES + LANE_BYTES + 4 * BLOCK_BYTES;

/** Where the parts of a thread's place are: what it asks for, where it lays out what it hashes, and its data. */
export function placeAt(place: number): {
  /** For a file, and for a part of it. */
  readonly requests: readonly [number, number];
  readonly desk: number;
  readonly data: number;
  /** The end of a part, while the data is still wanted. */
  readonly partEnd: number;
} {
  const start = CONTROL_BYTES + place * PLACE_BYTES;
  const desk = start + 2 * REQUEST_BYTES;
  const data = desk + DESK_BYTES;
  const partEnd = data + LANE_BYTES + 2 * BLOCK_BYTES;
  return { requests: [start, start + REQUEST_BYTES], desk, data, partEnd };
}

/** For so many threads; undefined where they are better off hashing each for itself. */
export function shareMd5(threads: number, cores = availableParallelism()): SharedMd5 | undefined {
  // What is written here as words is read as bytes.
  if (threads < FEWEST_THREADS || endianness() !== 'LE') return undefined;
  const places = threads + SPARE_PLACES;
  const pages = Math.ceil((CONTROL_BYTES + places * PLACE_BYTES) / PAGE_BYTES);
  const bytes = kernelModule(pages);
  if (!webAssembly.validate(bytes)) return undefined;
  return {
    memory: new webAssembly.Memory({ initial: pages, maximum: pages, shared: true }),
    module: new webAssembly.Module(bytes),
    places,
    seats: Math.min(
      Math.max(1, Math.floor(cores / CORES_PER_SEAT)),
      CONTROL_BYTES / WORD_BYTES - CONTROL.seats,
    ),
  };
}
