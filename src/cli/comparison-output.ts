import { plural } from '../base/text.js';
import {
  bencherMetricFormat,
  githubActionBenchmark,
  isFailure,
  junit,
  longCsv,
  markdownComment,
  renderComparison,
  type Comparison,
  type ResultFile,
} from '../regression/index.js';
import { EXIT } from './exit-codes.js';
import { writeReport } from './files.js';
import { terminalWidth, useColor } from './output.js';
import type { ResultOptions } from './result-options.js';

/** Writes whatever files are asked for. Returns their names. */
export function writeExports(
  options: ResultOptions,
  head: ResultFile,
  comparison: Comparison | undefined,
): string[] {
  const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
  const files: readonly (readonly [file: string | undefined, text: () => string | undefined])[] = [
    [options.markdown, () => comparison && markdownComment(comparison)],
    [options.junit, () => comparison && junit(comparison, { strict: options.strict ?? false })],
    [options.csv, () => longCsv(head)],
    [options.bencher, () => json(bencherMetricFormat(head))],
    [options.githubSmaller, () => json(githubActionBenchmark(head, 'smaller'))],
    [options.githubBigger, () => json(githubActionBenchmark(head, 'bigger'))],
  ];
  return files.flatMap(([file, make]) => {
    const text = file === undefined ? undefined : make();
    if (file === undefined || text === undefined) return [];
    writeReport(file, text);
    return [file];
  });
}

/** Prints a comparison; returns the exit code that says whether it found a regression. */
export function tell(comparison: Comparison, { json, strict = false }: ResultOptions): number {
  const failures = comparison.benchmarks.filter((benchmark) => isFailure(benchmark, strict)).length;
  const changed = failures - comparison.counts.slower;
  const text = json
    ? JSON.stringify({ type: 'comparison', ...comparison })
    : renderComparison(comparison, { color: useColor(), width: terminalWidth() });
  process.stdout.write(`${text}\n`);
  if (!json && changed > 0) {
    process.stdout.write(
      `\n✖ ${plural(changed, 'exact figure')} not as before, and --strict lets none change.\n`,
    );
  }
  return failures > 0 ? EXIT.regression : EXIT.ok;
}
