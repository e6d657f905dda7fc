import type { ResultFile } from '../result-file.js';

/**
 * One row a commit and one column a benchmark, with the time of the commit first: what change-point tools read, as Apache Otava
 * does with `type: csv`, `time_column: time` and `attributes: [commit]`. What a file does not have is empty. RFC 4180.
 */
export function wideCsv(files: readonly ResultFile[]): string {
  const names = [...new Set(files.flatMap(({ benchmarks }) => benchmarks.map(({ name }) => name)))];
  const rows = files.map(({ commit, createdAt, benchmarks }) => {
    const values = new Map(benchmarks.map(({ name, value }) => [name, value]));
    return [
      commit?.committedAt ?? createdAt,
      commit?.id ?? '',
      ...names.map((name) => String(values.get(name) ?? '')),
    ];
  });
  return csv([['time', 'commit', ...names], ...rows]);
}

/** One row a sample, and one for each number that is exact. */
export function longCsv({ commit, createdAt, benchmarks }: ResultFile): string {
  const rows = benchmarks.flatMap(({ name, kind, unit, better, value, samples }) =>
    (samples ?? [value]).map((sample, i) => [
      commit?.committedAt ?? createdAt,
      commit?.id ?? '',
      name,
      kind,
      unit,
      better,
      String(samples ? i + 1 : ''),
      String(sample),
    ]),
  );
  return csv([['time', 'commit', 'benchmark', 'kind', 'unit', 'better', 'round', 'value'], ...rows]);
}

const csv = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `${row.map(field).join(',')}\r\n`).join('');

function field(text: string): string {
  // A spreadsheet takes what begins so for a formula; numbers may.
  const safe = /^[=+\-@\t\r]/.test(text) && !Number.isFinite(Number(text)) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
