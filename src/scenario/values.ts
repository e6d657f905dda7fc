import * as z from 'zod';
import {
  parseBytes,
  parseDuration,
  parseRate,
  parseRequestRate,
  UnitError,
  type QuantityText,
} from '../base/units.js';
import { MAX_BUNDLE_BYTES } from '../job/index.js';

/** A schema for a number that a person writes with a unit. */
export type QuantitySchema = z.ZodType<number, QuantityText>;

/**
 * A map with exactly these keys. Zod's message for an unknown key is replaced by the known keys, space-separated:
 * explain.ts turns them into a suggestion.
 */
export function keys<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? Object.keys(shape).join(' ') : undefined),
  });
}

/** For unions: what to say was expected, in the words of explain.ts's `expects …, not …`. */
export const expects = (what: string) => ({
  error: (issue: { readonly code: string }) => (issue.code === 'invalid_union' ? what : undefined),
});

const NUMBER = String.raw`\d+(\.\d+)?\s*`;
const SIZE_UNIT = '(B|[kMGTP]B|[KMGTP]iB)';
const PATTERNS = {
  size: `^(0|${NUMBER}${SIZE_UNIT})$`,
  rate: `^(unlimited|${NUMBER}(${SIZE_UNIT}|[kMGT]?bit)/s)$`,
  requestRate: `^(unlimited|${NUMBER}/s)$`,
  duration: `^(0|(${NUMBER}(us|\u00b5s|\u03bcs|ms|s|min|h|d)\\s*)+)$`,
  jump: `^(0|-?\\s*(${NUMBER}(us|\u00b5s|\u03bcs|ms|s|min|h|d)\\s*)+)$`,
};

function quantity(
  read: (text: QuantityText) => number,
  what: string,
  pattern: string,
  check?: (value: number) => string | undefined,
): QuantitySchema {
  const text = z.string().meta({ pattern });
  // Zero is the one number that needs no unit; the schema for editors says so, the reader says it better.
  const bare = z.number().meta({ minimum: 0, maximum: 0 });
  return z.union([text, bare], expects(what)).transform((input, context) => {
    const refuse = (message: string) => {
      context.issues.push({ code: 'custom', message, input });
      return z.NEVER;
    };
    try {
      const value = read(input);
      const objection = check?.(value);
      return objection === undefined ? value : refuse(objection);
    } catch (error) {
      if (error instanceof UnitError) return refuse(error.message);
      throw error;
    }
  });
}

const aboveZero = (what: string) => (value: number) =>
  value > 0 ? undefined : `${what} must be more than 0`;

export const size = quantity(parseBytes, 'a size, such as 64 MiB', PATTERNS.size);
/** What S3 takes in one request. */
const MAX_PART_BYTES = 5 * 2 ** 30;

/** A part of a file: there must be something in it. */
export const partSize = quantity(parseBytes, 'a size, such as 64 MiB', PATTERNS.size, (value) =>
  value >= 1 && value <= MAX_PART_BYTES ? undefined : 'a part must have from 1 B to 5 GiB',
);
/** Below which files are bundled: one larger than a bundle could not be in one. */
export const bundledSize = quantity(parseBytes, 'a size, such as 1 MiB', PATTERNS.size, (value) =>
  value >= 1 && value <= MAX_BUNDLE_BYTES
    ? undefined
    : 'files of up to 8 MiB can be bundled: from 1 B to 8 MiB',
);
export const rate = quantity(parseRate, 'a rate, such as 500 MB/s, or unlimited', PATTERNS.rate, (value) =>
  value > 0 ? undefined : 'a rate must be more than 0; where there is no limit, write unlimited',
);
export const requestRate = quantity(
  parseRequestRate,
  'a rate of requests, such as 3500/s, or unlimited',
  PATTERNS.requestRate,
  aboveZero('a rate of requests'),
);
export const duration = quantity(parseDuration, 'a duration, such as 20 ms', PATTERNS.duration);
export const positiveDuration = quantity(
  parseDuration,
  'a duration, such as 4 h',
  PATTERNS.duration,
  aboveZero('this duration'),
);

/** Time between two looks: a clock of less than a millisecond would hardly ever advance. */
export const tickDuration = quantity(parseDuration, 'a duration, such as 3 s', PATTERNS.duration, (value) =>
  value >= 1 ? undefined : 'a tick must be at least 1 ms; write none for no tick',
);

/** What a scenario's time may be at most: longer than any job, and still exact to the microsecond. */
const MAX_MOMENT_MS = 100 * 86_400_000;

const inRange = (value: number) =>
  Math.abs(value) <= MAX_MOMENT_MS ? undefined : 'this is longer than anything lasts here: at most 100 d';

/** A point of time, counted from the beginning of a run. */
export const moment = quantity(parseDuration, 'a duration, such as 10 s', PATTERNS.duration, inRange);
/** How long something lasts. */
export const span = quantity(
  parseDuration,
  'a duration, such as 10 s',
  PATTERNS.duration,
  (value) => aboveZero('this duration')(value) ?? inRange(value),
);
/** Forward, or backward with a minus. */
export const jump = quantity(
  (text) =>
    /^\s*-/.test(String(text)) ? -parseDuration(String(text).replace('-', '')) : parseDuration(text),
  'a duration, such as 1 h, or -1 h for a jump back',
  PATTERNS.jump,
  (value) => (value === 0 ? 'a jump of nothing is none' : inRange(value)),
);

/** `5 %`, or 0.05. */
export const share = z
  .union(
    [z.string().meta({ pattern: `^${NUMBER}%$` }), z.number().meta({ minimum: 0, maximum: 1 })],
    expects('a share, such as 5 % or 0.05'),
  )
  .transform((input, context) => {
    try {
      return parseShare(input);
    } catch (error) {
      if (!(error instanceof UnitError)) throw error;
      context.issues.push({ code: 'custom', message: error.message, input });
      return z.NEVER;
    }
  });

/** 0.05 of `5 %` or 0.05. Throws UnitError for what is no share from 0 to 1. */
export function parseShare(text: QuantityText): number {
  const percent = typeof text === 'string' ? /^(\d+(?:\.\d+)?)\s*%$/.exec(text.trim())?.[1] : undefined;
  const value = percent === undefined ? Number(text) : Number(`${percent}e-2`);
  if (typeof text === 'string' && percent === undefined)
    throw new UnitError(
      Number.isFinite(value) && text.trim() !== ''
        ? `${text.trim()} what? write ${text.trim()} % (or 0.05 for 5 %, without quotes)`
        : `'${text.slice(0, 40)}' is not a share: write 5 %, or 0.05`,
    );
  if (value >= 0 && value <= 1) return value;
  throw new UnitError(
    percent === undefined
      ? `${text} is not a share from 0 to 1: write ${text} % if that is meant`
      : `${text.toString().trim()} is not a share: at most 100 %`,
  );
}

/** A whole number. */
export const count = (least: number, most: number) => z.int().min(least).max(most);

const NAME_RULE = "must begin with a letter or '_' and go on with up to 63 letters, digits, '_' or '-'";

/*
 * Without \p{L}, because validators of JSON Schema differ in the flags that they give to patterns. Left out are what turns
 * or ends a line (U+2000 to U+206F), and the marks of a text that was damaged or wrongly read.
 */
const LETTER = 'A-Za-z_\\u00C0-\\u1FFF\\u2070-\\uFEFE\\uFF00-\\uFFEF';

/** A name in SQL or on disk. */
export const name = z.string().regex(new RegExp(`^[${LETTER}][${LETTER}0-9-]{0,63}$`), NAME_RULE);

/** A name, or with `count:` beside it a pattern of names that has `{i}` in it. */
/** A node's: a host name or an address as well. */
export const nodeName = z
  .string()
  .regex(
    new RegExp(`^[${LETTER}0-9][${LETTER}0-9.:-]{0,252}$`),
    'a node is named by letters, digits and . : - _',
  );

export const namePattern = z
  .string()
  .regex(new RegExp(`^[${LETTER}]([${LETTER}0-9-]|\\{i\\}){0,63}$`), `${NAME_RULE}; {i} stands for a number`);

/** One line of text, without control characters. */
export const line = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[ -~\u00A0-\uFFFF]*$/, 'must be one line of plain text');
