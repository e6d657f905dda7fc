import { plural } from '../base/text.js';
import { formatBytes, formatDuration, formatRate } from '../base/units.js';
import type { DrillReport, RestoreReport, RunResult, VariantReport } from '../world/result.js';
import { painter } from './ansi.js';
import { hasFailed, mainRun, overallRate } from './facts.js';
import { incidentsTable } from './faults.js';
import { failuresOf, type Failure } from './failures.js';
import { limitsOfJobs, slowestNodeLine, skippedTables, whereItRan } from './remarks.js';
import { VERDICT_MARKS } from './marks.js';
import { summarise } from './summary.js';
import { sweepTables } from './sweep-table.js';
import { nodesTable, statesTable, totalsTable } from './tables.js';
import { outlookOf, outlooksOf } from './terminal-outlook.js';
import { INDENT, indented, notes, table, type Page } from './terminal-page.js';
import { plainText, truncate, wrap } from './text.js';

export interface TerminalOptions {
  /** Whether to use ANSI colors. */
  readonly color: boolean;
  /** Columns of the terminal; no line is longer, but for a command that cannot be broken. */
  readonly width: number;
}

const LEAST_WIDTH = 40;
const MOST_WIDTH = 120;
const MOST_NODE_ROWS = 12;
const MOST_FINDINGS = 10;
const MOST_INCIDENTS = 12;

/** The final report of a drill: the answer first, then the figures behind it, then how to get them again. */
export function renderTerminal(report: DrillReport, options: TerminalOptions): string {
  const width = Math.max(LEAST_WIDTH, Math.min(MOST_WIDTH, Math.floor(options.width) || LEAST_WIDTH));
  const page: Page = { width, paint: painter(options.color) };
  const [only, ...others] = report.variants;
  const body =
    only === undefined
      ? []
      : others.length > 0
        ? sweep(report, page)
        : single(only, page, report.scenario.windowMs);
  return [answer(report, page), heading(report, page), ...body, where(report, page)]
    .filter((section) => section !== '')
    .join('\n\n');
}

function heading({ tool, scenario }: DrillReport, { width, paint }: Page): string {
  const name = `${tool.name} ${plainText(tool.version)} · ${plainText(scenario.name)}`;
  const lines = [paint('title', truncate(name, width))];
  const description = plainText(scenario.description).trim();
  if (description !== '') lines.push(...wrap(description, width).map((line) => paint('dim', line)));
  return lines.join('\n');
}

function answer(report: DrillReport, { width, paint }: Page): string {
  const { verdict, headline, details } = summarise(report);
  const mark = VERDICT_MARKS[verdict];
  const [first = '', ...rest] = wrap(headline, width - 2);
  return [
    `${paint(verdict, mark)} ${paint('strong', first)}`,
    ...rest.map((line) => `  ${paint('strong', line)}`),
    ...details.flatMap((text) => wrap(text, width - 2)).map((line) => `  ${line}`),
  ].join('\n');
}

function single(variant: VariantReport, page: Page, windowMs: number | undefined): string[] {
  const run = mainRun(variant);
  const { measured, predicted } = variant;
  const nodes = nodesTable(run, measured && predicted, MOST_NODE_ROWS);
  return [
    failures([variant], page),
    ...(variant.outlook ? outlookOf(variant.outlook, windowMs, page) : []),
    table(totalsTable(variant), page),
    table(statesTable(measured, predicted), page),
    table(incidentsTable(run, MOST_INCIDENTS), page),
    run.nodes.length === 0 ? '' : `${table(nodes, page)}${slowestNode(run, page)}`,
    variant.restore ? proof(variant.restore, page) : '',
    notes([...limitsOfJobs([run]), ...skippedTables([run])], page),
  ];
}

function sweep({ variants, scenario }: DrillReport, page: Page): string[] {
  const runs = variants.map(mainRun);
  return [
    failures(variants, page),
    ...outlooksOf(variants, scenario.windowMs, page),
    ...sweepTables(variants, scenario.windowMs).map((model) => table(model, page)),
    ...variants.flatMap((variant) =>
      variant.restore && hasFindings(variant.restore) ? [named(variant, page)] : [],
    ),
    notes([...limitsOfJobs(runs), ...skippedTables(runs)], page),
  ];
}

const hasFindings = ({ problems, differences, run }: RestoreReport): boolean =>
  problems.length > 0 || differences.length > 0 || hasFailed(run);

function named(variant: VariantReport, page: Page): string {
  return `${page.paint('title', truncate(plainText(variant.name), page.width))}\n${proof(variant.restore!, page)}`;
}

function slowestNode(run: RunResult, { width, paint }: Page): string {
  const line = slowestNodeLine(run);
  if (line === undefined) return '';
  return `\n${indented(line, width)
    .map((text) => paint('dim', text))
    .join('\n')}`;
}

function failures(variants: readonly VariantReport[], page: Page): string {
  return variants
    .flatMap(failuresOf)
    .map((failure) => failureBlock(failure, page))
    .join('\n\n');
}

function failureBlock({ title, message, frame, hint, code }: Failure, { width, paint }: Page): string {
  return [
    paint('bad', truncate(title, width)),
    ...message.flatMap((line) => indented(line, width)),
    ...frame.map((line) => paint('dim', truncate(INDENT + line, width))),
    ...(hint === undefined ? [] : indented(`hint: ${hint}`, width)),
    ...indented(`code: ${code}`, width).map((line) => paint('dim', line)),
  ].join('\n');
}

function proof(restore: RestoreReport, page: Page): string {
  const { paint, width } = page;
  const { problems, differences, run } = restore;
  const rate = overallRate(run);
  const speed = rate === undefined ? '' : ` at ${formatRate(rate)}`;
  const verified = `${plural(restore.verifiedFiles, 'file')}, ${formatBytes(restore.verifiedBytes)} in the repository`;
  const compared = `${plural(restore.comparedFiles, 'file')}, ${formatBytes(restore.comparedBytes)} byte by byte`;
  const duration = formatDuration(run.totals.durationMs);
  const into = plural(restore.targetNodes, 'node');
  const row = (good: boolean, title: string, text: string): string[] => {
    const [first = '', ...rest] = wrap(text, width - 14);
    const mark = paint(good ? 'good' : 'bad', good ? '✔' : '✖');
    return [`${INDENT}${mark} ${title.padEnd(10)}${first}`, ...rest.map((line) => ' '.repeat(14) + line)];
  };
  return [
    paint('title', 'Proof'),
    ...row(
      problems.length === 0,
      'verified',
      `${verified}: ${count(problems, 'problem', 'every checksum is right')}`,
    ),
    ...findings(problems, width),
    ...row(
      !hasFailed(run),
      'restored',
      hasFailed(run) ? `failed: see below` : `into ${into} in ${duration}${speed}`,
    ),
    ...(hasFailed(run)
      ? failuresOf({ name: '', nodes: 0, predicted: run }).map((f) => failureBlock(f, page))
      : []),
    ...(restore.comparedFiles === 0 && differences.length === 0
      ? []
      : row(
          differences.length === 0,
          'compared',
          `${compared}: ${count(differences, 'difference', 'identical')}`,
        )),
    ...findings(differences, width),
  ].join('\n');
}

const count = (found: readonly string[], noun: string, none: string): string =>
  found.length === 0 ? none : plural(found.length, noun);

function findings(found: readonly string[], width: number): string[] {
  const shown = found.slice(0, MOST_FINDINGS).flatMap((text) => wrap(`- ${plainText(text)}`, width - 6));
  const more = found.length > MOST_FINDINGS ? [`and ${found.length - MOST_FINDINGS} more`] : [];
  return [...shown, ...more].map((line) => `      ${line}`);
}

function where(report: DrillReport, { width, paint }: Page): string {
  const rows = whereItRan(report);
  const margin = Math.max(...rows.map(({ title }) => title.length)) + 2;
  const lines = rows.flatMap(({ title, text, isCommand }) => {
    const room = width - INDENT.length - margin;
    const parts = isCommand ? wrapCommand(text, room) : wrap(text, room);
    return parts.map((part, i) => `${INDENT}${paint('dim', (i === 0 ? title : '').padEnd(margin))}${part}`);
  });
  return [paint('title', 'How to get this again'), ...lines].join('\n');
}

/** Broken only where a shell allows it, so that it can be copied. */
function wrapCommand(command: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of command.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width - 2)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line, i) => (i < lines.length - 1 ? `${line} \\` : line));
}
