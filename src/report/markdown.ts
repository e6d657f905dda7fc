import { plural } from '../base/text.js';
import { formatBytes } from '../base/units.js';
import type { DrillReport, VariantReport } from '../world/result.js';
import { escapeMarkdown, markdownCode } from './escape.js';
import { mainRun } from './facts.js';
import { incidentsTable } from './faults.js';
import { failuresOf } from './failures.js';
import { VERDICT_MARKS } from './marks.js';
import { outlookOf, outlooksOf } from './markdown-outlook.js';
import { markdownTable, titledTable } from './markdown-table.js';
import { limitsOfJobs, skippedTables, slowestNodeLine, whereItRan } from './remarks.js';
import { summarise } from './summary.js';
import { sweepTables } from './sweep-table.js';
import { statesTable, totalsTable } from './tables.js';

const MOST_FINDINGS = 5;
const MOST_INCIDENTS = 8;

/** The report in short, for a ticket: the answer, one or two tables, what is wrong, how to get it again. */
export function renderMarkdown(report: DrillReport): string {
  const { variants, scenario } = report;
  const [only, ...others] = variants;
  const { verdict, headline, details } = summarise(report);
  const mark = VERDICT_MARKS[verdict];
  const tables =
    only === undefined
      ? []
      : others.length > 0
        ? sweepTables(variants, scenario.windowMs).map(markdownTable)
        : [
            markdownTable(totalsTable(only)),
            markdownTable(statesTable(only.measured, only.predicted)),
            titledTable(incidentsTable(mainRun(only), MOST_INCIDENTS)),
          ];
  const slowest = only && others.length === 0 ? slowestNodeLine(mainRun(only)) : undefined;
  const blocks = [
    `**${mark} ${escapeMarkdown(headline)}**`,
    escapeMarkdown(details.join(' ')),
    `## Backup drill: ${escapeMarkdown(scenario.name)}`,
    ...variants.flatMap(failures),
    ...(only !== undefined && others.length > 0 ? outlooksOf(variants, scenario.windowMs) : []),
    ...(only?.outlook && others.length === 0 ? outlookOf(only.outlook, scenario.windowMs) : []),
    ...tables,
    slowest === undefined ? '' : escapeMarkdown(slowest),
    ...variants.flatMap(findings),
    ...limitsOfJobs(variants.map(mainRun)).map(escapeMarkdown),
    ...skippedTables(variants.map(mainRun)).map(escapeMarkdown),
    where(report),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function failures(variant: VariantReport): string[] {
  return failuresOf(variant).map(({ title, message, hint, code }) => {
    const advice = hint === undefined ? '' : ` Hint: ${escapeMarkdown(hint)}.`;
    return `**${escapeMarkdown(title)}** (${markdownCode(code)}): ${escapeMarkdown(message[0] ?? '')}.${advice}`;
  });
}

function findings({ restore, name }: VariantReport): string[] {
  if (restore === undefined) return [];
  const { problems, differences } = restore;
  const of = name === '' ? '' : `${escapeMarkdown(name)}: `;
  const proved =
    `${of}Verified ${plural(restore.verifiedFiles, 'file')}, ${formatBytes(restore.verifiedBytes)}: ` +
    `${plural(problems.length, 'problem')}. Compared ${plural(restore.comparedFiles, 'file')}, ` +
    `${formatBytes(restore.comparedBytes)} after the restore: ${plural(differences.length, 'difference')}.`;
  const found = [...problems, ...differences];
  const list = found.slice(0, MOST_FINDINGS).map((text) => `- ${markdownCode(text)}`);
  const more = found.length > MOST_FINDINGS ? [`- and ${found.length - MOST_FINDINGS} more`] : [];
  return [[proved, ...(list.length > 0 ? ['', ...list, ...more] : [])].join('\n')];
}

function where(report: DrillReport): string {
  return whereItRan(report)
    .map(({ title, text }) => `- ${title}: ${markdownCode(text)}`)
    .join('\n');
}
