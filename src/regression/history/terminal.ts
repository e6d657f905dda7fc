import { painter } from '../../report/ansi.js';
import { indented, table } from '../../report/terminal-page.js';
import { plainText, wrap } from '../../report/text.js';
import { explanation } from '../view/words.js';
import type { ViewOptions } from '../view/terminal.js';
import type { History } from './history.js';
import { changeTable, trendTable } from './tables.js';
import { changesByPoint, historyHeadline, pointWords, promise, type TrendChange } from './words.js';

/** Reasons are said of so many benchmarks of a point; the file has the rest. */
const MOST_EXPLAINED = 3;

/** A history for a terminal: the answer, what changed with which commit and why, and the trends. */
export function renderHistory(history: History, { color, width }: ViewOptions): string {
  const paint = painter(color);
  const page = { width, paint };
  const groups = changesByPoint(history);
  const parts = [
    wrap(historyHeadline(history), width)
      .map((line) => paint('strong', line))
      .join('\n'),
    ...groups.flatMap(({ point, changes }) => [
      table(changeTable(pointWords(history.points[point]!), changes), page),
      ...explained(changes).map(({ name, lines }) =>
        [`  ${paint('strong', name)}`, ...lines.flatMap((line) => indented(`  ${line}`, width))].join('\n'),
      ),
    ]),
    table(trendTable(history, true), page),
    table(trendTable(history, false), page),
    wrap(promise(history), width)
      .map((line) => paint('dim', line))
      .join('\n'),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** The benchmarks of a point whose numbers say what the change is made of. */
export const explained = (
  changes: readonly TrendChange[],
): { readonly name: string; readonly lines: readonly string[] }[] =>
  changes
    .filter(({ change }) => change.reasons !== undefined)
    .slice(0, MOST_EXPLAINED)
    .map(({ trend, change }) => ({
      name: plainText(trend.name),
      lines: explanation({ ...change, unit: trend.unit }),
    }));
