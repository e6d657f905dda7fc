import { codeFrame, lineAndColumn, shortened } from '../base/text.js';
import { DrillError } from '../base/errors.js';
import type { ErrorCode } from '../base/error-codes.js';
import { SCENARIO } from './document-kind.js';
import type { TextRange } from './places.js';

/** Something wrong in a scenario file. */
export interface Problem {
  readonly code: ErrorCode;
  readonly message: string;
  readonly range: TextRange;
  readonly hint?: string | undefined;
}

const MOST_SHOWN = 20;

/** One error that tells all problems of a file, each with its place, in the order of the file. */
export function problemsError(
  text: string,
  fileName: string,
  problems: readonly Problem[],
  { noun } = SCENARIO,
): DrillError {
  const sorted = problems.toSorted((a, b) => a.range.start - b.range.start);
  const shown = sorted.slice(0, MOST_SHOWN).map((problem) => located(text, fileName, problem));
  const first = shown[0]!;
  const place = first.place;
  if (sorted.length === 1) {
    const { message, hint, frame } = first;
    return new DrillError(sorted[0]!.code, message, { place, frame, hint });
  }
  const more = sorted.length - shown.length;
  const list = shown.map((problem) => indent(problem.format().replace(/\n {2}code: \S+$/, '')));
  const message = [
    `${sorted.length} problems in this ${noun}`,
    ...list,
    ...(more > 0 ? [indent(`… and ${more} more`)] : []),
  ].join('\n');
  const code = sorted.some((problem) => problem.code === 'SCENARIO_SYNTAX')
    ? 'SCENARIO_SYNTAX'
    : 'SCENARIO_INVALID';
  return new DrillError(code, message, { place });
}

function located(text: string, fileName: string, problem: Problem): DrillError {
  const { start, end } = problem.range;
  const { line, column } = lineAndColumn(text, Math.min(start, text.length));
  const marked = text.slice(start, end).split(/\r?\n/, 1)[0]!.trimEnd();
  return new DrillError(problem.code, cut(problem.message), {
    hint: problem.hint === undefined ? undefined : cut(problem.hint),
    place: { source: fileName, line, column },
    frame: text.trim() === '' ? undefined : codeFrame(text, line, column, marked.length || 1),
  });
}

/** Messages quote keys and values of the file, which may be of any length. */
const MOST_CHARACTERS = 500;
const cut = (text: string): string => shortened(text, MOST_CHARACTERS);

const indent = (text: string): string => text.replace(/^/gm, '  ');
