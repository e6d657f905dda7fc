/*
 * Quantities as a person would write them in a scenario file, with all their digits: what reads them gives exactly the same
 * number again.
 */

interface Unit {
  readonly name: string;
  /** Of ten, relative to the base unit. */
  readonly exponent: number;
}

/** From small to large. */
const RATE_UNITS: readonly Unit[] = ['B/s', 'kB/s', 'MB/s', 'GB/s', 'TB/s', 'PB/s'].map((name, i) => ({
  name,
  exponent: 3 * i,
}));
const DURATION_UNITS: readonly Unit[] = [
  { name: 'us', exponent: -3 },
  { name: 'ms', exponent: 0 },
  { name: 's', exponent: 3 },
];

const LONG_UNITS = [
  { name: 'd', ms: 86_400_000 },
  { name: 'h', ms: 3_600_000 },
  { name: 'min', ms: 60_000 },
] as const;

/** `5.123 GB/s`: every digit. */
export const rateText = (bytesPerSec: number): string =>
  bytesPerSec === Infinity ? 'unlimited' : quantityText(bytesPerSec, RATE_UNITS);
/** `12.5 us`: every digit. */
export const durationText = (ms: number): string => (ms === 0 ? '0 ms' : quantityText(ms, DURATION_UNITS));
/** The same, with whole minutes, hours and days as such. */
export function timeText(ms: number): string {
  const unit = LONG_UNITS.find((one) => ms > 0 && ms % one.ms === 0);
  return unit ? `${ms / unit.ms} ${unit.name}` : durationText(ms);
}
export const requestRateText = (perSec: number): string =>
  perSec === Infinity ? 'unlimited' : `${numberText(perSec)}/s`;

function quantityText(value: number, units: readonly Unit[]): string {
  const unit = units.findLast(({ exponent }) => value >= Number(`1e${exponent}`)) ?? units[0]!;
  return `${numberText(value, unit.exponent)} ${unit.name}`;
}

/**
 * `value` divided by a power of ten, in decimal digits. The point is moved in the text, because a division would round, and
 * the unit's reader moves it back.
 */
export function numberText(value: number, exponent = 0): string {
  const [, first = '0', rest = '', power = '0'] =
    /^(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(value.toExponential()) ?? [];
  const digits = first + rest;
  const point = 1 + Number(power) - exponent;
  if (point <= 0) return `0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return digits + '0'.repeat(point - digits.length);
  return `${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** `5 %`, of a share of 0.05. */
export const shareText = (share: number): string =>
  share === 0 ? '0 %' : `${numberText(share, PERCENT_EXPONENT)} %`;

const PERCENT_EXPONENT = -2;
const SIZE_UNITS = [
  { name: 'GiB', bytes: 2 ** 30 },
  { name: 'GB', bytes: 1e9 },
  { name: 'MiB', bytes: 2 ** 20 },
  { name: 'MB', bytes: 1e6 },
  { name: 'KiB', bytes: 2 ** 10 },
  { name: 'kB', bytes: 1e3 },
] as const;

/** `64 MiB`: in the largest unit of which it is a whole number. */
export function sizeText(sizeBytes: number): string {
  const unit = SIZE_UNITS.find(({ bytes }) => sizeBytes > 0 && sizeBytes % bytes === 0);
  return unit ? `${sizeBytes / unit.bytes} ${unit.name}` : `${numberText(sizeBytes)} B`;
}
