import { formatCount, formatRate, formatRequestRate } from './units.js';

/** As of a job: see job/limits.ts. */
interface Limits {
  readonly bytesPerSec?: number;
  readonly requestsPerSec?: number;
  readonly transfers?: number;
}

/** For people, in the words of a scenario: `bytes 50 MB/s, concurrency 4; each node requests 100/s`. Undefined: there are none. */
export function limitsText({
  job,
  node,
}: {
  readonly job: Limits;
  readonly node: Limits;
}): string | undefined {
  const ofNode = textOf(node);
  const parts = [textOf(job), ofNode === '' ? '' : `each node ${ofNode}`].filter((part) => part !== '');
  return parts.length === 0 ? undefined : parts.join('; ');
}

const textOf = ({ bytesPerSec, requestsPerSec, transfers }: Limits): string =>
  [
    ...(bytesPerSec === undefined ? [] : [`bytes ${formatRate(bytesPerSec)}`]),
    ...(requestsPerSec === undefined ? [] : [`requests ${formatRequestRate(requestsPerSec)}`]),
    ...(transfers === undefined ? [] : [`concurrency ${formatCount(transfers)}`]),
  ].join(', ');
