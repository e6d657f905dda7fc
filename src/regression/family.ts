/**
 * Holm's adjustment (Scandinavian Journal of Statistics 6, 1979): of these p-values, those at most `alpha` afterwards are wrong
 * in no more than a share `alpha` of all families, whatever hangs together with what. In the order given.
 */
export function holm(pValues: readonly number[]): number[] {
  const order = [...pValues.keys()].sort((a, b) => pValues[a]! - pValues[b]!);
  const adjusted = new Array<number>(pValues.length);
  let least = 0;
  order.forEach((index, rank) => {
    least = Math.max(least, Math.min(1, (pValues.length - rank) * pValues[index]!));
    adjusted[index] = least;
  });
  return adjusted;
}
