import {
  VERDICTS,
  type BenchmarkComparison,
  type Comparison,
  type Provenance,
  type Verdict,
} from './comparison.js';
import { explain, isSame } from './explain.js';
import { holm } from './family.js';
import { machineWords, type Benchmark, type ResultFile } from './result-file.js';
import { leastPairs, signedRankPValue } from './signed-rank.js';
import { trimmedMean } from './trimmed-mean.js';

export interface CompareOptions {
  /** The chance that is accepted of any wrong alarm in a whole comparison in which nothing has changed. */
  readonly alpha?: number;
  /** Changes of a clock's times under this share are never called slower or faster. */
  readonly smallestEffect?: number;
}

export const DEFAULT_ALPHA = 0.01;
export const DEFAULT_SMALLEST_EFFECT = 0.02;

/** More pairs than these are not worth saying. */
const MOST_PAIRS = 10_000;

/** Result files with the names they go by. */
export interface NamedResults {
  readonly name: string;
  readonly results: ResultFile;
}

/**
 * Compares two result files, benchmark by benchmark. Exact kinds are compared exactly, and differences are explained by their
 * parts. Wall-clock times are compared only in pairs of one session: slower or faster is what the rank test and the
 * interval of the mean ratio both say, over all benchmarks at once, and what matters. A pure function: whoever
 * compares the same files gets the same.
 */
export function compare(base: NamedResults, head: NamedResults, options: CompareOptions = {}): Comparison {
  const { alpha = DEFAULT_ALPHA, smallestEffect = DEFAULT_SMALLEST_EFFECT } = options;
  const before = new Map(base.results.benchmarks.map((found) => [found.name, found]));
  const inSession = base.results.session !== undefined && base.results.session === head.results.session;
  const compared = head.results.benchmarks.map((benchmark) => {
    const other = before.get(benchmark.name);
    before.delete(benchmark.name);
    return other ? compareOne(other, benchmark, inSession) : onlyOne(benchmark, 'new');
  });
  const gone = [...before.values()].map((benchmark) => onlyOne(benchmark, 'gone'));
  const benchmarks = judgePairs([...compared, ...gone], alpha, smallestEffect);
  return {
    base: provenanceOf(base),
    head: provenanceOf(head),
    alpha,
    smallestEffect,
    benchmarks,
    counts: countsOf(benchmarks),
  };
}

/** A benchmark that is judged, or pairs that are judged together. */
type Judged = BenchmarkComparison | Pairs;

interface Pairs {
  readonly base: Benchmark;
  readonly head: Benchmark;
  readonly logRatios: readonly number[];
}

const isPairs = (judged: Judged): judged is Pairs => 'logRatios' in judged;

const about = ({
  name,
  kind,
  unit,
  better,
}: Benchmark): Pick<Benchmark, 'name' | 'kind' | 'unit' | 'better'> => ({
  name,
  kind,
  unit,
  better,
});

const onlyOne = (benchmark: Benchmark, verdict: 'new' | 'gone'): BenchmarkComparison => ({
  ...about(benchmark),
  verdict,
  [verdict === 'new' ? 'head' : 'base']: benchmark.value,
});

function compareOne(base: Benchmark, head: Benchmark, inSession: boolean): Judged {
  const both = { ...about(head), base: base.value, head: head.value };
  const note = whyIncomparable(base, head, inSession);
  // What was exact stands among what is.
  if (note !== undefined) return { ...both, kind: base.kind, verdict: 'incomparable', note };
  if (head.kind !== 'wall') return compareExactly(base, head, both);
  const logRatios = head.samples!.map((sample, i) => Math.log(sample / base.samples![i]!));
  return { base, head, logRatios };
}

function whyIncomparable(base: Benchmark, head: Benchmark, inSession: boolean): string | undefined {
  if (base.kind !== head.kind) return `it was ${base.kind} and is ${head.kind}`;
  if (base.better !== head.better) return `${base.better} was better, and ${head.better} is`;
  if (base.unit !== head.unit) return `it was in ${base.unit} and is in ${head.unit}`;
  if ((base.revision ?? 1) !== (head.revision ?? 1)) return 'it measures something else than before';
  if (head.kind !== 'wall') return undefined;
  if (!inSession)
    return 'times of a clock are compared only where both were measured in turns: drill bench --base';
  if (!base.samples || !head.samples || base.samples.length !== head.samples.length)
    return 'it has not as many samples on both sides';
  return undefined;
}

function compareExactly(
  base: Benchmark,
  head: Benchmark,
  both: Omit<BenchmarkComparison, 'verdict'>,
): BenchmarkComparison {
  const reasons = explain(base, head);
  const share = (head.value - base.value) / Math.abs(base.value);
  const change = Number.isFinite(share) ? { change: share } : {};
  if (isSame(base.value, head.value)) {
    // The same in sum, of other parts: no better and no worse, and worth seeing.
    return { ...both, verdict: 'same', change: 0, ...(reasons.length > 0 ? { reasons } : {}) };
  }
  const isWorse = head.value > base.value === (head.better === 'smaller');
  return { ...both, verdict: isWorse ? 'slower' : 'faster', ...change, reasons };
}

/** Judges all pairs together: the more benchmarks, the more each has to show. */
function judgePairs(judged: readonly Judged[], alpha: number, smallestEffect: number): BenchmarkComparison[] {
  const pairs = judged.filter(isPairs);
  const pValues = holm(pairs.map(({ logRatios }) => signedRankPValue(logRatios)));
  const share = alpha / Math.max(1, pairs.length);
  return judged.map((one) => {
    if (!isPairs(one)) return one;
    return judge(one, { pValue: pValues[pairs.indexOf(one)]!, alpha, share, smallestEffect });
  });
}

interface Bar {
  readonly pValue: number;
  readonly alpha: number;
  /** Of alpha, for this benchmark alone. */
  readonly share: number;
  readonly smallestEffect: number;
}

function judge(
  { base, head, logRatios }: Pairs,
  { pValue, alpha, share, smallestEffect }: Bar,
): BenchmarkComparison {
  const { mean, low, high } = trimmedMean(logRatios, 1 - share, head.name);
  const change = Math.expm1(mean);
  const interval = { low: Math.expm1(low), high: Math.expm1(high) };
  const pairs = logRatios.length;
  const said = {
    ...about(head),
    base: base.value,
    head: head.value,
    change,
    interval,
    pValue,
    pairs,
  };
  const isSure = pValue <= alpha && (low > 0 || high < 0);
  if (isSure && Math.abs(change) >= smallestEffect) {
    const isWorse = change > 0 === (head.better === 'smaller');
    return { ...said, verdict: isWorse ? 'slower' : 'faster' };
  }
  if (interval.low > -smallestEffect && interval.high < smallestEffect) return { ...said, verdict: 'same' };
  return {
    ...said,
    verdict: 'unclear',
    pairsNeeded: pairsNeeded({ change, interval, pairs, share, smallestEffect }),
  };
}

/**
 * About how many pairs would tell: an interval shrinks as the root of their number grows. It has to be short enough to leave out
 * no change at all where the change matters, and every change that matters where it does not.
 */
function pairsNeeded({
  change,
  interval,
  pairs,
  share,
  smallestEffect,
}: {
  readonly change: number;
  readonly interval: { readonly low: number; readonly high: number };
  readonly pairs: number;
  readonly share: number;
  readonly smallestEffect: number;
}): number {
  // The nearer end: the other one may be far out where pairs are few, and comes nearer faster.
  const half = Math.min(interval.high - change, change - interval.low);
  const size = Math.abs(change);
  const wanted = size >= smallestEffect ? size : smallestEffect - size;
  // Of fewer than three pairs, or where a mean cannot be told from nothing, there is no interval: the fewest that could tell.
  const needed = Number.isFinite(half) ? (wanted > 0 ? pairs * (half / wanted) ** 2 : MOST_PAIRS) : 0;
  return Math.min(MOST_PAIRS, Math.max(leastPairs(share), pairs + 1, Math.ceil(needed)));
}

function provenanceOf({ name, results }: NamedResults): Provenance {
  const { createdAt, tool, commit, machine } = results;
  return {
    name,
    createdAt,
    version: tool.version,
    ...(commit ? { commit } : {}),
    ...(machine ? { machine: machineWords(machine) } : {}),
  };
}

function countsOf(benchmarks: readonly BenchmarkComparison[]): Comparison['counts'] {
  const counts = Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Record<Verdict, number>;
  for (const { verdict } of benchmarks) counts[verdict]++;
  return counts;
}
