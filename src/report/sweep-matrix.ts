import { formatDuration } from '../base/units.js';
import type { VariantReport } from '../world/result.js';
import { VERDICT_MARKS } from './marks.js';
import { chanceToFit, SURE } from './outlook-facts.js';
import { sweptKnobs, type SweptKnob } from './sweep-knobs.js';
import { variantDurationMs } from './sweep-scaling.js';
import { cell, type Cell, type TableModel } from './table-model.js';

/** A sweep over two knobs: durations by the values of both. */
export interface SweepMatrix {
  /** The knob with more values, so that the table is rather long than wide. */
  readonly down: SweptKnob;
  readonly across: SweptKnob;
  readonly cells: readonly (readonly MatrixCell[])[];
}

export interface MatrixCell {
  /** Undefined where the backup fails. */
  readonly durationMs: number | undefined;
  /** Undefined where there is no window. */
  readonly fits: boolean | undefined;
}

/** Undefined where not two knobs were turned, each to several values. */
export function sweepMatrix(
  variants: readonly VariantReport[],
  windowMs: number | undefined,
): SweepMatrix | undefined {
  const swept = sweptKnobs(variants);
  const [first, second] = swept?.knobs ?? [];
  if (!swept || !first || !second || first.values.length < 2 || second.values.length < 2) return undefined;
  const turned = second.values.length > first.values.length;
  const [down, across] = turned ? [second, first] : [first, second];
  const byPlace = new Map(
    variants.map((variant, i) => [swept.places[i]!.join(' '), matrixCell(variant, windowMs)]),
  );
  const cells = down.values.map((_, row) =>
    across.values.map((__, column) => byPlace.get((turned ? [column, row] : [row, column]).join(' '))!),
  );
  return { down, across, cells };
}

function matrixCell(variant: VariantReport, windowMs: number | undefined): MatrixCell {
  const durationMs = variantDurationMs(variant);
  if (windowMs === undefined) return { durationMs, fits: undefined };
  const { outlook, measured } = variant;
  const fits =
    outlook && !measured
      ? chanceToFit(outlook.forecast, windowMs) >= outlook.forecast.wanted
      : durationMs !== undefined && durationMs <= windowMs;
  return { durationMs, fits };
}

/** How surely a duration of a matrix is to fit, where all variants ask the same. */
const sureness = (variants: readonly VariantReport[]): number =>
  variants[0]?.outlook?.forecast.wanted ?? SURE;

/** One row a value of one knob, one column a value of the other. */
export function matrixTable(
  variants: readonly VariantReport[],
  windowMs: number | undefined,
): TableModel | undefined {
  const matrix = sweepMatrix(variants, windowMs);
  if (!matrix) return undefined;
  const { down, across, cells } = matrix;
  const fastestMs = Math.min(...cells.flat().map(({ durationMs }) => durationMs ?? Infinity));
  const window = windowMs === undefined ? '' : formatDuration(windowMs);
  const isPlan = variants.some(({ outlook }) => outlook);
  const sure = isPlan ? ` as surely as ${Math.round(sureness(variants) * 1000) / 10} %` : '';
  return {
    title: `Duration by ${down.name} (down) and ${across.name} (across)`,
    ...(windowMs === undefined
      ? {}
      : { note: `${VERDICT_MARKS.bad} does not fit ${window}${sure}, ${VERDICT_MARKS.good} does.` }),
    columns: [
      { head: down.name, align: 'left', flexible: true },
      ...across.values.map((head) => ({ head, align: 'right' as const })),
    ],
    rows: cells.map((row, i) => [
      cell(down.values[i]!),
      ...row.map((entry) => matrixTableCell(entry, fastestMs)),
    ]),
  };
}

function matrixTableCell({ durationMs, fits }: MatrixCell, fastestMs: number): Cell {
  if (durationMs === undefined) return cell('failed', 'bad');
  const duration = formatDuration(durationMs);
  if (fits !== undefined)
    return cell(`${duration} ${VERDICT_MARKS[fits ? 'good' : 'bad']}`, fits ? 'good' : 'bad');
  return durationMs === fastestMs ? cell(duration, 'strong') : cell(duration);
}
