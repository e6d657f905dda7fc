import type { Scenario } from '../../scenario/index.js';
import type { Cause } from '../../world/outlook.js';

/** A scenario with a knob turned, and what it is turned to, for people. */
export interface Turned {
  readonly scenario: Scenario;
  readonly to: string;
}

/** Something about a scenario that a person can decide. */
export interface Knob {
  /** A path of the scenario file, such as `cluster.nodes`. */
  readonly path: string;
  /** For people: `upload workers a node`. */
  readonly label: string;
  /** What turning it can shorten: where none of these holds a backup back, it gains nothing. */
  readonly eases: readonly Cause[];
  /** What it is now, for people, with units. */
  readonly now: (scenario: Scenario) => string;
  /** The next reasonable value; undefined where it is at its end, or cannot matter. */
  readonly step: (scenario: Scenario) => Turned | undefined;
  /** As far as it goes; undefined where that is the next step, or there is none. */
  readonly end: (scenario: Scenario) => Turned | undefined;
  /** For knobs that are a number: how it is looked for. */
  readonly scale?: Scale;
}

/** A knob's values in the order in which they make a backup shorter. */
export interface Scale {
  /** In the knob's own unit. */
  readonly value: (scenario: Scenario) => number;
  readonly set: (scenario: Scenario, value: number) => Scenario;
  readonly format: (value: number) => string;
  /** Whether more makes it shorter, as of bandwidth, or less, as of latency. */
  readonly better: 'more' | 'less';
  /** Whether only whole numbers make sense. */
  readonly isWhole: boolean;
  /** The least and the most that is looked at, and what to begin with where there is no limit now. */
  readonly least: number;
  readonly most: number;
  readonly typical: number;
  /** Of times: a shorter one is taken for none, or halving it would never end. */
  readonly finest?: number;
  /** The least that makes sense in a scenario, where that is more than `least`. */
  readonly leastFor?: (scenario: Scenario) => number;
  /** Whether the knob can be turned in a scenario. Default: in all. */
  readonly matters?: (scenario: Scenario) => boolean;
}

/** What a number's step and its end are: it is doubled (or halved), and then has no limit (or costs nothing). */
export function scaled(
  knob: Pick<Knob, 'path' | 'label' | 'eases'>,
  scale: Scale & {
    /** What is tried as its end. */
    readonly end: (scenario: Scenario) => number;
  },
): Knob {
  const { value, set, format, better, matters = () => true } = scale;
  const isBetter = (one: number, than: number): boolean => (better === 'more' ? one > than : one < than);
  const turned = (scenario: Scenario, to: number): Turned | undefined =>
    matters(scenario) && isBetter(to, value(scenario))
      ? { scenario: set(scenario, to), to: format(to) }
      : undefined;
  const next = (scenario: Scenario): number => {
    const now = value(scenario);
    const to = better === 'more' ? now * 2 : scale.isWhole ? Math.floor(now / 2) : now / 2;
    return isBetter(to, scale.end(scenario)) ? scale.end(scenario) : to;
  };
  return {
    ...knob,
    now: (scenario) => format(value(scenario)),
    step: (scenario) => turned(scenario, next(scenario)),
    end: (scenario) => {
      const end = scale.end(scenario);
      return end === next(scenario) ? undefined : turned(scenario, end);
    },
    scale,
  };
}
