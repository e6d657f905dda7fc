import { failure, success, type Answer, type JobContext, type Outcome } from '../../coordinator/index.js';
import {
  taskProcedure,
  type NodeTask,
  type OneObject,
  type Operation,
  type TaskReport,
} from '../../node/index.js';
import { EFFECT, STAGE, type Effect, type Activities, type Stage } from './activities.js';
import { BundleWork } from './bundle-work.js';
import type { Clock } from './clock.js';
import { FaultyWork } from './faults/faulty-work.js';
import { FLOW, type FlowKind } from './flow-kind.js';
import type { Flows } from './flows.js';
import type { Ledger } from './ledger.js';
import { performOnNode, type Cluster } from './node-operations.js';
import type { NodeWorkOptions } from './node-work-options.js';
import type { Prices } from './prices.js';
import { Running } from './running.js';
import { TransferNotes } from './transfer-notes.js';
import { WorkWitness } from './work-witness.js';

/**
 * What nodes do: runs the procedures of tasks, and has each of their operations take its time. The events that it puts
 * into the queue carry the slot of an activity, and its stamp: an event for an earlier holder of the slot is void.
 */
export class NodeWork {
  private readonly options: NodeWorkOptions;
  private readonly clock: Clock;
  private readonly flows: Flows;
  private readonly prices: Prices;
  private readonly ledger: Ledger | undefined;
  private readonly activities: Activities;
  readonly notes: TransferNotes;
  private readonly witness: WorkWitness | undefined;
  private readonly bundles: BundleWork;
  /** Where faults happen. */
  private readonly faulty: FaultyWork | undefined;
  /** Operations carried out, and requests made to repositories, so far. */
  operations = 0;
  requests = 0;

  constructor(options: NodeWorkOptions) {
    this.options = options;
    this.activities = options.activities;
    this.clock = options.clock;
    this.flows = options.flows;
    this.prices = options.prices;
    this.ledger = options.ledger;
    const { witness, faults, cluster, clock, activities } = options;
    this.notes = new TransferNotes(activities, this.flows, clock);
    this.bundles = new BundleWork({
      ...options,
      move: (slot, kind, bytes) => this.move(slot, kind, bytes),
      completeIn: (slot, ms) => this.completeIn(slot, ms),
    });
    this.witness = witness && new WorkWitness(witness, clock, activities);
    this.faulty =
      faults &&
      new FaultyWork(faults, {
        cluster,
        clock,
        activities,
        witness: this.witness,
        start: (slot, operation) => this.start(slot, operation),
        resume: (slot, answer, failed) => this.resume(slot, answer, failed),
        wait: (slot, ms) => this.wake(slot, STAGE.delayed, ms),
        moved: (slot, files) => this.notes.moved(slot, files),
      });
  }

  /** Those that nodes do something for, or are about to. */
  jobs(): ReadonlySet<number> {
    return new Set(this.activities.running.flatMap((running) => running?.task.jobId ?? []));
  }

  /** A task is on its way to its node, where it is to arrive in some time. */
  send(task: NodeTask, job: JobContext, answer: Answer<TaskReport>, arrivesInMs: number): void {
    const running = new Running(task, job, answer);
    running.slot = this.activities.admit(running);
    this.wake(running.slot, STAGE.arriving, arrivesInMs);
  }

  /** Ends all that a job has nodes do. A release is what cleans up after it: nothing stops that. */
  abort(jobId: number): void {
    this.stop(({ job, task }) => job.jobId === jobId && task.kind !== 'release');
  }

  /** Ends tasks wherever they are, without an answer. */
  stop(isMeant: (running: Running) => boolean): void {
    this.options.pools.drop(isMeant);
    // Before any place is free, or who is to be stopped would be let in.
    this.options.limits.withdraw(isMeant);
    const { activities, flows } = this;
    activities.running.forEach((running, slot) => {
      if (!running || !isMeant(running)) return;
      const node = activities.node(slot);
      this.options.limits.leave(slot);
      if (activities.isComputing(slot)) flows.cancel(node, FLOW.processor, slot);
      if (activities.stage(slot) === STAGE.moving) flows.cancel(node, activities.kind(slot), slot);
      if (slot === running.slot && running.isWorking) {
        activities.procedures[slot]!.return({ movedFiles: 0, skippedFiles: 0 });
        this.witness?.task(running, 'stopped');
        this.leave(running, false);
      }
      activities.dismiss(slot);
    });
  }

  /** An event's time has come; true if the coordinator was told of something. */
  happen(slot: number, stamp: number): boolean {
    const { activities } = this;
    if (activities.stamp(slot) !== stamp) return false;
    switch (activities.stage(slot)) {
      case STAGE.asking:
        if (activities.isComputing(slot)) {
          activities.setStage(slot, STAGE.computing);
          this.ledger?.flowBegun(slot, activities.node(slot), FLOW.processor);
        } else this.answered(slot);
        return false;
      case STAGE.arriving: {
        const running = activities.runningAt(slot);
        if (this.options.pools.enter(running)) this.begin(running);
        return false;
      }
      case STAGE.answering: {
        const running = activities.runningAt(slot);
        activities.dismiss(slot);
        running.answer(running.outcome!);
        return true;
      }
      default:
        this.complete(slot);
        return false;
    }
  }

  /** The flow of a slot has ended. */
  flowEnded(slot: number): void {
    const { activities } = this;
    if (!activities.isComputing(slot)) {
      this.ledger?.flowEnded(slot, activities.node(slot), activities.kind(slot));
      return this.moved(slot);
    }
    activities.setComputing(slot, false);
    if (activities.stage(slot) !== STAGE.computing) return undefined;
    this.ledger?.flowEnded(slot, activities.node(slot), FLOW.processor);
    return this.answered(slot);
  }

  /** A worker begins with a task. */
  private begin(running: Running): void {
    const { slot, task, job } = running;
    running.isWorking = true;
    this.witness?.task(running, 'begun');
    this.activities.recorders[slot] = this.notes.recorderOf(job.jobId);
    this.activities.procedures[slot] = taskProcedure(task);
    this.activities.setTaskStart(slot, this.clock.nowMs);
    this.ledger?.begun(slot, task);
    this.resume(slot, undefined);
  }

  /**
   * Runs a task's procedure until its next operation that takes time. An operation that failed is thrown into it, as in the
   * real world, so that it can clean up. `failed`: what it failed with.
   */
  private resume(slot: number, value: unknown, failed?: { readonly error: unknown }): void {
    const procedure = this.activities.procedures[slot]!;
    let answer = value;
    let fault = failed;
    for (;;) {
      let next: IteratorResult<Operation, TaskReport>;
      try {
        next = fault ? procedure.throw(fault.error) : procedure.next(answer);
      } catch (error) {
        return this.finish(slot, failure(error));
      }
      if (next.done) return this.finish(slot, success(next.value));
      if (this.start(slot, next.value)) return undefined;
      fault = undefined;
      try {
        answer = this.effectOf(slot, next.value);
      } catch (error) {
        fault = { error };
      }
      this.witness?.operation(slot, next.value, answer, fault?.error);
    }
  }

  /** Has an operation take its time; false if it takes none. */
  private start(slot: number, operation: Operation): boolean {
    this.operations++;
    const { activities, options } = this;
    activities.setOperationStart(slot, this.clock.nowMs);
    // It may be tried again.
    if (this.faulty) this.notes.drop(slot);
    switch (operation.op) {
      case 'hash':
        this.takeUp(slot, operation, EFFECT.none);
        if (!this.hash(slot, operation)) return false;
        break;
      case 'put':
        this.takeUp(slot, operation, operation.checksum === undefined ? EFFECT.part : EFFECT.whole);
        if (options.limits.isEmpty) this.put(slot, operation);
        else options.limits.enter(slot, () => this.put(slot, operation));
        break;
      case 'rename':
        this.takeUp(slot, operation, EFFECT.renamed);
        this.request(slot, FLOW.put, 0);
        break;
      case 'get':
        activities.setFirstFile(slot, this.shards.firstFile[operation.shard]!);
        this.takeUp(slot, operation, EFFECT.other);
        if (options.limits.isEmpty) this.get(slot, operation);
        else options.limits.enter(slot, () => this.get(slot, operation));
        break;
      default:
        return this.startOther(slot, operation);
    }
    if (options.trace || options.faults || options.witness || activities.effect(slot) === EFFECT.other)
      activities.runningAt(slot).operation = operation;
    return true;
  }

  private startOther(slot: number, operation: Operation): boolean {
    const { activities } = this;
    const node = activities.node(slot);
    activities.setEffect(slot, EFFECT.other);
    switch (operation.op) {
      case 'scan':
      case 'sync':
      case 'report':
      case 'sweep':
        return false;
      case 'link':
        this.delay(slot, this.prices.snapshotMs(node, this.shards.fileCount(operation.shard)));
        break;
      case 'install':
      case 'remove':
        this.delay(slot, this.prices.linkMs(node, this.shards.fileCount(operation.shard)));
        break;
      case 'drop':
        this.delay(slot, this.prices.linkMs(node, this.options.cluster.nodes.filesOf(node, operation.jobId)));
        break;
      default:
        this.request(slot, FLOW.put, 0);
    }
    activities.runningAt(slot).operation = operation;
    return true;
  }

  /** A file of the shard being worked on is next, and this is what becomes of it; a bundle's operation tells that itself. */
  private takeUp(slot: number, { file, files }: OneObject, effect: Effect): void {
    const { activities } = this;
    const ordinal = activities.firstFile(slot) + file;
    activities.setEffect(slot, files === undefined ? effect : EFFECT.other);
    // A file that is sent was mostly hashed before.
    if (activities.ordinal(slot) === ordinal) return;
    activities.setOrdinal(slot, ordinal);
    activities.setFileBytes(slot, this.shards.bytesOfFiles(ordinal, files ?? 1));
  }

  /** False if it takes no time. */
  private hash(slot: number, { files }: OneObject): boolean {
    if (files === undefined) return this.move(slot, FLOW.hash, this.activities.fileBytes(slot));
    return this.bundles.hash(slot, files);
  }

  private put(slot: number, { files, hash }: OneObject & { readonly hash: boolean }): void {
    this.activities.setTransferring(slot, true);
    if (files === undefined) this.putObject(slot, hash);
    else this.bundles.read(slot, files, hash, () => this.putObject(slot, hash));
  }

  private get(slot: number, { files }: OneObject): void {
    this.activities.setTransferring(slot, true);
    if (files !== undefined) this.bundles.expect(slot, files);
    this.request(slot, FLOW.putHash, this.activities.fileBytes(slot));
  }

  private putObject(slot: number, hash: boolean): void {
    const sizeBytes = this.activities.fileBytes(slot);
    const partBytes = hash ? undefined : this.prices.partBytes(sizeBytes);
    const isFirst = this.activities.takeFirst(slot);
    if (partBytes === undefined)
      return this.request(slot, hash ? FLOW.putHash : FLOW.put, sizeBytes, isFirst);
    const running = this.activities.runningAt(slot);
    running.parts = { leftBytes: sizeBytes, partBytes, open: 0, state: 'beginning' };
    return this.request(slot, FLOW.put, 0, isFirst);
  }

  private delay(slot: number, durationMs: number): void {
    this.wake(slot, STAGE.delayed, durationMs);
    this.ledger?.linked(slot, durationMs);
  }

  /** Makes a request; once it is answered, `bytes` flow. The first one for a shard's files makes its directory as well. */
  private request(slot: number, kind: FlowKind, bytes: number, isFirst = false): void {
    const { limits } = this.options;
    if (limits.isEmpty) this.requestNow(slot, kind, bytes, isFirst);
    else limits.ask(slot, () => this.requestNow(slot, kind, bytes, isFirst));
  }

  private requestNow(slot: number, kind: FlowKind, bytes: number, isFirst: boolean): void {
    const { activities, flows } = this;
    const clientMs = this.prices.clientMs + (isFirst ? this.prices.directoryMs : 0);
    const node = activities.node(slot);
    activities.setKind(slot, kind);
    activities.setBytes(slot, bytes);
    if (clientMs > 0) {
      activities.setComputing(slot, true);
      flows.start(node, FLOW.processor, slot, flows.processorBytes(node, clientMs));
    }
    this.requests++;
    const requestMs = this.prices.requestMs();
    this.options.witness?.({ kind: 'request', atMs: this.clock.nowMs + this.prices.lastTurnMs, by: node });
    this.ledger?.asked(slot, requestMs, this.prices.lastTurnMs);
    this.wake(slot, STAGE.asking, requestMs);
  }

  /** A request was answered: now its bytes. */
  private answered(slot: number): void {
    const { activities } = this;
    activities.setNoted(slot, this.clock.nowMs, 0);
    if (!this.move(slot, activities.kind(slot), activities.bytes(slot))) this.moved(slot);
  }

  /** Has bytes flow; false if that takes no time. */
  private move(slot: number, kind: FlowKind, bytes: number): boolean {
    const { activities, flows } = this;
    const node = activities.node(slot);
    if (bytes === 0 || flows.isFree(slot, node, kind)) return false;
    activities.setStage(slot, STAGE.moving);
    activities.setKind(slot, kind);
    flows.start(node, kind, slot, bytes);
    this.ledger?.flowBegun(slot, node, kind);
    return true;
  }

  /** The bytes of an operation, or of a part, have flowed. */
  private moved(slot: number): void {
    const { activities } = this;
    // Of a file, the running task is of no interest, and this is asked a million times.
    if (activities.effect(slot) === EFFECT.other) {
      this.notes.ended(slot);
      if (this.bundles.goesOn(slot)) return undefined;
    }
    if (activities.kind(slot) === FLOW.hash || !this.prices.hasParts) return this.complete(slot);
    const running = activities.runningAt(slot);
    const { parts } = running;
    if (!parts) return this.complete(slot);
    if (slot !== running.slot) {
      this.ledger?.partEnded(slot, running.slot);
      this.notes.ended(slot);
      activities.dismiss(slot);
      parts.open--;
    } else if (parts.state === 'completing') {
      running.parts = undefined;
      return this.complete(slot);
    }
    return this.sendParts(running);
  }

  private sendParts(running: Running): void {
    const parts = running.parts!;
    if (parts.state === 'beginning') this.ledger?.partsBegun(running.slot);
    parts.state = 'sending';
    while (parts.open < this.prices.parallelParts && parts.leftBytes > 0) {
      const bytes = Math.min(parts.partBytes, parts.leftBytes);
      parts.leftBytes -= bytes;
      parts.open++;
      const slot = this.activities.admit(running);
      this.ledger?.partBegun(slot);
      this.request(slot, FLOW.put, bytes);
    }
    if (parts.open > 0) return undefined;
    this.ledger?.partsEnded(running.slot);
    parts.state = 'completing';
    return this.request(running.slot, FLOW.put, 0);
  }

  /** The files of a bundle reach the disk, if that takes time. */
  private completeIn(slot: number, ms: number): void {
    if (ms === 0) return this.complete(slot);
    this.ledger?.asked(slot, ms, 0);
    return this.wake(slot, STAGE.delayed, ms);
  }

  /** An operation's time has passed. */
  private complete(slot: number): void {
    this.options.limits.leave(slot);
    if (this.faulty) return this.faulty.complete(slot);
    const { activities } = this;
    const effect = activities.effect(slot);
    if (this.options.trace) this.trace(slot);
    if (effect === EFFECT.part || effect === EFFECT.whole) this.notes.moved(slot);
    if (effect !== EFFECT.other) return this.resume(slot, this.effectOf(slot, undefined));
    const operation = activities.runningAt(slot).operation!;
    let answer: unknown;
    try {
      answer = this.effectOf(slot, operation);
    } catch (error) {
      return this.resume(slot, undefined, { error });
    }
    if (operation.op === 'get' || operation.op === 'put') this.notes.moved(slot, operation.files);
    return this.resume(slot, answer);
  }

  /** Does what an operation does, and gives its answer. Of a file that is its ordinal, which stands for its content. */
  private effectOf(slot: number, operation: Operation | undefined): unknown {
    const { activities } = this;
    if (this.faulty) return this.faulty.perform(slot, operation!);
    const effect = activities.effect(slot);
    if (effect === EFFECT.other) return performOnNode(this.options.cluster, activities, slot, operation!);
    const ordinal = activities.ordinal(slot);
    if (effect === EFFECT.part) activities.remotes[slot]!.setPart(ordinal);
    else if (effect !== EFFECT.none) activities.remotes[slot]!.setWhole(ordinal);
    return ordinal;
  }

  private trace(slot: number): void {
    const { task, job, operation } = this.activities.runningAt(slot);
    const { node, taskId } = task;
    this.options.trace!({ atMs: this.clock.nowMs, node, jobId: job.jobId, taskId, operation: operation! });
  }

  private finish(slot: number, outcome: Outcome<TaskReport>): void {
    const running = this.activities.runningAt(slot);
    running.outcome = outcome;
    this.witness?.task(running, outcome.ok ? 'finished' : 'failed');
    this.leave(running, outcome.ok);
    this.wake(slot, STAGE.answering, this.options.answerMs);
  }

  /** Gives the worker back, and to the next task that waits for one. */
  private leave(running: Running, isFinished: boolean): void {
    const { activities } = this;
    const { slot, task } = running;
    running.isWorking = false;
    this.ledger?.ended(slot);
    if (task.kind === 'upload' || task.kind === 'download') {
      activities.recorders[slot]?.worked({
        node: task.node,
        startMs: activities.taskStartMs(slot),
        endMs: this.clock.nowMs,
        shards: isFinished ? task.shards.length : 0,
        files: activities.movedFiles(slot),
        bytes: activities.movedBytes(slot),
      });
    }
    const next = this.options.pools.leave(task);
    if (next) this.begin(next);
  }

  private wake(slot: number, stage: Stage, inMs: number): void {
    this.activities.setStage(slot, stage);
    this.options.queue.push(this.clock.nowMs + inMs, slot, this.activities.stamp(slot));
  }

  private get shards(): Cluster['catalog']['shards'] {
    return this.options.cluster.catalog.shards;
  }
}
