import type { Answer, JobContext, Outcome } from '../../coordinator/index.js';
import type { NodeTask, Operation, Retries, TaskReport } from '../../node/index.js';

/** A file being sent in parts. */
export interface Parts {
  leftBytes: number;
  readonly partBytes: number;
  /** Parts on their way. */
  open: number;
  state: 'beginning' | 'sending' | 'completing';
}

/** A task that has been sent to its node and has not been answered for yet: what of it few events look at. */
export class Running {
  readonly task: NodeTask;
  readonly job: JobContext;
  readonly answer: Answer<TaskReport>;
  /** Its place among the activities. */
  slot = -1;
  /** Whether a worker has it. */
  isWorking = false;
  /** The operation in progress, where that matters at its end: see EFFECT. */
  operation: Operation | undefined = undefined;
  parts: Parts | undefined = undefined;
  /** Of a file that is on its way, or a bundle: see TransferNotes. */
  pieces: number[] | undefined = undefined;
  /** Of an operation on a bundle: what is to be done when its flow has ended, where that is not all of it. */
  goesOn: (() => void) | undefined = undefined;
  /** Where faults happen: when its operations are tried again; whether one waits for that, or for a slow node. */
  retries: Retries | undefined = undefined;
  waitsFor: 'retry' | 'slowness' | undefined = undefined;
  /** The content of the file that was hashed last: it is sent as it was read then, from the cache of its node. */
  hashed: { readonly ordinal: number; readonly content: number } | undefined = undefined;
  outcome: Outcome<TaskReport> | undefined = undefined;

  constructor(task: NodeTask, job: JobContext, answer: Answer<TaskReport>) {
    this.task = task;
    this.job = job;
    this.answer = answer;
  }
}
