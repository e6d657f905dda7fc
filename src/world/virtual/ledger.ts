import type { NodeTask } from '../../node/index.js';
import { CAUSE, CAUSE_COUNT, FLOW_CAUSES } from './cause.js';
import type { Clock } from './clock.js';
import type { FlowKind } from './flow-kind.js';
import type { Flows } from './flows.js';

/** What one worker did for a job, one task after the other. Times are milliseconds of the world. */
export interface WorkerAccount {
  readonly node: number;
  /** When it began with its first task, and ended its last one. */
  readonly startMs: number;
  readonly endMs: number;
  /** Its time in operations, by cause; the rest of the time between start and end it waited for its next task. */
  readonly causeMs: Float64Array;
}

interface Worker {
  readonly node: number;
  readonly stint: Stint;
  startMs: number;
  endMs: number;
  readonly causeMs: Float64Array;
}

/** Who does the work of a job: its snapshots are links, and its transfers are what takes the time of a backup. */
export type Stint = 'linking' | 'moving';

const STINT_OF: Partial<Record<NodeTask['kind'], Stint>> = {
  snapshot: 'linking',
  install: 'linking',
  upload: 'moving',
  download: 'moving',
};

/**
 * An activity's row: its milliseconds by cause; those of the parts of a file that are sent at once, and when they began; and
 * the account of the lane as it was when the activity's flow began.
 */
const PARTS = CAUSE_COUNT;
const PARTS_SINCE = PARTS + CAUSE_COUNT;
const MARK = PARTS_SINCE + 1;
const ROW = MARK + FLOW_CAUSES;

/**
 * Watches the workers of one job, and charges their time to causes. Told of each stage of an activity as it ends; made for
 * attribution, and absent otherwise.
 */
export class Ledger {
  private readonly clock: Clock;
  private readonly flows: Flows;
  private rows = new Float64Array(64 * ROW);
  /** By slot: who works there, and at what; undefined where that is no worker's own time, such as a release. */
  private readonly working: (Worker | undefined)[] = [];
  private readonly workers: Readonly<Record<Stint, Worker[]>> = { linking: [], moving: [] };
  /** By node: workers without a task. */
  private readonly idle: Readonly<Record<Stint, Map<number, Worker[]>>> = {
    linking: new Map(),
    moving: new Map(),
  };

  constructor(clock: Clock, flows: Flows) {
    this.clock = clock;
    this.flows = flows;
    flows.keepAccounts();
  }

  /** Every worker that had something to do, in the order of their first tasks. */
  accounts(stint: Stint): readonly WorkerAccount[] {
    return this.workers[stint];
  }

  /** A worker begins with a task. */
  begun(slot: number, { kind, node }: NodeTask): void {
    this.open(slot);
    const stint = STINT_OF[kind];
    this.working[slot] = stint && (this.idle[stint].get(node)?.pop() ?? this.employ(stint, node));
  }

  /** A task has ended, and its worker is free. */
  ended(slot: number): void {
    const worker = this.working[slot];
    if (!worker) return;
    this.working[slot] = undefined;
    worker.endMs = this.clock.nowMs;
    for (let i = 0; i < CAUSE_COUNT; i++) worker.causeMs[i]! += this.rows[slot * ROW + i]!;
    const idle = this.idle[worker.stint].get(worker.node);
    if (idle) idle.push(worker);
    else this.idle[worker.stint].set(worker.node, [worker]);
  }

  /** An activity that is not a task of its own begins: a part of a file. */
  partBegun(slot: number): void {
    this.open(slot);
    this.working[slot] = undefined;
  }

  /** A part of a file of `task` has ended. */
  partEnded(slot: number, task: number): void {
    const { rows } = this;
    for (let i = 0; i < CAUSE_COUNT; i++) rows[task * ROW + PARTS + i]! += rows[slot * ROW + i]!;
  }

  /** A file is sent in parts from now on. */
  partsBegun(slot: number): void {
    const row = slot * ROW;
    this.rows.fill(0, row + PARTS, row + PARTS_SINCE);
    this.rows[row + PARTS_SINCE] = this.clock.nowMs;
  }

  /** All parts of a file are sent: the time is charged to what held the parts back, in proportion. */
  partsEnded(slot: number): void {
    const { rows } = this;
    const row = slot * ROW;
    const elapsedMs = this.clock.nowMs - rows[row + PARTS_SINCE]!;
    const parts = rows.subarray(row + PARTS, row + PARTS_SINCE);
    const sumMs = parts.reduce((sum, ms) => sum + ms, 0);
    if (sumMs === 0) rows[row + CAUSE.latency]! += elapsedMs;
    else for (let i = 0; i < CAUSE_COUNT; i++) rows[row + i]! += (parts[i]! / sumMs) * elapsedMs;
  }

  /** Time that passes by itself, in links and directories. */
  linked(slot: number, ms: number): void {
    this.rows[slot * ROW + CAUSE.snapshot]! += ms;
  }

  /** A request, which waits for its turn first. */
  asked(slot: number, requestMs: number, turnMs: number): void {
    this.rows[slot * ROW + CAUSE.requestRate]! += turnMs;
    this.rows[slot * ROW + CAUSE.latency]! += requestMs - turnMs;
  }

  /** Time that the activity waited because its job may not do more. */
  limited(slot: number, ms: number): void {
    this.rows[slot * ROW + CAUSE.limits]! += ms;
  }

  /** From now on it is a flow that the activity waits for. */
  flowBegun(slot: number, node: number, kind: FlowKind): void {
    this.flows.markAccount(slot, node, kind, this.rows, slot * ROW + MARK);
  }

  /** The flow that the activity waits for has ended. */
  flowEnded(slot: number, node: number, kind: FlowKind): void {
    this.flows.addAccountSince(slot, node, kind, slot * ROW + MARK, this.rows, slot * ROW);
  }

  private employ(stint: Stint, node: number): Worker {
    const { nowMs } = this.clock;
    const worker = { node, stint, startMs: nowMs, endMs: nowMs, causeMs: new Float64Array(CAUSE_COUNT) };
    this.workers[stint].push(worker);
    return worker;
  }

  private open(slot: number): void {
    const row = slot * ROW;
    if (row + ROW > this.rows.length) {
      const { rows } = this;
      this.rows = new Float64Array(2 * (row + ROW));
      this.rows.set(rows);
    }
    this.rows.fill(0, row, row + CAUSE_COUNT);
  }
}
