import { DrillError } from '../base/errors.js';
import { codeFrame } from '../base/text.js';
import { parseStatement, type Statement } from '../sql/index.js';
import type { Scenario } from './scenario.js';

/** Name of the statement's text until its errors are placed in the scenario file. */
const STATEMENT_SOURCE = '<statement>';

/** Parses a scenario's statement. Errors have places within the statement; see `placeInFile`. */
export function scenarioStatement(scenario: Scenario): Statement {
  return parseStatement(scenario.statement.text, STATEMENT_SOURCE);
}

/**
 * An error about a scenario's statement as one about the scenario file: the same message at the line and column where a
 * person has to look. Other errors come back as they are.
 */
export function placeInFile(error: unknown, scenario: Scenario, fileName: string, fileText: string): unknown {
  if (!(error instanceof DrillError) || error.place?.source !== STATEMENT_SOURCE) return error;
  const { text, line: firstLine } = scenario.statement;
  const written = text.split('\n')[error.place.line - 1] ?? '';
  const line = firstLine + error.place.line - 1;
  const fileLine = fileText.split('\n')[line - 1] ?? '';
  const indent = fileLine.indexOf(written);
  // Folded or quoted scalars do not stand in the file as they read: the statement's own place serves better then.
  if (indent < 0) return error;
  const column = error.place.column + indent;
  const carets = error.frame?.match(/\^+$/)?.[0].length ?? 1;
  return new DrillError(error.code, error.message, {
    hint: error.hint,
    cause: error,
    place: {
      source: fileName,
      line,
      column,
    },
    frame: codeFrame(fileText, line, column, carets),
  });
}
