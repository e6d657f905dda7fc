import {
  ADD,
  ADD_32,
  AGAIN_UNLESS_ZERO,
  AND,
  AND_NOT,
  END,
  everywhere,
  get,
  load32,
  loadVector,
  LOOP,
  moduleOf,
  NOT,
  number32,
  OR,
  pick,
  set,
  shiftLeft,
  shiftRight,
  storeVector,
  SUBTRACT_32,
  tee,
  XOR,
  type Body,
  type Code,
} from './assembler.js';

/*
 * MD5 is a chain: each of its steps waits for the one before, and a core that hashes one file is idle for most of the time.
 * Vector instructions take a step of four files at once, and two such groups in turn keep the core busy: eight files take
 * little longer than one. Here the code for that is made, as a module of WebAssembly.
 */

/** Files that one vector has a word of each of. */
export const GROUP_LANES = 4;
export const STATE_WORDS = 4;
export const BLOCK_BYTES = 64;

const VECTOR_BYTES = 16;
const BLOCK_WORDS = 16;
/** Vectors of four words each that a block is made of. */
const QUARTERS = 4;
const STEPS = 64;
const STEPS_PER_ROUND = 16;

/**
 * What a kernel works on lies on a desk: the state of its lanes, a vector a word, group by group; then, for each lane, the address
 * of its next block.
 */
export const stateOffset = (lane: number, word: number): number =>
  ((lane >> 2) * STATE_WORDS + word) * VECTOR_BYTES + (lane & 3) * 4;
export const pointerOffset = (lane: number): number => 2 * STATE_WORDS * VECTOR_BYTES + lane * 4;
export const DESK_BYTES = 192;

/** Takes all lanes of the desk that lies at `desk` so many blocks further, at least one. */
export type Kernel = (desk: number, blocks: number) => void;

export interface Kernels {
  readonly four: Kernel;
  readonly eight: Kernel;
}

const SINES = Array.from({ length: STEPS }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0);
const ROTATIONS = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
] as const;

/** Which word of the block a step takes. */
const wordOf = (step: number): number =>
  [step, 5 * step + 1, 3 * step + 5, 7 * step][Math.floor(step / STEPS_PER_ROUND)]! % BLOCK_WORDS;

/** The module's bytes, for a memory of so many pages: exports the `Kernels`. */
export const kernelModule = (memoryPages: number): Uint8Array<ArrayBuffer> =>
  moduleOf({ four: kernel(1), eight: kernel(2) }, memoryPages);

const DESK = 0;
const BLOCKS = 1;
const POINTERS = 2;

/** Where a kernel keeps what: its locals by number. */
class Locals {
  readonly lanes: number;
  readonly vectors: number;
  private readonly groups: number;

  constructor(groups: number) {
    this.groups = groups;
    this.lanes = groups * GROUP_LANES;
    this.vectors = groups * (2 * STATE_WORDS + BLOCK_WORDS) + 4;
  }

  pointer = (lane: number): number => POINTERS + lane;
  state = (group: number, word: number): number => this.vector(group * STATE_WORDS + word);
  before = (group: number, word: number): number => this.vector((this.groups + group) * STATE_WORDS + word);
  message = (group: number, word: number): number =>
    this.vector(2 * this.groups * STATE_WORDS + group * BLOCK_WORDS + word);
  /** Four vectors to use at once. */
  spare = (i: number): number => this.vector(this.vectors - 4 + i);

  private vector(i: number): number {
    return POINTERS + this.lanes + i;
  }
}

function kernel(groups: number): Body {
  const locals = new Locals(groups);
  const { lanes, vectors, state, before, pointer } = locals;
  const everyWord = (part: (group: number, word: number) => Code): Code =>
    upTo(groups, (group) => upTo(STATE_WORDS, (word) => part(group, word)));
  const onDesk = (group: number, word: number): number => stateOffset(group * GROUP_LANES, word);
  const code = [
    everyWord((group, word) => [get(DESK), loadVector(onDesk(group, word)), set(state(group, word))]),
    upTo(lanes, (lane) => [get(DESK), load32(pointerOffset(lane)), set(pointer(lane))]),
    LOOP,
    everyWord((group, word) => [get(state(group, word)), set(before(group, word))]),
    upTo(groups, (group) => upTo(QUARTERS, (quarter) => loadQuarter(locals, group, quarter))),
    // The groups in turn, so that one does what the other waits for.
    upTo(STEPS, (step) => upTo(groups, (group) => stepOf(locals, group, step))),
    everyWord((group, word) => [
      get(state(group, word)),
      get(before(group, word)),
      ADD,
      set(state(group, word)),
    ]),
    upTo(lanes, (lane) => [get(pointer(lane)), number32(BLOCK_BYTES), ADD_32, set(pointer(lane))]),
    [get(BLOCKS), number32(1), SUBTRACT_32, tee(BLOCKS), AGAIN_UNLESS_ZERO],
    END,
    everyWord((group, word) => [get(DESK), get(state(group, word)), storeVector(onDesk(group, word))]),
  ];
  return { numbers: lanes, vectors, code };
}

/** Four words of the block of each of four lanes, to four vectors of a word of all. */
function loadQuarter({ pointer, message, spare }: Locals, group: number, quarter: number): Code {
  const row = (i: number): number => message(group, quarter * QUARTERS + i);
  const load = (i: number): Code => [
    get(pointer(group * GROUP_LANES + i)),
    loadVector(quarter * VECTOR_BYTES),
    set(row(i)),
  ];
  const mix = (a: number, b: number, words: Code, to: number): Code => [get(a), get(b), words, set(to)];
  const low = pick(0, 4, 1, 5);
  const high = pick(2, 6, 3, 7);
  const left = pick(0, 1, 4, 5);
  const right = pick(2, 3, 6, 7);
  return [
    upTo(GROUP_LANES, load),
    mix(row(0), row(1), low, spare(0)),
    mix(row(2), row(3), low, spare(1)),
    mix(row(0), row(1), high, spare(2)),
    mix(row(2), row(3), high, spare(3)),
    mix(spare(0), spare(1), left, row(0)),
    mix(spare(0), spare(1), right, row(1)),
    mix(spare(2), spare(3), left, row(2)),
    mix(spare(2), spare(3), right, row(3)),
  ];
}

/** a = b + rotate(a + mix(b, c, d) + word + sine), where the four change places from step to step. */
function stepOf({ state, message, spare }: Locals, group: number, step: number): Code {
  const round = Math.floor(step / STEPS_PER_ROUND);
  const bits = ROTATIONS[round]![step % 4]!;
  const part = (word: number): number => state(group, (word + STEPS - step) % STATE_WORDS);
  const [a, b, c, d] = [part(0), get(part(1)), get(part(2)), get(part(3))];
  const sum = [get(a), get(message(group, wordOf(step))), everywhere(SINES[step]!), ADD, ADD];
  const rotate = [tee(spare(0)), shiftLeft(bits), get(spare(0)), shiftRight(32 - bits), OR];
  return [sum, addMix(round, b, c, d), rotate, b, ADD, set(a)];
}

/** In forms that wait for b, the newest of the three, as late as may be. */
function addMix(round: number, b: Code, c: Code, d: Code): Code {
  if (round === 0) return [c, d, XOR, b, AND, d, XOR, ADD];
  if (round === 1) return [c, d, AND_NOT, ADD, b, d, AND, ADD];
  if (round === 2) return [c, d, XOR, b, XOR, ADD];
  return [d, NOT, b, OR, c, XOR, ADD];
}

const upTo = (count: number, part: (i: number) => Code): Code =>
  Array.from({ length: count }, (_, i) => part(i));
