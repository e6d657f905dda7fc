/**
 * Text that came from outside (names, descriptions, errors), made safe to show: control characters could move the
 * cursor of a terminal, directional ones could reorder what stands around them, halves of surrogate pairs are no text.
 */
export function plainText(text: string): string {
  return text
    .replace(/[\t\r\n\v\f\u0085\u2028\u2029]+/g, ' ')
    .replace(/[\p{Cc}\p{Cs}\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/gu, '\ufffd');
}

/** The first line of a message that may have several. */
export function firstLine(text: string): string {
  return plainText(text.trim().split(/[\r\n]/)[0] ?? '').trim();
}

/** Ranges of code points that terminals draw two columns wide: CJK, Hangul, fullwidth forms, and the planes of emoji. */
const WIDE_RANGES: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18cff],
  [0x1aff0, 0x1b2ff],
  [0x1f004, 0x1f9ff],
  [0x1fa70, 0x1faff],
  [0x20000, 0x3fffd],
];

/** Columns that one character takes on a terminal. Where terminals disagree, the larger: a gap harms less than a wrap. */
function columnsOf(character: string): number {
  const point = character.codePointAt(0)!;
  if (point < 0x300) return 1;
  if (/\p{M}/u.test(character)) return 0;
  if (/\p{Emoji_Presentation}/u.test(character)) return 2;
  return WIDE_RANGES.some(([first, last]) => point >= first && point <= last) ? 2 : 1;
}

/** Columns that plain text takes on a terminal. */
export function displayWidth(text: string): number {
  let columns = 0;
  for (const character of text) columns += columnsOf(character);
  return columns;
}

/** `text`, cut with an ellipsis where it is wider than `width` columns. */
export function truncate(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let cut = '';
  let columns = 0;
  for (const character of text) {
    columns += columnsOf(character);
    if (columns > width - 1) break;
    cut += character;
  }
  return width < 1 ? '' : `${cut.trimEnd()}…`;
}

/** A space inside a quantity, such as `3.4 s`, or around a sign of equality, where a line must not be broken. */
const INSIDE_QUANTITY =
  /(\d) (?=(?:[kMGTPEZY]?B(?:\/s)?|%|µs|ms|s|min|h|d|files?|nodes?|variants?)(?![\w]))|(\S) (?==)|(=) /g;
const GLUE = '\u00a0';

/** `text` in lines of at most `width` columns, broken between words, and inside a word only where it must be. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.replace(INSIDE_QUANTITY, `$1$2$3${GLUE}`).split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (displayWidth(longer) <= width) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    const pieces = breakWord(word, width);
    lines.push(...pieces.slice(0, -1));
    line = pieces.at(-1)!;
  }
  lines.push(line);
  return lines.map((done) => done.replaceAll(GLUE, ' '));
}

function breakWord(word: string, width: number): string[] {
  const pieces: string[] = [];
  let piece = '';
  for (const character of word) {
    if (piece !== '' && displayWidth(piece) + columnsOf(character) > width) {
      pieces.push(piece);
      piece = '';
    }
    piece += character;
  }
  return [...pieces, piece];
}
