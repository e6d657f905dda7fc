import type { IToken } from 'chevrotain';
import { invariant } from '../base/errors.js';
import type { Statement, StatementSource } from './ast.js';
import { checkStatement } from './checks.js';
import { finishDraft } from './conditions.js';
import { syntaxError } from './explain.js';
import { endOf, tokenize } from './lexer.js';
import { errorAt } from './locate.js';
import { shownToken, withoutSecrets, type Piece } from './mask.js';
import { parseTokens } from './parser.js';
import { Semicolon } from './tokens.js';

const DEFAULT_SOURCE_NAME = '<statement>';

/**
 * The statements of a text, which are separated by `;`. The first error ends it (SQL_SYNTAX); so does a text without
 * any statement, because nothing done looks too much like all done. Time is linear in the length of the text.
 *
 * Secrets are in the values of properties only: the source of the statements, and all errors, have asterisks for them.
 */
export function parseScript({ name, text }: StatementSource): readonly Statement[] {
  const pieces = split(tokenize(text));
  const shown = Object.freeze({ name, text: withoutSecrets(text, pieces) });
  const statements = pieces.map((piece) => finishPiece(shown, piece));
  if (statements.length === 0) throw noStatement(shown);
  return Object.freeze(statements);
}

/** The one statement of a text; a `;` after it is optional. */
export function parseStatement(text: string, sourceName: string = DEFAULT_SOURCE_NAME): Statement {
  const [statement, second] = parseScript({ name: sourceName, text });
  invariant(statement, 'a script has at least one statement');
  if (second) {
    const message = 'one statement is wanted here, and this is a second one';
    throw errorAt(second, second.span, 'SQL_SYNTAX', message, "keep one of them; nothing may follow its ';'");
  }
  return statement;
}

interface TerminatedPiece extends Piece {
  readonly terminator: IToken | undefined;
}

/** Cuts at semicolons; pieces without tokens are dropped, so `;;` does no harm. */
function split(tokens: readonly IToken[]): readonly TerminatedPiece[] {
  const pieces: TerminatedPiece[] = [];
  let begin = 0;
  for (let at = 0; at <= tokens.length; at++) {
    const token = tokens[at];
    if (token && token.tokenType !== Semicolon) continue;
    if (at > begin) {
      const own = tokens.slice(begin, at);
      pieces.push({ tokens: own, result: parseTokens(own), terminator: token });
    }
    begin = at + 1;
  }
  return pieces;
}

function finishPiece(source: StatementSource, { tokens, result, terminator }: TerminatedPiece): Statement {
  if (!result.ok) {
    const shown = tokens.map((token) => shownToken(token, source.text));
    throw syntaxError(source, shown, result.failedAt, terminator);
  }
  const first = tokens[0];
  const last = tokens.at(-1);
  invariant(first && last, 'a piece of a script has tokens');
  const span = { offset: first.startOffset, length: endOf(last) - first.startOffset };
  const statement = finishDraft(result.draft, { source, span });
  checkStatement(statement);
  return deepFreeze(statement);
}

function noStatement(source: StatementSource) {
  const nothing = source.text.trim() === '';
  const message = nothing
    ? 'there is no statement: the text is empty'
    : 'there is no statement, only comments or semicolons';
  const hint = 'write, for example: BACKUP SNAPSHOT database.label TO repository';
  return errorAt(source, { offset: 0, length: 1 }, 'SQL_SYNTAX', message, hint);
}

function deepFreeze<T extends object>(node: T): T {
  for (const part of Object.values(node) as unknown[]) {
    if (typeof part === 'object' && part !== null && !Object.isFrozen(part)) deepFreeze(part);
  }
  return Object.freeze(node);
}
