import prettyBytes from 'pretty-bytes';

const MS_PER_S = 1000;
const S_PER_MIN = 60;
const S_PER_H = 3600;
const S_PER_DAY = 86_400;

/** `1.23 MB`: three significant digits, decimal units. */
export function formatBytes(sizeBytes: number): string {
  return Number.isFinite(sizeBytes) ? prettyBytes(sizeBytes) : 'unlimited';
}

/** `40 MB/s`; `unlimited` for Infinity. */
export function formatRate(bytesPerSec: number): string {
  return Number.isFinite(bytesPerSec) ? `${formatBytes(bytesPerSec)}/s` : 'unlimited';
}

/** `3500/s`; `unlimited` for Infinity. */
export function formatRequestRate(requestsPerSec: number): string {
  return Number.isFinite(requestsPerSec) ? `${significant(requestsPerSec)}/s` : 'unlimited';
}

/** `1,234,567`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/**
 * `20 µs`, `850 ms`, `12.3 s`, `2 min 05 s`, `2 h 51 min`, `1 d 3 h`: two units at most, and no zero at the end.
 * `never` for Infinity, which is what an estimate without progress says.
 */
export function formatDuration(durationMs: number): string {
  if (!Number.isFinite(durationMs)) return Number.isNaN(durationMs) ? 'unknown' : 'never';
  if (durationMs < 0) return `-${formatDuration(-durationMs)}`;
  if (durationMs === 0) return '0 ms';
  // Each limit is where rounding would reach the next unit: 59.97 s is a minute, not `60 s`.
  if (durationMs < 0.9995) return `${significant(durationMs * MS_PER_S)} µs`;
  if (durationMs < 999.5) return `${significant(durationMs)} ms`;
  if (durationMs < 59_950) return `${significant(durationMs / MS_PER_S)} s`;
  const seconds = Math.round(durationMs / MS_PER_S);
  if (seconds < S_PER_H) return twoUnits(seconds, S_PER_MIN, 'min', 1, 's', 2);
  const wholeMinutes = Math.round(durationMs / MS_PER_S / S_PER_MIN) * S_PER_MIN;
  if (wholeMinutes < S_PER_DAY) return twoUnits(wholeMinutes, S_PER_H, 'h', S_PER_MIN, 'min', 2);
  const wholeHours = Math.round(durationMs / MS_PER_S / S_PER_H) * S_PER_H;
  return twoUnits(wholeHours, S_PER_DAY, 'd', S_PER_H, 'h', 1);
}

function twoUnits(
  seconds: number,
  bigSec: number,
  big: string,
  smallSec: number,
  small: string,
  digits: number,
): string {
  const whole = Math.floor(seconds / bigSec);
  const rest = Math.round((seconds - whole * bigSec) / smallSec);
  return rest === 0 ? `${whole} ${big}` : `${whole} ${big} ${String(rest).padStart(digits, '0')} ${small}`;
}

/** Three significant digits, without an exponent and without digits lost before the point. */
function significant(value: number): number {
  return value >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}
