/** Who goes when in a round: each round begins with another one, so that nobody always comes after the same. */
export function turns<T>(all: readonly T[], round: number): T[] {
  const first = all.length === 0 ? 0 : round % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
}
