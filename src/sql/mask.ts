import type { IToken } from 'chevrotain';
import type { Property, Span } from './ast.js';
import { isBareWord } from './failure.js';
import { isHarmless } from './harmless.js';
import { endOf } from './lexer.js';
import type { ParseResult } from './parser.js';
import { endOfQuoted } from './quoting.js';
import { isOpenKey, isOpenValue, SECRET_KEY_IN_TEXT, USER_INFO } from './secrets.js';
import * as t from './tokens.js';

/** A statement of a script, as it was read. */
export interface Piece {
  readonly tokens: readonly IToken[];
  readonly result: ParseResult;
}

/**
 * The text of a script with asterisks in place of its secrets, and all else where it was. What statements are shown with, and
 * errors, comes from this text alone. Three things are hidden: what a scan of the whole text finds after the name of a secret,
 * also in comments; secret properties of statements that make sense; and of those that make none and may hold secrets,
 * all that is not known to be harmless, since it may be anything that lost its name or its quotes.
 */
export function withoutSecrets(text: string, pieces: readonly Piece[]): string {
  const hidden: Span[] = [...userInfo(text), ...namedSecrets(text)];
  const scriptHasSecrets = mayHoldSecrets(text);
  // Comments before all statements: perhaps a statement that was one once.
  const before = { begin: 0, end: pieces[0]?.tokens[0]?.startOffset ?? text.length };
  if (mayHoldSecrets(text.slice(0, before.end))) hidden.push(...allButHarmless(text, before, true));
  for (const [i, piece] of pieces.entries()) {
    // What follows a statement up to the next one may be a comment on it.
    const region = {
      begin: piece.tokens[0]!.startOffset,
      end: pieces[i + 1]?.tokens[0]?.startOffset ?? text.length,
    };
    const { result } = piece;
    if (result.ok && result.draft.kind === 'create-repository') {
      hidden.push(...ofProperties(text, result.draft.kind, result.draft.properties));
      const comments = gaps(text, piece.tokens, region.end);
      if (comments.some(({ offset, length }) => /["'=]/.test(text.slice(offset, offset + length)))) {
        // Part of it is commented out: what is left may not be what it seems.
        hidden.push(...allButHarmless(text, region, i === 0 || beginsAsStatement(piece)));
      }
      hidden.push(...comments);
    } else if (result.ok && 'properties' in result.draft) {
      hidden.push(...ofProperties(text, result.draft.kind, result.draft.properties));
    } else if (!result.ok && isDangerous(text, piece, region, scriptHasSecrets)) {
      hidden.push(...allButHarmless(text, region, i === 0 || beginsAsStatement(piece)));
    }
  }
  return masked(text, hidden);
}

interface Region {
  readonly begin: number;
  readonly end: number;
}

function* userInfo(text: string): Generator<Span> {
  for (const match of text.matchAll(USER_INFO)) yield { offset: match.index, length: match[0].length };
}

/** Values that follow the name of a secret and a sign, however broken the text around them is. */
function* namedSecrets(text: string): Generator<Span> {
  const key = new RegExp(SECRET_KEY_IN_TEXT);
  const between = /["'`]?[\s=:]*/y;
  for (let match = key.exec(text); match; match = key.exec(text)) {
    between.lastIndex = key.lastIndex;
    const [joint = ''] = between.exec(text) ?? [];
    const begin = key.lastIndex + joint.length;
    if (!/[=:]/.test(joint)) continue;
    const quote = /["'`]/.test(text.charAt(begin));
    const end = quote ? endOfQuoted(text, begin, text[begin] !== '`') : begin + lengthOfWord(text, begin);
    const span = quote
      ? { offset: begin + 1, length: (end < 0 ? text.length : end - 1) - begin - 1 }
      : { offset: begin, length: end - begin };
    if (span.length > 0) yield span;
    key.lastIndex = Math.max(key.lastIndex, span.offset + span.length);
  }
}

function lengthOfWord(text: string, offset: number): number {
  const word = /[^\s,;()"'`]*/y;
  word.lastIndex = offset;
  return word.exec(text)?.[0].length ?? 0;
}

function* ofProperties(
  text: string,
  kind: 'backup' | 'restore' | 'alter-job' | 'create-repository',
  properties: readonly Property[],
): Generator<Span> {
  for (const property of properties) {
    if (!isOpenKey(kind, property)) yield inside(text, property.key.span);
    if (!isOpenValue(kind, property)) yield inside(text, property.value.span);
  }
}

/** A span without its quotes. */
function inside(text: string, { offset, length }: Span): Span {
  return /["'`]/.test(text.charAt(offset)) ? { offset: offset + 1, length: length - 2 } : { offset, length };
}

/** What stands between the tokens, and after them: comments. */
function gaps(text: string, tokens: readonly IToken[], end: number): readonly Span[] {
  return tokens.flatMap((token, i) => {
    const offset = endOf(token);
    const length = (tokens[i + 1]?.startOffset ?? end) - offset;
    return text
      .slice(offset, offset + length)
      .trim()
      .replace(/^;/, '') === ''
      ? []
      : [{ offset, length }];
  });
}

const MAY_HOLD_SECRETS =
  /repositor|["'`][\w.]*(?:secret|access[-_.]?key|token|passw|credential)|aws_|\bs3[._]|location\s*["']/i;

const mayHoldSecrets = (text: string): boolean => MAY_HOLD_SECRETS.test(text);

const HARMLESS_BEGINNINGS = new Set([t.Backup, t.Restore, t.Show, t.Alter, t.Cancel, t.Drop, t.Use]);

/** Whether a broken statement may hold secrets: it looks like it, or stands in a script that does and is nothing else. */
function isDangerous(text: string, piece: Piece, region: Region, scriptHasSecrets: boolean): boolean {
  if (mayHoldSecrets(text.slice(region.begin, region.end))) return true;
  const first = piece.tokens[0]?.tokenType;
  const isElse = first && HARMLESS_BEGINNINGS.has(first) && !piece.result.ok && piece.result.failedAt >= 2;
  return scriptHasSecrets && !isElse;
}

/** Also with a slip in its first word. */
const beginsAsStatement = ({ tokens: [first] }: Piece): boolean =>
  first !== undefined && isBareWord(first) && isHarmless(first.image);

/**
 * Everything from the first quote, parenthesis, sign or comment on that is not known to be harmless. What stands before can
 * hold no secret in what begins as a statement; in any other text, as one that a stray semicolon cut in two, it can.
 */
function* allButHarmless(text: string, { begin, end }: Region, beginsWell: boolean): Generator<Span> {
  const source = text.slice(0, end);
  const start = beginsWell ? begin + source.slice(begin).search(/["'`(=]|--|\/\*|$/) : begin;
  const word = /[^\s"'`(),;=]+/gy;
  const known = new Map<string, boolean>();
  for (let at = start; at < end;) {
    word.lastIndex = at;
    const [image] = word.exec(source) ?? [];
    if (image === undefined) {
      at++;
      continue;
    }
    const isShown = known.get(image) ?? (isHarmless(image) || isPathAfterLocation(source, at, image));
    known.set(image, isShown);
    if (!isShown) yield { offset: at, length: image.length };
    at += image.length;
  }
}

const isPathAfterLocation = (text: string, offset: number, word: string): boolean =>
  /^\/[\w./-]*$/.test(word) && /location\s*["']$/i.test(text.slice(Math.max(0, offset - 20), offset));

/** `text` with asterisks for every character of `spans` but white space at line ends, so that places stay what they are. */
function masked(text: string, spans: readonly Span[]): string {
  let result = '';
  for (const { offset, length } of spans.toSorted((a, b) => a.offset - b.offset)) {
    const begin = Math.max(offset, result.length);
    if (offset + length <= begin) continue;
    result += text.slice(result.length, begin);
    result += text.slice(begin, offset + length).replaceAll(/[^\r\n]/g, '*');
  }
  return result + text.slice(result.length);
}

/** A token as the masked text shows it. */
export function shownToken(token: IToken, shown: string): IToken {
  const image = shown.slice(token.startOffset, endOf(token));
  if (image === token.image) return token;
  return { ...token, image, payload: /^["'`]/.test(image) ? image.slice(1, -1) : undefined };
}
