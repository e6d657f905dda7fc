import { formatBytes, formatCount, formatDuration } from '../base/units.js';
import type { RunResult, VariantReport } from '../world/result.js';
import { hasFailed, mainRun, overallRate } from './facts.js';
import * as numbers from './numbers.js';
import { comparableError } from './sweep-summary.js';
import { cell, withoutColumns, type Cell, type TableModel } from './table-model.js';
import { errorCell } from './tables.js';
import { plainText } from './text.js';

/** More than any usual drop order. */
const CONSTANT_FIRST = 10;

/** `key = value` of every variant's name where all have the same key: the key is then the column's head. */
export function variantNames(variants: readonly VariantReport[]): {
  head: string;
  values: readonly string[];
} {
  const names = variants.map(({ name }) => plainText(name));
  const pairs = names.map((name) => /^([\w.[\]-]+) = (.+)$/.exec(name));
  const key = pairs[0]?.[1];
  if (key !== undefined && pairs.every((pair) => pair?.[1] === key)) {
    return { head: key, values: pairs.map((pair) => pair![2]!) };
  }
  return { head: 'variant', values: names };
}

/** One row a variant. */
export function sweepTable(variants: readonly VariantReport[]): TableModel {
  const { head, values } = variantNames(variants);
  const runs = variants.map(mainRun);
  const fastest = Math.max(0, ...runs.map((run) => overallRate(run) ?? 0));
  const measured = variants.some((variant) => variant.measured);
  const repeatsNodes = variants.every(({ nodes }, i) => values[i] === String(nodes));
  // What is the same in every row says least: where width runs out, it goes first.
  const dropOrder = (usual: number, of: (run: RunResult) => number): number =>
    runs.every((run) => of(run) === of(runs[0]!)) ? usual - CONSTANT_FIRST : usual;
  const table: TableModel = {
    title: 'Variants',
    columns: [
      { head, align: repeatsNodes ? 'right' : 'left', flexible: true },
      { head: 'nodes', align: 'right', dropOrder: 5 },
      { head: 'predicted', align: 'right' },
      { head: 'measured', align: 'right' },
      { head: 'error', align: 'right' },
      { head: 'MB/s', align: 'right' },
      { head: '', align: 'left', bar: true, dropOrder: 1 },
      { head: 'speed-up', align: 'right', dropOrder: 2 },
      { head: 'size', align: 'right', dropOrder: dropOrder(4, (run) => run.totals.sizeBytes) },
      { head: 'files', align: 'right', dropOrder: dropOrder(3, (run) => run.totals.files) },
    ],
    rows: variants.map((variant, i) => sweepRow(variant, values[i]!, runs[0]!, fastest)),
  };
  return withoutColumns(
    table,
    // The first column is headed by somebody's own words.
    (column, i) =>
      i > 0 &&
      ((!measured && ['measured', 'error'].includes(column.head)) ||
        (repeatsNodes && column.head === 'nodes')),
  );
}

function sweepRow(variant: VariantReport, name: string, first: RunResult, fastest: number): Cell[] {
  const { predicted, measured, nodes } = variant;
  const run = mainRun(variant);
  const rate = overallRate(run);
  const speedUp =
    hasFailed(run) || hasFailed(first)
      ? undefined
      : numbers.ratio(first.totals.durationMs, run.totals.durationMs);
  return [
    cell(name),
    cell(formatCount(nodes)),
    durationCell(predicted),
    measured ? durationCell(measured, true) : cell(numbers.NOTHING, 'dim'),
    errorCell(measured && comparableError(predicted, measured)),
    cell(numbers.formatMegabytes(hasFailed(run) ? undefined : rate), 'strong'),
    {
      text: '',
      share: hasFailed(run) ? 0 : (numbers.ratio(rate ?? 0, fastest) ?? 0),
      tone: measured ? 'measured' : 'predicted',
    },
    cell(numbers.formatTimes(speedUp)),
    cell(formatBytes(run.totals.sizeBytes)),
    cell(formatCount(run.totals.files)),
  ];
}

function durationCell(run: RunResult, strong = false): Cell {
  if (hasFailed(run)) return cell('failed', 'bad');
  return cell(formatDuration(run.totals.durationMs), strong ? 'strong' : undefined);
}
