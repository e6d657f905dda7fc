import { CAUSE, CAUSE_COUNT } from './cause.js';
import type { Clock } from './clock.js';
import { NO_GROUP } from './lane-table.js';
import type { RateGroups } from './rate-groups.js';

/**
 * For whoever asks why flows took as long as they did: of each lane, the time that its flows were held back by each cause.
 * All flows of a lane have one rate, and so one cause at any moment: the water level of the shared capacity where their
 * group is held back by it, otherwise what gives the lane its limit. What a flow met is the difference of two readings.
 */
export class LaneAccounts {
  private readonly clock: Clock;
  private readonly groups: RateGroups;
  /** What gives a lane of so many flows its limit. */
  private readonly causeOf: (lane: number, flows: number) => number;
  /** Milliseconds by lane and cause, until `sinceMs`; and what the clock of the lane's group, of time held back, read then. */
  private readonly causeMs: Float64Array;
  private readonly sinceMs: Float64Array;
  private readonly heldMs: Float64Array;
  private readonly cause: Uint8Array;

  constructor(
    clock: Clock,
    groups: RateGroups,
    lanes: number,
    causeOf: (lane: number, flows: number) => number,
  ) {
    this.clock = clock;
    this.groups = groups;
    this.causeOf = causeOf;
    this.causeMs = new Float64Array(lanes * CAUSE_COUNT);
    this.sinceMs = new Float64Array(lanes);
    this.heldMs = new Float64Array(lanes);
    this.cause = new Uint8Array(lanes);
  }

  /** Charges the time until now. `group`, which is in time, is the lane's: nothing is charged to a lane without one. */
  charge(lane: number, group: number): void {
    if (group === NO_GROUP) return;
    const { nowMs } = this.clock;
    const heldMs = this.groups.heldMs[group]!;
    const held = heldMs - this.heldMs[lane]!;
    const first = lane * CAUSE_COUNT;
    this.causeMs[first + CAUSE.bandwidth]! += held;
    this.causeMs[first + this.cause[lane]!]! += nowMs - this.sinceMs[lane]! - held;
    this.sinceMs[lane] = nowMs;
    this.heldMs[lane] = heldMs;
  }

  /** From now on the lane has `flows` flows, in this group, which is in time. */
  enter(lane: number, group: number, flows: number): void {
    this.sinceMs[lane] = this.clock.nowMs;
    this.heldMs[lane] = this.groups.heldMs[group]!;
    this.cause[lane] = this.causeOf(lane, flows);
  }

  /** Copies a lane's account, as last charged, to `to` from `at` on. */
  read(lane: number, to: Float64Array, at: number): void {
    const first = lane * CAUSE_COUNT;
    for (let i = 0; i < CAUSE_COUNT; i++) to[at + i] = this.causeMs[first + i]!;
  }
}
