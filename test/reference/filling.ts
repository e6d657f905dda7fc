/** What a flow uses of one resource, per byte: 1 for bytes of a disk or card, core-milliseconds for cores. */
export interface Use {
  readonly resource: number;
  readonly perByte: number;
}

export interface Demand {
  /** What the flow could run at if it shared nothing, in bytes a millisecond. */
  readonly cap: number;
  readonly uses: readonly Use[];
}

/** Two levels closer than this (relatively) are one level, told apart by rounding only. */
const SAME_LEVEL = 1e-12;

/**
 * Max-min fair rates by progressive filling, word for word: all rates grow together from zero; when a resource is full,
 * the flows that use it stop, and the others go on. `capacities` are by resource, rates by flow.
 */
export function progressiveFilling(capacities: readonly number[], flows: readonly Demand[]): number[] {
  const rates = flows.map(() => 0);
  let growing = flows.map((_, flow) => flow);
  let level = 0;
  while (growing.length > 0) {
    const full = fullAt(capacities, flows, rates, growing);
    const stops = growing.map((flow) => stopOf(flows[flow]!, full));
    level = Math.max(level, Math.min(...stops));
    growing = growing.filter((flow, i) => {
      const goesOn = stops[i]! > level * (1 + SAME_LEVEL);
      if (!goesOn) rates[flow] = level;
      return goesOn;
    });
  }
  return rates;
}

/** The level at which each resource is full, if all that still grow go on growing. */
function fullAt(
  capacities: readonly number[],
  flows: readonly Demand[],
  rates: readonly number[],
  growing: readonly number[],
): number[] {
  const left = [...capacities];
  const perLevel = capacities.map(() => 0);
  const isGrowing = flows.map(() => false);
  for (const flow of growing) isGrowing[flow] = true;
  flows.forEach(({ uses }, flow) => {
    for (const { resource, perByte } of uses) {
      if (isGrowing[flow]) perLevel[resource]! += perByte;
      else left[resource]! -= rates[flow]! * perByte;
    }
  });
  return left.map((capacity, resource) =>
    perLevel[resource]! > 0 ? Math.max(0, capacity) / perLevel[resource]! : Infinity,
  );
}

const stopOf = ({ cap, uses }: Demand, full: readonly number[]): number =>
  Math.min(cap, ...uses.map(({ resource }) => full[resource]!));
