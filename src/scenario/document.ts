import { isMap, LineCounter, parseDocument, visit, type Document } from 'yaml';
import { DrillError } from '../base/errors.js';
import { SCENARIO, type DocumentKind } from './document-kind.js';
import { problemsError, type Problem } from './problems.js';
import { checkReferences, excess, keysTwice, MAX_ALIASES, tooManyAliases } from './structure.js';
import { explainSyntax } from './syntax.js';

/** A file, mostly a scenario, that is well-formed YAML with a map at its root. */
export interface ScenarioDocument {
  readonly fileName: string;
  /** Without a byte order mark; all offsets are into this. */
  readonly text: string;
  readonly document: Document;
  /** Plain maps, lists and scalars, aliases resolved. */
  readonly raw: Readonly<Record<string, unknown>>;
  readonly lineOf: (offset: number) => number;
}

/** Of YAML proper, which is slow to read: what is larger was not meant to be a scenario. Lists of shards are quick to read. */
const MAX_CHARACTERS = 2_000_000;
const MAX_CHARACTERS_IN_BLOCKS = 200_000_000;
/** A line in a list of shards. */
const SHARD_LINE = /^ *\d+ \d+(?:\.\d+)? *\w+ \d+ .*\n/gm;
const BYTE_ORDER_MARK = '\uFEFF';

/** Reads YAML; throws SCENARIO_SYNTAX with every problem of the file, or SCENARIO_UNREADABLE. */
export function readDocument(rawText: string, fileName: string, kind = SCENARIO): ScenarioDocument {
  const text = rawText.startsWith(BYTE_ORDER_MARK) ? rawText.slice(1) : rawText;
  refuseWhatIsNoScenario(text, fileName, kind);
  const lineCounter = new LineCounter();
  const document = parse(text, fileName, lineCounter);
  const lineOf = (offset: number): number => lineCounter.linePos(offset).line;
  const problems = [...keysTwice(document, lineOf), ...explainSyntax(document, text)];
  if (problems.length > 0) throw problemsError(text, fileName, problems, kind);
  const tooMuch = excess(document);
  if (tooMuch.length > 0) throw problemsError(text, fileName, tooMuch, kind);
  const referenceProblems = checkReferences(document);
  if (referenceProblems.length > 0) throw problemsError(text, fileName, referenceProblems, kind);
  if (!isMap(document.contents)) throw problemsError(text, fileName, [notAMap(document, kind)]);
  return {
    fileName,
    text,
    document,
    raw: unfold(document, text, fileName),
    lineOf,
  };
}

/** Throws where a text is too large to be parsed, or no text. */
export function refuseWhatIsNoScenario(text: string, fileName: string, kind: DocumentKind): void {
  const refuse = (message: string, hint: string) =>
    new DrillError('SCENARIO_UNREADABLE', `${fileName}: ${message}`, { hint });
  const isLarge = text.length > MAX_CHARACTERS;
  const characters = isLarge ? text.replaceAll(SHARD_LINE, '').length : text.length;
  if (characters > MAX_CHARACTERS || text.length > MAX_CHARACTERS_IN_BLOCKS) {
    throw refuse(
      `this file is too large for a ${kind.noun} (${text.length.toLocaleString('en-US')} characters)`,
      kind.tooLarge,
    );
  }
  if (text.includes('\0') || text.includes('\uFFFD')) {
    throw refuse('this is not a text in UTF-8', `save the ${kind.noun} as UTF-8`);
  }
  if (text.split('\n').every((line) => /^\s*(?:#.*)?$/.test(line))) {
    throw new DrillError('SCENARIO_SYNTAX', `${fileName}: the ${kind.noun} is empty`, {
      hint: kind.least,
    });
  }
}

function parse(text: string, fileName: string, lineCounter: LineCounter): Document {
  try {
    // The parser compares each key with all others of its map.
    const uniqueKeys = false;
    return parseDocument(text, {
      lineCounter,
      merge: true,
      prettyErrors: false,
      logLevel: 'error',
      uniqueKeys,
    });
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new DrillError('SCENARIO_SYNTAX', `${fileName}: lists or maps are nested too deeply`, { cause });
  }
}

function notAMap(document: Document, { noun, beginning }: DocumentKind): Problem {
  const [start = 0, end = start] = document.contents?.range ?? [];
  return {
    code: 'SCENARIO_SYNTAX',
    message: `a ${noun} is a map of keys, and this is not`,
    hint: beginning,
    range: { start, end },
  };
}

function unfold(document: Document, text: string, fileName: string): Readonly<Record<string, unknown>> {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES }) as Record<string, unknown>;
  } catch (cause) {
    let range = { start: 0, end: 0 };
    visit(document, {
      Alias(_, alias) {
        range = { start: alias.range?.[0] ?? 0, end: alias.range?.[1] ?? 0 };
      },
    });
    if (!(cause instanceof ReferenceError || cause instanceof RangeError)) throw cause;
    throw problemsError(text, fileName, [tooManyAliases(range)]);
  }
}
