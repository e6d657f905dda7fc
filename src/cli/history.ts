import { readdirSync } from 'node:fs';
import path from 'node:path';
import { DrillError } from '../base/errors.js';
import { VERSION } from '../base/version.js';
import type { NamedResults } from '../regression/index.js';
import { readResults, writeReport } from './files.js';
import { terminalWidth, useColor } from './output.js';
import { flagOf, requireOwnFiles, type ResultOptions } from './result-options.js';

export interface HistoryOptions extends ResultOptions {
  readonly html?: string;
}

/** What tells of two files only. */
const OF_TWO = ['strict', 'markdown', 'junit', 'bencher', 'githubSmaller', 'githubBigger'] as const;

/**
 * Looks for changes in all result files of a directory, and prints and writes what it finds. Throws BENCHMARKS_UNREADABLE, USAGE for
 * options that are of a comparison of two.
 */
export async function tellHistory(directory: string, options: HistoryOptions): Promise<void> {
  const refused = OF_TWO.find((name) => options[name] !== undefined);
  if (refused !== undefined) {
    throw new DrillError(
      'USAGE',
      `${flagOf(refused)} is of a comparison of two files, and not of --history`,
      {
        hint: '--json, --html FILE and --csv FILE tell of a history',
      },
    );
  }
  const { historyOf, onlyKinds, parseResultFile, renderHistory, renderHistoryHtml, wideCsv } =
    await import('../regression/index.js');
  const names = listResults(directory);
  requireOwnFiles({ html: options.html, csv: options.csv }, names);
  const files: NamedResults[] = names.map((file) => ({
    name: file,
    results: onlyKinds(parseResultFile(readResults(file), file), options.kinds),
  }));
  const history = historyOf(files, options);
  const exports: readonly (readonly [file: string | undefined, text: () => string])[] = [
    [options.html, () => renderHistoryHtml(history, `backup-drill ${VERSION}`)],
    // A base is there to be compared with, again and again.
    [options.csv, () => wideCsv(files.map(({ results }) => results).filter(({ side }) => side !== 'base'))],
  ];
  const text = options.json
    ? JSON.stringify({ type: 'history', ...history })
    : renderHistory(history, { color: useColor(), width: terminalWidth() });
  process.stdout.write(`${text}\n`);
  for (const [file, make] of exports) if (file !== undefined) writeReport(file, make());
  if (options.json || options.quiet) return;
  for (const [file] of exports) if (file !== undefined) process.stderr.write(`Written: ${file}\n`);
}

function listResults(directory: string): string[] {
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch (error) {
    throw new DrillError(
      'BENCHMARKS_UNREADABLE',
      `cannot read the history in ${directory}: it is no directory`,
      {
        hint: 'keep the files that drill bench --output writes in one, each under a name of its own',
        cause: error,
      },
    );
  }
  const files = names.filter((name) => name.endsWith('.json') && !name.startsWith('.')).sort();
  if (files.length === 0) {
    throw new DrillError('BENCHMARKS_UNREADABLE', `there are no result files (.json) in ${directory}`, {
      hint: 'drill bench --output DIR/NAME.json writes one',
    });
  }
  return files.map((name) => path.join(directory, name));
}
