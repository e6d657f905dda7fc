import type { IToken } from 'chevrotain';
import type { DrillError } from '../base/errors.js';
import type { StatementSource } from './ast.js';
import type { Failure } from './failure.js';
import { hintFor } from './hints.js';
import { lexicalFault, type Fault } from './lexical-faults.js';
import { endOf } from './lexer.js';
import { errorAt } from './locate.js';
import { expectedAfter, isComplete } from './parser.js';
import { backquote, shortened } from './quoting.js';
import { Backquoted, Semicolon, Stray, With } from './tokens.js';
import { describeExpected, describeFound } from './wording.js';

/**
 * The error of a statement whose token at `failedAt` cannot stand there. `terminator` is the semicolon after the
 * statement, if there is one.
 */
export function syntaxError(
  source: StatementSource,
  tokens: readonly IToken[],
  failedAt: number,
  terminator: IToken | undefined,
): DrillError {
  const found = tokens[failedAt] ?? terminator;
  const fault =
    (found && lexicalFault(found)) ??
    hyphenFault(tokens, failedAt) ??
    storageFault(tokens, failedAt) ??
    unexpected({
      prefix: tokens.slice(0, failedAt),
      found,
      next: tokens[failedAt + 1],
    });
  return errorAt(source, fault.span, fault.code ?? 'SQL_SYNTAX', fault.message, fault.hint);
}

function unexpected({ prefix, found, next }: Omit<Failure, 'expected'>): Fault {
  const expected = expectedAfter(prefix);
  const mayEnd = isComplete(prefix);
  const message = `expected ${describeExpected(expected, mayEnd)}, but ${describeFound(found)}`;
  const last = prefix.at(-1);
  const span = found
    ? { offset: found.startOffset, length: found.tokenType === Semicolon ? 1 : found.image.length }
    : { offset: last ? endOf(last) : 0, length: 1 };
  return { span, message, hint: hintFor({ prefix, found, next, expected }) };
}

/** `my-repo`: one name to its writer, three tokens here. */
function hyphenFault(tokens: readonly IToken[], failedAt: number): Fault | undefined {
  if (tokens[failedAt]?.image !== '-') return undefined;
  let first = failedAt;
  let last = failedAt;
  while (touches(tokens[first - 1], tokens[first])) first--;
  while (touches(tokens[last], tokens[last + 1])) last++;
  const begin = tokens[first];
  const end = tokens[last];
  if (!begin || !end || begin.tokenType === Stray || begin.tokenType === Backquoted) return undefined;
  const name = tokens
    .slice(first, last + 1)
    .map((token) => token.image)
    .join('');
  return {
    span: { offset: begin.startOffset, length: name.length },
    message: `${shortened(name)} is not a name as it stands: '-' may not be in a bare name`,
    hint: `put it in backquotes: ${backquote(shortened(name))}`,
  };
}

/** Whether two tokens, words or hyphens, stand together without a space. */
function touches(left: IToken | undefined, right: IToken | undefined): boolean {
  if (!left || !right || endOf(left) !== right.startOffset) return false;
  return [left, right].every((token) => /^(?:-|[\w$\u0080-\uFFFF]+)$/.test(token.image));
}

/** Where Doris keeps repositories besides. */
const UNSUPPORTED_STORAGES = new Set(['HDFS', 'BROKER']);

/** `WITH HDFS`: right in Doris, and nothing that can be had here. */
function storageFault(tokens: readonly IToken[], failedAt: number): Fault | undefined {
  const found = tokens[failedAt];
  const word = found?.image.toUpperCase() ?? '';
  if (!found || tokens[failedAt - 1]?.tokenType !== With || !UNSUPPORTED_STORAGES.has(word)) return undefined;
  return {
    span: { offset: found.startOffset, length: found.image.length },
    message: `WITH ${word} is not supported: repositories are WITH S3 or WITH LOCAL`,
    hint: 'write WITH S3 ON LOCATION "s3://bucket/prefix", or WITH LOCAL ON LOCATION "file:///directory"',
    code: 'NOT_SUPPORTED',
  };
}
