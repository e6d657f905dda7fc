import { DrillError } from '../base/errors.js';
import { listOf, nearest } from '../base/text.js';
import { formatDuration } from '../base/units.js';
import type { Scenario } from '../scenario/index.js';
import { CAUSE_LABELS, CAUSES, type Estimate, type FitAnswer, type Forecast } from '../world/outlook.js';
import { KNOBS, type Knob, type Scale } from './knobs/index.js';

/** A value that is no whole number is found to this part of itself. */
const PRECISION = 0.05;
/** Where doubling gains less than this part of the duration, twice in a row, more of it will not do: its end is looked at. */
const SATURATED = 0.002;

export interface FitOptions {
  readonly wanted: number;
  /** How long a scenario takes, and how surely that is within its window. */
  readonly forecast: (scenario: Scenario) => Promise<Forecast>;
}

/**
 * The smallest value of a knob with which a scenario fits its window: found by doubling (or halving) and then bisection, so
 * that the value just below, as far as values are told apart, is known not to fit. A backup need not get shorter with each
 * step of every knob: where it does not, an even smaller value may fit as well. Throws USAGE.
 */
export async function fit(
  scenario: Scenario,
  path: string,
  { wanted, forecast }: FitOptions,
): Promise<FitAnswer> {
  const { scale, windowMs } = requireFit(scenario, path);
  const search = new Search(scenario, scale, wanted, forecast);
  const found = await search.find();
  return {
    knob: path,
    windowMs,
    confidence: wanted,
    ...(found === undefined ? {} : { found: { value: scale.format(found), forecast: search.at(found) } }),
    tried: search.tried(),
    ...(found === undefined ? { why: whyNone(scale, search.shortest(), windowMs) } : {}),
  };
}

/** What is to be turned, and what it is to fit into. Throws USAGE where that cannot be: at once, and not after all else. */
export function requireFit(
  scenario: Scenario,
  path: string,
): { readonly scale: Scale; readonly windowMs: number } {
  const { windowMs } = scenario;
  if (windowMs === undefined)
    throw new DrillError('USAGE', '--fit needs a window to fit into', { hint: 'for example --window 4h' });
  return { scale: scaleOf(scenario, path), windowMs };
}

function scaleOf(scenario: Scenario, path: string): Scale {
  const scales = KNOBS.filter((knob): knob is Knob & { scale: Scale } => knob.scale !== undefined);
  const knob = scales.find((one) => one.path === path);
  if (!knob) {
    const paths = scales.map((one) => one.path);
    const meant = nearest(path, paths);
    throw new DrillError('USAGE', `--fit ${path}: there is no such knob`, {
      hint: meant ? `did you mean ${meant}?` : `the knobs: ${listOf(paths, 'and', paths.length)}`,
    });
  }
  if (knob.scale.matters?.(scenario) === false)
    throw new DrillError(
      'USAGE',
      `--fit ${path}: this scenario lists its shards with their nodes, so it cannot be turned`,
      { hint: 'imported without SHOW TABLETS, shards are equally large and spread over any number of nodes' },
    );
  return knob.scale;
}

class Search {
  private readonly scenario: Scenario;
  private readonly scale: Scale;
  private readonly wanted: number;
  private readonly forecast: FitOptions['forecast'];
  private readonly forecasts = new Map<number, Forecast>();

  constructor(scenario: Scenario, scale: Scale, wanted: number, forecast: FitOptions['forecast']) {
    this.scenario = scenario;
    this.scale = scale;
    this.wanted = wanted;
    this.forecast = forecast;
  }

  at(value: number): Forecast {
    return this.forecasts.get(value)!;
  }

  /** The value that fits and, by as much as values are told apart, is the least that does. */
  async find(): Promise<number | undefined> {
    const start = this.start();
    let [fails, fits] = (await this.fits(start)) ? await this.worsen(start) : await this.improve(start);
    if (fits === undefined) return undefined;
    while (fails !== undefined) {
      const middle = this.between(fails, fits);
      if (middle === undefined) return fits;
      if (await this.fits(middle)) fits = middle;
      else fails = middle;
    }
    return fits;
  }

  tried(): FitAnswer['tried'] {
    return [...this.forecasts]
      .toSorted(([a], [b]) => a - b)
      .map(([value, { p50Ms, fits }]) => ({
        value: this.scale.format(value),
        p50Ms: p50Ms.value,
        fits: fits as Estimate,
      }));
  }

  /** Of what was tried, the shortest, and of equals the cheapest. */
  shortest(): { readonly value: number; readonly forecast: Forecast } {
    const cheapestFirst = [...this.forecasts].toSorted(([a], [b]) =>
      this.scale.better === 'more' ? a - b : b - a,
    );
    const [value, forecast] = cheapestFirst.reduce((best, next) =>
      next[1].p50Ms.value < best[1].p50Ms.value ? next : best,
    );
    return { value, forecast };
  }

  private async fits(value: number): Promise<boolean> {
    let said = this.forecasts.get(value);
    if (!said) {
      said = await this.forecast(this.scale.set(this.scenario, value));
      this.forecasts.set(value, said);
    }
    return said.fits!.value >= this.wanted;
  }

  private start(): number {
    const { most, typical, value } = this.scale;
    const now = value(this.scenario);
    return now >= this.least() && now <= most && now > 0 ? now : typical;
  }

  /** Goes on with worse values until one fails: that one, and the last that fits. */
  private async worsen(start: number): Promise<[number | undefined, number]> {
    for (let fits = start; ;) {
      const worse = this.worse(fits);
      if (worse === undefined) return [undefined, fits];
      if (!(await this.fits(worse))) return [worse, fits];
      fits = worse;
    }
  }

  /** Goes on with better values until one fits: the last that failed, and that one; undefined where none does. */
  private async improve(start: number): Promise<[number, number | undefined]> {
    let fails = start;
    for (let saturated = 0; ;) {
      const better: number | undefined = saturated < 2 ? this.better(fails) : this.end();
      if (better === undefined || better === fails) return [fails, undefined];
      if (await this.fits(better)) return [fails, better];
      const [beforeMs, afterMs] = [this.at(fails).p50Ms.value, this.at(better).p50Ms.value];
      saturated = beforeMs - afterMs < SATURATED * beforeMs ? saturated + 1 : 0;
      fails = better;
    }
  }

  private worse(value: number): number | undefined {
    const { better, most, isWhole } = this.scale;
    const least = this.least();
    const to = better === 'more' ? value / 2 : value * 2;
    const whole = isWhole ? Math.floor(to) : to;
    if (better === 'more') return value <= least ? undefined : Math.max(least, whole);
    return value >= most ? undefined : Math.min(most, whole);
  }

  private better(value: number): number | undefined {
    const end = this.end();
    if (value === end) return undefined;
    if (this.scale.better === 'more') return Math.min(end, value * 2);
    const half = this.scale.isWhole ? Math.floor(value / 2) : value / 2;
    return half < this.finest() ? end : half;
  }

  private end(): number {
    return this.scale.better === 'more' ? this.scale.most : this.scale.least;
  }

  private finest(): number {
    return this.scale.finest ?? 0;
  }

  private least(): number {
    return this.scale.leastFor?.(this.scenario) ?? this.scale.least;
  }

  /** A value between two; undefined where they are neighbours. */
  private between(one: number, other: number): number | undefined {
    const [low, high] = one < other ? [one, other] : [other, one];
    if (low === 0 && high <= this.finest()) return undefined;
    if (this.scale.isWhole) return high - low <= 1 ? undefined : Math.floor((low + high) / 2);
    if (high - low <= PRECISION * high) return undefined;
    // Of rates and times it is the ratio that counts; beside 0 there is none.
    const middle = low === 0 ? high / 2 : Math.sqrt(low * high);
    const rounded = Number(middle.toPrecision(2));
    return rounded > low && rounded < high ? rounded : middle;
  }
}

function whyNone(
  { format }: Scale,
  { value, forecast: { p50Ms, causeMs, fits } }: { readonly value: number; readonly forecast: Forecast },
  windowMs: number,
): string {
  if (p50Ms.value === Infinity) return 'its job is cancelled with each of them';
  const totalMs = CAUSES.reduce((sum, cause) => sum + causeMs[cause], 0);
  const [main] = CAUSES.toSorted((a, b) => causeMs[b] - causeMs[a]);
  const share = totalMs === 0 ? 0 : Math.round((causeMs[main!] / totalMs) * 100);
  // On the median it may well fit, and yet not as surely as it was to.
  const chance = p50Ms.value <= windowMs ? `, which fits in ${Math.floor(fits!.value * 100)} % of runs` : '';
  return (
    `the best is ${formatDuration(p50Ms.value)} (p50)${chance}, with ${format(value)}, ` +
    `and ${share} % of it has another cause: ${CAUSE_LABELS[main!]}`
  );
}
