import { CAUSE, FLOW_CAUSES } from './cause.js';
import type { Clock } from './clock.js';
import { NO_GROUP } from './lane-table.js';
import type { RateGroups } from './rate-groups.js';

/** A lane's row: milliseconds by cause, until when, and what the group's clock of time held back read then. */
const SINCE = FLOW_CAUSES;
const HELD = FLOW_CAUSES + 1;
const ROW = FLOW_CAUSES + 2;

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
  /** What holds back flows that share the capacity. */
  sharedCause = CAUSE.bandwidth;
  private readonly rows: Float64Array;
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
    this.rows = new Float64Array(lanes * ROW);
    this.cause = new Uint8Array(lanes);
  }

  /** Charges the time until now. `group`, which is in time, is the lane's: nothing is charged to a lane without one. */
  charge(lane: number, group: number): void {
    if (group === NO_GROUP) return;
    const { rows } = this;
    const { nowMs } = this.clock;
    const row = lane * ROW;
    const elapsedMs = nowMs - rows[row + SINCE]!;
    if (elapsedMs === 0) return;
    const heldMs = this.groups.heldMs[group]!;
    const held = heldMs - rows[row + HELD]!;
    rows[row + this.sharedCause]! += held;
    rows[row + this.cause[lane]!]! += elapsedMs - held;
    rows[row + SINCE] = nowMs;
    rows[row + HELD] = heldMs;
  }

  /** From now on the lane has `flows` flows, in this group, which is in time. */
  enter(lane: number, group: number, flows: number): void {
    const row = lane * ROW;
    this.rows[row + SINCE] = this.clock.nowMs;
    this.rows[row + HELD] = this.groups.heldMs[group]!;
    this.cause[lane] = this.causeOf(lane, flows);
  }

  /** Begins the account of a lane without flows with what the lane's account has in `others`. */
  copy(lane: number, others: LaneAccounts): void {
    others.read(lane, this.rows, lane * ROW);
  }

  /** Copies a lane's account, as last charged, to `to` from `at` on. */
  read(lane: number, to: Float64Array, at: number): void {
    const row = lane * ROW;
    for (let i = 0; i < FLOW_CAUSES; i++) to[at + i] = this.rows[row + i]!;
  }

  /** Adds to `to`, from `at` on, what was charged to a lane since it was read as `mark`. */
  addSince(lane: number, mark: number, to: Float64Array, at: number): void {
    const row = lane * ROW;
    for (let i = 0; i < FLOW_CAUSES; i++) to[at + i]! += this.rows[row + i]! - to[mark + i]!;
  }
}
