import { isScalar, visit, type Document, type YAMLError } from 'yaml';
import { lineAndColumn } from '../base/text.js';
import type { TextRange } from './places.js';
import type { Problem } from './problems.js';

/** The parser's codes in words for people who write YAML now and then: what is wrong, what to do. */
const WORDS: Readonly<Record<string, readonly [message: string | undefined, hint?: string]>> = {
  TAB_AS_INDENT: ['a tab is used to indent', 'indent with spaces'],
  BAD_INDENT: [
    undefined,
    'the keys of one map begin in the same column, further in than the key they belong to',
  ],
  BLOCK_AS_IMPLICIT_KEY: [
    "there is a second ': ' here",
    "one 'key: value' a line; a text with ': ' in it needs quotes",
  ],
  MULTILINE_IMPLICIT_KEY: [
    "this is no 'key: value'",
    "is a ':' missing here, or quotes around a text above?",
  ],
  MISSING_CHAR: [undefined, "a quote, bracket or ':' is not there or not closed"],
  BAD_SCALAR_START: [undefined, 'a text that begins with this character needs quotes'],
  BAD_DQ_ESCAPE: [undefined, 'in double quotes a backslash is written twice, in single quotes once'],
  MULTIPLE_DOCS: ['a second document begins here', "a scenario is one document: remove the line '---'"],
  UNEXPECTED_TOKEN: [undefined, 'a text with characters that mean something in YAML needs quotes'],
  TAG_RESOLVE_FAILED: [undefined, 'a text that begins with ! needs quotes'],
};

/**
 * What the parser found. Only the first error is told: the rest mostly follow from it.
 */
export function explainSyntax(document: Document, text: string): Problem[] {
  const errors: readonly YAMLError[] = [...document.errors, ...document.warnings];
  const [first] = errors;
  return first === undefined ? [] : [structure(document, first, text)];
}

function structure(document: Document, error: YAMLError, text: string): Problem {
  const code = 'SCENARIO_SYNTAX';
  const [start, end] = error.pos;
  const range = { start, end };
  if (/call stack/i.test(error.message))
    return { code, range, message: 'lists or maps are nested too deeply' };
  const bracket = /must be sufficiently indented and end with a ([\]}])/.exec(error.message)?.[1];
  if (bracket !== undefined) {
    const opening = bracket === ']' ? '[' : '{';
    const opened = text.lastIndexOf(opening, start - 1);
    return {
      code,
      range: { start: opened, end: opened + 1 },
      message: `this ${opening} is not closed with ${bracket}`,
    };
  }
  const quote = /^Missing closing (["'])quote/.exec(error.message)?.[1];
  if (quote !== undefined) {
    const message = `the text that begins here is not closed with ${quote}`;
    return { code, message, range: scalarAround(document, start) ?? range };
  }
  if (error.code === 'BLOCK_AS_IMPLICIT_KEY' && !/: .*: /.test(lineAround(text, start))) {
    const message = 'this key has a value already, and the line below is indented further';
    return { code, range, message, hint: WORDS['BAD_INDENT']?.[1] };
  }
  const [message = error.message.replace(/\s+/g, ' '), hint] = WORDS[error.code] ?? [];
  return { code, range, message, hint };
}

const lineAround = (text: string, offset: number): string =>
  text.split('\n')[lineAndColumn(text, offset).line - 1] ?? '';

/** The last scalar that begins before `offset`: the one that ran on to the end. */
function scalarAround(document: Document, offset: number): TextRange | undefined {
  let found: TextRange | undefined;
  visit(document, (_, node) => {
    if (isScalar(node) && node.range && node.range[0] < offset)
      found = { start: node.range[0], end: node.range[1] };
  });
  return found;
}
