/** Something that was used at a time, and how much. */
export interface Use {
  /** Whole nanoseconds, so that what is a second apart is seen to be. */
  readonly atNs: number;
  readonly units: number;
}

export const SECOND_NS = 1e9;

/** The most that was used within any `windowNs`, its end excluded: such a window can begin where something is used. */
export function mostInAnyWindow(uses: readonly Use[], windowNs = SECOND_NS): number {
  const sorted = uses.toSorted((a, b) => a.atNs - b.atNs);
  let most = 0;
  let units = 0;
  let from = 0;
  for (const use of sorted) {
    units += use.units;
    while (sorted[from]!.atNs <= use.atNs - windowNs) units -= sorted[from++]!.units;
    most = Math.max(most, units);
  }
  return most;
}

/** Units a second over a stretch of time. */
export function meanPerSec(uses: readonly Use[], fromMs: number, toMs: number): number {
  const units = usedBetween(uses, fromMs, toMs).reduce((sum, use) => sum + use.units, 0);
  return (units / (toMs - fromMs)) * 1000;
}

export const usedBetween = (uses: readonly Use[], fromMs: number, toMs: number): readonly Use[] =>
  uses.filter(({ atNs }) => atNs >= fromMs * 1e6 && atNs < toMs * 1e6);
