import { nearest } from '../base/text.js';

/** Words that other systems, or the other statement, have in a keyword's place. */
const SYNONYMS: ReadonlyMap<string, readonly string[]> = new Map([
  ['INTO', ['TO']],
  ['FROM', ['TO', 'ON']],
  ['TO', ['FROM', 'ON']],
  ['IN', ['FROM', 'ON']],
  ['SCHEMAS', ['DATABASES']],
  ['REPOS', ['REPOSITORIES']],
  ['FILE', ['LOCAL']],
  ['AT', ['LOCATION', 'ON']],
  ['EXCEPT', ['EXCLUDE']],
  ['WITHOUT', ['EXCLUDE']],
  ['INCLUDE', ['ON']],
  ['TABLE', ['ON']],
  ['TABLES', ['ON']],
  ['ONLY', ['ON']],
  ['WITH', ['PROPERTIES']],
  ['LABEL', ['SNAPSHOT']],
]);

/** A longer word is no misspelt keyword. */
const MAX_KEYWORD_LENGTH = 16;

/** The keyword that was probably meant by `word`, if any of the possible ones is near enough. */
export function nearestKeyword(word: string, possible: readonly string[]): string | undefined {
  if (word.length > MAX_KEYWORD_LENGTH) return undefined;
  const upper = word.toUpperCase();
  const synonym = SYNONYMS.get(upper)?.find((keyword) => possible.includes(keyword));
  if (synonym !== undefined) return synonym;
  return possible.find((keyword) => isTransposed(upper, keyword)) ?? nearest(word, possible);
}

/** Whether two neighbouring letters are swapped, as in FORM: an edit distance counts that as two mistakes. */
function isTransposed(word: string, keyword: string): boolean {
  if (word.length !== keyword.length || word === keyword) return false;
  const at = Array.from(keyword).findIndex((letter, i) => letter !== word[i]);
  const swapped = keyword.slice(0, at) + keyword.charAt(at + 1) + keyword.charAt(at) + keyword.slice(at + 2);
  return swapped === word;
}
