import type { IToken, TokenType } from 'chevrotain';
import type { ErrorCode } from '../base/error-codes.js';
import type { Span } from './ast.js';
import { backquote, badCharacter, shortened } from './quoting.js';
import * as t from './tokens.js';

/** What is wrong at a span, and what to do about it. */
export interface Fault {
  readonly span: Span;
  readonly message: string;
  readonly hint?: string | undefined;
  /** SQL_SYNTAX where there is none. */
  readonly code?: ErrorCode;
}

/** What is wrong with a token that could stand nowhere; undefined for all others. */
export function lexicalFault(token: IToken): Fault | undefined {
  const unclosed = UNCLOSED.get(token.tokenType);
  if (unclosed) return unclosedFault(token, unclosed);
  if (token.tokenType === t.BadWord) return badWordFault(token);
  if (token.tokenType !== t.EmptyName) return undefined;
  const span = { offset: token.startOffset, length: token.image.length };
  return { span, message: 'a name cannot be empty', hint: 'write the name between the backquotes' };
}

const UNCLOSED: ReadonlyMap<TokenType, string> = new Map([
  [t.OpenComment, 'comment'],
  [t.OpenText, 'string'],
  [t.OpenName, 'name in backquotes'],
]);

function unclosedFault(token: IToken, what: string): Fault {
  const opening = what === 'comment' ? '/*' : token.image.charAt(0);
  const closing = what === 'comment' ? '*/' : opening;
  return {
    span: { offset: token.startOffset, length: opening.length },
    message: `the ${what} that begins here is never closed`,
    hint: `close it with ${closing}`,
  };
}

function badWordFault(token: IToken): Fault {
  // A part of a secret, which lost its quotes.
  if (token.image.includes('*')) {
    const span = { offset: token.startOffset, length: token.image.length };
    return {
      span,
      message: 'this holds a character that may not be in a bare name',
      hint: 'put values in quotes',
    };
  }
  const { character, index } = badCharacter(token.image) ?? { character: '', index: 0 };
  const span = { offset: token.startOffset + index, length: character.length };
  const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  if (/[\p{Z}\p{C}]/u.test(character)) {
    const space = /\p{Z}/u.test(character);
    const message = `there is ${space ? 'a special space' : 'an invisible character'} (${code}) here`;
    return { span, message, hint: space ? 'write an ordinary space' : 'delete it' };
  }
  const plain = LOOKALIKES.get(character);
  if (plain !== undefined) {
    return { span, message: `${character} (${code}) only looks like ${plain}`, hint: `write ${plain}` };
  }
  const hint = `a name that holds it needs backquotes: ${backquote(shortened(token.image))}`;
  return { span, message: `${character} (${code}) may not be in a bare name`, hint };
}

/** What word processors and full-width keyboards make of the plain characters. */
const LOOKALIKES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ',': '，、',
    '.': '．。',
    ';': '；',
    '=': '＝',
    '(': '（',
    ')': '）',
    '"': '“”„«»＂',
    "'": '‘’＇',
    '`': '｀´',
    '-': '‐‑–—−－',
  }).flatMap(([plain, lookalikes]) => Array.from(lookalikes).map((character) => [character, plain] as const)),
);
