import type { Recorder } from '../recorder.js';
import { EFFECT, STAGE, type Activities } from './activities.js';
import type { Clock } from './clock.js';
import { usesRepository } from './flow-kind.js';
import type { Flows } from './flows.js';

/** How far apart notes are at least: milliseconds, and a part of the time that is recorded by then. */
const LEAST_MS = 16;
const LEAST_SHARE = 1 / 128;

/**
 * How many slots may be looked at for notes: some, and a part of the operations by then. Where there are thousands of workers with many
 * files each, notes would cost as much as all else, and a file's whole time is too short to be seen.
 */
const FREE_LOOKS = 200_000;
const LOOKS_AN_OPERATION = 1 / 8;

/** Numbers in a piece: from when to when, and how many bytes. */
const PIECE = 3;

/**
 * How far files have come, noted now and then while they are on their way, since their rates change: a recording tells when bytes moved,
 * not how long a file took. Of a file that fails nothing is told, so its pieces are kept until it is there. What is over between two notes
 * was evenly fast for all that anyone can see, and costs nothing here: so do the millions of files of a large job.
 */
export class TransferNotes {
  private readonly activities: Activities;
  private readonly flows: Flows;
  private readonly clock: Clock;
  /** By job, who watches its transfers. */
  private readonly recorders = new Map<number, Recorder>();
  private originMs = 0;
  private lastMs = 0;
  private looks = 0;
  /** When to take notes; Infinity where nobody records. */
  dueMs = Infinity;

  constructor(activities: Activities, flows: Flows, clock: Clock) {
    this.activities = activities;
    this.flows = flows;
    this.clock = clock;
  }

  /** Whoever watches a job's transfers. */
  recorderOf(jobId: number): Recorder | undefined {
    return this.recorders.get(jobId);
  }

  /** Has `recorder` watch a job's transfers from now on. */
  record(jobId: number, recorder: Recorder): void {
    this.recorders.set(jobId, recorder);
    this.originMs = this.lastMs = this.clock.nowMs;
    this.dueMs = this.originMs + LEAST_MS;
  }

  /** A job, for which nobody does anything, is not watched any more. */
  forget(jobId: number): void {
    this.recorders.delete(jobId);
    if (this.recorders.size === 0) this.dueMs = Infinity;
  }

  /**
   * Notes how far each file has come, after so many operations. To be called as soon as nothing else happens until notes are due: no rate
   * changes in between.
   */
  take(operations: number): void {
    const { activities, flows } = this;
    const { nowMs } = this.clock;
    this.dueMs = nowMs + Math.max(LEAST_MS, (nowMs - this.originMs) * LEAST_SHARE);
    const looks = this.looks + activities.running.length;
    if (looks > FREE_LOOKS + operations * LOOKS_AN_OPERATION) return;
    this.looks = looks;
    for (let slot = 0; slot < activities.running.length; slot++) {
      if (!activities.running[slot] || activities.stage(slot) !== STAGE.moving) continue;
      const kind = activities.kind(slot);
      if (!usesRepository(kind) || activities.flowSinceMs(slot) > this.lastMs) continue;
      this.note(slot, activities.bytes(slot) - flows.leftOf(slot, activities.node(slot), kind));
    }
    this.lastMs = nowMs;
  }

  /** Of something that is more than one flow, one has ended. */
  ended(slot: number): void {
    const { activities } = this;
    const bytes = activities.bytes(slot);
    if (this.dueMs < Infinity && bytes > 0 && usesRepository(activities.kind(slot))) this.note(slot, bytes);
  }

  /** A file has been moved, or a bundle of so many: tells who records it. */
  moved(slot: number, files = 1): void {
    const { activities } = this;
    activities.countMoved(slot, files);
    const recorder = activities.recorders[slot];
    if (!recorder) return;
    const fileBytes = activities.fileBytes(slot);
    recorder.count(fileBytes, files);
    const isOne = activities.effect(slot) !== EFFECT.other;
    if (isOne && activities.isUnnoted(slot, fileBytes))
      return recorder.spread(activities.flowSinceMs(slot), this.clock.nowMs, fileBytes);
    if (isOne) this.ended(slot);
    const { pieces = [] } = activities.runningAt(slot);
    this.drop(slot);
    for (let at = 0; at < pieces.length; at += PIECE)
      recorder.spread(pieces[at]!, pieces[at + 1]!, pieces[at + 2]!);
  }

  /** What was on its way is not going to be there. */
  drop(slot: number): void {
    this.activities.runningAt(slot).pieces = undefined;
  }

  /** A flow has moved so many bytes since it began. */
  private note(slot: number, bytes: number): void {
    const { activities } = this;
    const { nowMs } = this.clock;
    const running = activities.runningAt(slot);
    if (!activities.recorders[running.slot]) return;
    const sinceNotedBytes = bytes - activities.notedBytes(slot);
    (running.pieces ??= []).push(activities.flowSinceMs(slot), nowMs, sinceNotedBytes);
    activities.setNoted(slot, nowMs, bytes);
  }
}
