import { tokenMatcher, type IToken, type TokenType } from 'chevrotain';
import { invariant } from '../base/errors.js';
import type { StatementDraft } from './conditions.js';
import { statementParser } from './grammar.js';
import { CloseParenthesis, Comma, OpenParenthesis } from './tokens.js';

/** Something that may stand next: a type of token, and the rule of the grammar that asks for it. */
export interface Expectation {
  readonly type: TokenType;
  readonly rule: string;
}

export type ParseResult =
  | { readonly ok: true; readonly draft: StatementDraft }
  /** The index of the first token that no statement could have there; the count of tokens where more is needed. */
  | { readonly ok: false; readonly failedAt: number };

/** Parses the tokens of one statement, without its semicolon. */
export function parseTokens(tokens: readonly IToken[]): ParseResult {
  const parser = statementParser();
  parser.input = [...tokens];
  const draft = parser.statement();
  const error = parser.errors[0];
  if (!error) return { ok: true, draft };
  const failedAt = tokens.indexOf(error.token);
  return { ok: false, failedAt: failedAt < 0 ? tokens.length : failedAt };
}

/** What may stand after `prefix`, in the order of the grammar. The end of the statement is not among it. */
export function expectedAfter(prefix: readonly IToken[]): readonly Expectation[] {
  return statementParser()
    .computeContentAssist('statement', withoutEarlierItems(prefix))
    .map((path) => {
      const rule = path.ruleStack.at(-1);
      invariant(rule !== undefined, 'an expectation belongs to a rule');
      return { type: path.nextTokenType, rule };
    });
}

/**
 * `prefix` with only the last item of each list. What may follow is the same, and asking costs the same for five
 * tables and for five thousand.
 */
export function withoutEarlierItems(prefix: readonly IToken[]): IToken[] {
  const kept: IToken[] = [];
  const listStarts: number[] = [];
  for (const token of prefix) {
    const listStart = listStarts.at(-1);
    if (token.tokenType === Comma && listStart !== undefined) {
      kept.length = listStart;
      continue;
    }
    kept.push(token);
    if (token.tokenType === OpenParenthesis) listStarts.push(kept.length);
    if (token.tokenType === CloseParenthesis) listStarts.pop();
  }
  return kept;
}

/** Whether `prefix` is a whole statement. */
export const isComplete = (prefix: readonly IToken[]): boolean => parseTokens(prefix).ok;

/** Whether a statement may go on with `next` after `prefix`. */
export function canFollow(prefix: readonly IToken[], next: IToken): boolean {
  return expectedAfter(prefix).some(({ type }) => tokenMatcher(next, type));
}
