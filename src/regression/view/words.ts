import { listOf, plural } from '../../base/text.js';
import { plainText, truncate } from '../../report/text.js';
import { formatBytes, formatCount, formatDuration } from '../../base/units.js';
import type { BenchmarkComparison, Comparison, Reason, Verdict } from '../comparison.js';

/** A number with its unit, as people read it. */
export function valueWords(value: number, unit: string): string {
  if (unit === 'ms') return formatDuration(value);
  if (unit === 'bytes') return formatBytes(value);
  const isCount = Number.isInteger(value) && Math.abs(value) < 1e15;
  const number = isCount ? formatCount(value) : String(Number(value.toPrecision(6)));
  // `1 call`, `2 calls`
  return unit === '' ? number : `${number} ${value === 1 ? unit.replace(/s$/, '') : unit}`;
}

/** `7 %`, and not the 7.000000000000001 % of binary fractions. */
export const formatPercent = (share: number): string => `${Number((share * 100).toPrecision(6))} %`;

/** `+3.2 %`, with as many digits as it takes to see it. */
export function percentWords(share: number): string {
  const percent = share * 100;
  const size = Math.abs(percent);
  if (size > 0 && size < 1e-6) return `${percent > 0 ? '+' : '−'}${size.toExponential(0)} %`;
  const digits =
    size >= 99.95 ? 0 : size >= 0.0995 ? 1 : size === 0 ? 0 : Math.min(6, Math.ceil(1 - Math.log10(size)));
  const sign = percent > 0 ? '+' : percent < 0 ? '−' : '';
  return `${sign}${size.toFixed(digits)} %`;
}

/** `drill bench` does not take more of them. */
const MOST_ROUNDS = 500;

/** What a time that is not exact was found to have changed by, and how sure that is. */
export function changeWords({ change, interval }: BenchmarkComparison): string {
  if (change === undefined) return '';
  if (!interval || !Number.isFinite(interval.low) || !Number.isFinite(interval.high))
    return percentWords(change);
  return `${percentWords(change)} (${percentWords(interval.low)} to ${percentWords(interval.high)})`;
}

/** How many pairs there were, and how many would tell. */
export function pairsWords({ pairs, pairsNeeded }: BenchmarkComparison): string {
  if (pairs === undefined) return '';
  if (pairsNeeded === undefined) return String(pairs);
  if (pairsNeeded > MOST_ROUNDS) return `${pairs}; over ${MOST_ROUNDS} needed`;
  return `${pairs}; about ${pairsNeeded} needed`;
}

/** `operation rename: 240 → 480 (+240)`. What is counted goes without its unit. */
export function reasonWords({ dimension, name, base, head }: Reason, unit: string): string {
  const difference = head - base;
  const sign = difference > 0 ? '+' : '−';
  const of = dimension === 'operation' && unit === 'calls' ? 'call' : dimension;
  const shown = unit === 'ms' || unit === 'bytes' ? unit : '';
  const words = (value: number): string => valueWords(value, shown);
  return `${of} ${plainText(name)}: ${words(base)} → ${words(head)} (${sign}${words(Math.abs(difference))})`;
}

/** Reasons that are said of each dimension; the rest is counted. */
const MOST_REASONS = 3;

/** What a difference of an exact number is made of, a sentence a dimension. */
export function explanation({ reasons = [], unit }: Pick<BenchmarkComparison, 'reasons' | 'unit'>): string[] {
  return [...new Set(reasons.map(({ dimension }) => dimension))].map((dimension) => {
    const own = reasons.filter((reason) => reason.dimension === dimension);
    const said = own.slice(0, MOST_REASONS).map((reason) => reasonWords(reason, unit));
    const left = own.length - said.length;
    return `${said.join('; ')}${left > 0 ? `; and ${plural(left, 'other')}` : ''}`;
  });
}

/** Which is said of a benchmark in words: times are slower or faster, counts more or fewer. */
export function verdictWords({ verdict, kind, unit, base, head }: BenchmarkComparison): string {
  if (verdict === 'unclear') return 'cannot tell';
  if (verdict === 'incomparable') return 'not compared';
  const isCount = kind !== 'wall' && unit !== 'ms';
  if (!isCount || (verdict !== 'slower' && verdict !== 'faster')) return verdict;
  return head! > base! ? 'more' : 'fewer';
}

/** In a headline, in columns. */
const LONGEST_NAME = 80;

export const isRegression = ({ verdict }: BenchmarkComparison): boolean => verdict === 'slower';

/** The answer in one line. */
export function headline({ counts, benchmarks }: Comparison): string {
  const all = benchmarks.length;
  if (all === 0) return 'There is nothing to compare.';
  const worse = benchmarks.filter(isRegression);
  const rest = restOf(counts);
  if (worse.length === 0) {
    const better = counts.faster > 0 ? ` ${counts.faster} better.` : '';
    return `No regression in ${plural(all, 'benchmark')}.${better}${rest}`;
  }
  const names = listOf(
    worse.map(({ name }) => truncate(plainText(name), LONGEST_NAME)),
    'and',
    3,
  );
  return `Regression: ${worse.length} of ${plural(all, 'benchmark')} worse: ${names}.${rest}`;
}

/** What else there is to know in one line. */
function restOf(counts: Readonly<Record<Verdict, number>>): string {
  const said = [
    counts.unclear > 0 ? `${counts.unclear} too noisy to tell` : '',
    counts.new > 0 ? `${counts.new} new` : '',
    counts.gone > 0 ? `${counts.gone} gone` : '',
    counts.incomparable > 0 ? `${counts.incomparable} not compared` : '',
  ].filter((text) => text !== '');
  return said.length === 0 ? '' : ` ${listOf(said, 'and')}.`.replace(/^ ./, (start) => start.toUpperCase());
}
