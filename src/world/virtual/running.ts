import type { Answer, JobContext, Outcome } from '../../coordinator/index.js';
import {
  taskProcedure,
  type NodeTask,
  type Operation,
  type Procedure,
  type TaskReport,
} from '../../node/index.js';
import type { Recorder } from '../recorder.js';
import { FLOW, type FlowKind } from './flow-kind.js';
import type { FileStates } from './virtual-repository.js';

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
export interface Activity {
  readonly running: Running;
  /** Its place in the world's table, and what tells it from those that had the place before. */
  slot: number;
  stamp: number;
  stage: Stage;
  /** What its flow is, or will be once its request is answered. */
  kind: FlowKind;
}

/** One part of a file on its way. */
export class Part implements Activity {
  readonly running: Running;
  slot = -1;
  stamp = 0;
  stage: Stage = STAGE.computing;
  kind: FlowKind = FLOW.put;

  constructor(running: Running) {
    this.running = running;
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

/**
 * A task that has been sent to its node and has not been answered for yet. What of it is not a whole number is in the
 * world's table: in an object, each would be one more place in memory to go to.
 */
export class Running implements Activity {
  readonly running: Running;
  slot = -1;
  stamp = 0;
  stage: Stage = STAGE.arriving;
  kind: FlowKind = FLOW.hash;
  readonly node: number;
  /** Files moved so far. */
  movedFiles = 0;
  /** Of an upload, of the shard being worked on: the ordinal of its first file in the catalog. */
  firstFile = -1;
  /** The operation in progress. */
  operation: Operation | undefined = undefined;
  /** A task's work; made when a worker begins, since a million tasks may wait for one. Undefined: none has begun. */
  procedure: Procedure<TaskReport> | undefined = undefined;
  parts: Parts | undefined = undefined;
  /** Who watches its job, and what the repository holds under its label. */
  recorder: Recorder | undefined = undefined;
  remote: FileStates | undefined = undefined;
  readonly task: NodeTask;
  readonly job: JobContext;
  readonly answer: Answer<TaskReport>;
  outcome: Outcome<TaskReport> | undefined = undefined;

  constructor(task: NodeTask, job: JobContext, answer: Answer<TaskReport>) {
    this.running = this;
    this.node = task.node;
    this.task = task;
    this.job = job;
    this.answer = answer;
  }

  /** Whether a worker has it. */
  get isWorking(): boolean {
    return this.procedure !== undefined && this.outcome === undefined;
  }

  begin(): Procedure<TaskReport> {
    return (this.procedure = taskProcedure(this.task));
  }
}
