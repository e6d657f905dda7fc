import { invariant } from '../../base/errors.js';
import type { Catalog } from '../../catalog/index.js';
import {
  failure,
  success,
  type Answer,
  type JobContext,
  type Outcome,
  type World,
} from '../../coordinator/index.js';
import type { NodeTask, Operation, TaskReport } from '../../node/index.js';
import type { StorageSpec } from '../../repository/index.js';
import type { Recorder } from '../recorder.js';
import { EventHeap } from './event-heap.js';
import { performOnNode } from './node-operations.js';
import { NodePools, type WorkerCounts } from './node-pools.js';
import { laneOf, Prices, type PriceList } from './prices.js';
import { performOnRepository } from './repository-operations.js';
import { newRunning, type Running } from './running.js';
import { VirtualNodes } from './virtual-nodes.js';
import type { VirtualRepository } from './virtual-repository.js';
import { VirtualStorages } from './virtual-storages.js';

export interface VirtualWorldOptions {
  readonly catalog: Catalog;
  readonly prices: PriceList;
  readonly workers: WorkerCounts;
  /** Where repositories are, for clusters that share them. */
  readonly storages?: VirtualStorages;
  /** The calendar at time 0; fixed, so that a simulation does not depend on when it is run. */
  readonly epochMs: number;
  /** Called for each finished operation, for traces. Costs time: leave it out unless you look. */
  readonly trace?: (record: TraceRecord) => void;
}

export interface TraceRecord {
  readonly atMs: number;
  readonly node: number;
  readonly jobId: number;
  readonly taskId: number;
  readonly operation: Operation;
}

/** Kinds of events in the heap: the second number tells them apart. */
const TIMER = -1;

/** The world as a queue of events: carries out the same tasks as the real one, and prices each operation. */
export class VirtualWorld implements World {
  private readonly options: VirtualWorldOptions;
  private readonly prices: Prices;
  private readonly heap = new EventHeap();
  private readonly timers = new Map<number, () => void>();
  private readonly running: (Running | undefined)[] = [];
  /** How often a slot has been given out: an event for an earlier holder is void. */
  private readonly stamps: number[] = [];
  private readonly freeSlots: number[] = [];
  private readonly pools: NodePools;
  /** By job: the last task that was sent before it was aborted. */
  private readonly abortedUpTo = new Map<number, number>();
  private readonly storages: VirtualStorages;
  private readonly repositories = new Map<string, VirtualRepository>();
  private readonly recorders = new Map<number, Recorder>();
  readonly nodes: VirtualNodes;
  private nowMs = 0;
  private nextTimer = 0;
  private nextSend = 0;
  /** Operations carried out, and requests made to repositories, so far. */
  operations = 0;
  requests = 0;

  constructor(options: VirtualWorldOptions) {
    this.options = options;
    this.prices = new Prices(options.prices);
    this.storages = options.storages ?? new VirtualStorages();
    this.nodes = new VirtualNodes(options.catalog);
    this.pools = new NodePools(options.catalog.nodeNames.length, options.workers);
  }

  now(): number {
    return this.nowMs;
  }

  wallClockMs(): number {
    return this.options.epochMs + Math.floor(this.nowMs);
  }

  wakeAt(atMs: number, callback: () => void): void {
    const timer = this.nextTimer++;
    this.timers.set(timer, callback);
    this.heap.push(Math.max(atMs, this.nowMs), timer, TIMER);
  }

  /** Has `recorder` watch a job's transfers from now on. */
  record(jobId: number, recorder: Recorder): void {
    this.recorders.set(jobId, recorder);
  }

  send(task: NodeTask, job: JobContext, answer: Answer<TaskReport>): void {
    const sendOrdinal = this.nextSend++;
    this.wakeAt(this.nowMs + this.prices.messageMs, () => {
      const running = newRunning(task, job, answer, sendOrdinal);
      if (this.isAborted(running)) return;
      if (this.pools.enter(running)) this.start(running);
    });
  }

  abort(jobId: number): void {
    this.abortedUpTo.set(jobId, this.nextSend - 1);
    this.pools.drop(jobId);
    for (const running of this.running) {
      if (running?.job.jobId !== jobId || running.task.kind === 'release') continue;
      this.stopFlow(running);
      running.procedure.return({ movedFiles: 0, skippedFiles: 0 });
      this.leave(running);
    }
  }

  mount(name: string, spec: StorageSpec): void {
    this.repositories.set(name, this.storages.repository(name, spec));
  }

  unmount(name: string): void {
    this.repositories.delete(name);
  }

  perform: World['perform'] = (operation, answer) => {
    const repository = this.repository(operation.repository);
    const { requests, bytes, act } = performOnRepository(repository, operation);
    let atMs = this.nowMs + this.prices.documentMs(bytes);
    for (let i = 0; i < requests; i++) atMs += this.prices.requestMs(atMs);
    this.requests += requests;
    this.wakeAt(atMs, () => {
      let outcome: Outcome<unknown>;
      try {
        outcome = success(act());
      } catch (error) {
        outcome = failure(error);
      }
      // Outside of `try`: what goes wrong in whoever is answered is no failure of the operation.
      answer(outcome as never);
    });
  };

  /** Lets time pass until `isDone`, or until nothing is left to happen. Returns whether it is done. */
  run(isDone: () => boolean): boolean {
    while (!isDone()) {
      const network = this.prices.network.nextMs;
      const disk = this.prices.disks.nextMs;
      const event = this.heap.nextMs;
      if (network <= disk && network <= event) {
        if (network === Infinity) return false;
        this.nowMs = Math.max(this.nowMs, network);
        this.flowEnded(this.running[this.prices.network.complete()]!);
      } else if (disk <= event) {
        this.nowMs = Math.max(this.nowMs, disk);
        this.flowEnded(this.running[this.prices.disks.complete()]!);
      } else {
        this.nowMs = this.heap.pop();
        this.happen(this.heap.first, this.heap.second);
      }
    }
    return true;
  }

  private happen(first: number, second: number): void {
    if (second === TIMER) {
      const callback = this.timers.get(first)!;
      this.timers.delete(first);
      callback();
      return;
    }
    const running = this.running[first];
    if (!running || this.stamps[first] !== second) return;
    if (running.bytesToMove < 0) this.complete(running);
    else this.startTransfer(running);
  }

  /** A worker begins with a task. */
  private start(waiting: Running): void {
    const slot = this.freeSlots.pop() ?? this.running.length;
    waiting.slot = slot;
    waiting.startedMs = this.nowMs;
    this.running[slot] = waiting;
    this.stamps[slot] = (this.stamps[slot] ?? 0) + 1;
    this.resume(waiting, undefined);
  }

  /** Runs a procedure until its next operation that takes time. A failed operation is thrown into it. */
  private resume(running: Running, value: unknown, failed?: { readonly error: unknown }): void {
    let answer = value;
    let thrown = failed;
    try {
      for (;;) {
        const { procedure } = running;
        const next = thrown ? procedure.throw(thrown.error) : procedure.next(answer);
        thrown = undefined;
        if (next.done) return this.finish(running, next.value);
        const operation = next.value;
        this.operations++;
        running.operation = operation;
        running.operationStartMs = this.nowMs;
        if (!this.isInstant(running, operation)) return this.startOperation(running, operation);
        answer = this.answerTo(running, operation);
      }
    } catch (error) {
      this.fail(running, error);
    }
  }

  private isInstant({ task }: Running, operation: Operation): boolean {
    if (operation.op === 'scan' || operation.op === 'report') return true;
    return operation.op === 'hash' && this.prices.disks.isUnlimited(task.node);
  }

  private startOperation(running: Running, operation: Operation): void {
    const { node } = running.task;
    running.bytesToMove = -1;
    switch (operation.op) {
      case 'link':
      case 'install':
        return this.delay(
          running,
          this.prices.linkMs(node, this.options.catalog.shards.fileCount(operation.shard)),
        );
      case 'remove':
        return this.delay(
          running,
          this.prices.linkMs(node, this.options.catalog.shards.fileCount(operation.shard)),
        );
      case 'sweep':
        return this.delay(running, 0);
      case 'drop':
        return this.delay(running, this.prices.linkMs(node, this.nodes.filesOf(node, operation.jobId)));
      case 'hash':
        running.flow = 'disk';
        this.prices.disks.start(node, running.slot, this.sizeOf(operation), this.nowMs);
        return this.prices.readerChanged(node, this.nowMs);
      case 'put':
      case 'get':
        running.bytesToMove = this.sizeOf(operation);
        return this.request(running);
      default:
        return this.request(running);
    }
  }

  private request(running: Running): void {
    this.requests++;
    this.delay(running, this.prices.requestMs(this.nowMs));
  }

  private delay(running: Running, ms: number): void {
    this.heap.push(this.nowMs + ms, running.slot, this.stamps[running.slot]!);
  }

  /** A transfer's request was answered: now its bytes. */
  private startTransfer(running: Running): void {
    const hashing = hashes(running.operation!);
    const lane = laneOf(running.task.node, hashing);
    if (this.prices.network.isUnlimited(lane)) return this.complete(running);
    running.flow = 'network';
    this.prices.network.start(lane, running.slot, running.bytesToMove, this.nowMs);
    this.prices.transferChanged(running.task.node, hashing, this.nowMs);
  }

  private flowEnded(running: Running): void {
    const { flow, task } = running;
    running.flow = 'none';
    if (flow === 'network') this.prices.transferChanged(task.node, hashes(running.operation!), this.nowMs);
    else this.prices.readerChanged(task.node, this.nowMs);
    this.complete(running);
  }

  private stopFlow(running: Running): void {
    const { flow, task, slot } = running;
    const { network, disks } = this.prices;
    running.flow = 'none';
    if (flow === 'network') {
      const hashing = hashes(running.operation!);
      network.cancel(laneOf(task.node, hashing), slot, this.nowMs);
      this.prices.transferChanged(task.node, hashing, this.nowMs);
    } else if (flow === 'disk') {
      disks.cancel(task.node, slot, this.nowMs);
      this.prices.readerChanged(task.node, this.nowMs);
    }
  }

  private complete(running: Running): void {
    const operation = running.operation!;
    const { task, job } = running;
    if (operation.op === 'put' || operation.op === 'get') {
      this.recorders
        .get(job.jobId)
        ?.moved(task.node, running.operationStartMs, this.nowMs, this.sizeOf(operation));
    }
    this.options.trace?.({
      atMs: this.nowMs,
      node: task.node,
      jobId: job.jobId,
      taskId: task.taskId,
      operation,
    });
    let answer: unknown;
    let failed: { readonly error: unknown } | undefined;
    try {
      answer = this.answerTo(running, operation);
    } catch (error) {
      failed = { error };
    }
    this.resume(running, answer, failed);
  }

  /** A release is what cleans up after an abort: nothing stops it. */
  private isAborted({ task, job, sendOrdinal }: Running): boolean {
    return task.kind !== 'release' && sendOrdinal <= (this.abortedUpTo.get(job.jobId) ?? -1);
  }

  private answerTo({ task, job }: Running, operation: Operation): unknown {
    const { catalog } = this.options;
    const repository = (): VirtualRepository => this.repository(job.repository);
    return performOnNode({ catalog, nodes: this.nodes, repository, node: task.node, job }, operation);
  }

  private finish(running: Running, report: TaskReport): void {
    this.leave(running, true);
    this.wakeAt(this.nowMs + this.prices.messageMs, () => {
      if (!this.isAborted(running)) running.answer(success(report));
    });
  }

  private fail(running: Running, error: unknown): void {
    this.leave(running);
    this.wakeAt(this.nowMs + this.prices.messageMs, () => {
      if (!this.isAborted(running)) running.answer(failure(error));
    });
  }

  /** Gives the worker back, and to the next task that waits for one. */
  private leave(running: Running, isFinished = false): void {
    const { task, job, slot } = running;
    this.running[slot] = undefined;
    this.stamps[slot]!++;
    this.freeSlots.push(slot);
    if (task.kind === 'upload' || task.kind === 'download') {
      this.recorders
        .get(job.jobId)
        ?.worked(task.node, running.startedMs, this.nowMs, isFinished ? task.shards.length : 0);
    }
    const next = this.pools.leave(task);
    if (next) this.start(next);
  }

  private sizeOf(operation: Extract<Operation, { op: 'hash' | 'put' | 'get' }>): number {
    const { shards } = this.options.catalog;
    return shards.fileSizeBytes[shards.firstFile[operation.shard]! + operation.file]!;
  }

  private repository(name: string): VirtualRepository {
    const repository = this.repositories.get(name);
    invariant(repository, `repository ${name} is not mounted`);
    return repository;
  }
}

const hashes = (operation: Operation): boolean =>
  operation.op === 'get' || (operation.op === 'put' && operation.hash);
