import { formatBytes, formatDuration } from '../base/units.js';

/** What stands where there is nothing to say: a rate over no time, an error against nothing. */
export const NOTHING = '–';

/** A prediction further off than this, in percent, is pointed out. */
export const GOOD_ERROR_PERCENT = 10;

/** Beyond this an error is only said to be large. */
const LARGEST_ERROR_PERCENT = 999;

const BYTES_PER_MB = 1e6;
const MS_PER_S = 1000;

/** `part / whole`; undefined where that is no number. */
export function ratio(part: number, whole: number): number | undefined {
  const value = part / whole;
  return Number.isFinite(value) ? value : undefined;
}

/** Bytes a second; undefined where nothing was moved or no time passed. */
export function rateOf(sizeBytes: number, durationMs: number): number | undefined {
  return sizeBytes > 0 && durationMs > 0 ? ratio(sizeBytes * MS_PER_S, durationMs) : undefined;
}

/** How far a prediction is from the measurement, in percent of the measurement: positive where it is larger. */
export function errorPercent(predicted: number, measured: number): number | undefined {
  if (predicted === measured) return 0;
  return measured > 0 ? ratio((predicted - measured) * 100, measured) : undefined;
}

/** `+3.2 %`. */
export function formatError(percent: number | undefined): string {
  if (percent === undefined) return NOTHING;
  if (Math.abs(percent) > LARGEST_ERROR_PERCENT) return `>${LARGEST_ERROR_PERCENT} %`;
  const rounded = Math.abs(percent).toFixed(1);
  return rounded === '0.0' ? '0.0 %' : `${percent > 0 ? '+' : '-'}${rounded} %`;
}

/** `97 %` of a share from 0 to 1; between nothing and all it never says `0 %` or `100 %`. */
export function formatShare(share: number | undefined): string {
  if (share === undefined) return NOTHING;
  const percent = Math.max(0, Math.min(1, share)) * 100;
  if (percent > 0 && percent < 0.5) return '<1 %';
  if (percent < 100 && percent > 99.5) return '>99 %';
  return `${Math.round(percent)} %`;
}

/** `92.1` of 92,100,000 bytes a second: three significant digits, for columns headed MB/s. */
export function formatMegabytes(bytesPerSec: number | undefined): string {
  if (bytesPerSec === undefined || !Number.isFinite(bytesPerSec)) return NOTHING;
  return formatSignificant(bytesPerSec / BYTES_PER_MB);
}

/** Beyond these an exponent is easier to read than digits; no backup gets there. */
const PLAIN_DIGITS = { from: 1e-4, to: 1e12 } as const;

/** Three significant digits: `0.00123`, `92.1`, `12,345`. */
export function formatSignificant(value: number): string {
  if (!Number.isFinite(value)) return NOTHING;
  const size = Math.abs(value);
  if (size >= PLAIN_DIGITS.to || (size > 0 && size < PLAIN_DIGITS.from)) return value.toExponential(2);
  return value.toLocaleString('en-US', size >= 100 ? { maximumFractionDigits: 0 } : SIGNIFICANT);
}
const SIGNIFICANT: Intl.NumberFormatOptions = { maximumSignificantDigits: 3 };

/** `2.04×`. */
export function formatTimes(times: number | undefined): string {
  return times === undefined ? NOTHING : `${times.toFixed(times < 9.995 ? 2 : times < 99.95 ? 1 : 0)}×`;
}

/** The middle value; of an even number, the lower of the two, so that it is one of them. */
export function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** The largest number of whole percents that people see; shares of a whole are rounded so that they sum up to it. */
const WHOLE_PERCENT = 100;

/**
 * Shares of a whole as texts, `61 %`, whose numbers sum up to 100: what rounding down leaves goes to those that lost most.
 * What is not nothing but less than half a percent is `<1 %`, and counts as nothing.
 */
export function sharesOfWhole(values: readonly number[]): readonly string[] {
  const total = sum(values);
  if (!(total > 0) || !Number.isFinite(total)) return values.map(() => NOTHING);
  const exact = values.map((value) => (value / total) * WHOLE_PERCENT);
  const whole = exact.map(Math.floor);
  const left = WHOLE_PERCENT - sum(whole);
  const byLoss = exact
    .map((percent, i) => ({ i, loss: percent - whole[i]! }))
    .toSorted((a, b) => b.loss - a.loss || a.i - b.i);
  for (const { i } of byLoss.slice(0, left)) whole[i]!++;
  return whole.map((percent, i) => {
    if (percent === 0 && values[i]! > 0) return '<1 %';
    if (percent === WHOLE_PERCENT && values[i]! < total) return '>99 %';
    return `${percent} %`;
  });
}

/** As formatDuration and formatBytes, but for what was not measured. */
export const durationOrNothing = (ms: number | undefined): string =>
  ms === undefined ? NOTHING : formatDuration(ms);
export const bytesOrNothing = (bytes: number | undefined): string =>
  bytes === undefined ? NOTHING : formatBytes(bytes);
