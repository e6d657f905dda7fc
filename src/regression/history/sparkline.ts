const BARS = '▁▂▃▄▅▆▇█';

/** Numbers as a row of bars, the least the lowest and the greatest the highest. All the same are in the middle. */
export function sparkline(values: readonly number[], most: number): string {
  const shown = values.length <= most ? values : thinned(values, most);
  const least = Math.min(...shown);
  const range = Math.max(...shown) - least;
  return shown
    .map((value) => BARS[range === 0 ? 3 : Math.min(7, Math.floor(((value - least) / range) * 8))])
    .join('');
}

/** The last of each of so many parts of equal length: the newest value is always there. */
const thinned = (values: readonly number[], most: number): number[] =>
  Array.from({ length: most }, (_, i) => values[Math.ceil(((i + 1) * values.length) / most) - 1]!);
