import type { ResultFile } from './result-file.js';

/** Of the commit; of a result that has none, its own. */
export const timeOf = ({ commit, createdAt }: ResultFile): string => commit?.committedAt ?? createdAt;

/** The oldest first; several of one commit in the order they were measured in. */
export function inTime<T extends { readonly results: ResultFile }>(files: readonly T[]): readonly T[] {
  const key = ({ results }: T): string => `${timeOf(results)} ${results.createdAt}`;
  return files.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}
