import { isAlias, isCollection, isNode, isPair, type Alias, type Document, type Node } from 'yaml';

/** A node of a document, and how many lists and maps it is in. */
interface Found {
  readonly node: Node;
  readonly depth: number;
}

/** All nodes in the order of the text. Without recursion, so that no depth is too much for it. */
export function* nodesOf(document: Document): Generator<Found> {
  const stack: { readonly part: unknown; readonly depth: number }[] = [{ part: document.contents, depth: 0 }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { part, depth } = next;
    if (isPair(part)) {
      stack.push({ part: part.value, depth }, { part: part.key, depth });
      continue;
    }
    if (!isNode(part)) continue;
    yield { node: part, depth };
    if (!isCollection(part)) continue;
    for (const item of part.items.toReversed()) stack.push({ part: item, depth: depth + 1 });
  }
}

const known = new WeakMap<Document, ReadonlyMap<Alias, Node>>();

/**
 * What an alias stands for: the last node before it with its anchor. Found for all aliases of a document at once, since the
 * parser's own way walks the whole document for each.
 */
export function aliasTarget(document: Document, alias: Alias): Node | undefined {
  const before = known.get(document);
  if (before) return before.get(alias);
  const targets = new Map<Alias, Node>();
  const anchored = new Map<string, Node>();
  for (const { node } of nodesOf(document)) {
    if (isAlias(node)) {
      const target = anchored.get(node.source);
      if (target) targets.set(node, target);
    } else if (node.anchor !== undefined) anchored.set(node.anchor, node);
  }
  known.set(document, targets);
  return targets.get(alias);
}
