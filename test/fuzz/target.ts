import { DrillError } from '../../src/base/errors.js';
import type { Dice } from './dice.js';

/** Texts by what they are. */
export type Input = Readonly<Record<string, string>>;

/** Something that reads what others wrote. */
export interface Target {
  readonly name: string;
  readonly makeInput: (dice: Dice) => Input;
  /** Reads it, and checks what must hold of what was read. Returns the code of the error; throws a Violation. */
  readonly check: (input: Input) => Outcome;
}

export type Outcome = 'accepted' | DrillError['code'];

/** What a reader must not do. */
export class Violation extends Error {
  override readonly name = 'Violation';
}

/** Longer than any message that a person would read; but several problems may be told at once, each with its line. */
const LONGEST_MESSAGE_CHARACTERS = 32 * 1024;

const US_PER_MS = 1000;

/** Processor time, which unlike time does not depend on what else the machine does. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / US_PER_MS;
}

/** The longest that one call of a reader took since this was last asked. */
export function longestCallMs(): number {
  const longest = longestMs;
  longestMs = 0;
  return longest;
}
let longestMs = 0;

/** The value, or the DrillError that says why there is none; anything else that is thrown is a violation. */
export function tried<T>(
  what: string,
  call: () => T,
): { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: DrillError } {
  const startMs = cpuMs();
  try {
    return { ok: true, value: call() };
  } catch (error) {
    if (!(error instanceof DrillError) || error.code === 'INTERNAL') {
      const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
      throw new Violation(`${what} threw what is no error of its input: ${told.slice(0, 3000)}`);
    }
    const { length } = error.format();
    if (length > LONGEST_MESSAGE_CHARACTERS)
      throw new Violation(`${what} failed with a message of ${length} characters: ${error.code}`);
    return { ok: false, error };
  } finally {
    longestMs = Math.max(longestMs, cpuMs() - startMs);
  }
}

export function must(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Violation(message);
}
