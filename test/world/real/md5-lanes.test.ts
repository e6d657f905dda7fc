import { createHash } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { pointerOffset, stateOffset, STATE_WORDS, type Kernels } from '../../../src/world/real/md5/kernel.js';
import { Md5Lanes } from '../../../src/world/real/md5/lanes.js';
import {
  CONTROL,
  LANE_BYTES,
  placeAt,
  REQUEST,
  shareMd5,
  type SharedMd5,
} from '../../../src/world/real/md5/shared-md5.js';
import { webAssembly } from '../../../src/world/real/md5/web-assembly.js';
import { startThreads } from '../../../src/world/real/threads.js';
import type { Md5Result, Md5Task } from './md5-task.js';

const TASK = new URL('md5-task.js', import.meta.url);
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

test('what threads hash together is what each of them would hash alone', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(SIZE, { maxLength: 6 }), { minLength: 3, maxLength: 10 }),
      fc.integer({ min: 1, max: LANE_BYTES / BLOCK }),
      fc.boolean(),
      fc.integer({ min: 1, max: 8 }),
      fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
      async (sizes, chunkBlocks, isToldLast, cores, partChunks) => {
        const shared = shareMd5(sizes.length, cores)!;
        const contents = sizes.map((ofThread, i) => ofThread.map((size, j) => content(size, 100 * i + j)));
        // No more than a hundred chunks a file.
        const chunkBytes = Math.max(chunkBlocks, 128) * BLOCK;
        const partBytes = partChunks === undefined ? undefined : partChunks * chunkBytes;
        const pool = startThreads(TASK, { minThreads: sizes.length, maxThreads: sizes.length });
        try {
          const hashed = await Promise.all(
            contents.map((files) => {
              const chunked = files.map((bytes) => chunksOf(bytes, chunkBytes));
              const task: Md5Task = { shared, files: chunked, isToldLast, partBytes };
              return pool.run(task) as Promise<Md5Result[]>;
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
        } finally {
          await pool.destroy();
        }
      },
    ),
    { numRuns: 16 },
  );
});

test('a kernel takes every lane as many blocks further, each from its own place', (t) => {
  const { memory, module } = shareMd5(8)!;
  const kernels = new webAssembly.Instance(module, { host: { memory } }).exports as Kernels;
  const words = new Int32Array(memory.buffer);
  const bytes = new Uint8Array(memory.buffer);
  const { desk, data } = placeAt(0);
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

/** Hashes some blocks and gives the MD5; and says what it should be. */
function hashOne(lanes: Md5Lanes): { readonly hex: string; readonly wanted: string } {
  const bytes = content(LANE_BYTES, 7);
  lanes.begin();
  lanes.buffer.set(bytes);
  lanes.add(LANE_BYTES / BLOCK);
  return { hex: lanes.end(LANE_BYTES, LANE_BYTES), wanted: md5(bytes) };
}

const wordsOf = ({ memory }: SharedMd5): Int32Array => new Int32Array(memory.buffer);
const WANTED = 1;
const TAKEN = 3;

test('a leader that died is passed by', (t) => {
  const shared = shareMd5(3, 1)!;
  const lanes = Md5Lanes.join(shared)!;
  wordsOf(shared)[CONTROL.seats] = 12_345;
  const { hex, wanted } = hashOne(lanes);
  t.is(hex, wanted);
  t.is(wordsOf(shared)[CONTROL.seats], 0, 'others need not wait for it, either');
});

test('what a dead thread wanted is hashed for nobody, and holds nobody up', (t) => {
  const shared = shareMd5(3, 1)!;
  const dead = placeAt(0);
  Md5Lanes.join(shared);
  const words = wordsOf(shared);
  words[dead.requests[0] / 4 + REQUEST.pointer] = dead.data;
  words[dead.requests[0] / 4 + REQUEST.blocks] = 3;
  words[dead.requests[0] / 4] = WANTED;
  const { hex, wanted } = hashOne(Md5Lanes.join(shared)!);
  t.is(hex, wanted);
});

test('a thread whose blocks were taken by one that died hashes them itself, and whatever comes after', (t) => {
  const shared = shareMd5(3, 1)!;
  const lanes = Md5Lanes.join(shared)!;
  const words = wordsOf(shared);
  const [request] = placeAt(0).requests;
  // A leader takes them the moment they are wanted, and dies.
  const store = Atomics.store.bind(Atomics);
  Atomics.store = ((array: Int32Array, index: number, value: number) =>
    store(
      array,
      index,
      array.buffer === words.buffer && index === request / 4 && value === WANTED ? TAKEN : value,
    )) as typeof Atomics.store;
  try {
    const first = hashOne(lanes);
    t.is(first.hex, first.wanted);
  } finally {
    Atomics.store = store;
  }
  // What the leader writes late is no longer looked at.
  words.fill(0, request / 4 + REQUEST.state, request / 4 + REQUEST.words);
  const second = hashOne(lanes);
  t.is(second.hex, second.wanted);
});

test('one or two threads hash each for itself; a thread for which no place is left does so, too', (t) => {
  t.is(shareMd5(2), undefined);
  const shared = shareMd5(3)!;
  for (let i = 0; i < shared.places; i++) t.truthy(Md5Lanes.join(shared));
  t.is(Md5Lanes.join(shared), undefined);
});
