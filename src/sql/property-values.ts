import type { DrillError } from '../base/errors.js';
import { listOf, nearest } from '../base/text.js';
import { formatDuration, parseDuration } from '../base/units.js';
import type { Property } from './ast.js';
import { errorAt, type Located } from './locate.js';
import { shortened } from './quoting.js';

const MS_PER_S = 1000;

/** Ten years: what is longer is a slip of the keyboard, and would overflow arithmetic somewhere. */
const MAX_TIMEOUT_MS = 10 * 365 * 86_400 * MS_PER_S;

const MAX_REPLICATION = 32_767;

/** Milliseconds of a `timeout`, which is written as a whole number of seconds. */
export function readTimeoutMs(where: Located, property: Property, minTimeoutMs: number): number {
  const text = property.value.text.trim();
  if (!/^\d+$/.test(text)) {
    const seconds = secondsOfDuration(text);
    const hint =
      seconds === undefined ? 'as in "timeout" = "86400", one day' : `${text} is "timeout" = "${seconds}"`;
    throw badValue(where, property, `timeout is a whole number of seconds, not ${show(text)}`, hint);
  }
  const timeoutMs = Number(text) * MS_PER_S;
  if (timeoutMs < minTimeoutMs) {
    const least = minTimeoutMs / MS_PER_S;
    const message = `timeout must be at least ${least} seconds (${formatDuration(minTimeoutMs)}), not ${text}`;
    throw badValue(where, property, message, 'timeout counts seconds');
  }
  if (timeoutMs > MAX_TIMEOUT_MS) {
    const most = MAX_TIMEOUT_MS / MS_PER_S;
    const message = `timeout must be at most ${most} seconds (ten years), not ${text}`;
    throw badValue(where, property, message, 'timeout counts seconds');
  }
  return timeoutMs;
}

/** `1h` as 3600, `90 min` as 5400: for hints. */
function secondsOfDuration(text: string): number | undefined {
  try {
    const seconds = Math.ceil(parseDuration(text.replace(/\bm(in(ute)?s?)?$/i, 'min')) / MS_PER_S);
    return seconds > 0 ? seconds : undefined;
  } catch {
    return undefined;
  }
}

/** One of a few words, in any case. */
export function readWord<Word extends string>(
  where: Located,
  property: Property,
  words: readonly Word[],
): Word {
  const text = property.value.text.trim();
  const word = words.find((candidate) => candidate === text.toLowerCase());
  if (word !== undefined) return word;
  const key = property.key.text.trim().toLowerCase();
  const meant = nearest(text, words);
  const message = `${key} can ${words.length === 1 ? 'only ' : ''}be ${listOf(words.map(show))}, not ${show(text)}`;
  throw badValue(where, property, message, meant && `did you mean ${show(meant)}?`);
}

const TRUE_OR_FALSE = ['true', 'false'] as const;

/** `true` or `false`, in any case. */
export const readBoolean = (where: Located, property: Property): boolean =>
  readWord(where, property, TRUE_OR_FALSE) === 'true';

/** A number of replicas. */
export function readReplication(where: Located, property: Property): number {
  const text = property.value.text.trim();
  const count = replicationOf(text);
  if (count !== undefined) return count;
  const message = `replication_num is a whole number from 1 to ${MAX_REPLICATION}, not ${show(text)}`;
  throw badValue(where, property, message, 'as in "replication_num" = "3"');
}

function replicationOf(text: string): number | undefined {
  const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return count >= 1 && count <= MAX_REPLICATION ? count : undefined;
}

const EXAMPLE_OF_ALLOCATION = 'as in "replication_allocation" = "tag.location.default: 3"';

/** The number of replicas of a `tag.location.<tag>: <number>`; the nodes here have no tags, so there can be one only. */
export function readReplicationOfAllocation(where: Located, property: Property): number {
  const text = property.value.text.trim();
  const parts = text
    .split(',')
    .map((part) => /^\s*tag\.location\.[a-z][\w-]*\s*:\s*(\d+)\s*$/i.exec(part)?.[1]);
  if (parts.length > 1 && parts.every((part) => part !== undefined)) {
    const message = 'replication_allocation can name one tag only: the nodes of a drill have no tags';
    throw badValue(where, property, message, EXAMPLE_OF_ALLOCATION);
  }
  const count = replicationOf(parts[0] ?? '');
  if (parts.length === 1 && count !== undefined) return count;
  const message = `replication_allocation is a tag and a whole number from 1 to ${MAX_REPLICATION}, not ${show(text)}`;
  throw badValue(where, property, message, EXAMPLE_OF_ALLOCATION);
}

/** A whole number from 0 on. */
export function readWholeNumber(where: Located, property: Property): number {
  const text = property.value.text.trim();
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(number)) return number;
  const key = property.key.text.trim().toLowerCase();
  throw badValue(where, property, `${key} is a whole number, not ${show(text)}`);
}

/** A snapshot's timestamp, as the repository writes it. */
export function readTimestamp(where: Located, property: Property): string {
  const text = property.value.text.trim();
  if (isTimestamp(text)) return text;
  const digits = text.match(/\d+/g)?.join('-') ?? '';
  const message = `backup_timestamp is a time written yyyy-mm-dd-hh-mm-ss, not ${show(text)}`;
  const hint = isTimestamp(digits) ? `write "${digits}"` : 'as in "backup_timestamp" = "2025-05-04-16-45-08"';
  throw badValue(where, property, message, hint);
}

function isTimestamp(text: string): boolean {
  if (!/^\d{4}(-\d\d){5}$/.test(text)) return false;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = text.split('-').map(Number);
  const inDay = hour < 24 && minute < 60 && second < 60;
  return month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month) && inDay;
}

function daysIn(year: number, month: number): number {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  if (month === 2) return leap ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** An error at a property's value. */
export function badValue(where: Located, property: Property, message: string, hint?: string): DrillError {
  return errorAt(where, property.value.span, 'SQL_PROPERTY', message, hint);
}

/** A value as a message shows it. */
export const show = (text: string): string => JSON.stringify(shortened(text));
