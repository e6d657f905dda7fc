import { median } from '../peers/comparison.js';
import type { Direction, Measurement, SetRuns, ToolRuns } from './measure.js';

export type Clock = 'wallSec' | 'ownSec';

/** The measurements that a tool is compared by: none of one that failed, in any round. */
export const measurementsOf = (runs: SetRuns, name: string, direction: Direction): readonly Measurement[] => {
  const tool = runs.tools.find((each) => each.name === name);
  return tool === undefined || tool.failure !== undefined ? [] : tool[direction];
};

/** How many times as long one tool takes as another: within each round, which ran side by side; then the median. */
export function ratio(
  runs: SetRuns,
  direction: Direction,
  [one, clock]: readonly [name: string, clock: Clock],
  [other, otherClock]: readonly [name: string, clock: Clock],
): number | undefined {
  const theirs = measurementsOf(runs, other, direction);
  const ratios = measurementsOf(runs, one, direction).flatMap((own, round) => {
    const sec = own[clock];
    const otherSec = theirs[round]?.[otherClock];
    return sec === undefined || otherSec === undefined ? [] : [sec / otherSec];
  });
  return ratios.length === 0 ? undefined : median(ratios);
}

/** Of these tools, the one that takes the least time in the median. */
export function fastest(runs: SetRuns, direction: Direction, names: readonly string[]): string | undefined {
  const medians = names.flatMap((name) => {
    const sec = medianOf(measurementsOf(runs, name, direction), ({ wallSec }) => wallSec);
    return sec === undefined ? [] : [{ name, sec }];
  });
  return medians.toSorted((a, b) => a.sec - b.sec)[0]?.name;
}

export function medianOf(
  measurements: readonly Measurement[],
  value: (measurement: Measurement) => number | undefined,
): number | undefined {
  const values = measurements.flatMap((measurement) => value(measurement) ?? []);
  return values.length === 0 ? undefined : median(values);
}

/** What is asked of ours: at most so many times as long as another. */
export interface Goal {
  readonly set: SetRuns['set']['name'];
  readonly place: SetRuns['place'];
  readonly against: 'rclone' | 'limit';
  readonly atMost: number;
}

export const GOALS: readonly Goal[] = [
  { set: 'large', place: 'local', against: 'rclone', atMost: 1 / 2 },
  { set: 'medium', place: 'local', against: 'rclone', atMost: 1 / 2 },
  { set: 'small', place: 'local', against: 'rclone', atMost: 2 / 3 },
  { set: 'large', place: 'local', against: 'limit', atMost: 1.3 },
  { set: 'medium', place: 'local', against: 'limit', atMost: 1.3 },
  { set: 'small', place: 'local', against: 'limit', atMost: 1.3 },
  { set: 'large', place: 's3', against: 'rclone', atMost: 0.8 },
  { set: 'medium', place: 's3', against: 'rclone', atMost: 0.8 },
  { set: 'small', place: 's3', against: 'rclone', atMost: 0.8 },
];

export interface GoalResult extends Goal {
  readonly direction: Direction;
  /** Whole processes. */
  readonly measured: number;
  /** Our job alone, against the work of the limit alone, or against the whole process of a tool that does not tell. */
  readonly jobAlone: number | undefined;
}

/** How far ours is from what is asked, where both were measured. */
export function goalResults(
  all: readonly SetRuns[],
  direction: Direction,
  names: { readonly ours: string; readonly rclone: string; readonly limits: readonly string[] },
): GoalResult[] {
  return GOALS.flatMap((goal) => {
    const runs = all.find(({ set, place }) => set.name === goal.set && place === goal.place);
    if (!runs) return [];
    const isLimit = goal.against === 'limit';
    const other = isLimit ? fastest(runs, direction, names.limits) : names.rclone;
    if (other === undefined) return [];
    const measured = ratio(runs, direction, [names.ours, 'wallSec'], [other, 'wallSec']);
    if (measured === undefined) return [];
    const otherClock = isLimit ? 'ownSec' : 'wallSec';
    const jobAlone = ratio(runs, direction, [names.ours, 'ownSec'], [other, otherClock]);
    return [{ ...goal, direction, measured, jobAlone }];
  });
}

export const hasFailed = (all: readonly SetRuns[]): boolean =>
  all.some(({ tools }) => tools.some(({ failure }: ToolRuns) => failure !== undefined));
