import { plural } from '../base/text.js';
import { formatBytes, formatDuration, formatRate } from '../base/units.js';
import type { RestoreReport } from '../world/result.js';
import { escapeHtml } from './escape.js';
import { hasFailed, overallRate } from './facts.js';
import { htmlTable } from './html-parts.js';
import { failure } from './run-phrases.js';
import { statesTable } from './tables.js';

const MOST_FINDINGS = 50;

/** How a backup was proved: what was verified, restored and compared, and what was found wrong. */
export function proofSection(restore: RestoreReport): string {
  const { problems, differences, run, targetNodes } = restore;
  const rate = overallRate(run);
  const speed = rate === undefined ? '' : ` at ${formatRate(rate)}`;
  const nodes = plural(targetNodes, 'node');
  const restored = hasFailed(run)
    ? `${failure(run)}.`
    : `Restored into ${nodes} in ${formatDuration(run.totals.durationMs)}${speed}.`;
  const compared = `Compared ${plural(restore.comparedFiles, 'file')}, ${formatBytes(restore.comparedBytes)}, byte by byte`;
  const verified = `Verified ${plural(restore.verifiedFiles, 'file')}, ${formatBytes(restore.verifiedBytes)} in the repository`;
  const checks = [
    check(
      problems.length === 0,
      `${verified}: ${found(problems, 'problem', 'every checksum is right')}.`,
      problems,
    ),
    check(!hasFailed(run), restored, []),
    ...(restore.comparedFiles === 0 && differences.length === 0
      ? []
      : [
          check(
            differences.length === 0,
            `${compared}: ${found(differences, 'difference', 'identical')}.`,
            differences,
          ),
        ]),
  ];
  const { columns, ...times } = statesTable(undefined, run);
  const states = htmlTable({
    ...times,
    title: 'Time in each state of the restore',
    columns: columns.map((column) =>
      column.head === 'predicted' ? { ...column, head: 'measured' } : column,
    ),
  });
  return `<section>\n<h2>Proof</h2>\n<ul class="checks">\n${checks.join('\n')}\n</ul>\n${states}\n</section>`;
}

const found = (list: readonly string[], noun: string, none: string): string =>
  list.length === 0 ? none : plural(list.length, noun);

function check(good: boolean, text: string, list: readonly string[]): string {
  const mark = `<span class="mark ${good ? 'good' : 'bad'}">${good ? '✔' : '✖'}</span>`;
  const shown = list.slice(0, MOST_FINDINGS).map((item) => `<li>${escapeHtml(item)}</li>`);
  const more = list.length > MOST_FINDINGS ? [`<li>and ${list.length - MOST_FINDINGS} more</li>`] : [];
  const findings = shown.length === 0 ? '' : `<ul class="findings">${[...shown, ...more].join('')}</ul>`;
  return `<li>${mark}<span>${escapeHtml(text)}</span>${findings}</li>`;
}
