import { randomStream, type RandomStream } from '../../base/random.js';

/** Draws of the kinds that cases are made of, from one stream. */
export class Dice {
  private readonly random: RandomStream;

  constructor(seed: string, purpose: string) {
    this.random = randomStream(seed, `fuzz/${purpose}`);
  }

  /** From [0, 1). */
  share(): number {
    return this.random();
  }

  chance(probability: number): boolean {
    return this.random() < probability;
  }

  /** A whole number from `least` to `most`, both included. */
  int(least: number, most: number): number {
    return least + Math.floor(this.random() * (most - least + 1));
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.random() * items.length)]!;
  }

  /** Between `least` and `most`, each order of magnitude as likely as another; rounded, so that people can read it. */
  magnitude(least: number, most: number): number {
    const value = least * (most / least) ** this.random();
    const step = 10 ** (Math.floor(Math.log10(value)) - 1);
    return Number((Math.round(value / step) * step).toPrecision(6));
  }

  /** Some of the items, each by a coin. */
  some<T>(items: readonly T[], probability: number): T[] {
    return items.filter(() => this.chance(probability));
  }
}
