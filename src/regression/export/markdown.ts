import { formatCount } from '../../base/units.js';
import { escapeMarkdown, markdownCode } from '../../report/escape.js';
import { titledTable } from '../../report/markdown-table.js';
import type { TableModel } from '../../report/table-model.js';
import type { Comparison } from '../comparison.js';
import { comparisonTables, explanations } from '../view/tables.js';
import { formatPercent, headline } from '../view/words.js';

/** By which a bot finds its own comment again, to change it and not to add another one. */
export const COMMENT_MARKER = '<!-- backup-drill benchmarks -->';

/** What GitHub takes as a comment, in characters; a job's summary may be longer. */
const MOST_CHARACTERS = 65_536;

/** Nobody reads more of what differs in a comment. */
const MOST_ROWS = 100;

function shortened(table: TableModel): TableModel {
  const left = table.rows.length - MOST_ROWS;
  return left <= 0
    ? table
    : { ...table, rows: table.rows.slice(0, MOST_ROWS), note: `And ${formatCount(left)} more.` };
}

/**
 * A comparison for a pull request: the answer, what differs and why, and the rest folded away. Tables that GitHub's limit leaves no
 * room for are left out, and that is said.
 */
export function markdownComment(comparison: Comparison): string {
  const { base, head, alpha, smallestEffect, counts } = comparison;
  const why = explanations(comparison)
    .slice(0, MOST_ROWS)
    .map(
      ({ name, lines }) =>
        `- **${escapeMarkdown(name)}**\n${lines.map((line) => `  - ${escapeMarkdown(line)}`).join('\n')}`,
    );
  const of = ({ name, commit }: Comparison['base']): string =>
    commit ? `${escapeMarkdown(name)} (${markdownCode(commit.id.slice(0, 10))})` : escapeMarkdown(name);
  const first = [
    COMMENT_MARKER,
    `**${counts.slower > 0 ? '❌' : '✅'} ${escapeMarkdown(headline(comparison))}**`,
  ];
  const last = `<sub>${of(base)} → ${of(head)}. Exact figures are compared exactly; times in pairs on one machine (${escapeMarkdown(head.machine ?? 'unknown')}): changes under ${formatPercent(smallestEffect)} never count, and an unchanged program raises an alarm in at most ${formatPercent(alpha)} of comparisons.</sub>`;
  const parts = [
    ...comparisonTables(comparison, true).map(shortened).map(titledTable),
    why.length > 0 ? `**What the exact differences are made of**\n\n${why.join('\n')}` : '',
    `<details><summary>All ${comparison.benchmarks.length} benchmarks</summary>\n\n${comparisonTables(comparison, false).map(titledTable).join('\n\n')}\n\n</details>`,
  ].filter((part) => part !== '');
  const cut = '_There is more than a comment can hold: see the result files._';
  let room = MOST_CHARACTERS - [...first, last, cut].join('\n\n').length - 4;
  const fitting = parts.filter((part) => {
    const fits = part.length + 2 <= room;
    if (fits) room -= part.length + 2;
    return fits;
  });
  return [...first, ...fitting, ...(fitting.length < parts.length ? [cut] : []), last, ''].join('\n\n');
}
