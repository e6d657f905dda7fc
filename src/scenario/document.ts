import {
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
} from 'yaml';
import { DrillError } from '../base/errors.js';
import { SCENARIO, type DocumentKind } from './document-kind.js';
import { isMerge } from './places.js';
import { problemsError, type Problem } from './problems.js';
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
/** What all aliases of a file may unfold to together, counted in anchored values: stops "billion laughs". */
const MAX_ALIASES = 1000;
const BYTE_ORDER_MARK = '\uFEFF';

/** Reads YAML; throws SCENARIO_SYNTAX with every problem of the file, or SCENARIO_UNREADABLE. */
export function readDocument(rawText: string, fileName: string, kind = SCENARIO): ScenarioDocument {
  const text = rawText.startsWith(BYTE_ORDER_MARK) ? rawText.slice(1) : rawText;
  refuseWhatIsNoScenario(text, fileName, kind);
  const lineCounter = new LineCounter();
  const document = parse(text, fileName, lineCounter);
  const problems = explainSyntax(document, text);
  if (problems.length > 0) throw problemsError(text, fileName, problems, kind);
  const referenceProblems = checkReferences(document);
  if (referenceProblems.length > 0) throw problemsError(text, fileName, referenceProblems, kind);
  if (!isMap(document.contents)) throw problemsError(text, fileName, [notAMap(document, kind)]);
  return {
    fileName,
    text,
    document,
    raw: unfold(document, text, fileName),
    lineOf: (offset) => lineCounter.linePos(offset).line,
  };
}

function refuseWhatIsNoScenario(text: string, fileName: string, kind: DocumentKind): void {
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
  if (
    /^\s*(#.*\s*)*$/.test(text.slice(0, 2000)) &&
    text.split('\n').every((line) => /^\s*(#.*)?$/.test(line))
  ) {
    throw new DrillError('SCENARIO_SYNTAX', `${fileName}: the ${kind.noun} is empty`, {
      hint: kind.least,
    });
  }
}

function parse(text: string, fileName: string, lineCounter: LineCounter): Document {
  try {
    return parseDocument(text, { lineCounter, merge: true, prettyErrors: false, logLevel: 'error' });
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new DrillError('SCENARIO_SYNTAX', `${fileName}: lists or maps are nested too deeply`, { cause });
  }
}

function checkReferences(document: Document): Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Pair(_, pair) {
      if (isCollection(pair.key)) {
        const [from = 0, to = from] = pair.key.range ?? [];
        const message = 'a key is a text, and this is a map or a list';
        const hint = 'a text that begins with { or [ needs quotes';
        problems.push({ code: 'SCENARIO_SYNTAX', message, hint, range: { start: from, end: to } });
      }
      if (!isMerge(pair) || isMergeable(document, pair.value)) return;
      const [start = 0, end = start] = (isScalar(pair.key) ? pair.key.range : undefined) ?? [];
      const hint = "for example '<<: *name', where &name stands before a map";
      problems.push({
        code: 'SCENARIO_SYNTAX',
        message: '<< takes a map, or a list of maps',
        hint,
        range: { start, end },
      });
    },
    Alias(_, alias, ancestors) {
      const target = alias.resolve(document);
      const [start = 0, end = start] = alias.range ?? [];
      const say = (message: string, hint: string) =>
        problems.push({ code: 'SCENARIO_SYNTAX', message, hint, range: { start, end } });
      if (target === undefined)
        say(
          `*${alias.source} refers to nothing`,
          `put &${alias.source} before the value that is meant, above this line`,
        );
      else if (ancestors.includes(target))
        say(`*${alias.source} refers to what it is a part of`, 'write the value out');
    },
  });
  return problems;
}

function isMergeable(document: Document, value: unknown): boolean {
  const source = isAlias(value) ? value.resolve(document) : value;
  if (isSeq(source))
    return source.items.every((item) => isMap(isAlias(item) ? item.resolve(document) : item));
  return isMap(source);
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
    const message = `the aliases of this file unfold to more than ${MAX_ALIASES} values`;
    throw problemsError(text, fileName, [
      { code: 'SCENARIO_SYNTAX', message, hint: 'write fewer of them, or use count:', range },
    ]);
  }
}
