import { distance } from 'fastest-levenshtein';

/** Line and column (from 1) of a character offset. */
export function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - before.lastIndexOf('\n') };
}

/** The line at `line` (from 1) with carets under `length` characters from `column` (from 1), for error messages. */
export function codeFrame(text: string, line: number, column: number, length = 1): string {
  const source = (text.split('\n')[line - 1] ?? '').replace(/\r$/, '').replaceAll('\t', ' ');
  const start = source.length <= 110 ? 0 : Math.max(0, column - 60);
  const shown = source.slice(start, start + 110);
  const carets = '^'.repeat(Math.max(1, Math.min(length, shown.length - (column - 1 - start))));
  const margin = String(line);
  return `  ${margin} | ${shown}\n  ${' '.repeat(margin.length)} | ${' '.repeat(column - 1 - start)}${carets}`;
}

/** The candidate that was probably meant by `word`, if any is near enough; case does not count. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of candidates) {
    const d = distance(word.toLowerCase(), candidate.toLowerCase());
    if (d < bestDistance) [best, bestDistance] = [candidate, d];
  }
  return best;
}

/** `a, b or c`; long lists are cut with a count. */
export function listOf(items: readonly string[], last = 'or', most = 12): string {
  const shown = items.length > most ? [...items.slice(0, most), `${items.length - most} more`] : items;
  if (shown.length < 2) return shown.join('');
  return `${shown.slice(0, -1).join(', ')} ${last} ${shown.at(-1)}`;
}

/** `1 shard`, `2 shards`. */
export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? noun : nouns}`;
}

/** The beginning of a text, for messages: what they quote may be of any length. */
export const shortened = (text: string, mostCharacters: number): string =>
  text.length > mostCharacters ? `${text.slice(0, mostCharacters)}…` : text;
