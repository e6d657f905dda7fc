import { formatBytes, formatCount, formatDuration } from '../base/units.js';
import type { NodeResult, RunResult, VariantReport } from '../world/result.js';
import type { Tone } from './ansi.js';
import * as facts from './facts.js';
import * as numbers from './numbers.js';
import { cell, withoutColumns, type Cell, type TableModel } from './table-model.js';
import { plainText } from './text.js';

/** A state that took less than this share of the job is too short for its error to matter. */
const MINOR_SHARE = 0.02;

export function errorCell(percent: number | undefined, minor = false): Cell {
  const text = numbers.formatError(percent);
  return cell(text, percent === undefined || minor ? 'dim' : toneOfError(percent));
}

const toneOfError = (percent: number): Tone =>
  Math.abs(percent) <= numbers.GOOD_ERROR_PERCENT ? 'good' : 'warn';

interface Quantity {
  readonly name: string;
  readonly of: (run: RunResult) => number | undefined;
  readonly format: (value: number) => string;
  /** Shown only where it is not zero. */
  readonly onlyIfSome?: boolean;
}

const rate = (value: number): string => `${numbers.formatMegabytes(value)} MB/s`;

const QUANTITIES: readonly Quantity[] = [
  { name: 'Duration', of: (run) => run.totals.durationMs, format: formatDuration },
  { name: 'Throughput', of: facts.overallRate, format: rate },
  { name: 'while transferring', of: facts.transferRate, format: rate },
  { name: 'Shards', of: (run) => run.totals.shards, format: formatCount },
  { name: 'Files', of: (run) => run.totals.files, format: formatCount },
  { name: 'Size', of: (run) => run.totals.sizeBytes, format: formatBytes },
  { name: 'Files sent', of: filesSentIfOthers, format: formatCount },
  { name: 'Already there', of: (run) => run.totals.skippedFiles, format: formatCount, onlyIfSome: true },
  { name: 'Requests', of: requestsIfKnown, format: formatCount },
  { name: 'Manifest', of: (run) => run.totals.manifestBytes, format: formatBytes },
];

/** Requests, where all of them were seen: those of an earlier process were not. */
function requestsIfKnown({ totals, job }: RunResult): number | undefined {
  return job.isRecalled || job.restarts ? undefined : totals.requests;
}

/** Files sent, where they are not simply all files. */
function filesSentIfOthers({ totals, job }: RunResult): number | undefined {
  return job.isRecalled || totals.movedFiles === totals.files ? undefined : totals.movedFiles;
}

/** The whole job in figures, measured and predicted. */
export function totalsTable({ measured, predicted }: VariantReport): TableModel {
  const comparable = measured && !facts.hasFailed(measured) && !facts.hasFailed(predicted);
  const rows = QUANTITIES.flatMap(({ name, of, format, onlyIfSome }) => {
    const m = measured && of(measured);
    const p = of(predicted);
    if (m === undefined && p === undefined) return [];
    if (onlyIfSome && !m && !p) return [];
    const show = (value: number | undefined): string =>
      value === undefined ? numbers.NOTHING : format(value);
    const percent = comparable && m !== undefined && p !== undefined ? numbers.errorPercent(p, m) : undefined;
    return [[cell(name), cell(show(m), 'strong'), cell(show(p)), errorCell(percent)]];
  });
  return withMeasuredColumns(measured, {
    title: 'In all',
    columns: [
      { head: '', align: 'left', flexible: true },
      { head: 'measured', align: 'right' },
      { head: 'predicted', align: 'right' },
      { head: 'error', align: 'right' },
    ],
    rows,
  });
}

/** Time in each state, measured and predicted. */
export function statesTable(measured: RunResult | undefined, predicted: RunResult): TableModel {
  const measuredMs = measured && facts.timeInStates(measured);
  const predictedMs = facts.timeInStates(predicted);
  const main = measured ?? predicted;
  const comparable = measured && !facts.hasFailed(measured) && !facts.hasFailed(predicted);
  const rows = facts.statesOf(measured, predicted).map((state) => {
    const m = measuredMs?.get(state);
    const p = predictedMs.get(state);
    const inMain = measuredMs ? m : p;
    const share = inMain === undefined ? undefined : numbers.ratio(inMain, main.totals.durationMs);
    const entered = main.states.filter((span) => span.state === state).length;
    const percent = comparable && m !== undefined && p !== undefined ? numbers.errorPercent(p, m) : undefined;
    return [
      cell(plainText(state) + (entered > 1 ? ` (${entered} times)` : '')),
      cell(numbers.durationOrNothing(m), 'strong'),
      cell(numbers.durationOrNothing(p)),
      errorCell(percent, share === undefined || share < MINOR_SHARE),
      cell(numbers.formatShare(share)),
      {
        text: '',
        share: share ?? 0,
        tone: main.world === 'real' ? ('measured' as const) : ('predicted' as const),
      },
    ];
  });
  return withMeasuredColumns(measured, {
    title: 'Time in each state',
    columns: [
      { head: 'state', align: 'left', flexible: true },
      { head: 'measured', align: 'right' },
      { head: 'predicted', align: 'right' },
      { head: 'error', align: 'right' },
      { head: 'share', align: 'right', dropOrder: 2 },
      { head: '', align: 'left', bar: true, dropOrder: 1 },
    ],
    rows,
  });
}

/** A plan has nothing measured and so no error. */
function withMeasuredColumns(measured: RunResult | undefined, table: TableModel): TableModel {
  if (measured) return table;
  return withoutColumns(table, ({ head }) => head === 'measured' || head === 'error');
}

/** One row a node, the slowest first; where there are more than `most`, the rest in one row. */
export function nodesTable(run: RunResult, predicted: RunResult | undefined, most: number): TableModel {
  const nodes = facts.slowestFirst(run);
  const shown = nodes.length > most ? nodes.slice(0, most - 1) : nodes;
  const rest = nodes.slice(shown.length);
  const predictedEnd = new Map(predicted?.nodes.map((node) => [node.name, node.endMs]));
  const rows = shown.map((node) => nodeRow(node, predictedEnd.get(node.name)));
  const table: TableModel = {
    title: nodes.length > 1 ? 'Nodes, slowest first' : 'Nodes',
    columns: [
      { head: 'node', align: 'left', flexible: true },
      { head: 'shards', align: 'right', dropOrder: 2 },
      { head: 'files', align: 'right' },
      { head: 'size', align: 'right' },
      { head: 'MB/s', align: 'right' },
      { head: 'busy', align: 'right' },
      { head: 'done at', align: 'right' },
      { head: 'predicted', align: 'right', dropOrder: 1 },
    ],
    rows: rest.length === 0 ? rows : [...rows, restRow(rest)],
  };
  return predicted ? table : withoutColumns(table, ({ head }) => head === 'predicted');
}

function nodeRow(node: NodeResult, predictedEndMs: number | undefined): Cell[] {
  return [
    cell(plainText(node.name)),
    cell(formatCount(node.shards)),
    cell(formatCount(node.files)),
    cell(formatBytes(node.sizeBytes)),
    cell(numbers.formatMegabytes(facts.nodeRate(node)), 'strong'),
    cell(numbers.formatShare(facts.nodeBusy(node))),
    cell(formatDuration(node.endMs)),
    cell(numbers.durationOrNothing(predictedEndMs)),
  ];
}

/** Sums where a sum says something, medians elsewhere. */
function restRow(rest: readonly NodeResult[]): Cell[] {
  const middle = (of: (node: NodeResult) => number | undefined): number | undefined =>
    numbers.median(rest.map(of).filter((value) => value !== undefined));
  const text = [
    rest.length === 1 ? '1 other' : `${formatCount(rest.length)} others (median rate)`,
    formatCount(numbers.sum(rest.map((node) => node.shards))),
    formatCount(numbers.sum(rest.map((node) => node.files))),
    formatBytes(numbers.sum(rest.map((node) => node.sizeBytes))),
    numbers.formatMegabytes(middle(facts.nodeRate)),
    numbers.formatShare(middle(facts.nodeBusy)),
    numbers.durationOrNothing(middle((node) => node.endMs)),
    '',
  ];
  return text.map((value) => cell(value, 'dim'));
}
