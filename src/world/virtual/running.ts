import type { Answer, JobContext, Outcome } from '../../coordinator/index.js';
import {
  taskProcedure,
  type NodeTask,
  type Operation,
  type Procedure,
  type TaskReport,
} from '../../node/index.js';
import { FLOW, type FlowKind } from './flow-kind.js';

/** What an activity waits for. */
export const STAGE = {
  /** The message that brings the task to its node, or a worker there. */
  arriving: 0,
  /** A time that passes by itself. */
  delayed: 1,
  /** The processor's work for a request, … */
  computing: 2,
  /** … its answer, … */
  asking: 3,
  /** … and its bytes. */
  moving: 4,
  /** The message that brings the report to the coordinator. */
  answering: 5,
} as const;

export type Stage = (typeof STAGE)[keyof typeof STAGE];

/** Something that goes on in virtual time: a task with its operations one after the other, or one part of a file. */
export class Activity {
  readonly running: Running;
  readonly isPart: boolean;
  /** Its place in the world's table. */
  slot = -1;
  stage: Stage = STAGE.arriving;
  /** What its flow is, or will be once its request is answered, and of how many bytes. */
  kind: FlowKind = FLOW.hash;
  bytes = 0;

  constructor(running: Running, isPart: boolean) {
    this.running = running;
    this.isPart = isPart;
  }
}

/** A file being sent in parts. */
export interface Parts {
  leftBytes: number;
  readonly partBytes: number;
  /** Parts on their way. */
  open: number;
  state: 'beginning' | 'sending' | 'completing';
}

/** A task that has been sent to its node and has not been answered for yet. */
export class Running {
  readonly task: NodeTask;
  readonly job: JobContext;
  readonly answer: Answer<TaskReport>;
  readonly activity: Activity;
  /** Whether a worker has it. */
  isWorking = false;
  startedMs = 0;
  /** The operation in progress, and when it started. */
  operation: Operation | undefined = undefined;
  operationStartMs = 0;
  parts: Parts | undefined = undefined;
  outcome: Outcome<TaskReport> | undefined = undefined;
  private begun: Procedure<TaskReport> | undefined = undefined;

  constructor(task: NodeTask, job: JobContext, answer: Answer<TaskReport>) {
    this.task = task;
    this.job = job;
    this.answer = answer;
    this.activity = new Activity(this, false);
  }

  /** Made when a worker begins: a million tasks may wait for one. */
  get procedure(): Procedure<TaskReport> {
    return (this.begun ??= taskProcedure(this.task));
  }
}
