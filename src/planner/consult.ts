import type { Scenario } from '../scenario/index.js';
import type { Outlook, RunSummary } from '../world/outlook.js';
import type { RunResult } from '../world/result.js';
import { advise } from './advise.js';
import type { AttributedRun } from './attribution.js';
import { findingsOf } from './findings/index.js';
import { fit, requireFit } from './fit.js';
import { DEFAULT_WANTED, forecast, type ForecastOptions } from './forecast.js';
import type { PlanRunner, Runner } from './runner.js';
import { expectedFiles, isRandom } from './seeds.js';
import { summaryOf } from './summary.js';

/** About how many files are simulated for one answer where nobody says how many runs it may take: some seconds' worth. */
const FILES_FOR_FORECAST = 5_000_000;
const FILES_FOR_ADVICE = 4_000_000;
/** About so many runs advice takes for each seed. */
const RUNS_OF_ADVICE = 40;
/** Seeds that every knob is tried with where anything is random. */
const ADVICE_SEEDS = 3;

export interface ConsultOptions {
  /** The chance of finishing within the window that is asked for, 0 to 1. */
  readonly wanted?: number | undefined;
  /** Exactly so many runs of the forecast. */
  readonly repetitions?: number | undefined;
  /** Whether to say what would help. Default: where it takes some seconds only. */
  readonly advise?: boolean | undefined;
  /** A knob whose smallest value that fits the window is looked for. */
  readonly fit?: string | undefined;
  /** Of the runs that nobody asked for: which part of the usual number. Default: 1. */
  readonly share?: number | undefined;
  /** Told what comes next. */
  readonly onStage?: ((stage: string) => void) | undefined;
}

/** What a plan says of one scenario: the run with its own seed, and everything beyond it. */
export interface Consultation {
  readonly predicted: RunResult;
  readonly outlook: Outlook;
}

/** Asks everything about one scenario. Throws what is wrong with its statement, USAGE for a knob that cannot fit, INTERRUPTED. */
export async function consult(
  scenario: Scenario,
  runner: PlanRunner,
  options: ConsultOptions = {},
): Promise<Consultation> {
  const { wanted = DEFAULT_WANTED, repetitions, share = 1, onStage } = options;
  const { windowMs } = scenario;
  const files = expectedFiles(scenario);
  const asked: ForecastOptions = {
    windowMs,
    wanted,
    repetitions,
    most: Math.floor(FILES_FOR_FORECAST / files),
  };
  if (options.fit !== undefined) requireFit(scenario, options.fit);
  onStage?.('how long it takes');
  const { run, detailed } = watched(scenario, runner);
  const { forecast: said } = await forecast(scenario, run, asked);
  const { result } = detailed();
  const findings = findingsOf({ scenario, result, forecast: said });
  const wantsAdvice = options.advise ?? files * RUNS_OF_ADVICE <= share * FILES_FOR_ADVICE;
  if (wantsAdvice) onStage?.('what would help');
  const advice = wantsAdvice
    ? await advise(scenario, run, {
        seeds: isRandom(scenario) ? ADVICE_SEEDS : 1,
      })
    : undefined;
  if (options.fit !== undefined) onStage?.(`which ${options.fit} fits`);
  const answer =
    options.fit === undefined
      ? undefined
      : await fit(scenario, options.fit, {
          wanted,
          forecast: async (turned) =>
            (await forecast(turned, watched(turned, runner).run, { ...asked, until: 'settled' })).forecast,
        });
  return {
    predicted: result,
    outlook: {
      forecast: said,
      findings,
      ...(advice ? { advice } : {}),
      ...(answer ? { fit: answer } : {}),
    },
  };
}

/** A runner that keeps everything of the run with the scenario's own seed. */
function watched(
  scenario: Scenario,
  runner: PlanRunner,
): { readonly run: Runner; readonly detailed: () => AttributedRun } {
  let own: AttributedRun | undefined;
  const run: Runner = async (scenarios) => {
    if (scenarios[0] !== scenario) return runner.run(scenarios);
    const others: Promise<readonly RunSummary[]> =
      scenarios.length > 1 ? runner.run(scenarios.slice(1)) : Promise.resolve([]);
    // What is wrong with one is told when nothing runs any more.
    const [detail, rest] = await Promise.allSettled([runner.detail(scenario), others]);
    if (detail.status === 'rejected') throw detail.reason;
    if (rest.status === 'rejected') throw rest.reason;
    own = detail.value;
    return [summaryOf(scenario, detail.value), ...rest.value];
  };
  return { run, detailed: () => own! };
}
