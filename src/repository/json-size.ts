/** Texts of fewer characters are no danger, whatever is in them. */
const SMALL_CHARACTERS = 4_000_000;
/** What a manifest of five million files has; more of them no process could hold. */
const MAX_VALUES = 40_000_000;
/** The least that a manifest writes for each value in it is 8; `[],[],[]` has 3, and takes ten times as much memory. */
const LEAST_CHARACTERS_PER_VALUE = 6;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const BRACKET = 0x5b;
const BRACE = 0x7b;

/** Why a JSON text would take more memory than it should, told without parsing it; undefined where it would not. */
export function tooManyValues(text: string): string | undefined {
  if (text.length < SMALL_CHARACTERS) return undefined;
  const most = Math.min(MAX_VALUES, Math.floor(text.length / LEAST_CHARACTERS_PER_VALUE));
  return valuesIn(text, most) > most
    ? `has more than ${most.toLocaleString('en-US')} values in it`
    : undefined;
}

/** How many lists, maps and values after a comma there are, counted to `most`. */
function valuesIn(text: string, most: number): number {
  let values = 0;
  for (let at = 0; at < text.length && values <= most; at++) {
    const code = text.charCodeAt(at);
    if (code === COMMA || code === BRACKET || code === BRACE) values += 1;
    else if (code === QUOTE) at = endOfString(text, at);
  }
  return values;
}

/** Where the string that begins at `start` has its closing quote; the end of the text where it has none. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at += 1;
  }
  return text.length;
}
