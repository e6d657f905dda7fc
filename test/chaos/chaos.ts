import type { RandomStream } from '../../src/base/random.js';

/** What a scenario of the suite works with. */
export interface Chaos {
  /** Draws what goes wrong, where and when: the same again for the same seed and round. */
  readonly random: RandomStream;
  readonly seed: string;
  /** Empty, of its own, and removed when all was right. */
  readonly directory: string;
  /** Data sets that all scenarios share. */
  readonly dataDirectory: string;
}

export interface Told {
  /** What happened, in a few words: how often something was killed, how many faults struck. */
  readonly facts: string;
  /** What was not as it must be; empty if all was right. */
  readonly faults: readonly string[];
  /** Why this machine could not try it. */
  readonly skipped?: string;
}

/** One way in which the world is bad to a backup. It ends in a proof that everything is right again. */
export interface ChaosScenario {
  readonly name: string;
  readonly run: (chaos: Chaos) => Promise<Told>;
}

/** A whole number from `from` up to, not including, `to`. */
export const between = (random: RandomStream, from: number, to: number): number =>
  from + Math.floor(random() * (to - from));

export function pick<T>(random: RandomStream, all: readonly T[]): T {
  return all[between(random, 0, all.length)]!;
}
