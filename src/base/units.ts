import { listOf } from './text.js';
import { adviseRate, adviseSize } from './unit-advice.js';

export { formatBytes, formatCount, formatDuration, formatRate, formatRequestRate } from './unit-format.js';

/** A quantity that cannot be read. The message says what would be right; the caller knows the place. */
export class UnitError extends Error {
  override readonly name = 'UnitError';
}

/** What a person wrote: text with a unit, or a bare number, which is right only when it is 0. */
export type QuantityText = string | number;

type UnitTable = ReadonlyMap<string, (digits: string) => number>;

interface Kind {
  readonly noun: string;
  readonly units: UnitTable;
  /** Units to suggest where none was written, the first two also as examples. */
  readonly usual: readonly string[];
  readonly unlimited: boolean;
  /** What to write instead of a unit of this kind that is nearly right; undefined where it is beyond guessing. */
  readonly advise: (digits: string, unit: string) => string | undefined;
}

/** Through the decimal exponent, so that `1.1 MB` is 1,100,000 and not 1,100,000.0000000002. */
const times10 = (exponent: number) => (digits: string) => Number(`${digits}e${exponent}`);
const times = (factor: number) => (digits: string) => Number(digits) * factor;

const DECIMAL = { B: 0, kB: 3, MB: 6, GB: 9, TB: 12, PB: 15 } as const;
const BINARY = { KiB: 1, MiB: 2, GiB: 3, TiB: 4, PiB: 5 } as const;
const BITS = { 'bit/s': 0, 'kbit/s': 3, 'Mbit/s': 6, 'Gbit/s': 9, 'Tbit/s': 12 } as const;
const BITS_PER_BYTE = 8;

const SIZE_UNITS: UnitTable = new Map([
  ...Object.entries(DECIMAL).map(([unit, exponent]) => [unit, times10(exponent)] as const),
  ...Object.entries(BINARY).map(([unit, power]) => [unit, times(1024 ** power)] as const),
]);

const SIZE: Kind = {
  noun: 'size',
  units: SIZE_UNITS,
  usual: ['MiB', 'MB'],
  unlimited: false,
  advise: adviseSize,
};

const RATE: Kind = {
  noun: 'rate',
  units: new Map([
    ...[...SIZE_UNITS].map(([unit, read]) => [`${unit}/s`, read] as const),
    ...Object.entries(BITS).map(
      ([unit, exponent]) =>
        [unit, (digits: string) => Number(`${digits}e${exponent}`) / BITS_PER_BYTE] as const,
    ),
  ]),
  usual: ['MB/s', 'Mbit/s'],
  unlimited: true,
  advise: adviseRate,
};

const DURATION: Kind = {
  noun: 'duration',
  units: new Map([
    ['us', times10(-3)],
    ['\u00b5s', times10(-3)],
    ['\u03bcs', times10(-3)],
    ['ms', times10(0)],
    ['s', times10(3)],
    ['min', (digits) => Number(`${digits}e3`) * 60],
    ['h', (digits) => Number(`${digits}e3`) * 3600],
    ['d', (digits) => Number(`${digits}e3`) * 86_400],
  ]),
  usual: ['ms', 's', 'min', 'h'],
  unlimited: false,
  advise: adviseDuration,
};

const REQUEST_RATE: Kind = {
  noun: 'request rate',
  units: new Map([['/s', times10(0)]]),
  usual: ['/s'],
  unlimited: true,
  advise: (digits, unit) =>
    /^(\s*(iops|rps|qps)|\s*(req(uest)?s?)?\s*\/\s*s(ec(ond)?)?)$/i.test(unit)
      ? `write ${digits}/s`
      : undefined,
};

const KINDS = [SIZE, RATE, DURATION, REQUEST_RATE];

/** Bytes of `64 MiB`, `1.5 GB`; a whole number. */
export function parseBytes(text: QuantityText): number {
  const sizeBytes = Math.round(parseQuantity(SIZE, text));
  if (!Number.isSafeInteger(sizeBytes)) throw new UnitError(`${text} is more than this program can count`);
  return sizeBytes;
}

/** Bytes a second of `500 MB/s`, `10 Gbit/s`, `1 GiB/s`; Infinity for `unlimited`. */
export const parseRate = (text: QuantityText): number => parseQuantity(RATE, text);

/** Requests a second of `3500/s`; Infinity for `unlimited`. */
export const parseRequestRate = (text: QuantityText): number => parseQuantity(REQUEST_RATE, text);

/** Milliseconds of `20 ms`, `5 us`, `3 s`, `1 h 30 min`. */
export function parseDuration(text: QuantityText): number {
  const parts = typeof text === 'string' ? (text.match(/\d+(?:\.\d+)?\s*[^\d\s.,]+/g) ?? []) : [];
  const compound = parts.length > 1 && parts.join('').replace(/\s/g, '') === String(text).replace(/\s/g, '');
  if (!compound) return parseQuantity(DURATION, text);
  let sumMs = 0;
  let lastUnitMs = Infinity;
  for (const part of parts) {
    const ms = parseQuantity(DURATION, part);
    const unitMs = parseQuantity(DURATION, part.replace(/^[\d.]+/, '1'));
    if (unitMs >= lastUnitMs) {
      throw new UnitError(
        `the parts of ${quote(text)} should go from the longest unit to the shortest, each once`,
      );
    }
    sumMs += ms;
    lastUnitMs = unitMs;
  }
  return sumMs;
}

function parseQuantity(kind: Kind, input: QuantityText): number {
  if (typeof input === 'number') return bareNumber(kind, input, String(input));
  const text = input.trim();
  if (text === 'unlimited' && kind.unlimited) return Infinity;
  const [, digits, rest] = /^(-?\d+(?:\.\d+)?)(?![\d.,_])\s*(.*)$/s.exec(text) ?? [];
  if (digits === undefined || rest === undefined) throw new UnitError(notANumber(kind, text));
  if (rest === '') return bareNumber(kind, Number(digits), digits);
  if (digits.startsWith('-')) throw new UnitError(`a ${kind.noun} cannot be negative`);
  const read = kind.units.get(rest);
  if (read === undefined) throw new UnitError(adviseUnit(kind, digits, rest));
  const value = read(digits);
  if (!Number.isFinite(value)) throw new UnitError(`${quote(text)} is more than this program can count`);
  return value;
}

/** Nothing is nothing in every unit; any other number needs one. */
function bareNumber(kind: Kind, value: number, digits: string): number {
  if (value === 0) return 0;
  if (value < 0) throw new UnitError(`a ${kind.noun} cannot be negative`);
  if (!Number.isFinite(value)) {
    const instead = kind.unlimited
      ? 'write unlimited'
      : `write a number and a unit, such as ${examples(kind)}`;
    throw new UnitError(`${digits} is not a ${kind.noun}: ${instead}`);
  }
  throw new UnitError(`${digits} what? write ${listOf(kind.usual.map((unit) => withUnit(digits, unit)))}`);
}

function notANumber(kind: Kind, text: string): string {
  if (/^unlimited$/i.test(text)) {
    return kind.unlimited ? 'write unlimited in small letters' : `a ${kind.noun} cannot be unlimited`;
  }
  if (/^-?\d/.test(text)) {
    return `${quote(text)} is not a ${kind.noun}: write the digits without commas or underscores, with a point for decimals`;
  }
  return `${quote(text)} is not a ${kind.noun}: write a number and a unit, such as ${examples(kind)}`;
}

function adviseUnit(kind: Kind, digits: string, unit: string): string {
  const advice = kind.advise(digits, unit);
  if (advice !== undefined) return `${quote(withUnit(digits, unit))} is not a ${kind.noun}: ${advice}`;
  const other = KINDS.find((candidate) => candidate !== kind && candidate.units.has(unit));
  if (other) {
    return `${quote(withUnit(digits, unit))} is a ${other.noun}, and a ${kind.noun} is needed here, such as ${examples(kind)}`;
  }
  const known = [...kind.units.keys()].filter((name) => !/[\u00b5\u03bc]/.test(name));
  return `${quote(unit)} is not a unit of a ${kind.noun}: use ${listOf(known, 'or', known.length)}`;
}

const DURATION_ALIASES: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^m$/, ['min', 'ms']],
  [/^(M|mins?|minutes?)$/i, ['min']],
  [/^(s|secs?|seconds?)$/i, ['s']],
  [/^(h|hrs?|hours?)$/i, ['h']],
  [/^(d|days?)$/i, ['d']],
  [/^(ms|msecs?|millis|milliseconds?)$/i, ['ms']],
  [/^(us|usecs?|micros|microseconds?)$/i, ['us']],
];

function adviseDuration(digits: string, unit: string): string | undefined {
  const units = DURATION_ALIASES.find(([pattern]) => pattern.test(unit))?.[1];
  return units && `write ${units.map((name) => withUnit(digits, name)).join(' or ')}`;
}

const examples = (kind: Kind): string =>
  kind.usual
    .slice(0, 2)
    .map((unit) => withUnit('10', unit))
    .join(' or ');
const withUnit = (digits: string, unit: string): string =>
  unit.startsWith('/') ? `${digits}${unit}` : `${digits} ${unit}`;
const quote = (text: QuantityText): string => {
  const shown = String(text);
  return `'${shown.length > 40 ? `${shown.slice(0, 40)}…` : shown}'`;
};
