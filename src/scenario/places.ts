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
} from 'yaml';

/** From the root of a scenario to one of its values: keys, and positions in lists. */
export type Path = readonly (string | number)[];

/** A piece of the scenario's text. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

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
  const own = pairs.find((pair) => keyText(pair) === String(key));
  if (own) return own;
  for (const merge of pairs.filter(isMerge)) {
    const source = resolved(document, merge.value);
    for (const map of isSeq(source) ? source.items.map((item) => resolved(document, item)) : [source]) {
      const found = isMap(map) ? pairOf(document, map.items, key) : undefined;
      if (found) return found;
    }
  }
  return undefined;
}

/** The parser may turn the key `<<` into a symbol. */
export const isMerge = (pair: Pair): boolean =>
  isScalar(pair.key) && (pair.key.value === '<<' || typeof pair.key.value === 'symbol');
const keyText = ({ key }: Pair): string => {
  const value = isScalar(key) ? key.value : undefined;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : '';
};
const resolved = (document: Document, node: unknown): unknown =>
  isAlias(node) ? node.resolve(document) : node;
const isNode = (value: unknown): value is Node =>
  isScalar(value) || isCollection(value) || (isAlias(value) && !isPair(value));
