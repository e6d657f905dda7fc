import type { Recorder } from '../recorder.js';
import type { Activities } from './activities.js';
import type { Clock } from './clock.js';
import { laneOf, usesRepository } from './flow-kind.js';
import type { Flows } from './flows.js';
import { ENDED, Movement } from './movement.js';
import type { Parts } from './running.js';

/** How the bytes of recorded jobs move: knows of each activity's flow through the repository when it began and ended. */
export class Movements {
  private readonly activities: Activities;
  private readonly flows: Flows;
  private readonly clock: Clock;
  private readonly nodes: number;
  private readonly byJob = new Map<number, Movement>();

  constructor(activities: Activities, flows: Flows, clock: Clock, nodes: number) {
    this.activities = activities;
    this.flows = flows;
    this.clock = clock;
    this.nodes = nodes;
  }

  record(jobId: number, recorder: Recorder): void {
    const movement = new Movement(jobId, recorder, this.clock, this.nodes);
    this.byJob.set(jobId, movement);
    this.flows.watch(movement);
  }

  /** Undefined: nobody records it. */
  of(jobId: number): Movement | undefined {
    return this.byJob.get(jobId);
  }

  /** An activity's flow begins. */
  begun(slot: number): void {
    const { activities } = this;
    if (!usesRepository(activities.kind(slot))) return;
    activities.setFlowStart(slot, this.clock.nowMs);
    activities.movements[slot]?.begin();
  }

  /** It is the one that was completed last. */
  ended(slot: number): void {
    const { activities } = this;
    const kind = activities.kind(slot);
    if (!usesRepository(kind)) return;
    const lane = laneOf(activities.node(slot), kind);
    activities.setFlowEnd(slot, this.clock.nowMs, lane, this.flows.completedAt);
    activities.movements[slot]?.end();
  }

  /** Ends an activity's flow, of whatever kind, that is not wanted any more. */
  cancel(slot: number): void {
    const { activities } = this;
    const kind = activities.kind(slot);
    this.flows.cancel(activities.node(slot), kind, slot);
    if (usesRepository(kind)) activities.movements[slot]?.end();
  }

  /** Bytes through the repository take no time: so they need no clock of a lane. */
  passedAtOnce(slot: number): void {
    this.activities.setFlowStart(slot, this.clock.nowMs);
    this.activities.setFlowEnd(slot, this.clock.nowMs, 0, 0);
  }

  /** What an activity's last flow moved, or the parts of a file, are there, and with them so many files. */
  moved(slot: number, parts: Parts | undefined, files: number): void {
    const { activities } = this;
    if (!parts) return activities.tellMoved(slot, files);
    for (let at = 0; at < parts.sent.length; at += ENDED.length)
      activities.movements[slot]?.moved(parts.sent, at, at === 0 ? files : 0);
  }
}
