import { distance } from 'fastest-levenshtein';
import { REPOSITORY_PROPERTY_NAMES } from './repository-properties.js';
import { KEYWORDS } from './tokens.js';

/** Words that a broken statement may be shown with, since they are no secrets wherever they stand. */
const KNOWN: readonly string[] = [
  ...[...KEYWORDS.keys()].map((keyword) => keyword.toLowerCase()),
  ...REPOSITORY_PROPERTY_NAMES,
  'delete_if_exists',
  'true',
  'false',
  'hdfs',
  'broker',
];
const KNOWN_EXACTLY: ReadonlySet<string> = new Set(KNOWN);

const LEAST_MISSPELT = 5;
const MOST_MISSPELT = 20;

const PATTERNS: readonly RegExp[] = [
  // One character, and the marks of comments.
  /^(?:.|--|\/\*|\*\/)$/su,
  // A region.
  /^[a-z]{2}-[a-z]+-\d$/,
  // A URL with a port but no path, and hosts of object stores.
  /^https?:\/\/[a-z\d.-]{1,60}(?::\d{1,5})?\/?$/,
  /^[a-z\d.-]+\.(?:amazonaws|aliyuncs|myqcloud)\.com(?:\.cn)?$/,
  // A location.
  /^(?:s3[an]?|cos|oss|obs|gs|hdfs|file):\/\/[\w.-]{0,100}(?::\d{1,5})?(?:\/[\w./-]{0,200})?$/,
];

/** Whether a word of a broken statement can be shown: it is a known one, misspelt by one letter at most, or looks like no secret. */
export function isHarmless(word: string): boolean {
  const lower = word.toLowerCase();
  if (KNOWN_EXACTLY.has(lower) || PATTERNS.some((pattern) => pattern.test(word))) return true;
  if (word.length < LEAST_MISSPELT || word.length > MOST_MISSPELT) return false;
  return KNOWN.some((known) => isNear(lower, known));
}

function isNear(word: string, known: string): boolean {
  if (Math.abs(word.length - known.length) > 1) return false;
  const edits = distance(word, known);
  if (edits <= 1) return true;
  // Two neighbours swapped are two edits.
  return edits === 2 && word.length === known.length && sortedLetters(word) === sortedLetters(known);
}

const sortedLetters = (word: string): string => Array.from(word).toSorted().join('');
