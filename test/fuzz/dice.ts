import { randomStream, type RandomStream } from '../../src/base/random.js';

/** Everything random about one input, from its seed. */
export class Dice {
  private readonly random: RandomStream;

  constructor(seed: string, purpose: string) {
    this.random = randomStream(seed, purpose);
  }

  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  /** A whole number from `least` to `most`; small ones are as likely as large ones, however far apart the ends are. */
  size(least: number, most: number): number {
    return Math.min(most, Math.floor(least * ((most + 1) / least) ** this.random()));
  }

  chance(probability: number): boolean {
    return this.random() < probability;
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new Error('nothing to pick from');
    return items[this.below(items.length)]!;
  }

  /** Some of them, in their order. */
  some<T>(items: readonly T[], probability: number): T[] {
    return items.filter(() => this.chance(probability));
  }
}
