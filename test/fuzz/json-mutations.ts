import type { Dice } from './dice.js';
import { WEIRD_NUMBERS, WEIRD_TEXTS } from './weird.js';

/*
 * Changes of a document that keep it JSON, mostly: they get past the parser, to what checks the shape. The documents are
 * written out by hand, since numbers such as 1e309, keys that are there twice and `__proto__` must reach the text.
 */

/** A JSON value whose numbers and odd parts are texts already. */
type Tree = string | Tree[] | Map<string, Tree>;

/** Ends the growth of lists. */
const MOST_REPEATED_CHARACTERS = 128 * 1024;
const DEEPEST = 20_000;

function treeOf(value: unknown): Tree {
  if (Array.isArray(value)) return value.map(treeOf);
  if (typeof value === 'object' && value !== null)
    return new Map(Object.entries(value).map(([key, part]) => [key, treeOf(part)]));
  return JSON.stringify(value) ?? 'null';
}

function textOf(tree: Tree): string {
  if (typeof tree === 'string') return tree;
  if (Array.isArray(tree)) return `[${tree.map((item) => textOf(item)).join(',')}]`;
  const pairs = [...tree].map(([key, part]) => `${JSON.stringify(key)}:${textOf(part)}`);
  return `{${pairs.join(',')}}`;
}

/** All lists and maps of the document. */
function containers(tree: Tree): (Tree[] | Map<string, Tree>)[] {
  if (typeof tree === 'string') return [];
  return [tree, ...[...tree.values()].flatMap(containers)];
}

function weirdValue(dice: Dice): string {
  return dice.pick<() => string>([
    () =>
      dice.pick(WEIRD_NUMBERS.filter((number) => /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[-+]?\d+)?$/.test(number))),
    () => JSON.stringify(dice.pick(WEIRD_TEXTS)),
    () => dice.pick(['null', 'true', 'false', '[]', '{}', '[[]]', '{"__proto__":{}}', '""']),
    () => {
      const depth = dice.size(1, DEEPEST);
      return dice.chance(0.5)
        ? '['.repeat(depth) + ']'.repeat(depth)
        : `${'{"a":'.repeat(depth)}0${'}'.repeat(depth)}`;
    },
    () => JSON.stringify(dice.pick(['\u001B[2J', 'a', '\0', '/', '..']).repeat(dice.size(1, 20_000))),
  ])();
}

function changeOne(tree: Tree, dice: Dice): void {
  const all = containers(tree);
  if (all.length === 0) return;
  const chosen = dice.pick(all);
  if (Array.isArray(chosen)) changeList(chosen, dice);
  else changeMap(chosen, dice);
}

function changeList(list: Tree[], dice: Dice): void {
  const at = dice.below(list.length + 1);
  const kind = dice.below(3);
  if (kind === 0 || at === list.length) list.splice(at, 0, weirdValue(dice));
  else if (kind === 1) list.splice(at, 1);
  else list[at] = weirdValue(dice);
}

/** One item of a list, many times. */
function repeatItem(tree: Tree, dice: Dice): void {
  const lists = containers(tree).filter((one) => Array.isArray(one) && one.length > 0) as Tree[][];
  if (lists.length === 0) return;
  const list = dice.pick(lists);
  const item = dice.pick(list);
  const most = Math.floor(MOST_REPEATED_CHARACTERS / textOf(item).length);
  for (let left = dice.size(1, Math.max(1, most)); left > 0; left--) list.push(item);
}

function changeMap(map: Map<string, Tree>, dice: Dice): void {
  const keys = [...map.keys()];
  const key = keys.length === 0 ? 'a' : dice.pick(keys);
  const kind = dice.below(5);
  if (kind === 0) map.delete(key);
  else if (kind === 1) map.set(dice.pick(WEIRD_TEXTS), weirdValue(dice));
  else if (kind === 2) map.set('__proto__', map.get(key) ?? '{"polluted":true}');
  else map.set(key, weirdValue(dice));
}

/** The text of a document with some things changed in it. */
export function mutatedJson(value: unknown, dice: Dice): string {
  const tree = treeOf(value);
  for (let left = dice.size(1, 4) - (dice.chance(0.2) ? 1 : 0); left > 0; left--) changeOne(tree, dice);
  // The last of all: the copies are one object, so that changes of it would add up.
  if (dice.chance(0.2)) repeatItem(tree, dice);
  const text = textOf(tree);
  if (!dice.chance(0.1)) return text;
  // A key that is there twice.
  return text.replace(/"(\w+)":/, (pair) => `${pair}${weirdValue(dice)},${pair}`);
}
