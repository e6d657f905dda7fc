import { DrillError } from '../base/errors.js';
import type { NodeTask, TaskReport } from '../node/index.js';
import type { Catalog } from '../catalog/index.js';
import { failure } from './outcome.js';
import type { Answer, JobContext, Outcome, TaskKey, TaskStatus, World } from './world.js';

interface Sent extends TaskKey {
  readonly node: number;
  readonly sentAtMs: number;
  readonly answer: Answer<TaskReport>;
}

/**
 * Sends tasks to nodes, and has each answered once: by the node, by what it says when it is asked, or, of what it does not know,
 * with TASK_LOST. In a world where every message arrives it only passes them on.
 */
export class Messenger {
  private readonly world: World;
  private readonly catalog: Pick<Catalog, 'nodeAlive' | 'nodeNames'>;
  private readonly resendMs: number;
  private readonly sent = new Map<string, Sent>();
  private nextControlId = -1;

  constructor(world: World, catalog: Pick<Catalog, 'nodeAlive' | 'nodeNames'>, heartbeatMs: number) {
    this.world = world;
    this.catalog = catalog;
    this.resendMs = 2 * heartbeatMs;
  }

  /** Sends a task of a job. To a node that is lost it is not sent, and fails with NODE_LOST. */
  send(task: NodeTask, context: JobContext, answer: Answer<TaskReport>): void {
    const { world } = this;
    if (world.isReliable) return world.send(task, context, answer);
    const { nodeAlive, nodeNames } = this.catalog;
    if (!nodeAlive[task.node]) {
      const message = `${nodeNames[task.node]} is lost, and was to get work of the job`;
      const error = new DrillError('NODE_LOST', message);
      // Not at once: whoever sends has not finished what it is doing.
      return world.wakeAt(world.now(), () => answer(failure(error)));
    }
    return this.sendNow(task, context, answer);
  }

  /**
   * Sends what cleans up, made anew each time, again and again until it is answered or no longer wanted: doing it twice is fine,
   * doing it when it has become wrong is not.
   */
  sendSurely(
    make: () => NodeTask,
    context: JobContext,
    isWanted: () => boolean,
    answer: Answer<TaskReport>,
  ): void {
    const { world, resendMs } = this;
    if (world.isReliable) return world.send(make(), context, answer);
    const taskId = this.nextControlId--;
    let isAnswered = false;
    const once: Answer<TaskReport> = (outcome) => {
      if (isAnswered) return;
      // It will be sent again.
      if (!outcome.ok && (outcome.error.code === 'TASK_LOST' || outcome.error.code === 'NODE_LOST')) return;
      isAnswered = true;
      answer(outcome);
    };
    const attempt = (): void => {
      if (isAnswered || !isWanted()) return;
      this.sendNow({ ...make(), taskId }, context, once);
      world.wakeAt(world.now() + resendMs, attempt);
    };
    return attempt();
  }

  /** What a node should have, or should have answered. */
  tasksOf(node: number): (TaskKey & { readonly sentAtMs: number })[] {
    return [...this.sent.values()].filter((sent) => sent.node === node);
  }

  /** What a node says of a task: what has ended is answered with that, what it does not know is lost. */
  takeStatus(task: TaskKey, status: TaskStatus): void {
    if (status.state === 'running') return;
    const lost = (): Outcome<TaskReport> =>
      failure(new DrillError('TASK_LOST', 'a node does not know a task that it was sent'));
    this.resolve(keyOf(task), status.state === 'ended' ? status.outcome : lost());
  }

  /** Nothing of a node that is lost is waited for. */
  forgetNode(node: number): void {
    for (const [key, sent] of this.sent) if (sent.node === node) this.sent.delete(key);
  }

  /** Nor anything of a job that was aborted, but what cleans up after it. */
  forgetJob(jobId: number): void {
    for (const [key, sent] of this.sent) if (sent.jobId === jobId && sent.taskId > 0) this.sent.delete(key);
  }

  private sendNow(task: NodeTask, context: JobContext, answer: Answer<TaskReport>): void {
    const { world } = this;
    const key = keyOf(task);
    this.sent.set(key, { ...keyFields(task), node: task.node, sentAtMs: world.now(), answer });
    return world.send(task, context, (outcome) => this.resolve(key, outcome));
  }

  private resolve(key: string, outcome: Outcome<TaskReport>): void {
    const sent = this.sent.get(key);
    if (!sent) return;
    this.sent.delete(key);
    sent.answer(outcome);
  }
}

const keyFields = ({ jobId, taskId, attempt }: TaskKey): TaskKey => ({ jobId, taskId, attempt });
const keyOf = ({ jobId, taskId, attempt }: TaskKey): string => `${jobId}/${taskId}/${attempt}`;
