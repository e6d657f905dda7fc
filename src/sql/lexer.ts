import { Lexer, type IToken, type TokenType } from 'chevrotain';
import { badCharacter, isNumber } from './quoting.js';
import { RESERVED_WORDS } from './reserved-words.js';
import { BadWord, Backquoted, EmptyName, KEYWORDS, LEXED, NumberWord, ReservedWord, Word } from './tokens.js';

/** For a test, which has the tokens validated; a program that starts does not. */
export const LEXER_SETTINGS = { positionTracking: 'onlyOffset', ensureOptimizations: true } as const;

const lexer = new Lexer(LEXED, { ...LEXER_SETTINGS, skipValidations: true });

const BYTE_ORDER_MARK = '\uFEFF';

/** The tokens of a text, without white space and comments. Never fails: what makes no sense is a token as well. */
export function tokenize(text: string): IToken[] {
  // A space, not nothing: offsets have to stay those of the text.
  const { tokens } = lexer.tokenize(text.startsWith(BYTE_ORDER_MARK) ? ` ${text.slice(1)}` : text);
  for (const token of tokens) {
    const type = classify(token);
    if (type === undefined) continue;
    token.tokenType = type;
    token.tokenTypeIdx = type.tokenTypeIdx!;
  }
  return tokens;
}

/** A narrower type for a token whose text decides what it is. */
function classify(token: IToken): TokenType | undefined {
  if (token.tokenType === Backquoted) return token.payload === '' ? EmptyName : undefined;
  if (token.tokenType !== Word) return undefined;
  const upper = token.image.toUpperCase();
  const keyword = KEYWORDS.get(upper);
  if (keyword) return keyword;
  if (RESERVED_WORDS.has(upper)) return ReservedWord;
  if (isNumber(token.image)) return NumberWord;
  return badCharacter(token.image) ? BadWord : undefined;
}

/** Where a token ends: the offset past its last character. */
export const endOf = (token: IToken): number => token.startOffset + token.image.length;
