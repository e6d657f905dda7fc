/** A listing, and clients that print it. */
export interface Listing {
  readonly statement: string;
  readonly headers: readonly string[];
  readonly rows: readonly (readonly (string | undefined)[])[];
}

type Printer = (listing: Listing) => string;

const tsvValue = (value: string | undefined): string =>
  value === undefined
    ? 'NULL'
    : value.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n');

const csvValue = (value: string | undefined): string =>
  value === undefined ? 'NULL' : /[",\n\r]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;

function boxed({ statement, headers, rows }: Listing): string {
  const texts = rows.map((row) => row.map((value) => value ?? 'NULL'));
  const widths = headers.map((header, i) => Math.max(header.length, ...texts.map((row) => row[i]!.length)));
  const border = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+`;
  const line = (row: readonly string[]): string =>
    `| ${row.map((text, i) => text.padEnd(widths[i]!)).join(' | ')} |`;
  return `mysql> ${statement};\n${[border, line(headers), border, ...texts.map(line), border].join('\n')}\n${rows.length} rows in set (0.01 sec)\n`;
}

function vertical({ statement, headers, rows }: Listing): string {
  const width = Math.max(...headers.map((header) => header.length));
  const blocks = rows.map((row, i) =>
    [
      `*************************** ${i + 1}. row ***************************`,
      ...headers.map((header, at) => `${header.padStart(width)}: ${row[at] ?? 'NULL'}`),
    ].join('\n'),
  );
  return `mysql> ${statement}\\G\n${blocks.join('\n')}\n${rows.length} rows in set (0.01 sec)\n`;
}

/** As each client prints a listing; those that print no statement need it in the file's name. */
export const PRINTERS: Readonly<Record<string, Printer>> = {
  'tab-separated': ({ headers, rows }) =>
    `${[headers, ...rows].map((row) => row.map(tsvValue).join('\t')).join('\n')}\n`,
  boxed,
  vertical,
  CSV: ({ headers, rows }) =>
    `${[headers, ...rows].map((row) => row.map(csvValue).join(',')).join('\r\n')}\r\n`,
  JSON: ({ headers, rows }) =>
    JSON.stringify(
      rows.map((row) => Object.fromEntries(headers.map((header, i) => [header, row[i] ?? null]))),
    ),
  'JSON lines': ({ headers, rows }) =>
    rows
      .map((row) => JSON.stringify(Object.fromEntries(headers.map((header, i) => [header, row[i] ?? null]))))
      .join('\n'),
};
