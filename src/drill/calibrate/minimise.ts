export interface MinimiseOptions {
  /** Of the function: never more, and one at least. */
  readonly maxEvaluations: number;
  /** How far from the beginning the first steps go, in each coordinate. */
  readonly step: number;
  /** The search ends when the values of all corners differ by less than this. */
  readonly tolerance: number;
}

interface Corner {
  readonly at: readonly number[];
  readonly value: number;
}

/** Where a new search gets less than this much better, it is given up. */
const WORTH_ANOTHER = 0.99;

type Objective = (at: readonly number[]) => Promise<number>;

export interface Minimum {
  readonly at: readonly number[];
  readonly value: number;
  readonly evaluations: number;
}

/**
 * `minimise`, again and again from where it ended, with steps the other way: a simplex may shrink to nothing on the side of a
 * valley. Ends when that finds nothing better, or when the evaluations are used up.
 */
export async function minimiseAgain(
  f: Objective,
  start: readonly number[],
  { maxEvaluations, step, tolerance }: MinimiseOptions,
): Promise<Minimum> {
  let best = await minimise(f, start, { maxEvaluations, step, tolerance });
  for (let sign = -1; best.evaluations < maxEvaluations; sign = -sign) {
    const left = maxEvaluations - best.evaluations;
    const next = await search(f, best, { maxEvaluations: left, step: sign * step, tolerance });
    const isBetter = next.value < best.value * WORTH_ANOTHER;
    best = { ...next, evaluations: best.evaluations + next.evaluations };
    if (!isBetter) break;
  }
  return best;
}

/**
 * Finds a point at which `f` is small, near `start`: the simplex search of Nelder and Mead (The Computer Journal 7, 1965),
 * which needs no derivatives: a simulation has none. Deterministic. Never returns a point worse than `start`.
 */
export async function minimise(
  f: Objective,
  start: readonly number[],
  options: MinimiseOptions,
): Promise<Minimum> {
  const first = { at: start, value: await f(start) };
  const found = await search(f, first, { ...options, maxEvaluations: options.maxEvaluations - 1 });
  return { ...found, evaluations: found.evaluations + 1 };
}

/** The same from a point whose value is known. */
async function search(
  f: Objective,
  { at: start, value }: Corner,
  { maxEvaluations, step, tolerance }: MinimiseOptions,
): Promise<Minimum> {
  let evaluations = 0;
  const corner = async (at: readonly number[]): Promise<Corner> => {
    // The last simplex may be unfinished: what there is no time to look at is never the best of it.
    if (evaluations >= maxEvaluations) return { at, value: Infinity };
    evaluations++;
    return { at, value: await f(at) };
  };
  let corners: Corner[] = [{ at: start, value }];
  for (let i = 0; i < start.length; i++)
    corners.push(await corner(start.map((x, j) => (i === j ? x + step : x))));
  const sort = (all: Corner[]): Corner[] => all.toSorted((a, b) => a.value - b.value);
  corners = sort(corners);
  const isDone = (): boolean =>
    evaluations >= maxEvaluations || corners.at(-1)!.value - corners[0]!.value <= tolerance;
  while (!isDone()) {
    const best = corners[0]!;
    const worst = corners.at(-1)!;
    const others = corners.slice(0, -1);
    const along = (factor: number): Promise<Corner> => corner(beyond(others, worst, factor));
    const reflected = await along(1);
    let next: Corner | undefined = reflected;
    if (reflected.value < best.value) {
      const expanded = await along(2);
      next = expanded.value < reflected.value ? expanded : reflected;
    } else if (reflected.value >= others.at(-1)!.value) {
      const contracted = await along(reflected.value < worst.value ? 0.5 : -0.5);
      next = contracted.value < Math.min(reflected.value, worst.value) ? contracted : undefined;
    }
    if (next) corners = sort([...others, next]);
    else {
      const shrunk: Corner[] = [best];
      for (const { at } of corners.slice(1))
        shrunk.push(await corner(at.map((x, i) => (x + best.at[i]!) / 2)));
      corners = sort(shrunk);
    }
  }
  return { ...corners[0]!, evaluations };
}

/** From the worst corner through the middle of the others, and on beyond it by `factor`. */
function beyond(others: readonly Corner[], worst: Corner, factor: number): number[] {
  return worst.at.map((x, i) => {
    const middle = others.reduce((sum, { at }) => sum + at[i]!, 0) / others.length;
    return middle + factor * (middle - x);
  });
}
