import { CONFIDENCE, proportionInterval, quantileInterval } from '../base/statistics.js';
import type { Scenario } from '../scenario/index.js';
import {
  CAUSES,
  type Attribution,
  type CauseTimes,
  type Estimate,
  type Forecast,
  type RunSummary,
} from '../world/outlook.js';
import type { Runner } from './runner.js';
import { isRandom, seeded } from './seeds.js';

/** As many runs, and then twice as many, and so on: the stop rule is asked after each. */
const FIRST_BATCH = 20;
/** Where `repetitions` says nothing: enough for an interval of the 99th percentile (369 runs are needed for both its ends). */
const MOST_RUNS = 640;
/** What half an interval may be of its value for a forecast to be narrow enough. */
const NARROW = { p50: 0.01, p95: 0.02 };
/** How surely a window is to be met, where nobody says. */
export const DEFAULT_WANTED = 0.95;

export interface ForecastOptions {
  readonly windowMs?: number | undefined;
  /** The chance of finishing within the window that is asked for, 0 to 1. */
  readonly wanted?: number | undefined;
  /** Exactly so many runs, instead of as many as it takes. */
  readonly repetitions?: number | undefined;
  /** What is enough where `repetitions` says nothing: narrow intervals as well (default), or whether the window is met. */
  readonly until?: 'narrow' | 'settled' | undefined;
  /** At most so many, where `repetitions` says nothing. */
  readonly most?: number | undefined;
}

/** A forecast, and the runs that it is from, in the order of their seeds. */
export interface ForecastOfRuns {
  readonly forecast: Forecast;
  readonly summaries: readonly RunSummary[];
}

/**
 * Repeats a scenario with other seeds until it is known well enough how long it takes. What it says depends on the scenario
 * and the options alone: the rule that ends it looks at whole batches in the order of their seeds, whatever ended first.
 */
export async function forecast(
  scenario: Scenario,
  run: Runner,
  {
    windowMs,
    wanted = DEFAULT_WANTED,
    repetitions,
    until = 'narrow',
    most = MOST_RUNS,
  }: ForecastOptions = {},
): Promise<ForecastOfRuns> {
  const summaries: RunSummary[] = [];
  const goal = { windowMs, wanted };
  if (!isRandom(scenario)) {
    summaries.push(...(await run([scenario])));
    return { forecast: forecastOf(summaries, 'exact', goal), summaries };
  }
  const limit = Math.max(1, repetitions ?? Math.min(most, MOST_RUNS));
  let batch = repetitions ?? FIRST_BATCH;
  for (;;) {
    const runs = Math.min(limit, batch);
    const missing = Array.from({ length: runs - summaries.length }, (_, i) => summaries.length + i);
    summaries.push(...(await run(missing.map((i) => seeded(scenario, i)))));
    const isLast = runs === limit;
    const said = forecastOf(summaries, isLast ? 'limit' : 'narrow', goal);
    if (isLast || (isSettled(said) && (until === 'settled' || isNarrow(said))))
      return { forecast: said, summaries };
    batch = runs * 2;
  }
}

const isNarrow = ({ p50Ms, p95Ms }: Forecast): boolean =>
  isWithin(p50Ms, NARROW.p50) && isWithin(p95Ms, NARROW.p95);

/** Whether it is known if the window is met as surely as was asked. */
const isSettled = ({ fits, wanted }: Forecast): boolean =>
  fits === undefined || fits.low >= wanted || fits.high < wanted;

/** Also where nothing is to be narrowed: a job that is always cancelled. */
const isWithin = ({ value, low, high }: Estimate, share: number): boolean =>
  low === high || high - low <= 2 * share * value;

/** What runs say, in the order of their seeds; at least one. */
function forecastOf(
  summaries: readonly RunSummary[],
  stopped: Forecast['stopped'],
  { windowMs, wanted }: { readonly windowMs: number | undefined; readonly wanted: number },
): Forecast {
  const durationsMs = summaries.map(({ state, durationMs }) =>
    state === 'FINISHED' ? durationMs : Infinity,
  );
  const sorted = Float64Array.from(durationsMs).sort();
  const isExact = stopped === 'exact';
  const at = (share: number): Estimate => {
    const estimate = quantileInterval(sorted, share);
    if (isExact) return exactly(estimate.value);
    return { ...estimate, low: Math.max(0, estimate.low) };
  };
  const share = (count: number): Estimate =>
    isExact ? exactly(count / summaries.length) : proportionInterval(count, summaries.length);
  const within = (limitMs: number): number => durationsMs.filter((ms) => ms <= limitMs).length;
  return {
    runs: summaries.length,
    stopped,
    confidence: CONFIDENCE,
    wanted,
    durationsMs,
    p50Ms: at(0.5),
    p90Ms: at(0.9),
    p95Ms: at(0.95),
    p99Ms: at(0.99),
    ...(windowMs === undefined ? {} : { fits: share(within(windowMs)) }),
    finishes: share(within(Number.MAX_VALUE)),
    causeMs: meanCauses(summaries),
    criticalNodes: criticalNodes(summaries),
  };
}

const exactly = (value: number): Estimate => ({ value, low: value, high: value });

/** Of the runs of which it is known where their time went. */
const attributionsOf = (summaries: readonly RunSummary[]): readonly Attribution[] =>
  summaries.flatMap(({ attribution }) => attribution ?? []);

function meanCauses(summaries: readonly RunSummary[]): CauseTimes {
  const known = attributionsOf(summaries);
  const mean = (cause: keyof CauseTimes): number =>
    known.reduce((sum, { causeMs }) => sum + causeMs[cause], 0) / Math.max(1, known.length);
  return Object.fromEntries(CAUSES.map((cause) => [cause, mean(cause)])) as Record<keyof CauseTimes, number>;
}

/** More names than these tell nobody anything: it is another node each time. */
const MOST_CRITICAL_NODES = 10;

function criticalNodes(summaries: readonly RunSummary[]): Forecast['criticalNodes'] {
  const counts = new Map<string, number>();
  const known = attributionsOf(summaries);
  for (const { critical } of known) {
    const name = critical?.name;
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, MOST_CRITICAL_NODES)
    .map(([name, count]) => ({ name, share: count / known.length }));
}
