import { serialize } from '../../base/errors.js';
import type { Operation } from '../../node/index.js';
import type { Activities } from './activities.js';
import type { Clock } from './clock.js';
import type { Running } from './running.js';
import type { Witness } from './witness.js';

/** Tells a witness what nodes do. */
export class WorkWitness {
  private readonly witness: Witness;
  private readonly clock: Clock;
  private readonly activities: Activities;

  constructor(witness: Witness, clock: Clock, activities: Activities) {
    this.witness = witness;
    this.clock = clock;
    this.activities = activities;
  }

  task({ task, job }: Running, event: 'begun' | 'finished' | 'failed' | 'stopped'): void {
    this.witness({ kind: 'task', atMs: this.clock.nowMs, task, generation: job.generation, event });
  }

  operation(slot: number, operation: Operation, answer: unknown, error: unknown): void {
    const { task, job } = this.activities.runningAt(slot);
    this.witness({
      kind: 'operation',
      atMs: this.clock.nowMs,
      startMs: this.activities.operationStartMs(slot),
      task,
      generation: job.generation,
      label: job.label,
      operation,
      answer,
      error: error === undefined ? undefined : serialize(error),
    });
  }
}
