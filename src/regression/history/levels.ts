import { randomStream, type RandomStream } from '../../base/random.js';
import { median } from '../../base/statistics.js';
import { findStretch, LEAST_SIDE, locateSplit, placeSplit, rankSumPValue } from './split.js';

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
 * The changes of a noisy series: stretches that differ are cut out until nothing is sure any more, and what the cuts on either side
 * do not bear out is taken back. Cuts are found at `bar.level`, so that in a series of one level there is any at all in
 * a share `bar.level` of cases. Drawn from `seed`: the same values give the same changes.
 */
export function changesOfLevel(values: readonly number[], seed: string, bar: Bar): LevelChange[] {
  const random = randomStream(seed, 'history/levels');
  const cuts = borneOut(values, cutsOf(values, 0, bar.level, random), bar.smallestEffect);
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

/** A cut whose sides differ less surely than this was only the other end of one that is sure. */
const SURE_ENOUGH = 0.05;

/**
 * Puts each cut exactly between its neighbours, takes the least sure one back if its sides do not differ, or by too little, and so on
 * until all are borne out.
 */
function borneOut(
  values: readonly number[],
  found: readonly number[],
  smallestEffect: number,
): readonly number[] {
  let cuts = found;
  for (;;) {
    cuts = settled(values, cuts);
    const doubts = cuts.map((_, i) => {
      const [before, after] = sidesOf(values, cuts, i);
      const effect = Math.abs(median(after) / median(before) - 1);
      const pValue = rankSumPValue(before, after);
      return effect < smallestEffect ? 1 + smallestEffect - effect : pValue;
    });
    const worst = Math.max(...doubts);
    if (!(worst > SURE_ENOUGH)) return cuts;
    const gone = doubts.indexOf(worst);
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
