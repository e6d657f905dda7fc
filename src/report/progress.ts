import { formatBytes, formatCount, formatDuration, formatRate } from '../base/units.js';
import type { ProgressSnapshot } from '../world/progress.js';
import { rateOf, ratio } from './numbers.js';
import { bar } from './terminal-table.js';
import { displayWidth, plainText, truncate } from './text.js';

const BAR_WIDTH = 16;

/**
 * One line on how far it has come, at most `width` columns: bar and percentage, bytes, rate, what is left of the time,
 * files, shards, state. Where width runs out, the last of these go first.
 */
export function progressLine(snapshot: ProgressSnapshot, width: number): string {
  const share = shareDone(snapshot);
  const rate = rateNow(snapshot);
  const etaMs = timeLeftMs(snapshot);
  const parts = [
    ...(share === undefined ? [] : [percentage(share)]),
    bytes(snapshot),
    ...(rate === undefined ? [] : [formatRate(rate).padStart(9)]),
    ...(etaMs === undefined ? [] : [`${formatDuration(roundedMs(etaMs))} left`]),
    ...counts(snapshot.doneFiles, snapshot.totalFiles, 'files'),
    ...counts(snapshot.doneShards, snapshot.totalShards, 'shards'),
    ...(snapshot.state === '' ? [] : [plainText(snapshot.state)]),
  ];
  const meter = share === undefined ? '' : `${bar(share, BAR_WIDTH).padEnd(BAR_WIDTH, '·')} `;
  return fit(meter, parts, width);
}

function fit(meter: string, parts: readonly string[], width: number): string {
  const start = displayWidth(meter) + displayWidth(parts.slice(0, 2).join('  ')) <= width ? meter : '';
  let line = start;
  for (const [i, part] of parts.entries()) {
    const longer = i === 0 ? line + part : `${line}  ${part}`;
    if (displayWidth(longer) > width) break;
    line = longer;
  }
  return line === start ? truncate(parts[0] ?? '', width) : line;
}

/** The same as an object for JSON lines: numbers only where they are known. */
export function progressJson(snapshot: ProgressSnapshot): Readonly<Record<string, number | string>> {
  const { elapsedMs, state, doneBytes, totalBytes, doneFiles, totalFiles, doneShards, totalShards } =
    snapshot;
  const share = shareDone(snapshot);
  const rate = rateNow(snapshot);
  const etaMs = timeLeftMs(snapshot);
  return {
    elapsedMs: Math.round(elapsedMs),
    state,
    doneBytes,
    totalBytes,
    doneFiles,
    totalFiles,
    doneShards,
    totalShards,
    ...(share === undefined ? {} : { percent: Math.floor(share * 1000) / 10 }),
    ...(rate === undefined ? {} : { bytesPerSec: Math.round(rate) }),
    ...(etaMs === undefined ? {} : { etaMs: Math.round(etaMs) }),
  };
}

/** By bytes, or by files or shards where there are no bytes to move. */
function shareDone(snapshot: ProgressSnapshot): number | undefined {
  const { doneBytes, totalBytes, doneFiles, totalFiles, doneShards, totalShards } = snapshot;
  const share =
    ratio(doneBytes, totalBytes) ?? ratio(doneFiles, totalFiles) ?? ratio(doneShards, totalShards);
  return share === undefined ? undefined : Math.max(0, Math.min(1, share));
}

function rateNow({ bytesPerSec, doneBytes, elapsedMs }: ProgressSnapshot): number | undefined {
  const rate = bytesPerSec ?? rateOf(doneBytes, elapsedMs);
  return rate !== undefined && Number.isFinite(rate) && rate > 0 ? rate : undefined;
}

/** Nothing where no end can be told: no total, no progress yet, or nothing left. */
function timeLeftMs(snapshot: ProgressSnapshot): number | undefined {
  const rate = rateNow(snapshot);
  const leftBytes = snapshot.totalBytes - snapshot.doneBytes;
  if (rate === undefined || leftBytes <= 0) return undefined;
  return ratio(leftBytes * 1000, rate);
}

/** To whole seconds: an estimate that flickers in its third digit only unsettles. */
const roundedMs = (ms: number): number => Math.max(1000, Math.round(ms / 1000) * 1000);

/** Rounded down: 100 % is said when all is done. */
const percentage = (share: number): string => `${Math.floor(share * 100)} %`.padStart(5);

function bytes({ doneBytes, totalBytes }: ProgressSnapshot): string {
  if (totalBytes <= 0) return formatBytes(doneBytes);
  return `${formatBytes(doneBytes).padStart(7)} of ${formatBytes(totalBytes)}`;
}

function counts(done: number, total: number, noun: string): string[] {
  return total > 0 ? [`${formatCount(done)}/${formatCount(total)} ${noun}`] : [];
}

/** Simulations that are done, of those that were asked for until now. */
export interface RunsDone {
  readonly doneRuns: number;
  readonly totalRuns: number;
  readonly elapsedMs: number;
}

/** One line on the simulations of a plan, at most `width` columns: what is asked, bar, runs, what is left of the time. */
export function runsLine(stage: string, runs: RunsDone, width: number): string {
  const { doneRuns, totalRuns } = runs;
  const leftMs = runsLeftMs(runs);
  const meter = bar(ratio(doneRuns, totalRuns) ?? 0, BAR_WIDTH).padEnd(BAR_WIDTH, '·');
  const left = leftMs === undefined ? '' : `, ${formatDuration(roundedMs(leftMs))} left`;
  const counted = `${formatCount(doneRuns)} of ${formatCount(totalRuns)} runs${left}`;
  return truncate(`Planning ${plainText(stage)}: ${meter} ${counted}`, width);
}

/** The same for JSON lines. */
export function runsJson(runs: RunsDone): Readonly<Record<string, number>> {
  const etaMs = runsLeftMs(runs);
  const { doneRuns, totalRuns, elapsedMs } = runs;
  return {
    doneRuns,
    totalRuns,
    elapsedMs: Math.round(elapsedMs),
    ...(etaMs === undefined ? {} : { etaMs: Math.round(etaMs) }),
  };
}

const runsLeftMs = ({ doneRuns, totalRuns, elapsedMs }: RunsDone): number | undefined =>
  doneRuns === 0 ? undefined : (elapsedMs / doneRuns) * (totalRuns - doneRuns);
