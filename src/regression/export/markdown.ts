import { escapeMarkdown, markdownCode } from '../../report/escape.js';
import { titledTable } from '../../report/markdown-table.js';
import type { Comparison } from '../comparison.js';
import { comparisonTables, explanations } from '../view/tables.js';
import { headline } from '../view/words.js';

/** By which a bot finds its own comment again, to change it and not to add another one. */
export const COMMENT_MARKER = '<!-- backup-drill benchmarks -->';

/** What GitHub takes as a comment, in characters; a job's summary may be longer. */
const MOST_CHARACTERS = 65_536;

/** Without what binary fractions add: 7, not 7.000000000000001. */
const percent = (share: number): number => Number((share * 100).toPrecision(6));

/**
 * A comparison for a pull request: the answer, what differs and why, and the rest folded away. Tables that GitHub's limit leaves no
 * room for are left out, and that is said.
 */
export function markdownComment(comparison: Comparison): string {
  const { base, head, alpha, smallestEffect, counts } = comparison;
  const why = explanations(comparison).map(
    ({ name, lines }) =>
      `- **${escapeMarkdown(name)}**\n${lines.map((line) => `  - ${escapeMarkdown(line)}`).join('\n')}`,
  );
  const of = ({ name, commit }: Comparison['base']): string =>
    commit ? `${escapeMarkdown(name)} (${markdownCode(commit.id.slice(0, 10))})` : escapeMarkdown(name);
  const first = [
    COMMENT_MARKER,
    `**${counts.slower > 0 ? '❌' : '✅'} ${escapeMarkdown(headline(comparison))}**`,
  ];
  const last = `<sub>${of(base)} → ${of(head)}. Exact figures are compared exactly; times in pairs on one machine (${escapeMarkdown(head.machine ?? 'unknown')}): changes under ${percent(smallestEffect)} % never count, and an unchanged program raises an alarm in at most ${percent(alpha)} % of comparisons.</sub>`;
  const parts = [
    ...comparisonTables(comparison, true).map(titledTable),
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
