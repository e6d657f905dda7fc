import { invariant } from '../../base/errors.js';
import { LaneHeap } from './lane-heap.js';
import { Lane } from './lane.js';

/** Lanes with the same limit per flow that share the capacity, or do not: they run at the same rate. */
export interface Group {
  limit: number;
  isShared: boolean;
  /** Bytes served per flow since the group was last empty, at `atMs`. */
  clock: number;
  atMs: number;
  /** Bytes per millisecond, per flow, since `atMs`. */
  rate: number;
  flows: number;
  /** When its next flow is complete, at this rate. */
  nextAtMs: number;
  isDirty: boolean;
  readonly heap: LaneHeap;
}

/** Beyond this many, groups that become empty are given up: each limit that ever was would stay otherwise. */
const MAX_IDLE_GROUPS = 24;

/**
 * Exact max-min fair sharing of one capacity by many flows, each also limited by its lane (Bertsekas and Gallager, Data
 * Networks, 6.5.2); lanes that do not share the capacity have their limit alone. Instead of a rate per flow it keeps one
 * clock per distinct limit: a flow that starts or ends moves one heap entry, and the water level is found anew over the few
 * distinct limits. A clock is only read when something happens to its group, so that what happens elsewhere costs it
 * neither time nor precision. Times are milliseconds, rates bytes per millisecond. Time only goes on.
 */
export class SharedRate {
  private readonly capacity: number;
  private readonly limitOf: (lane: number, flows: number) => number;
  private readonly isShared: (lane: number) => boolean;
  private readonly lanes: Lane[] = [];
  /** Ascending by limit; groups without flows stay for the next lane with their limit. */
  private readonly sharing: Group[] = [];
  private readonly alone: Group[] = [];
  /** Something changed, at `changedAtMs`, since the rates were found. */
  private stale = false;
  private changedAtMs = 0;
  private next: Group | undefined;
  private nextAtMs = Infinity;
  /** What flows that share the capacity get if their limits let them: Infinity where it suffices for all. */
  level = Infinity;

  /**
   * `limitOf(lane, flows)`: what each of `flows` flows in a lane may have at most, asked whenever their number changes, and
   * on `refresh`. `isShared(lane)`: whether they share the capacity.
   */
  constructor(
    capacityPerMs: number,
    limitOf: (lane: number, flows: number) => number,
    isShared: (lane: number) => boolean = () => true,
  ) {
    this.capacity = capacityPerMs;
    this.limitOf = limitOf;
    this.isShared = isShared;
  }

  /** When the next flow completes, if none starts or ends before; Infinity if there is none. */
  get nextMs(): number {
    if (this.stale) this.settle();
    return this.nextAtMs;
  }

  /** The lane of the flow that completes next, after `nextMs`. */
  get nextLane(): number {
    return this.next!.heap.first.id;
  }

  flowsIn(lane: number): number {
    return this.lanes[lane]?.size ?? 0;
  }

  /** What each flow of a lane gets now; for whoever watches. */
  rateOf(lane: number): number {
    if (this.stale) this.settle();
    return this.lanes[lane]?.group?.rate ?? 0;
  }

  start(laneId: number, owner: number, bytes: number, nowMs: number): void {
    this.catchUp(nowMs);
    const lane = this.laneAt(laneId);
    const { group } = lane;
    if (group) sync(group, nowMs);
    lane.insert((group ? group.clock : 0) + lane.offset + bytes, owner);
    this.regroup(lane, lane.size - 1, nowMs);
  }

  /** Ends the flow that completes at `nowMs`, which `nextMs` gave, and returns its owner. */
  complete(nowMs: number): number {
    const group = this.next;
    invariant(group && !this.stale, 'no flow to complete');
    // The clock is now what it must be, without the rounding of many small steps.
    group.clock = group.heap.firstKey;
    group.atMs = nowMs;
    const lane = group.heap.first;
    const owner = lane.removeNext();
    this.regroup(lane, lane.size + 1, nowMs);
    return owner;
  }

  /** Ends a flow that is not wanted any more. */
  cancel(laneId: number, owner: number, nowMs: number): void {
    this.catchUp(nowMs);
    const lane = this.laneAt(laneId);
    sync(lane.group!, nowMs);
    lane.remove(owner);
    this.regroup(lane, lane.size + 1, nowMs);
  }

  /** Takes notice of a limit that changed for another reason than the number of the lane's flows. */
  refresh(laneId: number, nowMs: number): void {
    const lane = this.lanes[laneId];
    if (!lane?.group) return;
    if (this.limitOf(laneId, lane.size) === lane.group.limit) return;
    this.catchUp(nowMs);
    sync(lane.group, nowMs);
    this.regroup(lane, lane.size, nowMs);
  }

  /** Finds the rates that held until now, if they were not asked for. */
  private catchUp(nowMs: number): void {
    if (this.stale && nowMs > this.changedAtMs) this.settle();
  }

  /** Puts a lane whose flows, or their limit, changed where it belongs. Its group's clock is in time. */
  private regroup(lane: Lane, flowsBefore: number, nowMs: number): void {
    const from = lane.group;
    const { size } = lane;
    this.stale = true;
    this.changedAtMs = nowMs;
    if (size === 0) {
      if (from) this.leave(from, lane, flowsBefore);
      lane.group = undefined;
      lane.offset = 0;
      return;
    }
    const limit = this.limitOf(lane.id, size);
    if (from?.limit === limit) {
      from.flows += size - flowsBefore;
      from.isDirty = true;
      from.heap.move(lane, lane.nextTag - lane.offset);
      return;
    }
    let clock = lane.offset;
    if (from) {
      clock += from.clock;
      this.leave(from, lane, flowsBefore);
    }
    const to = this.groupWith(limit, this.isShared(lane.id));
    sync(to, nowMs);
    to.flows += size;
    to.isDirty = true;
    lane.group = to;
    lane.offset = clock - to.clock;
    to.heap.add(lane, lane.nextTag - lane.offset);
  }

  private leave(group: Group, lane: Lane, flows: number): void {
    group.flows -= flows;
    group.isDirty = true;
    group.heap.remove(lane);
    if (group.flows > 0) return;
    group.clock = 0;
    const groups = group.isShared ? this.sharing : this.alone;
    if (groups.length > MAX_IDLE_GROUPS) groups.splice(groups.indexOf(group), 1);
  }

  /** Finds the rates and, from them, the next completion. */
  private settle(): void {
    const nowMs = this.changedAtMs;
    this.stale = false;
    this.next = undefined;
    this.nextAtMs = Infinity;
    this.level = this.findLevel();
    for (const group of this.sharing) this.setRate(group, Math.min(group.limit, this.level), nowMs);
    for (const group of this.alone) this.setRate(group, group.limit, nowMs);
  }

  private findLevel(): number {
    let left = this.capacity;
    if (left === Infinity) return Infinity;
    let flows = 0;
    for (const group of this.sharing) flows += group.flows;
    for (const group of this.sharing) {
      if (group.flows === 0) continue;
      if (group.limit * flows > left) return left / flows;
      left = Math.max(0, left - group.limit * group.flows);
      flows -= group.flows;
    }
    return Infinity;
  }

  private setRate(group: Group, rate: number, nowMs: number): void {
    if (group.flows === 0) return;
    if (rate !== group.rate) {
      sync(group, nowMs);
      group.rate = rate;
      group.isDirty = true;
    }
    if (group.isDirty) {
      group.isDirty = false;
      group.nextAtMs = group.atMs + Math.max(0, group.heap.firstKey - group.clock) / rate;
    }
    if (group.nextAtMs < this.nextAtMs) {
      this.nextAtMs = group.nextAtMs;
      this.next = group;
    }
  }

  private laneAt(id: number): Lane {
    return (this.lanes[id] ??= new Lane(id));
  }

  private groupWith(limit: number, isShared: boolean): Group {
    const groups = isShared ? this.sharing : this.alone;
    let at = 0;
    let end = groups.length;
    while (at < end) {
      const middle = (at + end) >> 1;
      if (groups[middle]!.limit < limit) at = middle + 1;
      else end = middle;
    }
    const found = groups[at];
    if (found?.limit === limit) return found;
    const group: Group = {
      limit,
      isShared,
      clock: 0,
      atMs: 0,
      rate: 0,
      flows: 0,
      nextAtMs: Infinity,
      isDirty: true,
      heap: new LaneHeap(),
    };
    groups.splice(at, 0, group);
    return group;
  }
}

/** Brings a group's clock to now. */
function sync(group: Group, nowMs: number): void {
  if (nowMs > group.atMs) {
    if (group.flows > 0) group.clock += group.rate * (nowMs - group.atMs);
    group.atMs = nowMs;
  }
}
