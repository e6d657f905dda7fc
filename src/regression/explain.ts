import type { Reason } from './comparison.js';
import { DIMENSIONS, type Benchmark } from './result-file.js';

/** Sums of the same parts in another order may differ by so much of themselves. */
const ROUNDING = 1e-12;

/** The parts of an exact number that differ, within each dimension the greatest difference first. */
export function explain(base: Benchmark, head: Benchmark): Reason[] {
  return DIMENSIONS.flatMap((dimension) => {
    const before = base.parts?.[dimension];
    const after = head.parts?.[dimension];
    // What only one side was split by says nothing of the difference.
    if (!before || !after) return [];
    return [...new Set([...Object.keys(before), ...Object.keys(after)])]
      .map((name): Reason => ({ dimension, name, base: of(before, name), head: of(after, name) }))
      .filter((reason) => !isSame(reason.base, reason.head))
      .sort((a, b) => sizeOf(b) - sizeOf(a));
  });
}

/** Names are anyone's: `constructor` is a node like another. */
const of = (parts: Readonly<Record<string, number>>, name: string): number =>
  Object.hasOwn(parts, name) ? parts[name]! : 0;

const sizeOf = ({ base, head }: Reason): number => Math.abs(head - base);

/** Counts are the same if they are equal; sums of what is not whole, but for the order in which they were added up. */
export const isSame = (a: number, b: number): boolean =>
  a === b ||
  (!(Number.isInteger(a) && Number.isInteger(b)) &&
    Math.abs(a - b) <= ROUNDING * Math.max(Math.abs(a), Math.abs(b)));
