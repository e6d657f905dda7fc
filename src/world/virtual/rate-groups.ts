import type { Clock } from './clock.js';
import type { LaneHeap } from './lane-heap.js';

/** Beyond this many, groups that become empty are given up: each limit that ever was would stay otherwise. */
const MAX_IDLE_GROUPS = 24;

/**
 * Lanes with the same limit per flow run at the same rate, whatever the water level: a group, with one clock for all. A
 * clock is read only when something happens to its group, so that what happens elsewhere costs it neither time nor
 * precision. Columns by group, since they are what every event looks at; Float64 columns are in milliseconds, bytes, and
 * bytes per millisecond.
 */
export class RateGroups {
  limit = new Float64Array(16);
  /** Per flow, since `atMs`. */
  rate = new Float64Array(16);
  /** When the next flow of a group is complete, at this rate; Infinity for an empty one. */
  nextAtMs = new Float64Array(16);
  /** The lanes of each group by the reading of its clock at which their next flow is complete. */
  readonly heaps: LaneHeap[] = [];
  /** Bytes served per flow since the group was last empty, at `atMs`. */
  served = new Float64Array(16);
  /** How long the group was held back below its limit since it was last empty, at `atMs`; in milliseconds. */
  heldMs = new Float64Array(16);
  private atMs = new Float64Array(16);
  private flows = new Float64Array(16);
  /** Groups that share the capacity, and those that do not; each ascending by limit. */
  private readonly sharing: number[] = [];
  private readonly alone: number[] = [];
  private readonly free: number[] = [];
  private readonly clock: Clock;
  private readonly newHeap: () => LaneHeap;

  constructor(clock: Clock, newHeap: () => LaneHeap) {
    this.clock = clock;
    this.newHeap = newHeap;
  }

  /** Brings `served` of a group to now. */
  sync(group: number): void {
    const { nowMs } = this.clock;
    const elapsedMs = nowMs - this.atMs[group]!;
    // Neither no flows nor no time make bytes of a rate without limit.
    if (elapsedMs > 0 && this.flows[group]! > 0) {
      this.served[group]! += this.rate[group]! * elapsedMs;
      if (this.rate[group]! < this.limit[group]!) this.heldMs[group]! += elapsedMs;
    }
    this.atMs[group] = nowMs;
  }

  /** What `served` of a group with flows would be, brought to now. */
  servedNow(group: number): number {
    const elapsedMs = this.clock.nowMs - this.atMs[group]!;
    return this.served[group]! + (elapsedMs > 0 ? this.rate[group]! * elapsedMs : 0);
  }

  /** The group's next flow is complete now: without the rounding of many small steps. */
  reach(group: number): void {
    const { nowMs } = this.clock;
    this.served[group] = this.heaps[group]!.firstKey;
    if (this.rate[group]! < this.limit[group]!) this.heldMs[group]! += nowMs - this.atMs[group]!;
    this.atMs[group] = nowMs;
  }

  /** The group with this limit, made if there is none; `level` is the water level now. */
  with(limit: number, isShared: boolean, level: number): number {
    const groups = isShared ? this.sharing : this.alone;
    let at = 0;
    let end = groups.length;
    while (at < end) {
      const middle = (at + end) >> 1;
      if (this.limit[groups[middle]!]! < limit) at = middle + 1;
      else end = middle;
    }
    const found = groups[at];
    if (found !== undefined && this.limit[found] === limit) return found;
    const group = this.free.pop() ?? this.heaps.length;
    if (group === this.limit.length) this.grow();
    groups.splice(at, 0, group);
    this.heaps[group] = this.newHeap();
    this.limit[group] = limit;
    this.rate[group] = isShared ? Math.min(limit, level) : limit;
    this.nextAtMs[group] = Infinity;
    this.flows[group] = 0;
    this.served[group] = 0;
    this.heldMs[group] = 0;
    this.atMs[group] = 0;
    return group;
  }

  /** A lane of `flows` flows joins a group that is in time. */
  join(group: number, lane: number, flows: number): void {
    this.flows[group]! += flows;
    this.heaps[group]!.add(lane);
    this.setDue(group);
  }

  /** A lane of a group that is in time has another key, and `change` more flows. */
  move(group: number, lane: number, change: number): void {
    this.flows[group]! += change;
    this.heaps[group]!.move(lane);
    this.setDue(group);
  }

  /** A lane of `flows` flows leaves a group that is in time. */
  leave(group: number, lane: number, flows: number): void {
    const heap = this.heaps[group]!;
    heap.remove(lane);
    if (heap.size > 0) {
      this.flows[group]! -= flows;
      this.setDue(group);
      return;
    }
    this.flows[group] = 0;
    this.nextAtMs[group] = Infinity;
    this.served[group] = 0;
    this.heldMs[group] = 0;
    if (this.sharing.length > MAX_IDLE_GROUPS) this.giveUp(this.sharing, group);
    if (this.alone.length > MAX_IDLE_GROUPS) this.giveUp(this.alone, group);
  }

  /** What a flow may have at most if all that share `capacity` are to have their fair part. */
  levelFor(capacity: number): number {
    const { sharing, limit, flows } = this;
    let rising = 0;
    for (let i = 0; i < sharing.length; i++) rising += flows[sharing[i]!]!;
    let left = capacity;
    for (let i = 0; i < sharing.length; i++) {
      const group = sharing[i]!;
      const inGroup = flows[group]!;
      if (inGroup === 0) continue;
      const most = limit[group]!;
      if (most * rising > left) return left / rising;
      left -= most * inGroup;
      rising -= inGroup;
    }
    return Infinity;
  }

  /** The water level was another until now. */
  raiseTo(level: number): void {
    for (const group of this.sharing) {
      const rate = Math.min(this.limit[group]!, level);
      if (rate === this.rate[group]) continue;
      this.sync(group);
      this.rate[group] = rate;
      if (this.flows[group]! > 0) this.setDue(group);
    }
  }

  /** The group whose next flow is complete first; -1 if there are no flows. */
  earliest(): number {
    const { nextAtMs } = this;
    let best = -1;
    let bestMs = Infinity;
    for (let group = 0; group < this.heaps.length; group++) {
      const atMs = nextAtMs[group]!;
      if (atMs < bestMs) {
        best = group;
        bestMs = atMs;
      }
    }
    return best;
  }

  private setDue(group: number): void {
    const left = this.heaps[group]!.firstKey - this.served[group]!;
    this.nextAtMs[group] = this.atMs[group]! + (left > 0 ? left / this.rate[group]! : 0);
  }

  private giveUp(groups: number[], group: number): void {
    const at = groups.indexOf(group);
    if (at < 0) return;
    groups.splice(at, 1);
    this.free.push(group);
  }

  private grow(): void {
    const length = this.limit.length * 2;
    const longer = (old: Float64Array): Float64Array<ArrayBuffer> => {
      const column = new Float64Array(length);
      column.set(old);
      return column;
    };
    this.limit = longer(this.limit);
    this.rate = longer(this.rate);
    this.nextAtMs = longer(this.nextAtMs);
    this.served = longer(this.served);
    this.heldMs = longer(this.heldMs);
    this.atMs = longer(this.atMs);
    this.flows = longer(this.flows);
  }
}
