import type { IToken } from 'chevrotain';
import { invariant } from '../base/errors.js';
import type { Statement, StatementSource } from './ast.js';
import { checkStatement } from './checks.js';
import { syntaxError } from './explain.js';
import { endOf, tokenize } from './lexer.js';
import { errorAt } from './locate.js';
import { parseTokens } from './parser.js';
import { Semicolon } from './tokens.js';

const DEFAULT_SOURCE_NAME = '<statement>';

/**
 * The statements of a text, which are separated by `;`. The first error ends it (SQL_SYNTAX); so does a text without
 * any statement, because nothing done looks too much like all done. Time is linear in the length of the text.
 */
export function parseScript(source: StatementSource): readonly Statement[] {
  const frozen = Object.freeze({ name: source.name, text: source.text });
  const statements = split(tokenize(frozen.text)).map((piece) => parsePiece(frozen, piece));
  if (statements.length === 0) throw noStatement(frozen);
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

interface Piece {
  readonly tokens: readonly IToken[];
  readonly terminator: IToken | undefined;
}

/** Cuts at semicolons; pieces without tokens are dropped, so `;;` does no harm. */
function split(tokens: readonly IToken[]): readonly Piece[] {
  const pieces: Piece[] = [];
  let begin = 0;
  for (let at = 0; at <= tokens.length; at++) {
    const token = tokens[at];
    if (token && token.tokenType !== Semicolon) continue;
    if (at > begin) pieces.push({ tokens: tokens.slice(begin, at), terminator: token });
    begin = at + 1;
  }
  return pieces;
}

function parsePiece(source: StatementSource, { tokens, terminator }: Piece): Statement {
  const result = parseTokens(tokens);
  if (!result.ok) throw syntaxError(source, tokens, result.failedAt, terminator);
  const first = tokens[0];
  const last = tokens.at(-1);
  invariant(first && last, 'a piece of a script has tokens');
  const span = { offset: first.startOffset, length: endOf(last) - first.startOffset };
  const statement: Statement = { ...result.draft, source, span };
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
