import { plural } from '../base/text.js';
import { formatDuration } from '../base/units.js';
import { CAUSE_LABELS, type Advice, type FitAnswer, type Forecast, type KnobGain } from '../world/outlook.js';
import { CAUSE_MEANINGS, causeShares } from './causes.js';
import { formatShare, NOTHING, ratio, sharesOfWhole, sum } from './numbers.js';
import * as outlooks from './outlook-facts.js';
import { cell, withoutColumns, type Cell, type TableModel } from './table-model.js';
import type { PlannedVariant } from './verdict.js';
import { variantNames } from './sweep-table.js';
import { plainText } from './text.js';

/** How long it takes, how sure that is, and what the chances are. Nothing to tell where every run is the same. */
export function forecastTable(forecast: Forecast, windowMs: number | undefined): TableModel {
  const { runs, confidence } = forecast;
  const quantiles = [
    { name: 'half of the runs (p50)', of: forecast.p50Ms },
    { name: '90 % of them (p90)', of: forecast.p90Ms },
    { name: '95 % (p95)', of: forecast.p95Ms },
    { name: '99 % (p99)', of: forecast.p99Ms },
  ].map(({ name, of }) => [
    cell(name),
    cell(outlooks.durationOrCancelled(of.value), 'strong'),
    cell(outlooks.intervalText(of, outlooks.durationOrCancelled), 'dim'),
    cell(against(outlooks.msOf(of.value), windowMs)),
  ]);
  const chances = [
    ...(forecast.fits && windowMs !== undefined
      ? [{ name: `chance to fit ${formatDuration(windowMs)}`, of: forecast.fits }]
      : []),
    { name: 'chance to end before its timeout', of: forecast.finishes },
  ].map(({ name, of }) => [
    cell(name),
    cell(formatShare(of.value), 'strong'),
    cell(outlooks.intervalText(of, formatShare), 'dim'),
    cell(''),
  ]);
  const table: TableModel = {
    title: `How long it takes, in ${plural(runs, 'run')} with different seeds`,
    columns: [
      { head: '', align: 'left', flexible: true },
      { head: 'at most', align: 'right' },
      { head: `${formatShare(confidence)} interval`, align: 'right', dropOrder: 1 },
      { head: 'to spare', align: 'right', dropOrder: 2 },
    ],
    rows: outlooks.isExact(forecast) || runs === 1 ? [] : [...quantiles, ...chances],
  };
  return windowMs === undefined ? withoutColumns(table, ({ head }) => head === 'to spare') : table;
}

/** What is left of the window; with a minus what is too long. */
function against(ms: number, windowMs: number | undefined): string {
  if (windowMs === undefined) return '';
  return Number.isFinite(ms) ? formatDuration(windowMs - ms) : NOTHING;
}

/** Where the time of the critical path goes: one row a cause, the longest first; their sum is the mean duration. */
export function causesTable({ causeMs, runs, stopped }: Forecast): TableModel {
  const causes = causeShares(causeMs);
  const percents = sharesOfWhole(causes.map(({ ms }) => ms));
  const rows = causes.map(({ cause, ms, share }, i) => [
    cell(CAUSE_LABELS[cause]),
    cell(CAUSE_MEANINGS[cause], 'dim'),
    cell(formatDuration(ms), i === 0 ? 'strong' : undefined),
    cell(percents[i]!),
    { text: '', share, tone: 'predicted' as const },
  ]);
  const totalMs = sum(causes.map(({ ms }) => ms));
  const mean = stopped === 'exact' || runs < 2 ? 'in all' : 'in all (mean of the runs)';
  return {
    title: 'What holds it back',
    columns: [
      { head: 'cause', align: 'left', flexible: true },
      { head: 'which is', align: 'left', dropOrder: 1 },
      { head: 'time', align: 'right' },
      { head: 'share', align: 'right', dropOrder: 3 },
      { head: '', align: 'left', bar: true, dropOrder: 2 },
    ],
    rows:
      rows.length === 0
        ? []
        : [...rows, [cell(mean, 'dim'), cell(''), cell(formatDuration(totalMs)), cell('100 %'), cell('')]],
  };
}

/** Each knob, turned by a step and to its end, and what that saves: the largest gain first. */
export function gainsTable({ baseMs, gains }: Advice): TableModel {
  return gainTable('What would help', gains, baseMs);
}

/** What would help besides, with the first of the gains already had; nothing where that says nothing. */
export function thenTable({ baseMs, gains, besides }: Advice): TableModel {
  const [first] = gains;
  const done = first ? `${plainText(first.label)} ${outlooks.turnText(first)}` : 'that';
  return gainTable(`And then, with ${done}`, besides, baseMs);
}

function gainTable(title: string, gains: readonly KnobGain[], baseMs: number): TableModel {
  const rows = gains.map((gain): Cell[] => {
    const gainMs = outlooks.msOf(gain.gainMs);
    const share = Number.isFinite(gainMs) ? ratio(gainMs, baseMs) : undefined;
    return [
      cell(plainText(gain.label)),
      cell(outlooks.turnText(gain)),
      gainCell(gainMs),
      cell(gainMs > 0 ? formatShare(share) : NOTHING),
      cell(gain.mostMs === undefined ? NOTHING : savedText(outlooks.msOf(gain.mostMs))),
      { text: '', share: gainMs === Infinity ? 1 : Math.max(0, share ?? 0), tone: 'good' },
    ];
  });
  return {
    title,
    note: 'At its end: what turning the knob all the way could save.',
    columns: [
      { head: 'knob', align: 'left', flexible: true },
      { head: 'turned', align: 'left', flexible: true, dropOrder: 3 },
      { head: 'saves', align: 'right' },
      { head: 'of the time', align: 'right', dropOrder: 2 },
      { head: 'at its end', align: 'right', dropOrder: 4 },
      { head: '', align: 'left', bar: true, dropOrder: 1 },
    ],
    rows,
  };
}

const gainCell = (ms: number): Cell => cell(savedText(ms), ms < 0 ? 'warn' : 'strong');

/** `48 min`, or how much longer it takes. */
export function savedText(ms: number): string {
  if (Number.isNaN(ms)) return NOTHING;
  if (ms === 0) return 'nothing';
  if (!Number.isFinite(ms)) return ms > 0 ? 'cancelled without' : 'cancelled with';
  return ms > 0 ? formatDuration(ms) : `${formatDuration(-ms)} longer`;
}

/** What was tried for `--fit`. */
export function fitTable(fit: FitAnswer): TableModel {
  return {
    title: `What fits ${formatDuration(fit.windowMs)} with ${formatShare(fit.confidence)}`,
    columns: [
      { head: plainText(fit.knob), align: 'left', flexible: true },
      { head: 'p50', align: 'right' },
      { head: 'chance to fit', align: 'right' },
      { head: 'interval', align: 'right', dropOrder: 1 },
      { head: '', align: 'left', dropOrder: 2 },
    ],
    rows: fit.tried.map(({ value, p50Ms, fits }) => {
      const isFound = value === fit.found?.value;
      const tone = isFound ? 'strong' : undefined;
      return [
        cell(plainText(value), tone),
        cell(outlooks.durationOrCancelled(p50Ms), tone),
        cell(formatShare(fits.value), tone),
        cell(outlooks.intervalText(fits, formatShare), 'dim'),
        cell(isFound ? '← the smallest that fits' : '', 'good'),
      ];
    }),
  };
}

/** Several planned variants: how long each takes, whether it fits, and what binds it. */
export function variantsTable(variants: readonly PlannedVariant[], windowMs: number | undefined): TableModel {
  const { head, values } = variantNames(variants);
  const table: TableModel = {
    title: 'How long each takes',
    columns: [
      { head, align: 'left', flexible: true },
      { head: 'p50', align: 'right' },
      { head: 'p95', align: 'right' },
      { head: 'fits', align: 'right' },
      { head: 'held back by', align: 'left', dropOrder: 1 },
    ],
    rows: variants.map(({ outlook: { forecast } }, i) => {
      const [first] = causeShares(forecast.causeMs);
      const fit = outlooks.fitOf(forecast, windowMs);
      const tones = { fits: 'good', uncertain: 'warn', misses: 'bad' } as const;
      return [
        cell(values[i]!),
        cell(outlooks.durationOrCancelled(forecast.p50Ms.value), 'strong'),
        cell(outlooks.durationOrCancelled(forecast.p95Ms.value)),
        fit === undefined
          ? cell('')
          : cell(formatShare(outlooks.chanceToFit(forecast, windowMs!)), tones[fit]),
        cell(first ? `${CAUSE_LABELS[first.cause]} (${formatShare(first.share)})` : NOTHING),
      ];
    }),
  };
  return windowMs === undefined
    ? withoutColumns(table, ({ head: name }, i) => i > 0 && name === 'fits')
    : table;
}
