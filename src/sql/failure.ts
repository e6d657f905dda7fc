import { createTokenInstance, type IToken, type TokenType } from 'chevrotain';
import { invariant } from '../base/errors.js';
import type { Expectation } from './parser.js';
import { KEYWORDS } from './tokens.js';

/** A place where a statement stops making sense. */
export interface Failure {
  /** The tokens before it, which are right so far. */
  readonly prefix: readonly IToken[];
  /** The token that cannot stand there; undefined at the end of the text. */
  readonly found: IToken | undefined;
  /** The token after it. */
  readonly next: IToken | undefined;
  readonly expected: readonly Expectation[];
}

/** Whether a token is a word, keyword or not, without backquotes. */
export const isBareWord = (token: IToken): boolean => /^[\w$]/.test(token.image);

/** A token made up to ask what would follow it. */
export const sample = (type: TokenType): IToken => createTokenInstance(type, type.name, 0, 0, 1, 1, 1, 1);

export function sampleKeyword(keyword: string): IToken {
  const type = KEYWORDS.get(keyword);
  invariant(type, `${keyword} is a keyword`);
  return sample(type);
}
