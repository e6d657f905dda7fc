import type { Answer, JobContext } from '../../coordinator/index.js';
import { failure, success } from '../../coordinator/index.js';
import type { NodeTask, Operation, TaskReport } from '../../node/index.js';
import type { Recorder } from '../recorder.js';
import type { EventHeap } from './event-heap.js';
import { FLOW, type FlowKind } from './flow-kind.js';
import type { Flows } from './flows.js';
import { performOnNode, type Cluster } from './node-operations.js';
import type { NodePools } from './node-pools.js';
import type { Prices } from './prices.js';
import { Activity, Running, STAGE, type Stage } from './running.js';

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
  readonly flows: Flows;
  readonly pools: NodePools;
  readonly heap: EventHeap;
  readonly trace: ((record: TraceRecord) => void) | undefined;
}

/**
 * What nodes do: runs the procedures of tasks, and has each of their operations take its time. The events that it puts
 * into the heap carry a slot of its table, and how often that slot had been given out: an event for an earlier holder is
 * void.
 */
export class NodeWork {
  private readonly options: NodeWorkOptions;
  private readonly flows: Flows;
  private readonly prices: Prices;
  private readonly activities: (Activity | undefined)[] = [];
  private readonly stamps: number[] = [];
  private readonly freeSlots: number[] = [];
  private readonly recorders = new Map<number, Recorder>();
  /** Operations carried out, and requests made to repositories, so far. */
  operations = 0;
  requests = 0;

  constructor(options: NodeWorkOptions) {
    this.options = options;
    this.flows = options.flows;
    this.prices = options.prices;
  }

  record(jobId: number, recorder: Recorder): void {
    this.recorders.set(jobId, recorder);
  }

  /** A task is on its way to its node, where it is to arrive at a time. */
  send(task: NodeTask, job: JobContext, answer: Answer<TaskReport>, arrivesAtMs: number): void {
    const { activity } = new Running(task, job, answer);
    this.admit(activity);
    this.wake(activity, STAGE.arriving, arrivesAtMs);
  }

  /** Ends all that a job has nodes do. A release is what cleans up after it: nothing stops that. */
  abort(jobId: number, nowMs: number): void {
    const { pools } = this.options;
    pools.drop(jobId);
    const doomed = this.activities.filter(
      (activity) => activity?.running.job.jobId === jobId && activity.running.task.kind !== 'release',
    );
    for (const activity of doomed as Activity[]) {
      const { running, stage, kind, slot, isPart } = activity;
      const { node } = running.task;
      if (stage === STAGE.computing) this.flows.cancel(node, FLOW.processor, slot, nowMs);
      if (stage === STAGE.moving) this.flows.cancel(node, kind, slot, nowMs);
      this.dismiss(activity);
      if (isPart || !running.isWorking) continue;
      running.procedure.return({ movedFiles: 0, skippedFiles: 0 });
      this.leave(running, nowMs, false);
    }
  }

  /** An event's time has come. */
  happen(slot: number, stamp: number, nowMs: number): void {
    const activity = this.activities[slot];
    if (!activity || this.stamps[slot] !== stamp) return;
    const { running } = activity;
    switch (activity.stage) {
      case STAGE.asking:
        return this.answered(activity, nowMs);
      case STAGE.arriving:
        if (this.options.pools.enter(running)) this.begin(running, nowMs);
        return undefined;
      case STAGE.answering:
        this.dismiss(activity);
        return running.answer(running.outcome!);
      default:
        return this.complete(running, nowMs);
    }
  }

  /** The flow of a slot has ended. */
  flowEnded(slot: number, nowMs: number): void {
    const activity = this.activities[slot]!;
    if (activity.stage === STAGE.computing) this.ask(activity, nowMs);
    else this.moved(activity, nowMs);
  }

  /** A worker begins with a task. */
  private begin(running: Running, nowMs: number): void {
    running.isWorking = true;
    running.startedMs = nowMs;
    this.resume(running, undefined, nowMs);
  }

  /** Runs a procedure until its next operation that takes time. */
  private resume(running: Running, value: unknown, nowMs: number): void {
    let answer = value;
    try {
      for (;;) {
        const next = running.procedure.next(answer);
        if (next.done) return this.finish(running, next.value, nowMs);
        const operation = next.value;
        this.operations++;
        running.operation = operation;
        running.operationStartMs = nowMs;
        if (this.start(running, operation, nowMs)) return undefined;
        answer = performOnNode(this.options.cluster, running, operation);
      }
    } catch (error) {
      return this.fail(running, error, nowMs);
    }
  }

  /** Has an operation take its time; false if it takes none. */
  private start(running: Running, operation: Operation, nowMs: number): boolean {
    const { activity, task } = running;
    switch (operation.op) {
      case 'scan':
      case 'report':
      case 'sweep':
        return false;
      case 'hash':
        return this.move(activity, FLOW.hash, this.sizeOf(operation), nowMs);
      case 'put':
        this.put(running, this.sizeOf(operation), operation.hash, nowMs);
        return true;
      case 'get':
        this.request(activity, FLOW.putHash, this.sizeOf(operation), nowMs);
        return true;
      case 'link':
      case 'install':
      case 'remove':
        return this.delay(running, this.shards.fileCount(operation.shard), nowMs);
      case 'drop':
        return this.delay(running, this.options.cluster.nodes.filesOf(task.node, operation.jobId), nowMs);
      default:
        this.request(activity, FLOW.put, 0, nowMs);
        return true;
    }
  }

  private put(running: Running, sizeBytes: number, hash: boolean, nowMs: number): void {
    const { activity } = running;
    const partBytes = hash ? undefined : this.prices.partBytes(sizeBytes);
    if (partBytes === undefined) {
      return this.request(activity, hash ? FLOW.putHash : FLOW.put, sizeBytes, nowMs);
    }
    running.parts = { leftBytes: sizeBytes, partBytes, open: 0, state: 'beginning' };
    return this.request(activity, FLOW.put, 0, nowMs);
  }

  private delay(running: Running, files: number, nowMs: number): true {
    this.wake(running.activity, STAGE.delayed, nowMs + this.prices.linkMs(running.task.node, files));
    return true;
  }

  private request(activity: Activity, kind: FlowKind, bytes: number, nowMs: number): void {
    activity.kind = kind;
    activity.bytes = bytes;
    const { node } = activity.running.task;
    const { clientMs } = this.prices;
    if (clientMs === 0 || this.flows.isFree(node, FLOW.processor)) return this.ask(activity, nowMs);
    activity.stage = STAGE.computing;
    this.flows.start(node, FLOW.processor, activity.slot, this.flows.processorBytes(node, clientMs), nowMs);
  }

  private ask(activity: Activity, nowMs: number): void {
    this.requests++;
    this.wake(activity, STAGE.asking, nowMs + this.prices.requestMs(nowMs));
  }

  /** A request was answered: now its bytes. */
  private answered(activity: Activity, nowMs: number): void {
    if (!this.move(activity, activity.kind, activity.bytes, nowMs)) this.moved(activity, nowMs);
  }

  /** Has bytes flow; false if that takes no time. */
  private move(activity: Activity, kind: FlowKind, bytes: number, nowMs: number): boolean {
    const { node } = activity.running.task;
    if (bytes === 0 || this.flows.isFree(node, kind)) return false;
    activity.stage = STAGE.moving;
    activity.kind = kind;
    this.flows.start(node, kind, activity.slot, bytes, nowMs);
    return true;
  }

  private moved(activity: Activity, nowMs: number): void {
    const { running } = activity;
    const { parts } = running;
    if (!parts) return this.complete(running, nowMs);
    if (activity.isPart) {
      this.dismiss(activity);
      parts.open--;
    } else if (parts.state === 'completing') {
      running.parts = undefined;
      return this.complete(running, nowMs);
    }
    return this.sendParts(running, nowMs);
  }

  private sendParts(running: Running, nowMs: number): void {
    const parts = running.parts!;
    parts.state = 'sending';
    while (parts.open < this.prices.parallelParts && parts.leftBytes > 0) {
      const part = new Activity(running, true);
      const bytes = Math.min(parts.partBytes, parts.leftBytes);
      parts.leftBytes -= bytes;
      parts.open++;
      this.admit(part);
      this.request(part, FLOW.put, bytes, nowMs);
    }
    if (parts.open > 0) return undefined;
    parts.state = 'completing';
    return this.request(running.activity, FLOW.put, 0, nowMs);
  }

  /** An operation's time has passed. */
  private complete(running: Running, nowMs: number): void {
    const operation = running.operation!;
    const { task, job } = running;
    if (operation.op === 'put' || operation.op === 'get') {
      this.recorders
        .get(job.jobId)
        ?.moved(task.node, running.operationStartMs, nowMs, this.sizeOf(operation));
    }
    this.options.trace?.({ atMs: nowMs, node: task.node, jobId: job.jobId, taskId: task.taskId, operation });
    let answer: unknown;
    try {
      answer = performOnNode(this.options.cluster, running, operation);
    } catch (error) {
      return this.throwInto(running, error, nowMs);
    }
    return this.resume(running, answer, nowMs);
  }

  /** Lets a procedure know that its operation failed; what it does about that must be an operation or its end. */
  private throwInto(running: Running, error: unknown, nowMs: number): void {
    try {
      const next = running.procedure.throw(error);
      if (next.done) return this.finish(running, next.value, nowMs);
      this.operations++;
      running.operation = next.value;
      running.operationStartMs = nowMs;
      if (this.start(running, next.value, nowMs)) return undefined;
      return this.complete(running, nowMs);
    } catch (thrown) {
      return this.fail(running, thrown, nowMs);
    }
  }

  private finish(running: Running, report: TaskReport, nowMs: number): void {
    running.outcome = success(report);
    this.wake(running.activity, STAGE.answering, nowMs + this.prices.messageMs);
    this.leave(running, nowMs, true);
  }

  private fail(running: Running, error: unknown, nowMs: number): void {
    running.outcome = failure(error);
    this.wake(running.activity, STAGE.answering, nowMs + this.prices.messageMs);
    this.leave(running, nowMs, false);
  }

  /** Gives the worker back, and to the next task that waits for one. */
  private leave(running: Running, nowMs: number, isFinished: boolean): void {
    const { task, job } = running;
    running.isWorking = false;
    if (task.kind === 'upload' || task.kind === 'download') {
      this.recorders
        .get(job.jobId)
        ?.worked(task.node, running.startedMs, nowMs, isFinished ? task.shards.length : 0);
    }
    const next = this.options.pools.leave(task);
    if (next) this.begin(next, nowMs);
  }

  private wake(activity: Activity, stage: Stage, atMs: number): void {
    activity.stage = stage;
    this.options.heap.push(atMs, activity.slot, this.stamps[activity.slot]!);
  }

  private admit(activity: Activity): void {
    const slot = this.freeSlots.pop() ?? this.activities.length;
    activity.slot = slot;
    this.activities[slot] = activity;
    this.stamps[slot] ??= 0;
  }

  private dismiss(activity: Activity): void {
    const { slot } = activity;
    this.activities[slot] = undefined;
    this.stamps[slot]!++;
    this.freeSlots.push(slot);
  }

  private get shards(): Cluster['catalog']['shards'] {
    return this.options.cluster.catalog.shards;
  }

  private sizeOf(operation: Extract<Operation, { op: 'hash' | 'put' | 'get' }>): number {
    const { fileSizeBytes, firstFile } = this.shards;
    return fileSizeBytes[firstFile[operation.shard]! + operation.file]!;
  }
}
