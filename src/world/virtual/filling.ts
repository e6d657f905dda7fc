const NOTHING = -1;

/** Of a resource, what is left to rounding when all of it is used. */
const FULL = 1e-9;

/**
 * Max-min fair rates by progressive filling (Bertsekas and Gallager, Data Networks, 6.5.2): all rates grow together until
 * something is full; what uses it stops there, and the others go on. For few classes of flows, such as those of one
 * host, anew at each of its events, hence without allocation: `begin`, `add` classes and what they use, `run`, read the
 * rates. Its time grows with the square of the number of classes.
 */
export class Filling {
  private readonly uses: number;
  private readonly flows: Float64Array;
  private readonly caps: Float64Array;
  private readonly rates: Float64Array;
  private readonly rising: Uint8Array;
  /** What each class uses: resources, and how much of them for each unit of its rate. */
  private readonly used: Int32Array;
  private readonly perUnit: Float64Array;
  private readonly capacities: Float64Array;
  private readonly left: Float64Array;
  private readonly demand: Float64Array;
  private readonly full: Uint8Array;
  /** What ended the rise of each class: a resource, or its cap. */
  private readonly stops: Int32Array;
  private classes = 0;

  /** `uses`: how many things a class uses, at most. */
  constructor(maxClasses: number, resources: number, uses: number) {
    this.uses = uses;
    this.flows = new Float64Array(maxClasses);
    this.caps = new Float64Array(maxClasses);
    this.rates = new Float64Array(maxClasses);
    this.rising = new Uint8Array(maxClasses);
    this.used = new Int32Array(maxClasses * uses);
    this.perUnit = new Float64Array(maxClasses * uses);
    this.capacities = new Float64Array(resources);
    this.left = new Float64Array(resources);
    this.demand = new Float64Array(resources);
    this.full = new Uint8Array(resources);
    this.stops = new Int32Array(maxClasses);
  }

  begin(): void {
    this.classes = 0;
  }

  setCapacity(resource: number, capacity: number): void {
    this.capacities[resource] = capacity;
  }

  /** Adds `flows` flows of which none may have more than `cap`, and which use nothing yet; returns their class. */
  add(flows: number, cap: number): number {
    const added = this.classes++;
    this.flows[added] = flows;
    this.caps[added] = cap;
    this.used.fill(NOTHING, added * this.uses, (added + 1) * this.uses);
    return added;
  }

  /** Each of the things that a class uses. */
  use(index: number, resource: number, perUnit: number): void {
    if (perUnit === 0) return;
    let at = index * this.uses;
    while (this.used[at] !== NOTHING) at++;
    this.used[at] = resource;
    this.perUnit[at] = perUnit;
  }

  rate(index: number): number {
    return this.rates[index]!;
  }

  /** Whether nothing of a resource was left over. */
  isFull(resource: number): boolean {
    return this.full[resource] === 1;
  }

  /** The resource that was full and held a class back; negative where that was its own cap. */
  stop(index: number): number {
    return this.stops[index]!;
  }

  /** Whether something was left over of a resource by more than rounding. */
  hasSpare(resource: number): boolean {
    const capacity = this.capacities[resource]!;
    return capacity === Infinity || this.left[resource]! / capacity >= FULL;
  }

  run(): void {
    this.left.set(this.capacities);
    this.full.fill(0);
    this.rising.fill(1, 0, this.classes);
    for (let left = this.classes; left > 0;) left -= this.step();
  }

  /** Lets all that rise rise until something ends that; returns how many have ended. */
  private step(): number {
    const level = this.nextLevel();
    let ended = 0;
    for (let i = 0; i < this.classes; i++) {
      if (this.rising[i] === 0) continue;
      const stop = this.caps[i]! > level ? this.fullOf(i) : NOTHING;
      if (stop === NOTHING && this.caps[i]! > level) continue;
      this.stops[i] = stop;
      this.rates[i] = Math.min(this.caps[i]!, level);
      this.rising[i] = 0;
      ended++;
      for (let at = i * this.uses; at < (i + 1) * this.uses && this.used[at] !== NOTHING; at++) {
        const resource = this.used[at]!;
        const taken = this.rates[i]! * this.flows[i]! * this.perUnit[at]!;
        this.left[resource] = Math.max(0, this.left[resource]! - taken);
      }
    }
    return ended;
  }

  /**
   * Up to where all that rise can rise; marks the resources that are full then, if they are what ends it: all at once, or a
   * thousand nodes with the same limits would be a thousand steps.
   */
  private nextLevel(): number {
    const { left, demand } = this;
    let level = Infinity;
    demand.fill(0);
    for (let i = 0; i < this.classes; i++) {
      if (this.rising[i] === 0) continue;
      level = Math.min(level, this.caps[i]!);
      for (let at = i * this.uses; at < (i + 1) * this.uses && this.used[at] !== NOTHING; at++)
        demand[this.used[at]!]! += this.flows[i]! * this.perUnit[at]!;
    }
    const capped = level;
    for (let resource = 0; resource < demand.length; resource++)
      if (demand[resource]! > 0) level = Math.min(level, left[resource]! / demand[resource]!);
    if (level === capped) return level;
    for (let resource = 0; resource < demand.length; resource++) {
      const atMost = left[resource]! / demand[resource]!;
      if (demand[resource]! > 0 && atMost === level) this.full[resource] = 1;
    }
    return level;
  }

  /** A resource that a class uses and that is full; NOTHING if there is none. */
  private fullOf(index: number): number {
    for (let at = index * this.uses; at < (index + 1) * this.uses && this.used[at] !== NOTHING; at++)
      if (this.full[this.used[at]!] === 1) return this.used[at]!;
    return NOTHING;
  }
}
