import { isAlias, isCollection, isMap, isScalar, isSeq, visit, type Document, type Pair } from 'yaml';
import { shortened } from '../base/text.js';
import { aliasTarget, nodesOf } from './aliases.js';
import { isMerge, keyText, MAX_DEPTH, type TextRange } from './places.js';
import type { Problem } from './problems.js';

/** What all aliases of a file may unfold to together, counted in anchored values: stops "billion laughs". */
export const MAX_ALIASES = 1000;

const problem = (message: string, range: TextRange, hint?: string): Problem => ({
  code: 'SCENARIO_SYNTAX',
  message,
  range,
  hint,
});

/** Where a node stands; the beginning of the file for one that the parser made up. */
const rangeOf = (node: unknown): TextRange => {
  const [start = 0, end = start] =
    isScalar(node) || isCollection(node) || isAlias(node) ? (node.range ?? []) : [];
  return { start, end };
};

/** What is too much for the rest to read; the first only. */
export function excess(document: Document): Problem[] {
  let aliases = 0;
  for (const { node, depth } of nodesOf(document)) {
    if (depth > MAX_DEPTH) {
      const { start } = rangeOf(node);
      return [problem('lists or maps are nested too deeply', { start, end: start + 1 })];
    }
    if (isAlias(node) && ++aliases > MAX_ALIASES) return [tooManyAliases(rangeOf(node))];
  }
  return [];
}

export const tooManyAliases = (range: TextRange): Problem =>
  problem(
    `the aliases of this file unfold to more than ${MAX_ALIASES} values`,
    range,
    'write fewer of them, or use count:',
  );

/** Keys that are in a map twice. `lineOf`: the line of an offset. */
export function keysTwice(document: Document, lineOf: (offset: number) => number): Problem[] {
  const problems: Problem[] = [];
  for (const { node } of nodesOf(document)) {
    if (!isMap(node)) continue;
    const first = new Map<string, TextRange>();
    for (const { key } of node.items) {
      if (!isScalar(key)) continue;
      const text = keyText(key);
      const earlier = first.get(text);
      const range = rangeOf(key);
      if (earlier === undefined) first.set(text, range);
      else
        problems.push(
          problem(
            `the key ${shown(text)} is in this map twice`,
            range,
            `the other one is on line ${lineOf(earlier.start)}`,
          ),
        );
    }
  }
  return problems;
}

const MOST_SHOWN = 60;
const shown = (text: string): string => shortened(text, MOST_SHOWN);

/** What is wrong with keys, merges and aliases. For a document without excess. */
export function checkReferences(document: Document): Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Pair(_, pair) {
      if (isCollection(pair.key))
        problems.push(
          problem(
            'a key is a text, and this is a map or a list',
            rangeOf(pair.key),
            'a text that begins with { or [ needs quotes',
          ),
        );
      if (isMerge(pair) && !isMergeable(document, pair))
        problems.push(
          problem(
            '<< takes a map, or a list of maps',
            rangeOf(pair.key),
            "for example '<<: *name', where &name stands before a map",
          ),
        );
    },
    Alias(_, alias, ancestors) {
      const target = aliasTarget(document, alias);
      const name = shown(alias.source);
      if (target === undefined)
        problems.push(
          problem(
            `*${name} refers to nothing`,
            rangeOf(alias),
            `put &${name} before the value that is meant, above this line`,
          ),
        );
      else if (ancestors.includes(target))
        problems.push(
          problem(`*${name} refers to what it is a part of`, rangeOf(alias), 'write the value out'),
        );
    },
  });
  return problems;
}

function isMergeable(document: Document, { value }: Pair): boolean {
  const resolved = (node: unknown): unknown => (isAlias(node) ? aliasTarget(document, node) : node);
  const source = resolved(value);
  if (isSeq(source)) return source.items.every((item) => isMap(resolved(item)));
  return isMap(source);
}
