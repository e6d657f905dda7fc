import { mean, scaled, type Distribution } from '../../base/distribution.js';
import { simulate } from '../../planner/index.js';
import { withHardware, type MeasuredHardware, type Scenario } from '../../scenario/index.js';
import type { RunResult } from '../../world/result.js';
import { minimiseAgain } from './minimise.js';
import { rounded } from './statistics.js';

/** A scenario that was run for real. */
export interface Trial {
  readonly scenario: Scenario;
  /** How long its job was in UPLOADING. */
  readonly measuredMs: number;
}

export interface FitOptions {
  /** Predictions that may be made of each trial. */
  readonly evaluations: number;
  /** Called, and waited for, after each round of predictions: for progress, and to give way to signals. */
  readonly onEvaluation?: (count: number) => Promise<void>;
}

export interface Fit {
  readonly hardware: MeasuredHardware;
  /** Root of the mean square of the logarithms of predicted / measured. */
  readonly error: number;
}

/** How long a run's job was in a state, in milliseconds. */
export const timeInMs = (wanted: 'SNAPSHOTING' | 'UPLOADING', { states }: RunResult): number =>
  states.reduce((sum, { state, durationMs }) => sum + (state === wanted ? durationMs : 0), 0);

/** What a real run without a data directory should be: its journal is in memory. */
export function predictRun(scenario: Scenario, hardware: MeasuredHardware): RunResult {
  const coordinator = { ...hardware.coordinator, persistMs: 0 };
  return simulate(withHardware(scenario, { ...hardware, coordinator }));
}

/** Its time in UPLOADING, in milliseconds. */
export const predictMs = (scenario: Scenario, hardware: MeasuredHardware): number =>
  timeInMs('UPLOADING', predictRun(scenario, hardware));

const STEP = 0.25;
const TOLERANCE = 1e-5;
/** Another form of the latencies must be better by this factor to be worth its complication. */
const WORTH_IT = 0.9;

/**
 * Adjusts what probes do not see well in isolation (processor time of a request and of its bytes, latency, hashing under
 * load) so that predictions are near what was measured. Works on logarithms: an error by a factor of 2 is as bad either way.
 */
export async function fitHardware(
  probed: MeasuredHardware,
  trials: readonly Trial[],
  options: FitOptions,
): Promise<Fit> {
  let count = 0;
  const misfit = async (hardware: MeasuredHardware): Promise<number> => {
    const sum = squaredError(hardware, trials);
    await options.onEvaluation?.(++count);
    return sum;
  };
  const { at } = await minimiseAgain(
    async (x) =>
      (await misfit(adjusted(probed, x))) +
      PARAMETERS.reduce((sum, { pull }, i) => sum + pull * x[i]! ** 2, 0),
    PARAMETERS.map(() => 0),
    { maxEvaluations: options.evaluations, step: STEP, tolerance: TOLERANCE },
  );
  const hardware = withRoundFigures(adjusted(probed, at));
  return { hardware, error: Math.sqrt(squaredError(hardware, trials) / trials.length) };
}

/** Of several forms of the same latencies, the one that predicts best; the first one unless another is clearly better. */
export function bestLatency(
  { hardware, error }: Fit,
  forms: readonly Distribution[],
  trials: readonly Trial[],
): Fit {
  const { repository } = hardware;
  let best: Fit = { hardware, error };
  for (const form of forms) {
    const latencyMs = scaled(form, mean(repository.latencyMs) / mean(form));
    const other = withRoundFigures({ ...hardware, repository: { ...repository, latencyMs } });
    const otherError = Math.sqrt(squaredError(other, trials) / trials.length);
    if (otherError < best.error * WORTH_IT) best = { hardware: other, error: otherError };
  }
  return best;
}

function squaredError(hardware: MeasuredHardware, trials: readonly Trial[]): number {
  return trials.reduce(
    (sum, { scenario, measuredMs }) => sum + Math.log(predictMs(scenario, hardware) / measuredMs) ** 2,
    0,
  );
}

interface Parameter {
  /**
   * What it costs to move the parameter by a factor of e away from what was probed. Where it is small against the errors that
   * runs show, runs decide; where no run tells, what was probed stays.
   */
  readonly pull: number;
  readonly times: (hardware: MeasuredHardware, factor: number) => MeasuredHardware;
}

const WEAK = 0.01;
/** Of what is probed well: no run can tell that MD5 is many times slower than it was. */
const STRONG = 0.5;

const PARAMETERS: readonly Parameter[] = [
  {
    pull: WEAK,
    times: (hardware, factor) =>
      withClient(hardware, { requestMs: hardware.repository.client.requestMs * factor }),
  },
  {
    pull: WEAK,
    times: (hardware, factor) =>
      withClient(hardware, { directoryMs: hardware.repository.client.directoryMs * factor }),
  },
  { pull: WEAK, times: byteTimes },
  {
    pull: WEAK,
    times: ({ repository, ...hardware }, factor) => ({
      ...hardware,
      repository: { ...repository, latencyMs: scaled(repository.latencyMs, factor) },
    }),
  },
  {
    pull: STRONG,
    times: ({ node, ...hardware }, factor) => ({
      ...hardware,
      node: { ...node, hashBytesPerSec: node.hashBytesPerSec * factor },
    }),
  },
];

/** A thread that could move bytes so fast would not be seen to do it. */
const FASTEST_BYTES_PER_SEC = 1e11;

/**
 * Multiplies the time of a byte that is hashed and sent, and leaves hashing as it is. The rate alone would be a bad
 * parameter: as long as it is large it hardly matters, and a search would rather turn another one.
 */
function byteTimes(hardware: MeasuredHardware, factor: number): MeasuredHardware {
  const hashing = 1 / hardware.node.hashBytesPerSec;
  const moving = (hashing + 1 / hardware.repository.client.bytesPerSec) * factor - hashing;
  return withClient(hardware, { bytesPerSec: 1 / Math.max(moving, 1 / FASTEST_BYTES_PER_SEC) });
}

const adjusted = (probed: MeasuredHardware, logs: readonly number[]): MeasuredHardware =>
  PARAMETERS.reduce((hardware, { times }, i) => times(hardware, Math.exp(logs[i]!)), probed);

function withClient(
  hardware: MeasuredHardware,
  changed: Partial<MeasuredHardware['repository']['client']>,
): MeasuredHardware {
  const { repository } = hardware;
  return { ...hardware, repository: { ...repository, client: { ...repository.client, ...changed } } };
}

/** With as many digits as it was measured: the figures of the file are those that the errors are of. */
export function withRoundFigures(hardware: MeasuredHardware): MeasuredHardware {
  return roundedTree(hardware) as MeasuredHardware;
}

function roundedTree(value: unknown): unknown {
  if (typeof value === 'number') return rounded(value);
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(roundedTree);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, roundedTree(part)]));
}
