import {
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Document,
  type Node,
  type Pair,
  type Scalar,
} from 'yaml';
import { aliasTarget } from './aliases.js';

/** From the root of a scenario to one of its values: keys, and positions in lists. */
export type Path = readonly (string | number)[];

/** A piece of the scenario's text. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** So many lists and maps may be in one another: no scenario needs a tenth of it, and what reads it is recursive. */
export const MAX_DEPTH = 100;

export const dotted = (path: Path): string => path.join('.');

/** `inner` is `outer` or lies in it. */
export const within = (outer: Path, inner: Path): boolean =>
  outer.length <= inner.length && outer.every((segment, i) => String(segment) === String(inner[i]));

/** Follows `path` from `root` through lists, maps, aliases and merged maps. */
export function nodeAt(document: Document, root: unknown, path: Path): Node | undefined {
  let node = root;
  for (const segment of path) {
    node = childOf(document, resolved(document, node), segment);
    if (node === undefined) return undefined;
  }
  return isNode(node) ? node : undefined;
}

/** Where the value at `path` stands; if it has none (a key without a value, a default), where its key or parent does. */
export function valueRange(document: Document, root: unknown, path: Path): TextRange | undefined {
  const node = nodeAt(document, root, path);
  if (node?.range && node.range[1] > node.range[0]) return { start: node.range[0], end: node.range[1] };
  const key = keyRange(document, root, path);
  if (key) return key;
  return path.length === 0 ? undefined : parentRange(document, root, path.slice(0, -1));
}

/** Where the key that ends `path` stands; undefined for a position in a list, or if there is no such key. */
export function keyRange(document: Document, root: unknown, path: Path): TextRange | undefined {
  const last = path.at(-1);
  if (last === undefined) return undefined;
  const parent = resolved(
    document,
    nodeAt(document, root, path.slice(0, -1)) ?? (path.length === 1 ? root : undefined),
  );
  const pair = isMap(parent) ? pairOf(document, parent.items, last) : undefined;
  return isScalar(pair?.key) && pair.key.range
    ? { start: pair.key.range[0], end: pair.key.range[1] }
    : undefined;
}

/** A map that lacks something is shown by its key, or by its first line where it is an item of a list. */
function parentRange(document: Document, root: unknown, path: Path): TextRange | undefined {
  return keyRange(document, root, path) ?? valueRange(document, root, path);
}

function childOf(document: Document, parent: unknown, segment: string | number): unknown {
  if (isSeq(parent)) return parent.items[Number(segment)];
  return isMap(parent) ? pairOf(document, parent.items, segment)?.value : undefined;
}

function pairOf(document: Document, pairs: readonly Pair[], key: string | number): Pair | undefined {
  const { byKey, merges } = indexOf(pairs);
  const own = byKey.get(String(key));
  if (own) return own;
  for (const merge of merges) {
    const source = resolved(document, merge.value);
    for (const map of isSeq(source) ? source.items.map((item) => resolved(document, item)) : [source]) {
      const found = isMap(map) ? pairOf(document, map.items, key) : undefined;
      if (found) return found;
    }
  }
  return undefined;
}

interface MapIndex {
  readonly byKey: ReadonlyMap<string, Pair>;
  readonly merges: readonly Pair[];
}

const indexes = new WeakMap<readonly Pair[], MapIndex>();

/** The pairs of a map by their keys: of a map of thousands, thousands may be asked for. */
function indexOf(pairs: readonly Pair[]): MapIndex {
  const known = indexes.get(pairs);
  if (known) return known;
  const byKey = new Map<string, Pair>();
  for (const pair of pairs) {
    const text = isScalar(pair.key) ? keyText(pair.key) : '';
    if (!byKey.has(text)) byKey.set(text, pair);
  }
  const index = { byKey, merges: pairs.filter(isMerge) };
  indexes.set(pairs, index);
  return index;
}

/** The parser may turn the key `<<` into a symbol. */
export const isMerge = (pair: Pair): boolean =>
  isScalar(pair.key) && (pair.key.value === '<<' || typeof pair.key.value === 'symbol');

/** A key as it is in the map that is made of it. */
export const keyText = ({ value }: Scalar): string =>
  typeof value === 'symbol' ? '<<' : `${(value as string | number | boolean | null | undefined) ?? ''}`;

const resolved = (document: Document, node: unknown): unknown =>
  isAlias(node) ? aliasTarget(document, node) : node;
const isNode = (value: unknown): value is Node =>
  isScalar(value) || isCollection(value) || (isAlias(value) && !isPair(value));
