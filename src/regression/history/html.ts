import { escapeHtml } from '../../report/escape.js';
import { htmlPage } from '../../report/html-page.js';
import { htmlFigure, htmlSection, htmlTable } from '../../report/html-parts.js';
import { trendFigure } from './figure.js';
import type { History } from './history.js';
import { changeTable, trendTable } from './tables.js';
import { explained } from './terminal.js';
import { changesByPoint, historyHeadline, labelOf, pointWords, promise } from './words.js';

/** Pictures of more trends would only make the page heavy; the tables tell of all. */
const MOST_FIGURES = 60;

/** A history as one HTML page, with a picture of each trend that changed. The same history gives the same bytes. */
export function renderHistoryHtml(history: History, generator: string): string {
  const { points, trends } = history;
  const groups = changesByPoint(history);
  const changed = trends.filter(({ changes }) => changes.length > 0);
  const isWorse = groups.some(({ changes }) => changes.some(({ change }) => change.verdict === 'slower'));
  const [first, last] = [points[0], points.at(-1)];
  return htmlPage({
    title: 'Benchmarks in the course of time',
    kind: 'history',
    description: first && last ? `From ${labelOf(first)} to ${labelOf(last)}.` : '',
    generator,
    body: [
      `<section class="answer${isWorse ? ' is-warn' : ''}" aria-label="Result">\n<p class="headline">${escapeHtml(historyHeadline(history))}</p>\n<p>${escapeHtml(promise(history))}</p>\n</section>`,
      ...groups.map(({ point, changes }) =>
        htmlSection(escapeHtml(pointWords(points[point]!)), [
          htmlTable(changeTable('What changed', changes)),
          ...explained(changes).map(
            ({ name, lines }) =>
              `<p class="note">${escapeHtml(name)}: ${lines.map(escapeHtml).join('<br>')}</p>`,
          ),
        ]),
      ),
      htmlSection(
        'Trends that changed',
        changed
          .slice(0, MOST_FIGURES)
          .map((trend, i) => htmlFigure(trendFigure(trend, history), `trend-${i}`)),
      ),
      htmlSection('All trends', [
        htmlTable(trendTable(history, true)),
        htmlTable(trendTable(history, false)),
      ]),
    ].join('\n'),
  });
}
