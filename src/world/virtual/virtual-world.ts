import { invariant } from '../../base/errors.js';
import type { Catalog } from '../../catalog/index.js';
import {
  failure,
  success,
  type Answer,
  type JobContext,
  type Outcome,
  type RepositoryAnswer,
  type RepositoryOperation,
  type World,
} from '../../coordinator/index.js';
import type { JobLimits } from '../../job/index.js';
import type { NodeTask, RetryPolicy, TaskReport } from '../../node/index.js';
import type { StorageSpec } from '../../repository/index.js';
import type { Fault } from '../faults.js';
import type { Recorder } from '../recorder.js';
import { Activities } from './activities.js';
import { ActivityLimits } from './activity-limits.js';
import { Clock } from './clock.js';
import { EventQueue } from './event-queue.js';
import { Faults } from './faults/faults.js';
import { requestError } from './faults/faulty-operations.js';
import { Flows, type FlowRate } from './flows.js';
import { Ledger } from './ledger.js';
import { NodePools, type WorkerCounts } from './node-pools.js';
import { NodeWork } from './node-work.js';
import type { TraceRecord } from './node-work-options.js';
import { Weather } from './faults/weather.js';
import { Prices, type PriceList } from './prices.js';
import { performOnRepository, type PricedOperation } from './repository-operations.js';
import { VirtualNodes } from './virtual-nodes.js';
import type { VirtualRepository } from './virtual-repository.js';
import { VirtualStorages } from './virtual-storages.js';
import type { Witness } from './witness.js';

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
  /** Keep a ledger of what workers wait for. Costs time: leave it out unless you ask. */
  readonly attribute?: boolean;
  /** What goes wrong, and how nodes deal with it. Without it nothing does, and every message arrives. */
  readonly faults?: WorldFaults;
  readonly witness?: Witness;
  /** Told the rates of all flows, and from when to when they held. Costs a lot of time: for checks. */
  readonly onRates?: (rates: readonly FlowRate[], fromMs: number, toMs: number) => void;
}

export interface WorldFaults {
  readonly list: readonly Fault[];
  readonly retries: RetryPolicy;
  /** How long a node works without being asked how it is. */
  readonly leaseMs: number;
}

/** Events of the coordinator in the heap: the second number tells them from those of nodes, which have their stamps there. */
const TIMER = -1;

/** The world as a queue of events: carries out the same tasks as the real one, and prices each operation. */
export class VirtualWorld implements World {
  readonly isReliable: boolean;
  private readonly options: VirtualWorldOptions;
  private readonly prices: Prices;
  private readonly clock = new Clock();
  private readonly queue = new EventQueue();
  private readonly flows: Flows;
  private readonly limits: ActivityLimits;
  private readonly work: NodeWork;
  /** Jobs that are to be forgotten. */
  private readonly ended = new Set<number>();
  private readonly timers = new Map<number, () => void>();
  private readonly storages: VirtualStorages;
  private readonly repositories = new Map<string, VirtualRepository>();
  readonly nodes: VirtualNodes;
  /** Present with `attribute`. */
  readonly ledger: Ledger | undefined;
  private readonly faults: Faults | undefined;
  /** Until then the coordinator is busy with its journal. */
  private coordinatorFreeAtMs = 0;
  private nextTimer = 0;
  private ownRequests = 0;

  constructor(options: VirtualWorldOptions) {
    const { catalog, prices, workers } = options;
    this.options = options;
    this.isReliable = options.faults === undefined;
    this.prices = new Prices(this.clock, prices);
    this.storages = options.storages ?? new VirtualStorages();
    this.nodes = new VirtualNodes(catalog);
    const parallel = prices.repository.multipart?.parallel ?? 1;
    const threadsPerNode = workers.uploadWorkers * parallel + workers.downloadWorkers;
    const activities = new Activities();
    const jobOf = (slot: number): number => activities.runningAt(slot).task.jobId;
    this.flows = new Flows(this.clock, { ...prices, threadsPerNode }, jobOf);
    this.ledger = options.attribute === true ? new Ledger(this.clock, this.flows) : undefined;
    this.limits = new ActivityLimits({
      activities,
      clock: this.clock,
      ledger: this.ledger,
      wakeAt: (atMs, callback) => this.wakeAt(atMs, callback),
    });
    const { faults } = options;
    const weather = faults && new Weather(this.clock, faults.list, prices.seed);
    this.work = new NodeWork({
      cluster: { catalog, nodes: this.nodes, repository: (name) => this.repository(name) },
      prices: this.prices,
      flows: this.flows,
      pools: new NodePools(catalog.nodeNames.length, workers),
      clock: this.clock,
      queue: this.queue,
      activities,
      limits: this.limits,
      trace: options.trace,
      ledger: this.ledger,
      answerMs: weather ? 0 : this.prices.messageMs,
      faults: weather && { weather, retries: faults.retries, seed: prices.seed },
      witness: options.witness,
    });
    this.faults =
      weather &&
      new Faults({
        ...faults,
        weather,
        catalog,
        clock: this.clock,
        work: this.work,
        nodes: this.nodes,
        storages: this.storages,
        messageMs: this.prices.messageMs,
        after: (ms, callback) => this.wakeAt(this.clock.nowMs + ms, callback),
        witness: options.witness,
      });
  }

  /** The coordinator's time: what it does while it writes its journal happens when that is done. */
  now(): number {
    return Math.max(this.clock.nowMs, this.coordinatorFreeAtMs);
  }

  /** When it is in the world itself: a coordinator that is busy writing its journal is ahead of that. */
  get clockMs(): number {
    return this.clock.nowMs;
  }

  wallClockMs(): number {
    return this.options.epochMs + Math.floor(this.now() + (this.faults?.clockOffsetMs ?? 0));
  }

  /** Operations that nodes carried out, and requests made to repositories, so far. */
  get operations(): number {
    return this.work.operations;
  }

  get requests(): number {
    return this.work.requests + this.ownRequests;
  }

  /** The coordinator has made a change durable. */
  persisted(): void {
    this.coordinatorFreeAtMs = this.now() + this.prices.persistMs;
  }

  wakeAt(atMs: number, callback: () => void): void {
    const timer = this.nextTimer++;
    this.timers.set(timer, callback);
    this.queue.push(Math.max(atMs, this.clock.nowMs), timer, TIMER);
  }

  /** Has `recorder` watch a job's transfers from now on. */
  record(jobId: number, recorder: Recorder): void {
    this.work.notes.record(jobId, recorder);
  }

  send(task: NodeTask, job: JobContext, answer: Answer<TaskReport>): void {
    const leavesInMs = this.now() - this.clock.nowMs;
    if (this.faults) this.faults.links.send(task, job, answer, leavesInMs);
    else this.work.send(task, job, answer, leavesInMs + this.prices.messageMs);
  }

  ask: World['ask'] = (...args) => {
    const [, , tasks, answer] = args;
    if (this.faults) this.faults.links.ask(...args);
    else answer(tasks.map(() => ({ state: 'running' })));
  };

  abort(jobId: number): void {
    if (this.faults) this.faults.links.abort(jobId);
    else this.work.abort(jobId);
  }

  limit(jobId: number, limits: JobLimits): void {
    const { job, node } = limits;
    this.limits.change(jobId, limits);
    this.flows.limit(jobId, (job.bytesPerSec ?? Infinity) / 1000, (node.bytesPerSec ?? Infinity) / 1000);
  }

  /** Where an abort was not heard, a node may still work for a job: then something else that is forgotten is the next occasion. */
  forget(jobId: number): void {
    this.ended.add(jobId);
    const busy = this.work.jobs();
    for (const ended of this.ended) {
      if (busy.has(ended)) continue;
      this.ended.delete(ended);
      this.limits.forget(ended);
      this.flows.forget(ended);
      this.work.notes.forget(ended);
    }
  }

  /** From now on nothing goes wrong any more: every node is there, every message arrives. What is damaged stays damaged. */
  calm(): void {
    this.faults?.calm();
  }

  mount(name: string, spec: StorageSpec): void {
    this.repositories.set(name, this.storages.repository(name, spec));
  }

  unmount(name: string): void {
    this.repositories.delete(name);
  }

  /** `isAlive`: whether the coordinator that asked still lives; where what was sent cannot arrive later, what it asked is void. */
  perform = <Op extends RepositoryOperation>(
    operation: Op,
    answer: Answer<RepositoryAnswer<Op>>,
    isAlive: () => boolean = () => true,
  ): void => {
    const repository = this.repository(operation.repository);
    const priced = performOnRepository(repository, operation);
    const isVoid = (): boolean => repository.canRename && !isAlive();
    this.wakeAt(this.now() + this.prices.documentMs(priced.bytes), () =>
      this.request({ ...priced, isVoid }, priced.requests, answer as Answer<unknown>),
    );
  };

  /** Lets time pass until `isDone`, or until nothing is left to happen. Returns whether it is done. */
  run(isDone: () => boolean): boolean {
    const { clock, queue, flows, work } = this;
    // Only what the coordinator is told of can change what it knows.
    let mayBeDone = true;
    while (!mayBeDone || !isDone()) {
      mayBeDone = false;
      flows.settle();
      if (this.options.onRates) this.tellRates();
      if (flows.nextMs <= queue.nextMs) {
        if (flows.nextMs === Infinity) return false;
        if (work.notes.dueMs <= flows.nextMs) work.notes.take(work.operations);
        clock.nowMs = flows.nextMs;
        work.flowEnded(flows.complete());
      } else {
        if (work.notes.dueMs <= queue.nextMs) work.notes.take(work.operations);
        clock.nowMs = queue.nextMs;
        queue.pop();
        if (queue.second === TIMER) {
          this.ring(queue.first);
          mayBeDone = true;
        } else mayBeDone = work.happen(queue.first, queue.second);
      }
    }
    return true;
  }

  private tellRates(): void {
    const untilMs = Math.min(this.flows.nextMs, this.queue.nextMs);
    const { nowMs } = this.clock;
    if (untilMs > nowMs && untilMs < Infinity) this.options.onRates!(this.flows.rates(), nowMs, untilMs);
  }

  private ring(timer: number): void {
    const callback = this.timers.get(timer)!;
    this.timers.delete(timer);
    callback();
  }

  /** Makes a request after the other, and then does what they are for. */
  private request(
    operation: PricedOperation & { readonly isVoid: () => boolean },
    left: number,
    answer: Answer<unknown>,
  ): void {
    if (left > 0) {
      this.ownRequests++;
      const requestMs = this.prices.requestMs();
      const atMs = this.clock.nowMs + this.prices.lastTurnMs;
      this.options.witness?.({ kind: 'request', atMs, by: 'coordinator' });
      return this.wakeAt(this.clock.nowMs + requestMs, () => this.request(operation, left - 1, answer));
    }
    if (operation.isVoid()) return undefined;
    let outcome: Outcome<unknown>;
    try {
      outcome = success(this.act(operation));
    } catch (error) {
      outcome = failure(error);
    }
    // Outside of `try`: what goes wrong in whoever is answered is no failure of the operation.
    return answer(outcome);
  }

  /** Has an operation take effect, unless its requests fail. */
  private act({ act, document, dropped }: PricedOperation): unknown {
    const failed = this.faults?.weather.requestFailure('coordinator');
    if (failed !== undefined && failed !== 'timeout') throw requestError(failed);
    const value = act();
    const { witness } = this.options;
    const atMs = this.clock.nowMs;
    if (document) witness?.({ kind: 'document', atMs, ...document });
    if (dropped !== undefined) witness?.({ kind: 'dropped', atMs, label: dropped });
    if (failed) throw requestError(failed);
    return value;
  }

  private repository(name: string): VirtualRepository {
    const repository = this.repositories.get(name);
    invariant(repository, `repository ${name} is not mounted`);
    return repository;
  }
}
