import { painter } from '../../report/ansi.js';
import { indented, table } from '../../report/terminal-page.js';
import { plainText, wrap } from '../../report/text.js';
import type { Comparison } from '../comparison.js';
import type { Benchmark } from '../result-file.js';
import { comparisonTables, explanations, resultTables } from './tables.js';
import { formatPercent, headline } from './words.js';

export interface ViewOptions {
  readonly color: boolean;
  /** In columns. */
  readonly width: number;
}

/** A comparison for a terminal: the answer, what differs, and why. */
export function renderComparison(comparison: Comparison, { color, width }: ViewOptions): string {
  const paint = painter(color);
  const page = { width, paint };
  const isBad = comparison.counts.slower > 0;
  const first = `${isBad ? '✖' : '✔'} ${headline(comparison)}`;
  const same = comparison.counts.same;
  const parts = [
    wrap(first, width)
      .map((line) => paint(isBad ? 'bad' : 'good', line))
      .join('\n'),
    ...comparisonTables(comparison, true).map((model) => table(model, page)),
    ...explanations(comparison).map(({ name, lines }) =>
      [paint('strong', name), ...lines.flatMap((line) => indented(line, width))].join('\n'),
    ),
    paint('dim', provenance(comparison, same)),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** Results for a terminal. */
export function renderResults(benchmarks: readonly Benchmark[], { color, width }: ViewOptions): string {
  const page = { width, paint: painter(color) };
  return resultTables(benchmarks)
    .map((model) => table(model, page))
    .join('\n\n');
}

function provenance({ base, head, alpha, smallestEffect, benchmarks }: Comparison, same: number): string {
  const of = ({ name: given, commit }: Comparison['base']): string => {
    const name = plainText(given);
    return commit ? `${name} (${plainText(commit.id.slice(0, 10))}${commit.dirty ? ', changed' : ''})` : name;
  };
  const said = `${same} the same. Base: ${of(base)}. Head: ${of(head)}.`;
  if (!benchmarks.some(({ interval }) => interval)) return said;
  return `${said}\nTimes: changes under ${formatPercent(smallestEffect)} never count; an unchanged program raises an alarm in at most ${formatPercent(alpha)} of comparisons.`;
}
