import { RESERVED_WORDS } from './reserved-words.js';

/** Where in `text` the quoted piece that begins at `start` ends (past its closing quote); -1 where it never does. */
export function endOfQuoted(text: string, start: number, escapes: boolean): number {
  const quote = text[start];
  for (let at = start + 1; at < text.length; at++) {
    if (escapes && text[at] === '\\') at++;
    else if (text[at] !== quote) continue;
    else if (text[at + 1] === quote) at++;
    else return at + 1;
  }
  return -1;
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['0', '\0'],
  ['b', '\b'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['Z', '\x1A'],
  // As in MySQL these two keep their backslash: they mean something to LIKE.
  ['%', '\\%'],
  ['_', '\\_'],
]);

/** What a string in single or double quotes stands for. */
export function unquoteString(image: string): string {
  const quote = image[0]!;
  return image
    .slice(1, -1)
    .replace(
      /\\([\s\S])|(["'])\2/g,
      (pair: string, escaped: string | undefined, doubled: string | undefined) => {
        if (escaped !== undefined) return ESCAPES.get(escaped) ?? escaped;
        return doubled === quote ? quote : pair;
      },
    );
}

const ESCAPED_IN_STRING: ReadonlyMap<string, string> = new Map([
  ['\\', '\\\\'],
  ['"', '\\"'],
  ['\0', '\\0'],
  ['\b', '\\b'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\x1A', '\\Z'],
]);

/** A string literal that stands for `text`. */
export function quoteString(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what it escapes
  return `"${text.replace(/[\\"\0\b\n\r\t\x1A]/g, (character) => ESCAPED_IN_STRING.get(character) ?? character)}"`;
}

/** What a name in backquotes stands for. */
export const unquoteName = (image: string): string => image.slice(1, -1).replaceAll('``', '`');

/** `text` in backquotes. */
export const backquote = (text: string): string => `\`${text.replaceAll('`', '``')}\``;

const MAX_SHOWN = 40;

/** The beginning of a text that may be too long for a message. */
export const shortened = (text: string): string =>
  text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;

/** A character that a bare name may hold. */
const NAME_CHARACTER = /[\p{L}\p{M}\p{N}_$]/u;

const BARE_NAME = new RegExp(`^(?:${NAME_CHARACTER.source})+$`, 'u');

/** Digits alone, and with the suffixes and exponents that make a number of them in Doris: `10`, `10L`, `1e5`. */
const NUMBER = /^\d+(?:[lsy]|bd|e\d+(?:bd)?)?$/i;

export const isNumber = (word: string): boolean => NUMBER.test(word);

/** The first character that may not stand in a bare name, and where it is. */
export function badCharacter(
  word: string,
): { readonly character: string; readonly index: number } | undefined {
  let index = 0;
  for (const character of word) {
    if (!NAME_CHARACTER.test(character)) return { character, index };
    index += character.length;
  }
  return undefined;
}

/** `text` as a name in a statement: bare where it may be, else in backquotes. */
export function quoteName(text: string): string {
  const bare = BARE_NAME.test(text) && !isNumber(text) && !RESERVED_WORDS.has(text.toUpperCase());
  return bare ? text : backquote(text);
}
