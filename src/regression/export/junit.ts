import { escapeHtml } from '../../report/escape.js';
import type { BenchmarkComparison, Comparison, Verdict } from '../comparison.js';
import { KINDS } from '../result-file.js';
import { changeWords, explanation, pairsWords, valueWords, verdictWords } from '../view/words.js';

export interface JunitOptions {
  /** Any difference of an exact number is a failure, also one for the better. */
  readonly strict?: boolean;
}

/** What says neither yes nor no. */
const SKIPPED: ReadonlySet<Verdict> = new Set<Verdict>(['unclear', 'new', 'gone', 'incomparable']);

/** What XML 1.0 cannot hold, besides what `escapeHtml` leaves out already. */
const NOT_XML = /[\ufffe\uffff]/g;

const text = (raw: string): string => escapeHtml(raw.replaceAll(NOT_XML, '\ufffd'));

/**
 * A comparison as JUnit XML, in the elements that Jenkins, GitLab and GitHub's reporters know: a suite a kind, a case a benchmark,
 * a failure for each that is worse, and as skipped what cannot be told.
 */
export function junit(comparison: Comparison, { strict = false }: JunitOptions = {}): string {
  const suites = KINDS.flatMap((kind) => {
    const own = comparison.benchmarks.filter((benchmark) => benchmark.kind === kind);
    return own.length === 0 ? [] : [suite(kind, own, strict)];
  });
  const all = comparison.benchmarks;
  const { failures, skipped } = countsOf(all, strict);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="backup-drill" tests="${all.length}" failures="${failures}" errors="0" skipped="${skipped}">`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

/** `strict`: nor may an exact figure become better, of other parts, another figure, or go. */
export function isFailure({ verdict, kind, reasons = [] }: BenchmarkComparison, strict: boolean): boolean {
  if (verdict === 'slower') return true;
  if (!strict || kind === 'wall' || verdict === 'new') return false;
  return verdict !== 'same' || reasons.length > 0;
}

function countsOf(
  benchmarks: readonly BenchmarkComparison[],
  strict: boolean,
): { readonly failures: number; readonly skipped: number } {
  const failures = benchmarks.filter((benchmark) => isFailure(benchmark, strict)).length;
  const skipped = benchmarks.filter(
    (benchmark) => !isFailure(benchmark, strict) && SKIPPED.has(benchmark.verdict),
  ).length;
  return { failures, skipped };
}

function suite(kind: string, benchmarks: readonly BenchmarkComparison[], strict: boolean): string {
  const { failures, skipped } = countsOf(benchmarks, strict);
  return [
    `  <testsuite name="${kind}" tests="${benchmarks.length}" failures="${failures}" errors="0" skipped="${skipped}">`,
    ...benchmarks.map((benchmark) => testCase(benchmark, strict)),
    '  </testsuite>',
  ].join('\n');
}

function testCase(benchmark: BenchmarkComparison, strict: boolean): string {
  const { name, kind } = benchmark;
  const open = `    <testcase classname="backup-drill.${kind}" name="${text(name)}"`;
  if (isFailure(benchmark, strict)) {
    const body = [sentence(benchmark), ...explanation(benchmark)].map(text).join('\n');
    return `${open}>\n      <failure type="regression" message="${text(sentence(benchmark))}">${body}</failure>\n    </testcase>`;
  }
  if (!SKIPPED.has(benchmark.verdict)) return `${open}/>`;
  return `${open}>\n      <skipped message="${text(sentence(benchmark))}"/>\n    </testcase>`;
}

function sentence(benchmark: BenchmarkComparison): string {
  const { base, head, unit, note } = benchmark;
  const value = (number: number | undefined): string =>
    number === undefined ? 'nothing' : valueWords(number, unit);
  if (note !== undefined) return `${verdictWords(benchmark)}: ${note}`;
  const pairs = pairsWords(benchmark);
  const said = `${verdictWords(benchmark)}: ${value(base)} → ${value(head)} ${changeWords(benchmark)}`.trim();
  return pairs === '' ? said : `${said}, pairs: ${pairs}`;
}
