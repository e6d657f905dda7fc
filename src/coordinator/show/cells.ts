import { formatDateTime } from '../../repository/index.js';
import type { Cell } from '../reply.js';

/*
 * Values as Doris prints them. What Doris shows of which there is nothing here is shown as a fresh Doris does: scripts that
 * read it find what they expect.
 */

const KB = 1024;
const MB = 1024 * KB;
const GB = 1024 * MB;
const TB = 1024 * GB;

const UNITS: readonly (readonly [name: string, bytes: number])[] = [
  ['TB', TB],
  ['GB', GB],
  ['MB', MB],
  ['KB', KB],
];

/** `1.500 GB`, in binary units under decimal names; nothing has no unit, but keeps the space before it. */
export function dorisSize(sizeBytes: number): string {
  if (sizeBytes === 0) return '0.000 ';
  const [name, bytes] = UNITS.find((unit) => sizeBytes > unit[1]) ?? ['B', 1];
  return `${(sizeBytes / bytes).toFixed(3)} ${name}`;
}

export const trueOrFalse = (value: boolean): string => (value ? 'true' : 'false');

/** NULL for what has not happened. `atMs`: milliseconds since 1970. */
export const dateTime = (atMs: number | undefined): Cell =>
  atMs === undefined ? null : formatDateTime(atMs);

/** How many replicas there are to be, for a cluster whose nodes are all alike. */
export const replicaAllocation = (replication: number): string => `tag.location.default: ${replication}`;

/** Any text on one line, without characters that a client would obey or cannot encode. */
export const oneLine = (text: string): string =>
  text
    .replace(/\p{Surrogate}/gu, '\uFFFD')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
