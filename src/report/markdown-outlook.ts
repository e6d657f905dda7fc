import type { Finding, Outlook } from '../world/outlook.js';
import type { VariantReport } from '../world/result.js';
import { escapeMarkdown } from './escape.js';
import { titledTable } from './markdown-table.js';
import { gravestFirst, SEVERITY_MARKS } from './marks.js';
import {
  causesTable,
  fitTable,
  forecastTable,
  gainsTable,
  thenTable,
  variantsTable,
} from './outlook-tables.js';
import type { TableModel } from './table-model.js';
import { isPlanned } from './verdict.js';

/** A ticket has room for what would help most. */
const MOST_GAINS = 5;

/** What a plan says beyond its one run, in short. */
export function outlookOf(outlook: Outlook, windowMs: number | undefined): string[] {
  const { forecast, findings, advice, fit } = outlook;
  const tables = [
    ...(fit ? [fitTable(fit)] : []),
    forecastTable(forecast, windowMs),
    causesTable(forecast),
    ...(advice ? [firstRows(gainsTable(advice)), firstRows(thenTable(advice))] : []),
  ];
  return [findingsList(findings), ...tables.map(titledTable)];
}

/** Of several variants: how long each takes, and what was found that matters. */
export function outlooksOf(variants: readonly VariantReport[], windowMs: number | undefined): string[] {
  const planned = variants.filter(isPlanned);
  return [
    titledTable(variantsTable(planned, windowMs)),
    ...planned.map(({ name, outlook }) => {
      const list = findingsList(outlook.findings.filter(({ severity }) => severity !== 'note'));
      return list === '' ? '' : `**${escapeMarkdown(name)}**\n\n${list}`;
    }),
  ];
}

const firstRows = (model: TableModel): TableModel => ({ ...model, rows: model.rows.slice(0, MOST_GAINS) });

const findingsList = (findings: readonly Finding[]): string =>
  gravestFirst(findings)
    .map(({ severity, message, hint }) => {
      const { mark, word } = SEVERITY_MARKS[severity];
      const advice = hint === undefined ? '' : ` Hint: ${escapeMarkdown(hint)}`;
      return `- ${mark} **${word}**: ${escapeMarkdown(message)}${advice}`;
    })
    .join('\n');
