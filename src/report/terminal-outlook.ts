import type { Finding, Outlook } from '../world/outlook.js';
import type { VariantReport } from '../world/result.js';
import { gravestFirst, SEVERITY_MARKS } from './marks.js';
import {
  causesTable,
  fitTable,
  forecastTable,
  gainsTable,
  thenTable,
  variantsTable,
} from './outlook-tables.js';
import { INDENT, table, type Page } from './terminal-page.js';
import { plainText, truncate, wrap } from './text.js';
import { isPlanned } from './verdict.js';

/** `✖ problem  `: where the text of a finding begins. */
const MARGIN = 13;

/** What a plan says beyond its one run, section by section; those that say nothing are empty. */
export function outlookOf(outlook: Outlook, windowMs: number | undefined, page: Page): string[] {
  const { forecast, findings, advice, fit } = outlook;
  return [
    fit ? table(fitTable(fit), page) : '',
    table(forecastTable(forecast, windowMs), page),
    table(causesTable(forecast), page),
    ...(advice ? [table(gainsTable(advice), page), table(thenTable(advice), page)] : []),
    findingsBlock('Findings', findings, page),
  ];
}

/** Of several variants: how long each takes, and what was found. */
export function outlooksOf(
  variants: readonly VariantReport[],
  windowMs: number | undefined,
  page: Page,
): string[] {
  const planned = variants.filter(isPlanned);
  return [
    table(variantsTable(planned, windowMs), page),
    ...planned.map(({ name, outlook }) =>
      findingsBlock(`Findings: ${plainText(name)}`, grave(outlook.findings), page),
    ),
  ];
}

/** Notes of every variant would bury the rest. */
const grave = (findings: readonly Finding[]): readonly Finding[] =>
  findings.filter(({ severity }) => severity !== 'note');

function findingsBlock(title: string, findings: readonly Finding[], page: Page): string {
  if (findings.length === 0) return '';
  return [
    page.paint('title', truncate(title, page.width)),
    ...gravestFirst(findings).flatMap((finding) => findingLines(finding, page)),
  ].join('\n');
}

function findingLines({ severity, message, hint }: Finding, { width, paint }: Page): string[] {
  const { mark, word, tone } = SEVERITY_MARKS[severity];
  const margin = ' '.repeat(MARGIN);
  const [first = '', ...rest] = wrap(plainText(message), width - MARGIN);
  const advice = hint === undefined ? [] : wrap(`hint: ${plainText(hint)}`, width - MARGIN);
  const head = `${INDENT}${paint(tone, `${mark} ${word}`)}`.concat(
    ' '.repeat(MARGIN - INDENT.length - mark.length - 1 - word.length),
  );
  return [
    head + first,
    ...rest.map((line) => margin + line),
    ...advice.map((line) => margin + paint('dim', line)),
  ];
}
