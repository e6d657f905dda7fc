import { createHash } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { laneHasher, type Hasher } from '../../../src/world/real/hasher.js';
import {
  DESK_BYTES,
  kernelModule,
  pointerOffset,
  stateOffset,
  STATE_WORDS,
  type Kernels,
} from '../../../src/world/real/md5/kernel.js';
import { LANE_BYTES, Md5Lane } from '../../../src/world/real/md5/lanes.js';
import { webAssembly } from '../../../src/world/real/md5/web-assembly.js';

const BLOCK = 64;
const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');

/** Bytes that are as good as random, and made at once. */
function content(sizeBytes: number, seed: number): Uint8Array {
  let word = seed | 1;
  return Uint8Array.from({ length: sizeBytes }, () => (word = Math.imul(word, 69069) + 12345) >>> 24);
}

const chunksOf = (bytes: Uint8Array, chunkBytes: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, i) =>
    bytes.slice(i * chunkBytes, (i + 1) * chunkBytes),
  );

/** Around what is hashed otherwise, what ends a block, and what ends a buffer. */
const SIZE = fc.oneof(
  fc.nat({ max: 300 }),
  fc.integer({ min: 65_400, max: 65_700 }),
  fc.integer({ min: LANE_BYTES - 70, max: LANE_BYTES + 70 }),
  fc.nat({ max: 3 * LANE_BYTES }),
);

/** The MD5 of a file, and those of its parts. */
type Hashed = readonly [whole: string, parts: readonly string[] | undefined];

/** Moves files one after the other, as a worker does. */
async function hashAll(
  hasher: Hasher,
  files: readonly (readonly Uint8Array[])[],
  isToldLast: boolean,
  partBytes?: number,
): Promise<Hashed[]> {
  const hashed: Hashed[] = [];
  for (const chunks of files) {
    const file = hasher.begin(partBytes);
    for (const [i, chunk] of chunks.entries()) {
      hasher.buffer.set(chunk);
      await file.add(chunk.length, isToldLast && i === chunks.length - 1);
    }
    const parts = file.parts();
    hashed.push([file.hex(), parts]);
  }
  return hashed;
}

test('what is hashed together is what would be hashed alone', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(SIZE, { maxLength: 6 }), { minLength: 2, maxLength: 20 }),
      fc.integer({ min: 128, max: LANE_BYTES / BLOCK }),
      fc.boolean(),
      fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
      async (sizes, chunkBlocks, isToldLast, partChunks) => {
        const chunkBytes = chunkBlocks * BLOCK;
        const partBytes = partChunks === undefined ? undefined : partChunks * chunkBytes;
        const contents = sizes.map((ofLane, i) => ofLane.map((size, j) => content(size, 100 * i + j)));
        const lanes = Md5Lane.several(sizes.length);
        t.is(lanes.length, sizes.length);
        const hashed = await Promise.all(
          contents.map((files, i) => {
            const chunked = files.map((bytes) => chunksOf(bytes, chunkBytes));
            return hashAll(laneHasher(lanes[i]!), chunked, isToldLast, partBytes);
          }),
        );
        t.deepEqual(
          hashed,
          contents.map((files) =>
            files.map((bytes) => [
              md5(bytes),
              partBytes === undefined ? undefined : chunksOf(bytes, partBytes).map(md5),
            ]),
          ),
        );
      },
    ),
    { numRuns: 20 },
  );
});

test('a file that was given up while it waited to be hashed leaves nothing to the next', async (t) => {
  const [first, second] = Md5Lane.several(2).map(laneHasher);
  const other = content(LANE_BYTES, 1);
  const given = first!.begin();
  first!.buffer.fill(9);
  void given.add(LANE_BYTES, false);
  const bytes = content(3 * LANE_BYTES + 5, 2);
  const hashed = await Promise.all([
    hashAll(first!, [chunksOf(bytes, LANE_BYTES)], false),
    hashAll(second!, [[other]], false),
  ]);
  t.deepEqual(hashed, [[[md5(bytes), undefined]], [[md5(other), undefined]]]);
});

test('one file at a time is hashed by the platform', (t) => {
  t.deepEqual(Md5Lane.several(1), []);
});

test('a kernel takes every lane as many blocks further, each from its own place', (t) => {
  const PAGES = 2;
  const memory = new webAssembly.Memory({ initial: PAGES, maximum: PAGES, shared: true });
  const module = new webAssembly.Module(kernelModule(PAGES));
  const kernels = new webAssembly.Instance(module, { host: { memory } }).exports as Kernels;
  const words = new Int32Array(memory.buffer);
  const bytes = new Uint8Array(memory.buffer);
  const desk = 64;
  const data = desk + DESK_BYTES;
  const FIRST = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476];
  const LENGTH_BYTES = 8;
  fc.assert(
    fc.property(fc.constantFrom(4, 8), fc.integer({ min: 1, max: 20 }), fc.nat(), (lanes, blocks, seed) => {
      const sizeBytes = blocks * BLOCK - LENGTH_BYTES - 1;
      const contents = Array.from({ length: lanes }, (_, lane) => content(sizeBytes, seed + lane));
      for (const [lane, text] of contents.entries()) {
        // With what MD5 adds to its end; a little apart.
        const from = data + lane * (20 * BLOCK + 12);
        bytes.fill(0, from, from + blocks * BLOCK);
        bytes.set(text, from);
        bytes[from + sizeBytes] = 0x80;
        new DataView(memory.buffer).setBigUint64(
          from + blocks * BLOCK - LENGTH_BYTES,
          BigInt(sizeBytes) * 8n,
          true,
        );
        words[(desk + pointerOffset(lane)) / 4] = from;
        for (let word = 0; word < STATE_WORDS; word++)
          words[(desk + stateOffset(lane, word)) / 4] = FIRST[word]!;
      }
      (lanes === 4 ? kernels.four : kernels.eight)(desk, blocks);
      for (const [lane, text] of contents.entries()) {
        const state = Int32Array.from(FIRST, (_, word) => words[(desk + stateOffset(lane, word)) / 4]!);
        t.is(Buffer.from(state.buffer).toString('hex'), md5(text));
      }
    }),
  );
});
