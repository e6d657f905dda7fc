import seedrandom from 'seedrandom';

/** Uniform draws from [0, 1). */
export type RandomStream = () => number;

/**
 * An independent stream of draws for one purpose. Streams are named so that drawing more for one purpose (file sizes,
 * say) never shifts the draws of another (placement).
 */
export function randomStream(seed: string, purpose: string): RandomStream {
  const generator = seedrandom.alea(`${seed}/${purpose}`);
  return () => generator();
}

/** Shuffles in place, Fisher-Yates. */
export function shuffle<T extends { length: number; [i: number]: unknown }>(
  items: T,
  random: RandomStream,
): T {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const kept = items[i];
    items[i] = items[j];
    items[j] = kept;
  }
  return items;
}
