import { randomStream, type RandomStream } from '../../base/random.js';
import { median } from '../../base/statistics.js';
import { findStretch, LEAST_SIDE, locateSplit, placeSplit } from './split.js';

/** What a change has to show. */
export interface Bar {
  /** The chance of any change in a series that has none. */
  readonly level: number;
  /** Changes by a smaller share are none. */
  readonly smallestEffect: number;
}

/** Where a series goes from one level to another, by indices of the series. */
export interface LevelChange {
  /** The first value after it, which may be any from `first` to `last` at 95 %. */
  readonly at: number;
  readonly between: { readonly first: number; readonly last: number };
  /** Medians of the levels before and after it. */
  readonly from: number;
  readonly to: number;
}

/**
 * The changes of a noisy series: stretches that differ are cut out until nothing is sure any more, and what changes too little
 * to matter is taken back. Cuts are found at `bar.level`, so that in a series of one level there is any at all in
 * a share `bar.level` of cases. Drawn from `seed`: the same values give the same changes.
 */
export function changesOfLevel(values: readonly number[], seed: string, bar: Bar): LevelChange[] {
  const random = randomStream(seed, 'history/levels');
  const cuts = thatMatter(values, cutsOf(values, 0, bar.level, random), bar.smallestEffect);
  return cuts.map((at, i) => {
    const start = cuts[i - 1] ?? 0;
    const part = values.slice(start, cuts[i + 1]);
    const { first, last } = locateSplit(part, at - start, random);
    const [before, after] = sidesOf(values, cuts, i);
    return {
      at,
      between: { first: start + first, last: start + last },
      from: median(before),
      to: median(after),
    };
  });
}

/** The ends of the stretches that differ, within a part of a series which begins at `start`; in ascending order. */
function cutsOf(values: readonly number[], start: number, level: number, random: RandomStream): number[] {
  const stretch = findStretch(values, level, random);
  if (!stretch) return [];
  const { from, to } = stretch;
  const ends = [0, from, to, values.length].filter((end, i, all) => end !== all[i - 1]);
  return ends.slice(1).flatMap((end, i) => {
    const begin = ends[i]!;
    const within = cutsOf(values.slice(begin, end), start + begin, level, random);
    return end < values.length ? [...within, start + end] : within;
  });
}

/**
 * Puts each cut exactly between its neighbours, takes back the one that changes least if that does not matter, and so on until all
 * do.
 */
function thatMatter(
  values: readonly number[],
  found: readonly number[],
  smallestEffect: number,
): readonly number[] {
  let cuts = found;
  for (;;) {
    cuts = settled(values, cuts);
    const effects = cuts.map((_, i) => {
      const [before, after] = sidesOf(values, cuts, i);
      return Math.abs(median(after) / median(before) - 1);
    });
    const least = Math.min(...effects);
    if (!(least < smallestEffect)) return cuts;
    const gone = effects.indexOf(least);
    cuts = cuts.filter((_, i) => i !== gone);
  }
}

/** A cut that was found first had other changes on its sides. */
function settled(values: readonly number[], cuts: readonly number[]): readonly number[] {
  const placed = [...cuts];
  for (let i = 0; i < placed.length; i++) {
    const start = placed[i - 1] ?? 0;
    const part = values.slice(start, placed[i + 1]);
    if (part.length >= 2 * LEAST_SIDE) placed[i] = start + placeSplit(part, placed[i]! - start);
  }
  return placed;
}

/** The values from the cut before the i-th to it, and from it to the next. */
const sidesOf = (
  values: readonly number[],
  cuts: readonly number[],
  i: number,
): readonly [before: readonly number[], after: readonly number[]] => [
  values.slice(cuts[i - 1] ?? 0, cuts[i]),
  values.slice(cuts[i], cuts[i + 1]),
];
