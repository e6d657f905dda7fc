/** Something that flows share. */
export interface Resource {
  readonly capacity: number;
}

/** Flows that use the same and so run at the same rate. */
export interface FlowClass {
  readonly flows: number;
  /** No flow of it may have more. */
  readonly cap: number;
  /** What it uses, and how much of it for each unit of its rate. */
  readonly uses: readonly { readonly resource: Resource; readonly perUnit: number }[];
}

/**
 * The max-min fair rate of a flow of each class, by progressive filling (Bertsekas and Gallager, Data Networks, 6.5.2): all
 * rates grow together until something is full; what uses it stops there, and the others go on. For the few classes of one
 * host; its time grows with the square of their number.
 */
export function fill(classes: readonly FlowClass[]): number[] {
  const rates = classes.map(() => Infinity);
  const rising = new Set(classes.keys());
  const left = new Map<Resource, number>();
  for (const { uses } of classes) for (const { resource } of uses) left.set(resource, resource.capacity);
  while (rising.size > 0) {
    const full = fullest(classes, rising, left);
    for (const i of [...rising]) {
      const { flows, cap, uses } = classes[i]!;
      if (cap > full.rate && !uses.some(({ resource }) => resource === full.resource)) continue;
      // Nothing is full any more once all that is left to rise has no limit.
      rates[i] = Math.min(cap, full.rate);
      rising.delete(i);
      for (const { resource, perUnit } of uses)
        left.set(resource, Math.max(0, left.get(resource)! - rates[i]! * flows * perUnit));
    }
  }
  return rates;
}

/** The rate up to which the rising classes can rise together, and what is full then; nothing where a class's own cap ends it. */
function fullest(
  classes: readonly FlowClass[],
  rising: ReadonlySet<number>,
  left: ReadonlyMap<Resource, number>,
): { readonly rate: number; readonly resource: Resource | undefined } {
  const demand = new Map<Resource, number>();
  let rate = Infinity;
  for (const i of rising) {
    const { flows, cap, uses } = classes[i]!;
    rate = Math.min(rate, cap);
    for (const { resource, perUnit } of uses)
      demand.set(resource, (demand.get(resource) ?? 0) + flows * perUnit);
  }
  let full: Resource | undefined;
  for (const [resource, perUnit] of demand) {
    if (perUnit === 0) continue;
    const atMost = left.get(resource)! / perUnit;
    if (atMost >= rate) continue;
    rate = atMost;
    full = resource;
  }
  return { rate, resource: full };
}
