/* As much of WebAssembly's binary format as one function of vector instructions needs. */

/** Bytes of instructions, or of any other part of a module; and such parts in order. They are put together once, in the end. */
export type Code = readonly (number | Code)[];

/** By hand: `flat(Infinity)` takes ten times as long, and every thread makes its code before it does anything else. */
function appendTo(bytes: number[], code: Code): number[] {
  for (const part of code) {
    if (typeof part === 'number') bytes.push(part);
    else appendTo(bytes, part);
  }
  return bytes;
}

/** A number as the format has it: seven bits a byte, the lowest first. */
export function unsigned(value: number): Code {
  const bytes: number[] = [];
  let left = value;
  while (left >= 0x80) {
    bytes.push((left & 0x7f) | 0x80);
    left >>>= 7;
  }
  bytes.push(left);
  return bytes;
}

/** The same with a sign, of which the last byte carries the bit. */
const signed = (value: number): Code => {
  const bytes: number[] = [];
  let left = value;
  while (left < -64 || left > 63) {
    bytes.push((left & 0x7f) | 0x80);
    left >>= 7;
  }
  return [...bytes, left & 0x7f];
};

const vector = (opcode: number): Code => [0xfd, unsigned(opcode)];
const VECTOR_ALIGNMENT = 0;

export const get = (local: number): Code => [0x20, unsigned(local)];
export const set = (local: number): Code => [0x21, unsigned(local)];
export const tee = (local: number): Code => [0x22, unsigned(local)];
export const number32 = (value: number): Code => [0x41, signed(value)];
export const load32 = (offset: number): Code => [0x28, 0, unsigned(offset)];
export const ADD_32: Code = [0x6a];
export const SUBTRACT_32: Code = [0x6b];
/** Begins a block that the next `AGAIN_UNLESS_ZERO` leads back to. */
export const LOOP: Code = [0x03, 0x40];
export const AGAIN_UNLESS_ZERO: Code = [0x0d, 0];
export const END: Code = [0x0b];

export const loadVector = (offset: number): Code => [vector(0x00), VECTOR_ALIGNMENT, unsigned(offset)];
export const storeVector = (offset: number): Code => [vector(0x0b), VECTOR_ALIGNMENT, unsigned(offset)];
export const NOT = vector(0x4d);
export const AND = vector(0x4e);
/** The first without the bits of the second. */
export const AND_NOT = vector(0x4f);
export const OR = vector(0x50);
export const XOR = vector(0x51);
export const ADD = vector(0xae);
export const shiftLeft = (bits: number): Code => [number32(bits), vector(0xab)];
export const shiftRight = (bits: number): Code => [number32(bits), vector(0xad)];

/** Four words of two vectors: 0 to 3 are the first one's, 4 to 7 the second one's. */
export const pick = (...words: readonly [number, number, number, number]): Code => [
  vector(0x0d),
  words.flatMap((word) => [4 * word, 4 * word + 1, 4 * word + 2, 4 * word + 3]),
];

/** A vector of four times the same word. */
export function everywhere(word: number): Code {
  const bytes = [0, 8, 16, 24].map((shift) => (word >>> shift) & 0xff);
  return [vector(0x0c), bytes, bytes, bytes, bytes];
}

const I32 = 0x7f;
const V128 = 0x7b;
const FUNCTION = 0x60;

/** Locals of a function besides its parameters: first whole numbers, then vectors. */
export interface Body {
  readonly numbers: number;
  readonly vectors: number;
  readonly code: Code;
}

function sized(part: Code): Code {
  const bytes = appendTo([], part);
  return [unsigned(bytes.length), bytes];
}

const section = (id: number, part: Code): Code => [id, sized(part)];
const text = (name: string): Code => sized(Array.from(name, (letter) => letter.charCodeAt(0)));

/**
 * A module that works on a shared memory, which it imports as `host.memory`, with functions of two whole numbers that give
 * nothing.
 */
export function moduleOf(
  functions: Readonly<Record<string, Body>>,
  memoryPages: number,
): Uint8Array<ArrayBuffer> {
  const names = Object.keys(functions);
  const bodies = Object.values(functions).map(({ numbers, vectors, code }) =>
    sized([2, unsigned(numbers), I32, unsigned(vectors), V128, code, END]),
  );
  const count = unsigned(names.length);
  const pages = unsigned(memoryPages);
  return new Uint8Array(
    appendTo(
      [],
      [
        [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
        section(1, [1, FUNCTION, 2, I32, I32, 0]),
        section(2, [1, text('host'), text('memory'), 2, 3, pages, pages]),
        section(3, [count, names.map(() => 0)]),
        section(7, [count, names.map((name, i) => [text(name), 0, unsigned(i)])]),
        section(10, [count, bodies]),
      ],
    ),
  );
}
