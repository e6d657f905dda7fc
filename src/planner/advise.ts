import { median } from '../base/statistics.js';
import type { Scenario } from '../scenario/index.js';
import type { Advice, KnobGain, RunSummary } from '../world/outlook.js';
import { KNOBS, type Knob, type Turned } from './knobs/index.js';
import type { Runner } from './runner.js';
import { seeded } from './seeds.js';

/** A knob is not tried where what it eases takes a smaller part of the duration than this. */
const LEAST_SHARE = 0.002;
/** Gains (and losses) below this part of the duration are not told. */
const LEAST_GAIN = 0.002;
/** What the first fix must gain for the second to be asked. */
const WORTH_FIXING = 0.01;

export interface AdviseOptions {
  /** Seeds that each knob is tried with: the same for all, so that differences are the knobs'. At least 1. */
  readonly seeds: number;
  /** Try every knob, also those that can hardly gain anything by what the time went to. */
  readonly exhaustive?: boolean;
}

/** A scenario's runs with each of the seeds. */
interface Tried {
  readonly scenario: Scenario;
  readonly summaries: readonly RunSummary[];
}

/**
 * Turns each knob of a scenario by a step, and to its end, and says what that gains; and once the best step is taken, what
 * each other would gain besides. Knobs that ease nothing that the time went to are left out: attribution says which.
 */
export async function advise(
  scenario: Scenario,
  run: Runner,
  { seeds, exhaustive = false }: AdviseOptions,
): Promise<Advice> {
  const [base] = await runAll([scenario], seeds, run);
  const baseMs = durationOf(base!);
  const first = await gainsFrom(base!, KNOBS, { run, exhaustive });
  const [best] = first;
  const worthIt = best && best.gain.gainMs > WORTH_FIXING * baseMs;
  const others = KNOBS.filter(({ path }) => path !== best?.gain.knob);
  const besides = worthIt ? await gainsFrom(best.stepped, others, { run, exhaustive }) : [];
  return { baseMs, gains: first.map(({ gain }) => gain), besides: besides.map(({ gain }) => gain) };
}

/** Runs scenarios with the same seeds each. */
async function runAll(scenarios: readonly Scenario[], seeds: number, run: Runner): Promise<Tried[]> {
  const summaries = await run(
    scenarios.flatMap((scenario) => Array.from({ length: seeds }, (_, i) => seeded(scenario, i))),
  );
  return scenarios.map((scenario, i) => ({
    scenario,
    summaries: summaries.slice(i * seeds, (i + 1) * seeds),
  }));
}

interface Gained {
  readonly gain: KnobGain;
  /** With the step taken. */
  readonly stepped: Tried;
}

/** What turning each of the knobs gains, the most first. */
async function gainsFrom(
  base: Tried,
  knobs: readonly Knob[],
  { run, exhaustive }: { readonly run: Runner; readonly exhaustive: boolean },
): Promise<Gained[]> {
  const trials = knobs.flatMap((knob) => {
    if (!exhaustive && !canGain(knob, base)) return [];
    const step = knob.step(base.scenario);
    return step ? [{ knob, step, end: knob.end(base.scenario) }] : [];
  });
  const turned = trials.flatMap(({ step, end }): Turned[] => (end ? [step, end] : [step]));
  const tried = await runAll(
    turned.map(({ scenario }) => scenario),
    base.summaries.length,
    run,
  );
  const at = new Map(turned.map((one, i) => [one, tried[i]!]));
  const leastMs = LEAST_GAIN * durationOf(base);
  return trials
    .map(({ knob, step, end }): Gained => {
      const stepped = at.get(step)!;
      const mostMs = end && gainMs(base, at.get(end)!);
      const gain = {
        knob: knob.path,
        label: knob.label,
        from: knob.now(base.scenario),
        to: step.to,
        gainMs: gainMs(base, stepped),
        ...(mostMs === undefined || mostMs === -Infinity ? {} : { mostMs }),
      };
      return { gain, stepped };
    })
    .filter(
      ({ gain }) =>
        gain.gainMs > -Infinity && (Math.abs(gain.gainMs) > leastMs || (gain.mostMs ?? 0) > leastMs),
    )
    .toSorted((a, b) => b.gain.gainMs - a.gain.gainMs || (b.gain.mostMs ?? 0) - (a.gain.mostMs ?? 0));
}

/**
 * Whether any part worth mentioning of what the time went to, with any seed, is what a knob eases; also where nobody knows, or
 * where something went wrong, which any knob may shorten.
 */
const canGain = ({ eases }: Knob, { summaries }: Tried): boolean =>
  summaries.some(({ attribution, durationMs }) => {
    if (!attribution) return true;
    const { causeMs } = attribution;
    const easedMs = eases.reduce((sum, cause) => sum + causeMs[cause], causeMs.waiting);
    return easedMs > LEAST_SHARE * durationMs;
  });

const durationOf = ({ summaries }: Tried): number => median(summaries.map(({ durationMs }) => durationMs));

/**
 * The median of what was gained with each seed. A job that is cancelled never ends: -Infinity where one was that was not before,
 * Infinity with seeds where it is the other way round.
 */
function gainMs(base: Tried, turned: Tried): number {
  const differences = base.summaries.map((before, i) => {
    const after = turned.summaries[i]!;
    if (before.state === after.state)
      return before.state === 'FINISHED' ? before.durationMs - after.durationMs : 0;
    return after.state === 'CANCELLED' ? -Infinity : Infinity;
  });
  if (differences.includes(-Infinity)) return -Infinity;
  // Between two infinities there is no middle.
  const saved = differences.filter((ms) => ms === Infinity).length;
  return saved * 2 >= differences.length ? Infinity : median(differences);
}
