import type { ResultFile } from '../result-file.js';

/**
 * One row a commit, the oldest first, and one column a benchmark, with the time of the commit first: what change-point tools read,
 * as Apache Otava does with `type: csv`, `time_column: time` and `attributes: [commit]`. What a file does not have is empty; Otava
 * refuses a column with a gap if it is named among its metrics, and no other. RFC 4180.
 */
export function wideCsv(files: readonly ResultFile[]): string {
  const names = [...new Set(files.flatMap(({ benchmarks }) => benchmarks.map(({ name }) => name)))];
  // Readers take the rows for a series as they stand.
  const inTurn = files.toSorted((a, b) => (timeOf(a) < timeOf(b) ? -1 : 1));
  const rows = inTurn.map((file) => {
    const { commit, benchmarks } = file;
    const values = new Map(benchmarks.map(({ name, value }) => [name, value]));
    return [timeOf(file), word(commit?.id ?? ''), ...names.map((name) => String(values.get(name) ?? ''))];
  });
  return csv([['time', 'commit', ...names.map(word)], ...rows]);
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

const timeOf = ({ commit, createdAt }: ResultFile): string => commit?.committedAt ?? createdAt;

/** A text that is no number: a spreadsheet would take one that begins so for a formula. */
const word = (text: string): string => (/^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text);

const field = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
