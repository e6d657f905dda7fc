import { plural } from '../../base/text.js';
import { plainText } from '../../report/text.js';
import { percentWords, valueWords } from '../view/words.js';
import type { Change, History, HistoryPoint, Trend } from './history.js';

/** A change with the trend that it is of. */
export interface TrendChange {
  readonly trend: Trend;
  readonly change: Change;
}

/** All changes, by the point that they were first seen at, the newest first. */
export function changesByPoint({
  trends,
}: History): { readonly point: number; readonly changes: TrendChange[] }[] {
  const found = new Map<number, TrendChange[]>();
  for (const trend of trends) {
    for (const change of trend.changes) {
      let own = found.get(change.point);
      if (!own) found.set(change.point, (own = []));
      own.push({ trend, change });
    }
  }
  return [...found].map(([point, changes]) => ({ point, changes })).sort((a, b) => b.point - a.point);
}

/** Times without a base are only shown. */
const isJudged = ({ kind, unit }: Trend): boolean => kind !== 'wall' || unit === 'share';

/** The answer in one line. */
export function historyHeadline(history: History): string {
  const { points, trends } = history;
  const files = plural(points.length, 'result');
  if (points.length === 0) return 'There are no results.';
  const judged = plural(trends.filter(isJudged).length, 'trend');
  const groups = changesByPoint(history);
  if (groups.length === 0) return `Nothing changed in ${judged} over ${files}.`;
  const changes = groups.flatMap((group) => group.changes);
  const worse = changes.filter(({ change }) => change.verdict === 'slower').length;
  const { point } = groups[0]!;
  return `${plural(changes.length, 'change')} in ${judged} over ${files}, ${worse === 0 ? 'none' : worse} for the worse; the latest with ${pointWords(points[point]!)}.`;
}

/** `0a1b2c3d4e (2026-11-23) Subject of the commit`. */
export function pointWords({ commit, createdAt, file }: HistoryPoint): string {
  if (!commit) return `${plainText(file)} (${dayOf(createdAt)})`;
  return `${shortId(commit)} (${dayOf(commit.committedAt)}) ${plainText(commit.subject)}`;
}

export const shortId = ({ id, dirty }: NonNullable<HistoryPoint['commit']>): string =>
  `${plainText(id.slice(0, 10))}${dirty ? ' with changes' : ''}`;

export const labelOf = ({ commit, file }: HistoryPoint): string =>
  commit ? shortId(commit) : plainText(file);

export const dayOf = (instant: string): string => instant.slice(0, 10);

/** A value of a trend. Shares are told by how far they are from one. */
export const trendValue = (value: number, unit: string): string =>
  unit === 'share' ? (value === 1 ? '±0 %' : percentWords(value - 1)) : valueWords(value, unit);

export const sizeOfChange = ({ from, to }: Change): string => (from === 0 ? '' : percentWords(to / from - 1));

/** Where else a change may have been: `or up to 2 results before, or 1 after`. */
export function whereElse({ trend, change: { point, between } }: TrendChange): string {
  if (!between) return '';
  const at = trend.points.indexOf(point);
  const before = at - trend.points.indexOf(between.first);
  const after = trend.points.indexOf(between.last) - at;
  if (before === 0 && after === 0) return '';
  const parts = [
    before > 0 ? `${plural(before, 'result')} before` : '',
    after > 0 ? `${plural(after, 'result')} after` : '',
  ];
  return `or up to ${parts.filter((text) => text !== '').join(', or ')}`;
}

/** What the trend's numbers are of, where that has to be said. */
export function ofWords({ of }: Trend): string {
  if (!of) return '';
  return 'commit' in of ? `against ${plainText(of.commit.slice(0, 10))}` : `on ${plainText(of.machine)}`;
}

/** What holds for all times of a history. */
export function promise({ trends, alpha, smallestEffect }: History): string {
  const times = trends.filter(({ kind }) => kind === 'wall');
  const judged = times.filter(({ unit }) => unit === 'share');
  const short = judged.filter(({ valuesNeeded }) => valuesNeeded !== undefined);
  const percent = (share: number): string => `${Number((share * 100).toPrecision(6))} %`;
  const said = ['Exact figures: each difference is a change, and none is chance.'];
  if (judged.length > 0) {
    said.push(
      `Times: where nothing changes, at most ${percent(alpha)} of histories show a change; changes under ${percent(smallestEffect)} are left out.`,
    );
  }
  if (short.length > 0) {
    said.push(
      `${plural(short.length, 'time')} ${short.length === 1 ? 'has' : 'have'} too few values to tell: ${short[0]!.valuesNeeded} are needed.`,
    );
  }
  if (judged.length < times.length) {
    said.push(
      `${plural(times.length - judged.length, 'time')} without a base: drawn, and not judged, since machines drift (drill bench --base REF, with the same REF each time).`,
    );
  }
  return said.join(' ');
}
