import type { Dice } from './dice.js';
import { WEIRD_NUMBERS, WEIRD_TEXTS } from './weird.js';

/** As long as an input may get, in characters. */
export const MOST_CHARACTERS = 256 * 1024;

/** What mutations of a text may draw from. */
export interface Stock {
  /** Texts that are right, or nearly. */
  readonly corpus: readonly string[];
  /** Pieces that mean something in this language. */
  readonly tokens: readonly string[];
}

type Mutation = (text: string, dice: Dice, stock: Stock) => string;

const BRACKETS = [
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
  ['"', '"'],
  ['/*', '*/'],
  ['{"a":', '}'],
  ['- ', ''],
] as const;

/** Where a piece of a text begins and ends; mostly short. */
function pieceOf(text: string, dice: Dice): [from: number, to: number] {
  const from = dice.below(text.length + 1);
  return [from, Math.min(text.length, from + dice.size(1, Math.max(1, text.length)))];
}

const replaced = (text: string, from: number, to: number, by: string): string =>
  text.slice(0, from) + by + text.slice(to);

const inserted = (text: string, dice: Dice, piece: string): string => {
  const at = dice.below(text.length + 1);
  return replaced(text, at, at, piece);
};

/** One of all the matches of a pattern, replaced. */
function matchReplaced(text: string, dice: Dice, pattern: RegExp, by: (found: string) => string): string {
  const matches = [...text.matchAll(pattern)];
  if (matches.length === 0) return text;
  const { 0: found, index } = dice.pick(matches);
  return replaced(text, index, index + found.length, by(found));
}

function linesChanged(text: string, dice: Dice, change: (lines: string[], at: number) => void): string {
  const lines = text.split('\n');
  change(lines, dice.below(lines.length));
  return lines.join('\n');
}

const MUTATIONS: readonly Mutation[] = [
  function cut(text, dice) {
    const [from, to] = pieceOf(text, dice);
    return replaced(text, from, to, '');
  },
  function truncate(text, dice) {
    return text.slice(0, dice.below(text.length + 1));
  },
  function flipBit(text, dice) {
    if (text === '') return text;
    const at = dice.below(text.length);
    return replaced(text, at, at + 1, String.fromCharCode(text.charCodeAt(at) ^ (1 << dice.below(16))));
  },
  function flipLowBit(text, dice) {
    if (text === '') return text;
    const at = dice.below(text.length);
    return replaced(text, at, at + 1, String.fromCharCode(text.charCodeAt(at) ^ (1 << dice.below(7))));
  },
  function insertWeird(text, dice) {
    return inserted(text, dice, dice.pick(WEIRD_TEXTS));
  },
  function insertToken(text, dice, { tokens }) {
    return inserted(text, dice, dice.pick(tokens));
  },
  function replaceWord(text, dice, { tokens }) {
    return matchReplaced(text, dice, /[\w.]+/g, () => dice.pick(dice.chance(0.5) ? tokens : WEIRD_TEXTS));
  },
  function replaceNumber(text, dice) {
    return matchReplaced(text, dice, /-?\d+(?:\.\d+)?/g, () => dice.pick(WEIRD_NUMBERS));
  },
  function repeatPiece(text, dice) {
    const [from, to] = pieceOf(text, dice);
    const piece = text.slice(from, to);
    const most = Math.floor(MOST_CHARACTERS / Math.max(1, piece.length));
    return replaced(text, from, from, piece.repeat(dice.size(1, Math.max(1, most))));
  },
  function splice(text, dice, { corpus }) {
    const other = dice.pick(corpus);
    const [from, to] = pieceOf(other, dice);
    const [at, end] = pieceOf(text, dice);
    return replaced(text, at, dice.chance(0.5) ? at : end, other.slice(from, to));
  },
  function nest(text, dice) {
    const [open, close] = dice.pick(BRACKETS);
    const [from, to] = pieceOf(text, dice);
    const depth = dice.size(1, 20_000);
    const closing = dice.chance(0.8) ? close.repeat(depth) : '';
    return replaced(text, from, to, open.repeat(depth) + text.slice(from, to) + closing);
  },
  function lineTwice(text, dice) {
    return linesChanged(text, dice, (lines, at) => void lines.splice(at, 0, lines[at]!));
  },
  function lineGone(text, dice) {
    return linesChanged(text, dice, (lines, at) => void lines.splice(at, 1));
  },
  function lineElsewhere(text, dice) {
    return linesChanged(text, dice, (lines, at) => {
      const [line] = lines.splice(at, 1);
      lines.splice(dice.below(lines.length + 1), 0, line!);
    });
  },
  function indentOtherwise(text, dice) {
    return linesChanged(text, dice, (lines, at) => {
      lines[at] = ' '.repeat(dice.size(1, 12) - 1) + lines[at]!.trimStart();
    });
  },
  function crlf(text) {
    return text.replaceAll('\n', '\r\n');
  },
  function byteOrderMark(text) {
    return `\uFEFF${text}`;
  },
];

/** The text with some things changed in it: mostly few, so that much of it still makes sense. */
export function mutated(text: string, dice: Dice, stock: Stock): string {
  let changed = text;
  for (let left = dice.size(1, 8); left > 0; left--)
    changed = dice.pick(MUTATIONS)(changed, dice, stock).slice(0, MOST_CHARACTERS);
  return changed;
}
