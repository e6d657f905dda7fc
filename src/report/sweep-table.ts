import { formatBytes, formatCount, formatDuration } from '../base/units.js';
import type { RunResult, VariantReport } from '../world/result.js';
import { mainRun } from './facts.js';
import * as numbers from './numbers.js';
import { sweptKnobs } from './sweep-knobs.js';
import { matrixTable } from './sweep-matrix.js';
import {
  formatEfficiency,
  predictedDurationMs,
  scalingOf,
  variantDurationMs,
  variantRate,
  type Scaling,
} from './sweep-scaling.js';
import { comparableError } from './sweep-summary.js';
import { cell, withoutColumns, type Cell, type TableModel } from './table-model.js';
import { errorCell } from './tables.js';
import { plainText } from './text.js';

/** More than any usual drop order. */
const CONSTANT_FIRST = 10;

/** The values of what was swept, headed by the knobs; of other variants, their names. */
export function variantNames(variants: readonly VariantReport[]): {
  head: string;
  values: readonly string[];
} {
  const swept = sweptKnobs(variants);
  if (!swept) return { head: 'variant', values: variants.map(({ name }) => plainText(name)) };
  const { knobs, places } = swept;
  return {
    head: knobs.map(({ name }) => name).join(', '),
    values: places.map((place) => place.map((value, k) => knobs[k]!.values[value]!).join(', ')),
  };
}

/** Of a sweep over two knobs durations by both; then the list of all variants. */
export function sweepTables(
  variants: readonly VariantReport[],
  windowMs: number | undefined,
): readonly TableModel[] {
  const matrix = matrixTable(variants, windowMs);
  return [...(matrix ? [matrix] : []), sweepTable(variants)];
}

/** One row a variant. */
export function sweepTable(variants: readonly VariantReport[]): TableModel {
  const { head, values } = variantNames(variants);
  const runs = variants.map(mainRun);
  const scaling = scalingOf(variants);
  const fastest = Math.max(0, ...variants.map((variant) => variantRate(variant) ?? 0));
  const measured = variants.some((variant) => variant.measured);
  const isCount = variants.every(({ nodes }, i) => values[i] === String(nodes));
  // What is the same in every row says least: where width runs out, it goes first.
  const dropOrder = (usual: number, of: (run: RunResult) => number): number =>
    runs.every((run) => of(run) === of(runs[0]!)) ? usual - CONSTANT_FIRST : usual;
  const table: TableModel = {
    title: 'Variants',
    ...(scaling ? { note: efficiencyNote(scaling) } : {}),
    columns: [
      { head, align: isCount ? 'right' : 'left', flexible: true },
      { head: 'nodes', align: 'right', dropOrder: 7 },
      { head: 'predicted', align: 'right' },
      { head: 'measured', align: 'right' },
      { head: 'error', align: 'right' },
      { head: 'MB/s', align: 'right' },
      { head: '', align: 'left', bar: true, dropOrder: 1 },
      { head: 'speed-up', align: 'right', dropOrder: 2 },
      { head: 'efficiency', align: 'right', dropOrder: 6 },
      { head: 'knee', align: 'left', dropOrder: 5 },
      { head: 'size', align: 'right', dropOrder: dropOrder(4, (run) => run.totals.sizeBytes) },
      { head: 'files', align: 'right', dropOrder: dropOrder(3, (run) => run.totals.files) },
    ],
    rows: variants.map((variant, i) => [
      cell(values[i]!),
      ...timeCells(variant, variants[0]!, fastest),
      cell(formatEfficiency(scaling?.points[i]?.efficiency)),
      cell(scaling?.knee?.at === i ? '← here' : '', 'strong'),
      cell(formatBytes(mainRun(variant).totals.sizeBytes)),
      cell(formatCount(mainRun(variant).totals.files)),
    ]),
  };
  const unsaid = new Set([
    ...(measured ? [] : ['measured', 'error']),
    ...(saysNodes(variants) ? ['nodes'] : []),
    ...(scaling ? [] : ['efficiency']),
    ...(scaling?.knee?.at === undefined ? ['knee'] : []),
  ]);
  // The first column is headed by somebody's own words.
  return withoutColumns(table, (column, i) => i > 0 && unsaid.has(column.head));
}

/** Whether a knob that was turned says how many nodes there are. */
function saysNodes(variants: readonly VariantReport[]): boolean {
  const swept = sweptKnobs(variants);
  return (swept?.knobs ?? []).some(({ values }, k) =>
    variants.every(({ nodes }, i) => values[swept!.places[i]![k]!] === String(nodes)),
  );
}

const efficiencyNote = ({ resource }: Scaling): string =>
  resource === 'nodes'
    ? 'Efficiency: the throughput of each node, of what it was with the fewest.'
    : `Efficiency: throughput over ${resource}, of what it was where that is least.`;

/** From the nodes to the speed-up. */
function timeCells(variant: VariantReport, first: VariantReport, fastest: number): Cell[] {
  const { predicted, measured, nodes } = variant;
  const rate = variantRate(variant);
  const durationMs = variantDurationMs(variant);
  const firstMs = variantDurationMs(first);
  const speedUp =
    durationMs === undefined || firstMs === undefined ? undefined : numbers.ratio(firstMs, durationMs);
  return [
    cell(formatCount(nodes)),
    durationCell(predictedDurationMs(variant)),
    measured ? durationCell(durationMs, true) : cell(numbers.NOTHING, 'dim'),
    errorCell(measured && comparableError(predicted, measured)),
    cell(numbers.formatMegabytes(rate), 'strong'),
    {
      text: '',
      share: numbers.ratio(rate ?? 0, fastest) ?? 0,
      tone: measured ? 'measured' : 'predicted',
    },
    cell(numbers.formatTimes(speedUp)),
  ];
}

function durationCell(durationMs: number | undefined, strong = false): Cell {
  if (durationMs === undefined) return cell('failed', 'bad');
  return cell(formatDuration(durationMs), strong ? 'strong' : undefined);
}
