import { DrillError, type Place } from '../base/errors.js';
import type { ErrorCode } from '../base/error-codes.js';
import { codeFrame, lineAndColumn } from '../base/text.js';
import type { Span, StatementSource } from './ast.js';

/** A statement, or the text that one stands in. */
export type Located = StatementSource | { readonly source: StatementSource };

/** The place of a span in its text, for messages. */
export function placeOf(where: Located, span: Span): Place {
  const source = sourceOf(where);
  return { source: source.name, ...lineAndColumn(source.text, span.offset) };
}

/** An error at a span of a statement's text: with line and column, the line itself, and carets under the span. */
export function errorAt(
  where: Located,
  span: Span,
  code: ErrorCode,
  message: string,
  hint?: string,
): DrillError {
  const { text } = sourceOf(where);
  const place = placeOf(where, span);
  const frame = codeFrame(text, place.line, place.column, lengthInLine(text, span));
  return new DrillError(code, message, { hint, place, frame });
}

/** Only the part of a span that stands in its first line can have carets under it. */
function lengthInLine(text: string, { offset, length }: Span): number {
  const firstLine = text.slice(offset, offset + length).split(/\r?\n/, 1)[0] ?? '';
  return Math.max(1, firstLine.length);
}

const sourceOf = (where: Located): StatementSource => ('source' in where ? where.source : where);
