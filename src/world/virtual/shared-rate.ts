import { invariant } from '../../base/errors.js';
import { CAUSE } from './cause.js';
import type { Clock } from './clock.js';
import { LaneAccounts } from './lane-accounts.js';
import { LaneHeap } from './lane-heap.js';
import { LaneTable, NO_GROUP } from './lane-table.js';
import { RateGroups } from './rate-groups.js';

/**
 * Exact max-min fair sharing of one capacity by many flows, each also limited by its lane (Bertsekas and Gallager, Data
 * Networks, 6.5.2); lanes that do not share the capacity have their limit alone. Instead of a rate per flow it keeps one
 * clock for all lanes with the same limit: a flow that starts or ends moves one heap entry, and the water level is found
 * anew over the few distinct limits. Times are milliseconds, rates bytes per millisecond.
 */
export class SharedRate {
  private capacity: number;
  private readonly limitOf: (lane: number, flows: number) => number;
  private readonly isShared: (lane: number) => boolean;
  private readonly lanes: LaneTable;
  private readonly groups: RateGroups;
  private readonly clock: Clock;
  private accounts: LaneAccounts | undefined;
  private sharedCause = CAUSE.bandwidth;
  private readonly laneCount: number;
  /** Something changed, at `changedAtMs`, since the rates were found. */
  private stale = false;
  private changedAtMs = 0;
  /** The group whose flow completes next. */
  private next = NO_GROUP;
  /** When that is, if no flow starts or ends before; Infinity if there is none. Right after `settle`. */
  nextMs = Infinity;
  /** What flows that share the capacity get if their limits let them: Infinity where it suffices for all. After `settle`. */
  level = Infinity;

  /**
   * `limitOf(lane, flows)`: what each of `flows` flows in a lane may have at most, asked whenever their number changes, and
   * on `refresh`. `isShared(lane)`: whether they share the capacity.
   */
  constructor(
    clock: Clock,
    capacityPerMs: number,
    lanes: number,
    limitOf: (lane: number, flows: number) => number,
    isShared: (lane: number) => boolean = () => true,
  ) {
    this.clock = clock;
    this.capacity = capacityPerMs;
    this.laneCount = lanes;
    this.lanes = new LaneTable(lanes);
    this.groups = new RateGroups(clock, () => new LaneHeap(this.lanes));
    this.limitOf = limitOf;
    this.isShared = isShared;
  }

  /** From now on, before any flow, accounts are kept of what holds flows back; `causeOf` as in LaneAccounts. */
  keepAccounts(causeOf: (lane: number, flows: number) => number): void {
    this.accounts = new LaneAccounts(this.clock, this.groups, this.laneCount, causeOf);
    this.accounts.sharedCause = this.sharedCause;
  }

  /** From now on there is another capacity; `cause`: what holds flows back that have no more of it. */
  setCapacity(perMs: number, cause: number): void {
    if (this.accounts && cause !== this.sharedCause) {
      for (let lane = 0; lane < this.laneCount; lane++) this.chargedAccounts(lane);
      this.accounts.sharedCause = cause;
    }
    this.sharedCause = cause;
    if (perMs === this.capacity) return;
    this.capacity = perMs;
    this.stale = true;
    this.changedAtMs = this.clock.nowMs;
  }

  /** The accounts, of which a lane's is charged until now. They must have been kept. */
  chargedAccounts(lane: number): LaneAccounts {
    const group = this.lanes.groupOf(lane);
    if (group !== NO_GROUP) this.groups.sync(group);
    this.accounts!.charge(lane, group);
    return this.accounts!;
  }

  /** A lane without flows goes on with the account that the same one of others has. */
  inheritAccount(lane: number, others: SharedRate): void {
    this.accounts?.copy(lane, others.chargedAccounts(lane));
  }

  /** Finds the rates and, from them, the next completion. To be called before time goes on. */
  settle(): void {
    if (!this.stale) return;
    this.stale = false;
    invariant(this.changedAtMs === this.clock.nowMs, 'time went on before the rates were found');
    if (this.capacity < Infinity || this.level < Infinity) {
      const level = this.groups.levelFor(this.capacity);
      if (level !== this.level) {
        this.level = level;
        this.groups.raiseTo(level);
      }
    }
    this.next = this.groups.earliest();
    this.nextMs = this.next === NO_GROUP ? Infinity : this.groups.nextAtMs[this.next]!;
  }

  /** The lane of the flow that completes next, after `settle`. */
  get nextLane(): number {
    return this.groups.heaps[this.next]!.first;
  }

  flowsIn(lane: number): number {
    return this.lanes.size(lane);
  }

  /** Whose flows they are, the one that completes first before the others. */
  ownersIn(lane: number): number[] {
    return this.lanes.ownersIn(lane);
  }

  /** The bytes that a flow still has before it now. To ask changes nothing, not even how often something is rounded. */
  leftOf(lane: number, owner: number): number {
    const served = this.lanes.offset(lane) + this.groups.servedNow(this.lanes.groupOf(lane));
    return Math.max(0, this.lanes.tag(lane, owner) - served);
  }

  /** What each flow of a lane gets now; for whoever watches, after `settle`. */
  rateOf(lane: number): number {
    const group = this.lanes.groupOf(lane);
    return group === NO_GROUP ? 0 : this.groups.rate[group]!;
  }

  start(lane: number, owner: number, bytes: number): void {
    const group = this.lanes.groupOf(lane);
    let served = this.lanes.offset(lane);
    if (group !== NO_GROUP) {
      this.groups.sync(group);
      served += this.groups.served[group]!;
    }
    this.lanes.insert(lane, served + bytes, owner);
    this.regroup(lane, 1);
  }

  /** Ends the flow that completes now, at `nextMs`, and returns its owner. */
  complete(): number {
    invariant(this.next !== NO_GROUP && !this.stale, 'no flow to complete');
    this.groups.reach(this.next);
    const lane = this.nextLane;
    const owner = this.lanes.removeNext(lane);
    this.regroup(lane, -1);
    return owner;
  }

  /** Ends a flow that is not wanted any more. */
  cancel(lane: number, owner: number): void {
    this.groups.sync(this.lanes.groupOf(lane));
    this.lanes.remove(lane, owner);
    this.regroup(lane, -1);
  }

  /** Takes notice of a limit that changed for another reason than the number of the lane's flows. */
  refresh(lane: number): void {
    const size = this.lanes.size(lane);
    if (size === 0) return;
    const group = this.lanes.groupOf(lane);
    if (this.limitOf(lane, size) === this.groups.limit[group]) return;
    this.groups.sync(group);
    this.regroup(lane, 0);
  }

  /** Puts a lane whose flows, or their limit, changed where it belongs. Its group is in time. */
  private regroup(lane: number, change: number): void {
    const { lanes, groups } = this;
    const size = lanes.size(lane);
    const from = lanes.groupOf(lane);
    this.accounts?.charge(lane, from);
    this.stale = true;
    this.changedAtMs = this.clock.nowMs;
    if (size === 0) {
      groups.leave(from, lane, -change);
      lanes.setGroup(lane, NO_GROUP);
      lanes.setOffset(lane, 0);
      return;
    }
    const limit = this.limitOf(lane, size);
    if (from !== NO_GROUP && groups.limit[from] === limit) {
      lanes.setKey(lane);
      groups.move(from, lane, change);
      this.accounts?.enter(lane, from, size);
      return;
    }
    if (from !== NO_GROUP) {
      lanes.setOffset(lane, lanes.offset(lane) + groups.served[from]!);
      groups.leave(from, lane, size - change);
    }
    const to = groups.with(limit, this.isShared(lane), this.level);
    groups.sync(to);
    lanes.setGroup(lane, to);
    lanes.setOffset(lane, lanes.offset(lane) - groups.served[to]!);
    lanes.setKey(lane);
    groups.join(to, lane, size);
    this.accounts?.enter(lane, to, size);
  }
}
