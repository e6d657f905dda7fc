import { failure, success, type Answer, type JobContext, type Outcome } from '../../coordinator/index.js';
import type { NodeTask, Operation, TaskReport } from '../../node/index.js';
import type { Recorder } from '../recorder.js';
import type { Clock } from './clock.js';
import type { EventQueue } from './event-queue.js';
import { FLOW, type FlowKind } from './flow-kind.js';
import type { Flows } from './flows.js';
import { performOnNode, type Cluster } from './node-operations.js';
import type { NodePools } from './node-pools.js';
import type { Prices } from './prices.js';
import { Part, Running, STAGE, type Activity, type Stage } from './running.js';

export interface TraceRecord {
  readonly atMs: number;
  readonly node: number;
  readonly jobId: number;
  readonly taskId: number;
  readonly operation: Operation;
}

export interface NodeWorkOptions {
  readonly cluster: Cluster;
  readonly prices: Prices;
  readonly clock: Clock;
  readonly flows: Flows;
  readonly pools: NodePools;
  readonly queue: EventQueue;
  readonly trace: ((record: TraceRecord) => void) | undefined;
}

/**
 * What is known of each slot in `moments`: bytes to move; of a task also its file's size, when its operation and it began,
 * and the bytes it has moved.
 */
const COLUMNS = 8;
const BYTES = 0;
const FILE_BYTES = 1;
const OPERATION_START = 2;
const TASK_START = 3;
const MOVED_BYTES = 4;

/**
 * What nodes do: runs the procedures of tasks, and has each of their operations take its time. The events that it puts
 * into the queue carry a slot of its table, and its holder's stamp: an event for an earlier holder is void.
 */
export class NodeWork {
  private readonly options: NodeWorkOptions;
  private readonly clock: Clock;
  private readonly flows: Flows;
  private readonly prices: Prices;
  private readonly activities: (Activity | undefined)[] = [];
  private nextStamp = 0;
  private moments = new Float64Array(4 * COLUMNS);
  private readonly freeSlots: number[] = [];
  private readonly recorders = new Map<number, Recorder>();
  /** Operations carried out, and requests made to repositories, so far. */
  operations = 0;
  requests = 0;

  constructor(options: NodeWorkOptions) {
    this.options = options;
    this.clock = options.clock;
    this.flows = options.flows;
    this.prices = options.prices;
  }

  record(jobId: number, recorder: Recorder): void {
    this.recorders.set(jobId, recorder);
  }

  /** A task is on its way to its node, where it is to arrive in some time. */
  send(task: NodeTask, job: JobContext, answer: Answer<TaskReport>, arrivesInMs: number): void {
    const running = new Running(task, job, answer);
    this.admit(running);
    this.wake(running, STAGE.arriving, arrivesInMs);
  }

  /** Ends all that a job has nodes do. A release is what cleans up after it: nothing stops that. */
  abort(jobId: number): void {
    const { pools } = this.options;
    pools.drop(jobId);
    const doomed = this.activities.filter(
      (activity) => activity?.running.job.jobId === jobId && activity.running.task.kind !== 'release',
    );
    for (const activity of doomed as Activity[]) {
      const { running, stage, kind, slot } = activity;
      const { node } = running;
      if (stage === STAGE.computing) this.flows.cancel(node, FLOW.processor, slot);
      if (stage === STAGE.moving) this.flows.cancel(node, kind, slot);
      this.dismiss(activity);
      if (activity !== running || !running.isWorking) continue;
      running.procedure?.return({ movedFiles: 0, skippedFiles: 0 });
      this.leave(running, false);
    }
  }

  /** An event's time has come; true if the coordinator was told of something. */
  happen(slot: number, stamp: number): boolean {
    const activity = this.activities[slot];
    if (activity?.stamp !== stamp) return false;
    const { running } = activity;
    switch (activity.stage) {
      case STAGE.asking:
        this.answered(activity);
        return false;
      case STAGE.arriving:
        if (this.options.pools.enter(running)) this.begin(running);
        return false;
      case STAGE.answering:
        this.dismiss(activity);
        running.answer(running.outcome!);
        return true;
      default:
        this.complete(running);
        return false;
    }
  }

  /** The flow of a slot has ended. */
  flowEnded(slot: number): void {
    const activity = this.activities[slot]!;
    if (activity.stage === STAGE.computing) this.ask(activity);
    else this.moved(activity);
  }

  /** A worker begins with a task. */
  private begin(running: Running): void {
    running.begin();
    running.recorder = this.recorders.get(running.job.jobId);
    this.moments[running.slot * COLUMNS + TASK_START] = this.clock.nowMs;
    this.moments[running.slot * COLUMNS + MOVED_BYTES] = 0;
    this.resume(running, undefined);
  }

  /** Runs a procedure until its next operation that takes time. */
  private resume(running: Running, value: unknown): void {
    let answer = value;
    try {
      const procedure = running.procedure!;
      for (;;) {
        const next = procedure.next(answer);
        if (next.done) return this.finish(running, next.value);
        const operation = next.value;
        this.operations++;
        running.operation = operation;
        this.moments[running.slot * COLUMNS + OPERATION_START] = this.clock.nowMs;
        if (this.start(running, operation)) return undefined;
        answer = performOnNode(this.options.cluster, running, operation);
      }
    } catch (error) {
      return this.fail(running, error);
    }
  }

  /** Has an operation take its time; false if it takes none. */
  private start(running: Running, operation: Operation): boolean {
    switch (operation.op) {
      case 'scan':
      case 'report':
      case 'sweep':
        return false;
      case 'hash':
        return this.move(running, FLOW.hash, this.sizeOf(running, operation.file));
      case 'put':
        this.put(running, this.sizeOf(running, operation.file), operation.hash);
        return true;
      case 'get':
        running.firstFile = this.shards.firstFile[operation.shard]!;
        this.request(running, FLOW.putHash, this.sizeOf(running, operation.file));
        return true;
      case 'link':
      case 'install':
      case 'remove':
        return this.delay(running, this.shards.fileCount(operation.shard));
      case 'drop':
        return this.delay(running, this.options.cluster.nodes.filesOf(running.node, operation.jobId));
      default:
        this.request(running, FLOW.put, 0);
        return true;
    }
  }

  private put(running: Running, sizeBytes: number, hash: boolean): void {
    const partBytes = hash ? undefined : this.prices.partBytes(sizeBytes);
    if (partBytes === undefined) {
      return this.request(running, hash ? FLOW.putHash : FLOW.put, sizeBytes);
    }
    running.parts = { leftBytes: sizeBytes, partBytes, open: 0, state: 'beginning' };
    return this.request(running, FLOW.put, 0);
  }

  private delay(running: Running, files: number): true {
    this.wake(running, STAGE.delayed, this.prices.linkMs(running.node, files));
    return true;
  }

  private request(activity: Activity, kind: FlowKind, bytes: number): void {
    activity.kind = kind;
    this.moments[activity.slot * COLUMNS + BYTES] = bytes;
    const { node } = activity.running;
    const { clientMs } = this.prices;
    if (clientMs === 0 || this.flows.isFree(node, FLOW.processor)) return this.ask(activity);
    activity.stage = STAGE.computing;
    this.flows.start(node, FLOW.processor, activity.slot, this.flows.processorBytes(node, clientMs));
  }

  private ask(activity: Activity): void {
    this.requests++;
    this.wake(activity, STAGE.asking, this.prices.requestMs());
  }

  /** A request was answered: now its bytes. */
  private answered(activity: Activity): void {
    const bytes = this.moments[activity.slot * COLUMNS + BYTES]!;
    if (!this.move(activity, activity.kind, bytes)) this.moved(activity);
  }

  /** Has bytes flow; false if that takes no time. */
  private move(activity: Activity, kind: FlowKind, bytes: number): boolean {
    const { node } = activity.running;
    if (bytes === 0 || this.flows.isFree(node, kind)) return false;
    activity.stage = STAGE.moving;
    activity.kind = kind;
    this.flows.start(node, kind, activity.slot, bytes);
    return true;
  }

  private moved(activity: Activity): void {
    const { running } = activity;
    const { parts } = running;
    if (!parts) return this.complete(running);
    if (activity !== running) {
      this.dismiss(activity);
      parts.open--;
    } else if (parts.state === 'completing') {
      running.parts = undefined;
      return this.complete(running);
    }
    return this.sendParts(running);
  }

  private sendParts(running: Running): void {
    const parts = running.parts!;
    parts.state = 'sending';
    while (parts.open < this.prices.parallelParts && parts.leftBytes > 0) {
      const bytes = Math.min(parts.partBytes, parts.leftBytes);
      const part = new Part(running);
      parts.leftBytes -= bytes;
      parts.open++;
      this.admit(part);
      this.request(part, FLOW.put, bytes);
    }
    if (parts.open > 0) return undefined;
    parts.state = 'completing';
    return this.request(running, FLOW.put, 0);
  }

  /** An operation's time has passed. */
  private complete(running: Running): void {
    const operation = running.operation!;
    if (operation.op === 'put' || operation.op === 'get') this.count(running);
    if (this.options.trace) this.trace(running, operation);
    let answer: unknown;
    try {
      answer = performOnNode(this.options.cluster, running, operation);
    } catch (error) {
      return this.throwInto(running, error);
    }
    return this.resume(running, answer);
  }

  /** A file has been moved. */
  private count(running: Running): void {
    const { moments } = this;
    const first = running.slot * COLUMNS;
    const bytes = moments[first + FILE_BYTES]!;
    running.movedFiles++;
    moments[first + MOVED_BYTES]! += bytes;
    running.recorder?.flowed(moments[first + OPERATION_START]!, this.clock.nowMs, bytes);
  }

  private trace({ node, task, job }: Running, operation: Operation): void {
    this.options.trace!({ atMs: this.clock.nowMs, node, jobId: job.jobId, taskId: task.taskId, operation });
  }

  /** Lets a procedure know that its operation failed; what it does about that must be an operation or its end. */
  private throwInto(running: Running, error: unknown): void {
    try {
      const next = running.procedure!.throw(error);
      if (next.done) return this.finish(running, next.value);
      this.operations++;
      running.operation = next.value;
      this.moments[running.slot * COLUMNS + OPERATION_START] = this.clock.nowMs;
      if (this.start(running, next.value)) return undefined;
      return this.complete(running);
    } catch (thrown) {
      return this.fail(running, thrown);
    }
  }

  private finish(running: Running, report: TaskReport): void {
    this.leave(running, true);
    this.report(running, success(report));
  }

  private fail(running: Running, error: unknown): void {
    this.leave(running, false);
    this.report(running, failure(error));
  }

  private report(running: Running, outcome: Outcome<TaskReport>): void {
    running.outcome = outcome;
    this.wake(running, STAGE.answering, this.prices.messageMs);
  }

  /** Gives the worker back, and to the next task that waits for one. */
  private leave(running: Running, isFinished: boolean): void {
    const { task, recorder } = running;
    if (recorder && (task.kind === 'upload' || task.kind === 'download')) {
      const first = running.slot * COLUMNS;
      recorder.worked({
        node: task.node,
        startMs: this.moments[first + TASK_START]!,
        endMs: this.clock.nowMs,
        shards: isFinished ? task.shards.length : 0,
        files: running.movedFiles,
        bytes: this.moments[first + MOVED_BYTES]!,
      });
    }
    const next = this.options.pools.leave(task);
    if (next) this.begin(next);
  }

  private wake(activity: Activity, stage: Stage, inMs: number): void {
    activity.stage = stage;
    this.options.queue.push(this.clock.nowMs + inMs, activity.slot, activity.stamp);
  }

  private admit(activity: Activity): void {
    const slot = this.freeSlots.pop() ?? this.activities.length;
    if ((slot + 1) * COLUMNS > this.moments.length) {
      const { moments } = this;
      this.moments = new Float64Array(moments.length * 2);
      this.moments.set(moments);
    }
    activity.slot = slot;
    activity.stamp = this.nextStamp = (this.nextStamp + 1) & 0x7fffffff;
    this.activities[slot] = activity;
  }

  private dismiss(activity: Activity): void {
    const { slot } = activity;
    this.activities[slot] = undefined;
    this.freeSlots.push(slot);
  }

  private get shards(): Cluster['catalog']['shards'] {
    return this.options.cluster.catalog.shards;
  }

  /** The size of a file of the shard being worked on. */
  private sizeOf({ slot, firstFile }: Running, file: number): number {
    const sizeBytes = this.shards.fileSizeBytes[firstFile + file]!;
    this.moments[slot * COLUMNS + FILE_BYTES] = sizeBytes;
    return sizeBytes;
  }
}
