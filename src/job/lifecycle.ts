import { DrillError, type SerializedError } from '../base/errors.js';
import type { NodeTask } from '../node/index.js';
import type { Command, JobEvent, WorkPlan } from './event.js';
import type { EngineSettings } from './settings.js';
import { TaskBoard, type BoardOptions, type ReplicaLookup } from './task-board.js';
import type { Slice } from './task-queue.js';
import { shareByNode } from './work.js';

/** What every job has, whatever it does. All of it but `transient` is durable: it is what `persist` writes. */
export interface JobRecord<State extends string> {
  readonly id: number;
  readonly label: string;
  readonly databaseId: number;
  readonly database: string;
  readonly repository: string;
  readonly createdAtMs: number;
  readonly timeoutMs: number;
  readonly state: State;
  /** Every state entered, in order. */
  readonly states: readonly { readonly state: State; readonly atMs: number }[];
  readonly error?: SerializedError;
  /** How often a coordinator took the job up again after the one before it was gone. */
  readonly restarts: number;
  /** What there is to do and where, once that was decided. */
  readonly plan?: WorkPlan;
  /** Not durable: lost with the coordinator, and built anew. */
  readonly transient: Transient;
}

/** What a job knows only while its coordinator lives. */
export interface Transient {
  /** A plan was asked for, and has not been answered. */
  readonly planning?: boolean;
  /** The tasks of the phase the job is in. */
  readonly board?: TaskBoard<NodeTask>;
  /** The last failure besides tasks' that did not end the job. */
  readonly lastError?: SerializedError;
  /** Nodes that were given work which was first another's, or that others have taken over. */
  readonly alsoOn?: readonly number[];
  /** A task failed or was moved: files of it may lie, or come to lie, where nobody looks for them. */
  readonly isUntidy?: boolean;
  /** What went wrong and was got over, the first MAX_INCIDENTS of it. */
  readonly incidents?: readonly Incident[];
}

/** Something that went wrong, or was found slow, and what was done about it. */
export interface Incident {
  readonly atMs: number;
  readonly kind: 'retry' | 'failover' | 'hand-over' | 'node-lost' | 'node-back';
  readonly node: number;
  /** The node that took over. */
  readonly to?: number;
  readonly shards: number;
  readonly why?: SerializedError;
}

const MAX_INCIDENTS = 1000;

/** What the job may ask while it takes a step. */
export interface JobEnvironment {
  readonly settings: EngineSettings;
  readonly replicas: ReplicaLookup;
}

/** A job's next self, and what it wants done, in this order. */
export interface Step<Job> {
  readonly job: Job;
  readonly commands: readonly Command[];
}

/** A step being made. */
export interface Turn<Job> {
  job: Job;
  readonly nowMs: number;
  readonly settings: EngineSettings;
  readonly replicas: ReplicaLookup;
  readonly commands: Command[];
}

/** What one kind of job does in its states; everything else about jobs is in this file. */
export interface Lifecycle<State extends string, Job extends JobRecord<State>> {
  /** Does what the present state calls for; returns whether the state changed. */
  readonly advance: (turn: Turn<Job>) => boolean;
  /** Takes an event that only this kind of job knows. */
  readonly take: (turn: Turn<Job>, event: JobEvent) => void;
  /** What to do, besides aborting, when the job is cancelled. */
  readonly onCancel: (turn: Turn<Job>) => void;
  readonly cancelled: State;
  readonly finished: State;
}

/**
 * One event's effect on a job. Pure but for the job's own task board, which the returned job takes over: use the old job
 * no more. With a tick, the job looks at its state only when a `tick` comes; without, after each event.
 */
export function stepJob<State extends string, Job extends JobRecord<State>>(
  lifecycle: Lifecycle<State, Job>,
  job: Job,
  event: JobEvent,
  nowMs: number,
  { settings, replicas }: JobEnvironment,
): Step<Job> {
  const turn: Turn<Job> = { job, nowMs, settings, replicas, commands: [] };
  if (hasEnded(lifecycle, job)) return turn;
  if (event.kind === 'cancel') {
    cancel(lifecycle, turn, event.error);
    return turn;
  }
  takeEvent(lifecycle, turn, event);
  const looks = settings.tickMs === 0 || event.kind === 'tick';
  if (looks && !hasEnded(lifecycle, turn.job)) look(lifecycle, turn, event);
  return turn;
}

export function hasEnded<State extends string>(
  lifecycle: { readonly cancelled: State; readonly finished: State },
  job: JobRecord<State>,
): boolean {
  return job.state === lifecycle.cancelled || job.state === lifecycle.finished;
}

/** Moves the job to its next state; a change of state is always persisted. */
export function enter<Job extends JobRecord<string>>(turn: Turn<Job>, state: Job['state']): true {
  const states = [...turn.job.states, { state, atMs: turn.nowMs }];
  turn.job = { ...turn.job, state, states };
  turn.commands.push({ kind: 'persist' });
  return true;
}

export function cancel<State extends string, Job extends JobRecord<State>>(
  lifecycle: Lifecycle<State, Job>,
  turn: Turn<Job>,
  error: SerializedError,
): void {
  turn.job = { ...turn.job, error };
  turn.commands.push({ kind: 'abort' });
  lifecycle.onCancel(turn);
  enter(turn, lifecycle.cancelled);
}

/** Asks for the plan, once. */
export function requestPlan(turn: Turn<JobRecord<string>>): void {
  if (turn.job.transient.planning) return;
  turn.commands.push({ kind: 'plan' });
  setTransient(turn, { planning: true });
}

/** Cuts the plan into the tasks of a phase and sends the first of them. */
export function startBoard(
  turn: Turn<JobRecord<string>>,
  plan: WorkPlan,
  options: Pick<BoardOptions<NodeTask>, 'batchSize' | 'perNode' | 'makeTask'> & { readonly canMove: boolean },
): void {
  const { settings, replicas } = turn;
  const canMove = options.canMove && settings.failover;
  const board = new TaskBoard<NodeTask>({
    ...options,
    shares: shareByNode(plan),
    maxAttempts: settings.maxTaskAttempts,
    replicas: canMove ? replicas : undefined,
    handOver: canMove && settings.handOver,
    // Of the phase before there may still be tasks on their way.
    firstTaskId: turn.job.transient.board?.endTaskId ?? 1,
  });
  sendAll(turn, board.start());
  turn.job = { ...turn.job, plan };
  setTransient(turn, { board });
}

/** Takes a task's report; gives the part of the plan that it covered, or nothing if it had been reported before. */
export function finishTask(
  turn: Turn<JobRecord<string>>,
  { taskId, attempt }: Pick<NodeTask, 'taskId' | 'attempt'>,
): Slice | undefined {
  const { board } = turn.job.transient;
  const finished = board?.finish(taskId, attempt);
  if (!board || !finished) return undefined;
  noteMoves(turn, board);
  sendAll(turn, finished.next);
  return finished.slice;
}

/** Has every node with a share of the plan drop what the job left there. */
export function releaseAll(turn: Turn<JobRecord<string>>): void {
  const { plan, transient } = turn.job;
  if (!plan) return;
  const nodes = new Set([...shareByNode(plan).map((share) => share.node), ...(transient.alsoOn ?? [])]);
  turn.commands.push({ kind: 'release', nodes: [...nodes].sort((a, b) => a - b) });
}

export function setTransient<Job extends JobRecord<string>>(
  turn: Turn<Job>,
  changes: Partial<Job['transient']>,
): void {
  turn.job = { ...turn.job, transient: { ...turn.job.transient, ...changes } };
}

function sendAll(turn: { readonly commands: Command[] }, tasks: readonly NodeTask[]): void {
  for (const task of tasks) turn.commands.push({ kind: 'send', task });
}

function look<State extends string, Job extends JobRecord<State>>(
  lifecycle: Lifecycle<State, Job>,
  turn: Turn<Job>,
  event: JobEvent,
): void {
  const { job, nowMs, settings } = turn;
  if (nowMs - job.createdAtMs > job.timeoutMs) {
    const { board: tasks, lastError } = job.transient;
    cancel(lifecycle, turn, timedOut(job, lastError ?? tasks?.lastError));
    return;
  }
  const board = job.transient.board;
  if (board) sendAll(turn, board.takeDue(nowMs));
  if (settings.tickMs > 0) {
    lifecycle.advance(turn);
    if (!hasEnded(lifecycle, turn.job))
      turn.commands.push({ kind: 'wake', atMs: nextTick(nowMs, settings.tickMs) });
    return;
  }
  while (lifecycle.advance(turn) && !hasEnded(lifecycle, turn.job));
  wakeForRetry(turn, event);
}

/**
 * The first step of a new job. Without a tick its first look is now, and one is due when the timeout is over; a tick
 * brings both.
 */
export function acceptJob<Job extends JobRecord<string>>(job: Job, settings: EngineSettings): Step<Job> {
  return { job, commands: firstCommands(job, job.createdAtMs, settings) };
}

/**
 * Takes up again a job whose coordinator is gone, in the state that its own kind says. What was transient is lost, and the timeout goes on counting from the job's acceptance.
 */
export function resumeJob<Job extends JobRecord<string>>(
  job: Job,
  state: Job['state'],
  nowMs: number,
  settings: EngineSettings,
): Step<Job> {
  // Times are the calendar's, which may have been put back meanwhile: the job has got no younger by that.
  const aheadMs = Math.max(0, job.states.at(-1)!.atMs - nowMs);
  const known = job.states.map((entered) => ({ ...entered, atMs: entered.atMs - aheadMs }));
  const states = state === job.state ? known : [...known, { state, atMs: nowMs }];
  const createdAtMs = job.createdAtMs - aheadMs;
  const resumed = { ...job, createdAtMs, state, states, restarts: job.restarts + 1 };
  return { job: resumed, commands: firstCommands(resumed, nowMs, settings) };
}

function firstCommands(job: JobRecord<string>, nowMs: number, settings: EngineSettings): Command[] {
  const { createdAtMs, timeoutMs } = job;
  const wakes =
    settings.tickMs > 0 ? [nextTick(nowMs, settings.tickMs)] : [nowMs, createdAtMs + timeoutMs + 1];
  return [{ kind: 'persist' }, ...wakes.map((atMs) => ({ kind: 'wake', atMs }) as const)];
}

/**
 * The coordinator looks at multiples of its tick, whenever the statement came. The next one is later than now: of a tick that is
 * no whole number, the next multiple can be rounded to this very moment, and time would stand still.
 */
export function nextTick(nowMs: number, tickMs: number): number {
  const next = (Math.floor(nowMs / tickMs) + 1) * tickMs;
  return next > nowMs ? next : next + tickMs;
}

const MAY_WAIT: ReadonlySet<JobEvent['kind']> = new Set(['task-failed', 'node-lost', 'node-back', 'tick']);

function wakeForRetry(turn: Turn<JobRecord<string>>, event: JobEvent): void {
  if (!MAY_WAIT.has(event.kind)) return;
  const atMs = turn.job.transient.board?.nextRetryAtMs;
  if (atMs !== undefined) turn.commands.push({ kind: 'wake', atMs });
}

function takeEvent<State extends string, Job extends JobRecord<State>>(
  lifecycle: Lifecycle<State, Job>,
  turn: Turn<Job>,
  event: JobEvent,
): void {
  switch (event.kind) {
    case 'plan-failed':
      cancel(lifecycle, turn, event.error);
      return;
    case 'task-failed':
      failTask(lifecycle, turn, event, event.error);
      return;
    case 'node-lost':
      loseNode(lifecycle, turn, event.node, event.name);
      return;
    case 'node-back':
      regainNode(turn, event.node);
      return;
    default:
      lifecycle.take(turn, event);
  }
}

function failTask<State extends string, Job extends JobRecord<State>>(
  lifecycle: Lifecycle<State, Job>,
  turn: Turn<Job>,
  { taskId, attempt }: Pick<NodeTask, 'taskId' | 'attempt'>,
  error: SerializedError,
): void {
  const { board } = turn.job.transient;
  if (!board) return;
  const held = board.running.find((task) => task.taskId === taskId);
  const verdict = board.fail(taskId, attempt, error, turn.nowMs);
  if (verdict === 'ignored') return;
  if (verdict === 'retry') note(turn, { kind: 'retry', node: held?.node ?? -1, shards: 0, why: error });
  noteMoves(turn, board);
  setTransient(turn, { isUntidy: true });
  if (verdict === 'fatal') cancel(lifecycle, turn, error);
}

function loseNode<State extends string, Job extends JobRecord<State>>(
  lifecycle: Lifecycle<State, Job>,
  turn: Turn<Job>,
  node: number,
  name = `node ${node}`,
): void {
  const { board } = turn.job.transient;
  if (!board) return;
  const error = nodeLost(name);
  note(turn, { kind: 'node-lost', node, shards: 0 });
  for (const task of board.running) {
    if (task.node === node && !hasEnded(lifecycle, turn.job)) failTask(lifecycle, turn, task, error);
  }
  board.lose(node, error);
  noteMoves(turn, board);
}

function regainNode(turn: Turn<JobRecord<string>>, node: number): void {
  const { board } = turn.job.transient;
  if (!board) return;
  note(turn, { kind: 'node-back', node, shards: 0 });
  board.regain(node, turn.nowMs);
  noteMoves(turn, board);
}

/** What other nodes do now is theirs in the plan, so that they are told to drop what they hold of it. */
function noteMoves(turn: Turn<JobRecord<string>>, board: TaskBoard<NodeTask>): void {
  const moves = board.takeMoves();
  if (moves.length === 0) return;
  const plan = turn.job.plan!;
  const nodes = plan.nodes.slice();
  const alsoOn = new Set(turn.job.transient.alsoOn);
  for (const { from, to, positions, why } of moves) {
    for (const position of positions) nodes[position] = to;
    alsoOn.add(from).add(to);
    const kind = why ? 'failover' : 'hand-over';
    note(turn, { kind, node: from, to, shards: positions.length, ...(why ? { why } : {}) });
  }
  turn.job = { ...turn.job, plan: { ...plan, nodes } };
  setTransient(turn, { alsoOn: [...alsoOn], isUntidy: true });
}

function note(turn: Turn<JobRecord<string>>, incident: Omit<Incident, 'atMs'>): void {
  const { incidents = [] } = turn.job.transient;
  if (incidents.length >= MAX_INCIDENTS) return;
  setTransient(turn, { incidents: [...incidents, { atMs: turn.nowMs, ...incident }] });
}

function nodeLost(name: string): SerializedError {
  return new DrillError('NODE_LOST', `${name} was lost while it had work of the job`).toJSON();
}

function timedOut(job: JobRecord<string>, last: SerializedError | undefined): SerializedError {
  const after = `the job did not end within its timeout of ${job.timeoutMs / 1000} s; it was ${job.state}`;
  return new DrillError('JOB_TIMEOUT', last ? `${after}, and the last failure was: ${last.message}` : after, {
    hint: 'raise PROPERTIES ("timeout" = "<seconds>")',
  }).toJSON();
}
