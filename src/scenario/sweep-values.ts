import { parse } from 'yaml';
import {
  parseBytes,
  parseDuration,
  parseRate,
  parseRequestRate,
  UnitError,
  type QuantityText,
} from '../base/units.js';
import { parseShare } from './values.js';

/** What a sweep may run in all; each variant is a simulation, or a real run. */
export const MAX_VARIANTS = 1000;

/** Why the values of a sweep cannot be read. The message says what would be right; the caller knows the place. */
export class SweepError extends Error {
  override readonly name = 'SweepError';
}

const EXAMPLES = '1..64 (doubling), 1..10/1 (in steps of 1), 100 MB/s..1 GB/s, or 1, 2, 4';
const RANGE = /^(.+?)\s*\.\.\s*(.+?)(?:\s*\/\s*(\d.*))?$/s;
const NUMBER_AND_UNIT = /^(\d+(?:\.\d+)?)\s*(.*)$/s;

/**
 * The values that a person wrote for a knob: a range, a list, or both. A range has both of its ends; between them it
 * doubles, or goes in steps where one is named. Values are as YAML has them; those of a range with units are texts in
 * the unit of its beginning. Throws SweepError.
 */
export function sweepValues(text: string): readonly unknown[] {
  const values: unknown[] = [];
  const seen = new Set<string>();
  for (const item of listItems(text)) {
    const range = typeof item === 'string' ? RANGE.exec(item.trim()) : null;
    const expanded = range ? rangeValues(range) : [item];
    for (const value of expanded) {
      const key = JSON.stringify(value);
      if (!seen.has(key)) values.push(value);
      seen.add(key);
    }
  }
  if (values.length > MAX_VARIANTS) throw tooMany(values.length);
  return values;
}

/** As in a list of YAML, whose brackets may be left out. */
function listItems(text: string): readonly unknown[] {
  let items: unknown;
  try {
    // Aliases could make a list of itself.
    items = parse(`[${text}\n]`, { logLevel: 'error', prettyErrors: false, maxAliasCount: 0 });
  } catch {
    throw new SweepError(`'${shorten(text)}' is no list of values: write ${EXAMPLES}`);
  }
  const list = Array.isArray(items) ? items : [];
  const values: readonly unknown[] = list.length === 1 && Array.isArray(list[0]) ? list[0] : list;
  if (values.length === 0 || values.some((value) => value === null || value === ''))
    throw new SweepError(`a value is missing: write ${EXAMPLES}`);
  return values;
}

interface Quantity {
  /** As it was written, with a unit even if that was left to the other end. */
  readonly text: string;
  readonly value: number;
}

function rangeValues([whole, fromText, toText, stepText]: RegExpExecArray): readonly unknown[] {
  const { from, to, step, write } = readRange(whole, fromText!, toText!, stepText);
  if (to.value < from.value)
    throw new SweepError(
      `${whole} ends before it begins: write the smaller end first, as in ${toText}..${fromText}`,
    );
  if (from.value === to.value) return [write(from.value, from.text)];
  const middle =
    step === undefined ? doublings(whole, from.value, to.value) : steps(whole, from.value, to.value, step);
  return [write(from.value, from.text), ...middle.map((value) => write(value)), write(to.value, to.text)];
}

/** What lies between the ends, without them. */
function doublings(whole: string, from: number, to: number): readonly number[] {
  if (from === 0)
    throw new SweepError(
      `${whole}: doubling 0 leads nowhere; name a step, as in ${whole}/1, or begin above 0`,
    );
  const values: number[] = [];
  for (let value = from * 2; value < to * (1 - SAME); value *= 2) {
    values.push(value);
    // Doubling a tiny number takes long to get anywhere.
    if (values.length > MAX_VARIANTS) throw tooMany(values.length, whole);
  }
  return values;
}

function steps(whole: string, from: number, to: number, step: number): readonly number[] {
  if (step === 0) throw new SweepError(`${whole}: a step must be more than 0`);
  const count = Math.ceil(((to - from) / step) * (1 - SAME)) - 1;
  if (count + 2 > MAX_VARIANTS) throw tooMany(count + 2, whole);
  return Array.from({ length: Math.max(0, count) }, (_, i) => from + (i + 1) * step);
}

/** Values as near to each other as this are one: they differ by rounding. */
const SAME = 1e-9;

interface Range {
  readonly from: Quantity;
  readonly to: Quantity;
  readonly step: number | undefined;
  /** A value as it would stand in a scenario; of an end, as it was written. */
  readonly write: (value: number, written?: string) => unknown;
}

function readRange(whole: string, from: string, to: string, step: string | undefined): Range {
  const texts = [from, to, ...(step === undefined ? [] : [step])];
  const parts = texts.map((text) => NUMBER_AND_UNIT.exec(text.trim()));
  const wrong = parts.findIndex((part) => part === null);
  if (wrong >= 0)
    throw new SweepError(`${whole}: '${shorten(texts[wrong]!)}' is not a number: write ${EXAMPLES}`);
  const unit = [parts[0], parts[1]].map((part) => part![2]!).find((name) => name !== '');
  if (unit === undefined) {
    if (parts[2] && parts[2][2] !== '')
      throw new SweepError(`${whole}: the step has the unit ${parts[2][2]}, and the ends have none`);
    const [first, last, width] = parts.map((part) => Number(part![1]));
    const write = (value: number): number => tidy(value);
    return { from: plain(first!), to: plain(last!), step: width, write };
  }
  // 100..500 MB/s is 100 MB/s..500 MB/s.
  const named = parts.map((part, i) => (part![2] === '' ? joined(part![1]!, unit) : texts[i]!.trim()));
  return quantityRange(whole, named, unit);
}

const plain = (value: number): Quantity => ({ text: String(value), value });

/** Sums of steps, without what rounding left behind them: 0.30000000000000004. */
const tidy = (value: number): number => Number(value.toPrecision(12));

const READERS: readonly ((text: QuantityText) => number)[] = [
  parseRate,
  parseRequestRate,
  parseBytes,
  parseDuration,
  parseShare,
];

function quantityRange(whole: string, texts: readonly string[], endUnit: string): Range {
  const reader = READERS.find((read) => texts.every((text) => quantityOf(read, text) !== undefined));
  if (reader === undefined) throw new SweepError(whyNot(whole, texts));
  const [from, to, step] = texts.map((text) => reader(text));
  // Of `1 h 30 min` the last unit: the others are whole multiples of it.
  const unit = /[^\d.\s]+$/.exec(texts[0]!)?.[0] ?? endUnit;
  const unitValue = reader(joined('1', unit));
  return {
    from: { text: texts[0]!, value: from! },
    to: { text: texts[1]!, value: to! },
    step,
    write: (value, written) => written ?? joined(String(tidy(value / unitValue)), unit),
  };
}

const joined = (digits: string, unit: string): string =>
  unit.startsWith('/') ? `${digits}${unit}` : `${digits} ${unit}`;

function quantityOf(read: (text: QuantityText) => number, text: string): number | undefined {
  try {
    return read(text);
  } catch (error) {
    if (error instanceof UnitError) return undefined;
    throw error;
  }
}

/** Which of the texts is of no kind, or that their kinds differ. */
function whyNot(whole: string, texts: readonly string[]): string {
  const unknown = texts.find((text) => READERS.every((read) => quantityOf(read, text) === undefined));
  return unknown === undefined
    ? `${whole}: the ends and the step of a range must be of one kind, as in 100 MB/s..1 GB/s`
    : `${whole}: '${shorten(unknown)}' is neither a number nor a size, a rate or a duration: write ${EXAMPLES}`;
}

function tooMany(count: number, what = 'this'): SweepError {
  const values = count.toLocaleString('en-US', { maximumSignificantDigits: 6 });
  const limit = MAX_VARIANTS.toLocaleString('en-US');
  return new SweepError(`${what} is ${values} values, and a sweep has at most ${limit} variants`);
}

const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);
