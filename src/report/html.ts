import { plural } from '../base/text.js';
import { formatBytes, formatCount, formatDuration, formatRate } from '../base/units.js';
import type { DrillReport, RunResult, VariantReport } from '../world/result.js';
import { sweepFigure } from './charts/sweep.js';
import { statesFigure } from './charts/states.js';
import { throughputFigure } from './charts/throughput.js';
import { timelineFigure } from './charts/timeline.js';
import { escapeHtml } from './escape.js';
import { hasFailed, mainRun, overallRate } from './facts.js';
import { incidentsTable } from './faults.js';
import { failuresOf, type Failure } from './failures.js';
import { outlookSections, outlooksTable } from './html-outlook.js';
import { htmlPage } from './html-page.js';
import { htmlFigure, htmlSection, htmlTable } from './html-parts.js';
import { proofSection } from './html-proof.js';
import { VERDICT_MARKS } from './marks.js';
import { errorPercent, formatError } from './numbers.js';
import { limitsOfJobs, skippedTables, slowestNodeLine, whereItRan } from './remarks.js';
import { summarise } from './summary.js';
import { sweepTables } from './sweep-table.js';
import { nodesTable, statesTable, totalsTable } from './tables.js';

const MOST_NODE_ROWS = 25;
const MOST_INCIDENTS = 50;
/** Of a longer sweep the table and the chart tell everything; pictures of each would only make the page heavy. */
const MOST_DETAILED_VARIANTS = 12;

/**
 * The report as one HTML page that needs nothing else: no request leaves it and no script runs in it. The same report
 * gives the same bytes.
 */
export function renderHtml(report: DrillReport): string {
  const { scenario, tool, variants } = report;
  const [only, ...others] = variants;
  const body =
    only === undefined
      ? ''
      : others.length > 0
        ? sweep(variants, scenario.windowMs)
        : [tiles(only), ...single(only, scenario.windowMs, 'v0')].join('\n');
  return htmlPage({
    title: scenario.name,
    kind: variants.some((v) => v.measured) ? 'report of a run' : 'plan',
    description: scenario.description,
    generator: `${tool.name} ${tool.version}`,
    body: [
      answer(report),
      variants.flatMap(failuresOf).map(failureSection).join('\n'),
      body,
      limited(variants),
      leftOut(variants),
      where(report),
    ].join('\n'),
  });
}

function answer(report: DrillReport): string {
  const { verdict, word, headline, details } = summarise(report);
  return (
    `<section class="answer is-${verdict}" aria-label="Result">\n` +
    `<p class="verdict">${VERDICT_MARKS[verdict]} ${word}</p>\n` +
    `<p class="headline">${escapeHtml(headline)}</p>\n` +
    `${details.map((text) => `<p>${escapeHtml(text)}</p>`).join('\n')}\n</section>`
  );
}

function failureSection({ title, message, frame, hint, code }: Failure): string {
  return (
    `<section class="failure">\n<h2 class="bad">${escapeHtml(title)}</h2>\n` +
    `${message.map((line) => `<p>${escapeHtml(line)}</p>`).join('\n')}\n` +
    (frame.length === 0 ? '' : `<pre>${frame.map(escapeHtml).join('\n')}</pre>\n`) +
    (hint === undefined ? '' : `<p>Hint: ${escapeHtml(hint)}</p>\n`) +
    `<p class="note">Code: <code>${escapeHtml(code)}</code></p>\n</section>`
  );
}

function tiles({ measured, predicted, nodes }: VariantReport): string {
  const run = measured ?? predicted;
  const { totals } = run;
  const rate = overallRate(run);
  const comparable = measured && !hasFailed(measured) && !hasFailed(predicted);
  const percent = comparable ? errorPercent(predicted.totals.durationMs, totals.durationMs) : undefined;
  const tile = (title: string, value: string, small = ''): string =>
    `<div><dt>${title}</dt><dd>${escapeHtml(value)}${small === '' ? '' : `<small>${escapeHtml(small)}</small>`}</dd></div>`;
  return `<dl class="tiles">${[
    tile('Duration', formatDuration(totals.durationMs), measured ? 'measured' : 'predicted'),
    ...(rate === undefined ? [] : [tile('Throughput', formatRate(rate), 'over the whole job')]),
    tile('Data', formatBytes(totals.sizeBytes), plural(totals.files, 'file')),
    tile('Nodes', formatCount(nodes), plural(totals.shards, 'shard')),
    ...(comparable
      ? [tile('Prediction', formatDuration(predicted.totals.durationMs), `error ${formatError(percent)}`)]
      : []),
  ].join('')}</dl>`;
}

function single(variant: VariantReport, windowMs: number | undefined, id: string): string[] {
  const { measured, predicted, restore, outlook } = variant;
  const run = mainRun(variant);
  const slowest = slowestNodeLine(run);
  const nodes = nodesTable(run, measured && predicted, MOST_NODE_ROWS);
  return [
    ...(outlook ? outlookSections(outlook, windowMs, id) : []),
    htmlSection('Throughput', [
      htmlFigure(throughputFigure(measured, predicted), `${id}-throughput`),
      htmlTable(totalsTable(variant)),
    ]),
    htmlSection('Time in each state', [
      htmlFigure(statesFigure(measured, predicted), `${id}-states`),
      htmlTable(statesTable(measured, predicted)),
      measured ? '<p class="note">Error: how far the prediction is from the measurement.</p>' : '',
    ]),
    htmlSection('What it got over', [htmlTable(incidentsTable(run, MOST_INCIDENTS))]),
    htmlSection('Nodes', [
      htmlFigure(timelineFigure(measured, predicted), `${id}-nodes`),
      htmlTable(nodes),
      slowest === undefined ? '' : `<p class="note">${escapeHtml(slowest)}</p>`,
    ]),
    restore ? proofSection(restore) : '',
  ];
}

function sweep(variants: readonly VariantReport[], windowMs: number | undefined): string {
  const detailed = variants.slice(0, MOST_DETAILED_VARIANTS);
  const omitted = variants.length - detailed.length;
  return [
    htmlSection('Comparison', [
      htmlFigure(sweepFigure(variants, windowMs), 'sweep'),
      ...sweepTables(variants, windowMs).map(htmlTable),
      outlooksTable(variants, windowMs),
    ]),
    ...detailed.map(
      (variant, i) =>
        `<details>\n<summary>${escapeHtml(variant.name)}</summary>\n${tiles(variant)}\n${single(variant, windowMs, `v${i}`).join('\n')}\n</details>`,
    ),
    omitted === 0 ? '' : `<p class="note">${plural(omitted, 'more variant')} without details here.</p>`,
  ].join('\n');
}

function limited(variants: readonly VariantReport[]): string {
  const lines = limitsOfJobs(variants.map(mainRun));
  return htmlSection(
    'Limits',
    lines.map((line) => `<p>${escapeHtml(line)}</p>`),
  );
}

function leftOut(variants: readonly VariantReport[]): string {
  const runs: readonly RunResult[] = variants.map(mainRun);
  const lines = skippedTables(runs);
  return htmlSection(
    'Left out',
    lines.map((line) => `<p>${escapeHtml(line)}</p>`),
  );
}

function where(report: DrillReport): string {
  const facts = whereItRan(report).map(({ title, text, isCommand }) => {
    const value = isCommand || title === 'statement' ? `<code>${escapeHtml(text)}</code>` : escapeHtml(text);
    return `<dt>${title}</dt><dd>${value}</dd>`;
  });
  return `<section>\n<h2>How to get this again</h2>\n<dl class="facts">\n${facts.join('\n')}\n</dl>\n</section>`;
}
