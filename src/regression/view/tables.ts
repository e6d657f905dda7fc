import type { Tone } from '../../report/ansi.js';
import { cell, withoutColumns, type TableModel } from '../../report/table-model.js';
import { plainText } from '../../report/text.js';
import type { BenchmarkComparison, Comparison, Verdict } from '../comparison.js';
import type { Benchmark, Kind } from '../result-file.js';
import { changeWords, explanation, pairsWords, valueWords, verdictWords } from './words.js';

const KIND_TITLES: Readonly<Record<Kind, string>> = {
  virtual: 'Virtual time (exact)',
  counted: 'Counted in a real run (exact)',
  wall: 'Times of a clock (in pairs)',
};

const TONES: Readonly<Partial<Record<Verdict, Tone>>> = { slower: 'bad', faster: 'good', unclear: 'warn' };

/** What differs comes first, what is worse first of all. */
const ORDER: readonly Verdict[] = ['slower', 'unclear', 'faster', 'incomparable', 'gone', 'new', 'same'];

const columns = [
  { head: 'benchmark', align: 'left' },
  { head: 'verdict', align: 'left' },
  { head: 'base', align: 'right', dropOrder: 2 },
  { head: 'head', align: 'right', dropOrder: 3 },
  { head: 'change', align: 'left', flexible: true },
  { head: 'pairs', align: 'left', dropOrder: 1 },
] as const;

/** A table a kind. `differing`: without those that are the same. */
export function comparisonTables({ benchmarks }: Comparison, differing: boolean): TableModel[] {
  const kinds = [...new Set(benchmarks.map(({ kind }) => kind))];
  return kinds.flatMap((kind) => {
    const own = benchmarks.filter((benchmark) => benchmark.kind === kind);
    const shown = own
      .filter(({ verdict, reasons }) => !differing || verdict !== 'same' || reasons !== undefined)
      .sort((a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict));
    if (shown.length === 0) return [];
    const table = { title: KIND_TITLES[kind], columns, rows: shown.map(rowOf) };
    return [withoutColumns(table, ({ head }) => head === 'pairs' && kind !== 'wall')];
  });
}

function rowOf(benchmark: BenchmarkComparison): TableModel['rows'][number] {
  const { name, kind, verdict, unit, base, head, note } = benchmark;
  const words = (number: number | undefined): string =>
    number === undefined ? '–' : valueWords(number, unit);
  // Exact numbers that differ have to look so.
  const isHidden = kind !== 'wall' && base !== head && words(base) === words(head);
  const value = (number: number | undefined): string => (isHidden ? `${number} ${unit}` : words(number));
  return [
    cell(plainText(name)),
    cell(verdictWords(benchmark), TONES[verdict]),
    cell(value(base)),
    cell(value(head)),
    cell(note ?? changeWords(benchmark)),
    cell(pairsWords(benchmark)),
  ];
}

/** What exact differences are made of: the benchmark, and a line a dimension. */
export function explanations({
  benchmarks,
}: Comparison): { readonly name: string; readonly lines: readonly string[] }[] {
  return benchmarks
    .filter(({ reasons }) => reasons !== undefined && reasons.length > 0)
    .map((benchmark) => ({ name: plainText(benchmark.name), lines: explanation(benchmark) }));
}

/** Results that are compared with nothing. */
export function resultTables(benchmarks: readonly Benchmark[]): TableModel[] {
  return [...new Set(benchmarks.map(({ kind }) => kind))].map((kind) => ({
    title: KIND_TITLES[kind],
    columns: [
      { head: 'benchmark', align: 'left' },
      { head: 'value', align: 'right' },
      { head: 'made of', align: 'left', flexible: true, dropOrder: 1 },
    ],
    rows: benchmarks
      .filter((benchmark) => benchmark.kind === kind)
      .map(({ name, value, unit, parts, samples }) => [
        cell(plainText(name)),
        cell(valueWords(value, unit)),
        cell(samples ? spread(samples, unit) : greatest(parts, unit), 'dim'),
      ]),
  }));
}

const spread = (samples: readonly number[], unit: string): string =>
  `${valueWords(Math.min(...samples), unit)} to ${valueWords(Math.max(...samples), unit)}`;

/** The greatest parts by operation, or by state. */
function greatest(parts: Benchmark['parts'], unit: string): string {
  const by = Object.entries(parts?.operation ?? parts?.state ?? {}).sort(([, a], [, b]) => b - a);
  return by
    .slice(0, 3)
    .map(([name, value]) => `${name} ${valueWords(value, unit === 'ms' ? unit : '')}`)
    .join(', ');
}
