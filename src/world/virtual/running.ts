import type { Answer, JobContext } from '../../coordinator/index.js';
import {
  taskProcedure,
  type NodeTask,
  type Operation,
  type Procedure,
  type TaskReport,
} from '../../node/index.js';

/** A task on a node: waiting for a worker, or being worked on. */
export interface Running {
  readonly task: NodeTask;
  readonly job: JobContext;
  readonly answer: Answer<TaskReport>;
  readonly procedure: Procedure<TaskReport>;
  /** How many tasks had been sent before it. */
  readonly sendOrdinal: number;
  /** Its place in the world's table while a worker has it. */
  slot: number;
  startedMs: number;
  /** The operation in progress, and when it started. */
  operation: Operation | undefined;
  operationStartMs: number;
  /** What shares out the time of the operation's bytes. */
  flow: 'none' | 'network' | 'disk';
  /** Bytes of a transfer whose request has not been answered yet; -1 if there are none to come. */
  bytesToMove: number;
}

export function newRunning(
  task: NodeTask,
  job: JobContext,
  answer: Answer<TaskReport>,
  sendOrdinal: number,
): Running {
  return {
    sendOrdinal,
    task,
    job,
    answer,
    procedure: taskProcedure(task),
    slot: -1,
    startedMs: 0,
    operation: undefined,
    operationStartMs: 0,
    flow: 'none',
    bytesToMove: -1,
  };
}
