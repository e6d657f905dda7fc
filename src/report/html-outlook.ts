import type { Finding, Outlook } from '../world/outlook.js';
import type { VariantReport } from '../world/result.js';
import { causesFigure } from './charts/causes.js';
import { distributionFigure } from './charts/distribution.js';
import { tornadoFigure } from './charts/tornado.js';
import { escapeHtml } from './escape.js';
import { htmlFigure, htmlSection, htmlTable } from './html-parts.js';
import { gravestFirst, SEVERITY_MARKS } from './marks.js';
import {
  causesTable,
  fitTable,
  forecastTable,
  gainsTable,
  thenTable,
  variantsTable,
} from './outlook-tables.js';
import { isPlanned } from './verdict.js';

/** What a plan says beyond its one run, section by section. `id` is unique on the page. */
export function outlookSections(
  { forecast, findings, advice, fit }: Outlook,
  windowMs: number | undefined,
  id: string,
): string[] {
  return [
    fit ? htmlSection('What fits', [htmlTable(fitTable(fit))]) : '',
    htmlSection('How long it takes', [
      htmlFigure(distributionFigure(forecast, windowMs), `${id}-distribution`),
      htmlTable(forecastTable(forecast, windowMs)),
    ]),
    htmlSection('What holds it back', [
      htmlFigure(causesFigure(forecast), `${id}-causes`),
      htmlTable(causesTable(forecast)),
    ]),
    advice
      ? htmlSection('What would help', [
          htmlFigure(tornadoFigure(advice), `${id}-gains`),
          htmlTable(gainsTable(advice)),
          htmlTable(thenTable(advice)),
        ])
      : '',
    htmlSection('Findings', [findingsList(findings)]),
  ];
}

/** Of several variants: how long each takes, how surely that fits, and what holds it back. */
export const outlooksTable = (variants: readonly VariantReport[], windowMs: number | undefined): string =>
  htmlTable(variantsTable(variants.filter(isPlanned), windowMs));

function findingsList(findings: readonly Finding[]): string {
  if (findings.length === 0) return '';
  const items = gravestFirst(findings).map(({ severity, message, hint }) => {
    const { mark, word, tone } = SEVERITY_MARKS[severity];
    const advice = hint === undefined ? '' : `<br><span class="dim">Hint: ${escapeHtml(hint)}</span>`;
    return `<li><span class="mark ${tone}" aria-hidden="true">${mark}</span><strong>${word}</strong>: ${escapeHtml(message)}${advice}</li>`;
  });
  return `<ul class="checks">\n${items.join('\n')}\n</ul>`;
}
