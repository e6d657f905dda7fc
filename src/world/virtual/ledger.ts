import type { NodeTask } from '../../node/index.js';
import { CAUSE, CAUSE_COUNT } from './cause.js';
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

/** What an activity has been held back by, and since when its present stage goes on. */
interface Entry {
  /** Undefined: no worker's own time, such as a release. */
  worker: Worker | undefined;
  stint: Stint | undefined;
  readonly causeMs: Float64Array;
  /** Of the lane, when the flow began. */
  readonly mark: Float64Array;
  /** Of the parts of a file that are sent at once: their causes, and when they began. */
  readonly partsMs: Float64Array;
  partsSinceMs: number;
}

/**
 * Watches the workers of one job, and charges their time to causes. Told of each stage of an activity as it ends; made for
 * attribution, and absent otherwise.
 */
export class Ledger {
  private readonly clock: Clock;
  private readonly flows: Flows;
  private readonly entries: Entry[] = [];
  private readonly workers: Readonly<Record<Stint, Worker[]>> = { linking: [], moving: [] };
  /** By node: workers without a task. */
  private readonly idle: Readonly<Record<Stint, Map<number, Worker[]>>> = {
    linking: new Map(),
    moving: new Map(),
  };
  private readonly reading = new Float64Array(CAUSE_COUNT);

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
    const entry = this.entryOf(slot);
    const stint = STINT_OF[kind];
    entry.stint = stint;
    entry.worker = stint && (this.idle[stint].get(node)?.pop() ?? this.employ(stint, node));
  }

  /** A task has ended, and its worker is free. */
  ended(slot: number): void {
    const { worker, stint, causeMs } = this.entries[slot]!;
    if (!worker || !stint) return;
    worker.endMs = this.clock.nowMs;
    for (let i = 0; i < CAUSE_COUNT; i++) worker.causeMs[i]! += causeMs[i]!;
    const idle = this.idle[stint].get(worker.node);
    if (idle) idle.push(worker);
    else this.idle[stint].set(worker.node, [worker]);
    this.entries[slot]!.worker = undefined;
  }

  /** An activity that is not a task of its own begins: a part of a file. */
  partBegun(slot: number): void {
    this.entryOf(slot);
  }

  /** A part of a file of `task` has ended. */
  partEnded(slot: number, task: number): void {
    const { causeMs } = this.entries[slot]!;
    const { partsMs } = this.entries[task]!;
    for (let i = 0; i < CAUSE_COUNT; i++) partsMs[i]! += causeMs[i]!;
  }

  /** A file is sent in parts from now on. */
  partsBegun(slot: number): void {
    const entry = this.entries[slot]!;
    entry.partsMs.fill(0);
    entry.partsSinceMs = this.clock.nowMs;
  }

  /** All parts of a file are sent: the time is charged to what held the parts back, in proportion. */
  partsEnded(slot: number): void {
    const { causeMs, partsMs, partsSinceMs } = this.entries[slot]!;
    const elapsedMs = this.clock.nowMs - partsSinceMs;
    const sumMs = partsMs.reduce((sum, ms) => sum + ms, 0);
    if (sumMs === 0) causeMs[CAUSE.latency]! += elapsedMs;
    else for (let i = 0; i < CAUSE_COUNT; i++) causeMs[i]! += (partsMs[i]! / sumMs) * elapsedMs;
  }

  /** Time that passes by itself, in links and directories. */
  linked(slot: number, ms: number): void {
    this.entries[slot]!.causeMs[CAUSE.snapshot]! += ms;
  }

  /** A request, which waits for its turn first. */
  asked(slot: number, requestMs: number, turnMs: number): void {
    const { causeMs } = this.entries[slot]!;
    causeMs[CAUSE.requestRate]! += turnMs;
    causeMs[CAUSE.latency]! += requestMs - turnMs;
  }

  /** From now on it is a flow that the activity waits for. */
  flowBegun(slot: number, node: number, kind: FlowKind): void {
    this.flows.readAccount(node, kind, this.entries[slot]!.mark, 0);
  }

  /** The flow that the activity waits for has ended. */
  flowEnded(slot: number, node: number, kind: FlowKind): void {
    const { causeMs, mark } = this.entries[slot]!;
    const { reading } = this;
    this.flows.readAccount(node, kind, reading, 0);
    for (let i = 0; i < CAUSE_COUNT; i++) causeMs[i]! += reading[i]! - mark[i]!;
  }

  private employ(stint: Stint, node: number): Worker {
    const { nowMs } = this.clock;
    const worker = { node, startMs: nowMs, endMs: nowMs, causeMs: new Float64Array(CAUSE_COUNT) };
    this.workers[stint].push(worker);
    return worker;
  }

  private entryOf(slot: number): Entry {
    const entry = (this.entries[slot] ??= {
      worker: undefined,
      stint: undefined,
      causeMs: new Float64Array(CAUSE_COUNT),
      mark: new Float64Array(CAUSE_COUNT),
      partsMs: new Float64Array(CAUSE_COUNT),
      partsSinceMs: 0,
    });
    entry.worker = undefined;
    entry.causeMs.fill(0);
    return entry;
  }
}
