/** Twice the rank of each value, the mean of their ranks where several are equal: so that all are whole numbers. */
export function doubledRanks(values: readonly number[]): number[] {
  const bySize = [...values.keys()].sort((a, b) => values[a]! - values[b]!);
  const ranks = new Array<number>(values.length);
  let first = 0;
  while (first < bySize.length) {
    let end = first + 1;
    while (end < bySize.length && values[bySize[end]!] === values[bySize[first]!]) end++;
    // The ranks from first + 1 to end, whose mean is half of this.
    for (let i = first; i < end; i++) ranks[bySize[i]!] = first + 1 + end;
    first = end;
  }
  return ranks;
}
