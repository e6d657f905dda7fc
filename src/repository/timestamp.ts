import { invariant } from '../base/errors.js';

/** The last millisecond of the year 9999: beyond it, years have five digits. */
const MAX_EPOCH_MS = 253_402_300_799_999;

const TIMESTAMP = /^(\d{4})-(\d\d)-(\d\d)-(\d\d)-(\d\d)-(\d\d)$/;

/** `yyyy-mm-dd-hh-mm-ss` in UTC, as snapshots are dated. `epochMs`: milliseconds since 1970. */
export function formatTimestamp(epochMs: number): string {
  invariant(epochMs >= 0 && epochMs <= MAX_EPOCH_MS, `${epochMs} ms is no time of a snapshot`);
  return new Date(epochMs).toISOString().slice(0, 19).replace(/[T:]/g, '-');
}

/** `yyyy-mm-dd hh:mm:ss` in UTC, as answers to statements tell times. `epochMs`: milliseconds since 1970. */
export function formatDateTime(epochMs: number): string {
  invariant(epochMs >= 0 && epochMs <= MAX_EPOCH_MS, `${epochMs} ms is no time to show`);
  return new Date(epochMs).toISOString().slice(0, 19).replace('T', ' ');
}

/** Milliseconds since 1970 of a snapshot's timestamp; undefined if it is none, or no real date. */
export function parseTimestamp(text: string): number | undefined {
  const match = TIMESTAMP.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const epochMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  // Date.parse takes 30 February for 1 March.
  return epochMs >= 0 && formatTimestamp(epochMs) === text ? epochMs : undefined;
}
