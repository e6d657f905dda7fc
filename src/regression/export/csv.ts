import { inTime, timeOf } from '../in-time.js';
import type { Benchmark, ResultFile } from '../result-file.js';

/**
 * One row a commit, the oldest first, and one column a benchmark, with the time of the commit first: what change-point tools read,
 * as Apache Otava does with `type: csv`, `time_column: time` and `attributes: [commit]`. What a file does not have is empty; Otava
 * refuses a column with a gap if it is named among its metrics, and no other. RFC 4180.
 */
export function wideCsv(files: readonly ResultFile[]): string {
  // What changed its unit is another column, so that no column mixes two.
  const keyOf = ({ name, unit }: Benchmark): string => JSON.stringify([name, unit]);
  const columns = new Map(files.flatMap(({ benchmarks }) => benchmarks.map((one) => [keyOf(one), one])));
  const names = [...columns.values()].map(({ name }) => name);
  const heads = [...columns.values()].map(({ name, unit }) =>
    word(names.filter((other) => other === name).length > 1 ? `${name} (${unit})` : name),
  );
  // Readers take the rows for a series as they stand.
  const rows = inTime(files.map((results) => ({ results }))).map(({ results }) => {
    const values = new Map(results.benchmarks.map((one) => [keyOf(one), one.value]));
    return [
      timeOf(results),
      word(results.commit?.id ?? ''),
      ...[...columns.keys()].map((key) => String(values.get(key) ?? '')),
    ];
  });
  return csv([['time', 'commit', ...heads], ...rows]);
}

/** One row a sample, and one for each number that is exact. */
export function longCsv(file: ResultFile): string {
  const { commit, benchmarks } = file;
  const rows = benchmarks.flatMap(({ name, kind, unit, better, value, samples }) =>
    (samples ?? [value]).map((sample, i) => [
      timeOf(file),
      word(commit?.id ?? ''),
      word(name),
      kind,
      word(unit),
      better,
      String(samples ? i + 1 : ''),
      String(sample),
    ]),
  );
  return csv([['time', 'commit', 'benchmark', 'kind', 'unit', 'better', 'round', 'value'], ...rows]);
}

const csv = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `${row.map(field).join(',')}\r\n`).join('');

/** A text that is no number: a spreadsheet would take one that begins so for a formula. */
const word = (text: string): string => (/^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text);

const field = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
