import { setTimeout as sleep } from 'node:timers/promises';
import { threadId, workerData } from 'node:worker_threads';
import { invariant, serialize } from '../../base/errors.js';
import { randomStream } from '../../base/random.js';
import { isRequest, Retries, taskProcedure, type Operation, type TaskReport } from '../../node/index.js';
import { loadS3, openStorage } from '../../repository/storage/open.js';
import type { Storage } from '../../repository/storage/storage.js';
import { count } from '../tally.js';
import { countFileCalls } from './file-calls.js';
import { Interpreter } from './interpreter.js';
import { TaskAborted, type Pace } from './pace.js';
import { msToNs, nowNs } from './pacer.js';
import { rehearse } from './rehearsal.js';
import { seatsOf, type Seat } from './seat.js';
import type {
  MountedStorage,
  TaskMessage,
  WarmUpMessage,
  WorkerAnswer,
  WorkerMessage,
  WorkerSetup,
} from './protocol.js';

const setup = workerData as WorkerSetup;
const seats = seatsOf(setup, threadId);
const progress = new BigInt64Array(setup.shared.progress);
const fileCalls = setup.countFileCalls ? countFileCalls() : undefined;
const storages = new Map<string, Promise<Storage>>();

const WARM_UP_TIMEOUT_MS = 10_000;
const LOOK_MS = 2;

/** Entry of the worker threads: does one task of a compute node. */
export default function handle(message: WorkerMessage): Promise<WorkerAnswer | undefined> {
  return message.kind === 'task' ? seated(message) : warmUp(message);
}

async function seated(message: TaskMessage): Promise<WorkerAnswer> {
  const seat = seats.pop();
  invariant(seat, 'a thread has as many tasks as seats');
  try {
    return await doTask(message, seat);
  } finally {
    seats.push(seat);
  }
}

async function doTask(message: TaskMessage, seat: Seat): Promise<WorkerAnswer> {
  const startNs = nowNs();
  seat.pace.begin(message);
  const storage = message.mounted ? await storageOf(message.mounted, seat) : undefined;
  const interpreter = new Interpreter({
    paths: setup.paths,
    storage,
    seat,
    progress,
    message,
    startNs,
  });
  const operations: Record<string, number> = {};
  const takeFileCalls = await fileCalls;
  takeFileCalls?.();
  const answer = (outcome: WorkerAnswer['outcome'], aborted: boolean): WorkerAnswer => ({
    outcome,
    aborted,
    startNs,
    endNs: nowNs(),
    transfers: Float64Array.from(interpreter.transfers),
    operations,
    fileCalls: takeFileCalls?.() ?? {},
  });
  try {
    return answer(
      { ok: true, report: await runProcedure(message, interpreter, seat.pace, operations) },
      false,
    );
  } catch (error) {
    return answer({ ok: false, error: serialize(error) }, error instanceof TaskAborted);
  }
}

/** Carries the task's procedure out to its end; a failed operation is thrown into it, so that it can clean up. */
async function runProcedure(
  message: TaskMessage,
  interpreter: Interpreter,
  pace: Pace,
  operations: Record<string, number>,
): Promise<TaskReport> {
  const { jobId, node, taskId, attempt } = message.task;
  const purpose = `retries/${jobId}/${node}/${taskId}/${attempt}`;
  const retries = new Retries(setup.retries, randomStream(setup.seed, purpose));
  const procedure = taskProcedure(message.task);
  let next = procedure.next();
  while (!next.done) {
    // A release must go on when its job has been aborted: it is what cleans up.
    if (pace.isAborted && message.task.kind !== 'release') throw new TaskAborted();
    let value: unknown;
    count(operations, next.value.op);
    try {
      value = await perform(interpreter, next.value, pace, retries);
    } catch (error) {
      if (error instanceof TaskAborted) throw error;
      next = procedure.throw(error);
      continue;
    }
    next = procedure.next(value);
  }
  return next.value;
}

/** Carries an operation out, again and again where the repository fails in passing. An abort ends the waiting in between. */
async function perform(
  interpreter: Interpreter,
  operation: Operation,
  pace: Pace,
  retries: Retries,
): Promise<unknown> {
  if (!isRequest(operation)) return interpreter.perform(operation);
  for (;;) {
    try {
      const value = await interpreter.perform(operation);
      retries.succeeded();
      return value;
    } catch (error) {
      const waitMs = retries.nextWaitMs(error);
      if (waitMs === undefined) throw error;
      await pace.untilSent(nowNs() + msToNs(waitMs));
    }
  }
}

/** One storage a thread for each place: its connections are kept. */
function storageOf({ spec, credentials }: MountedStorage, { sync }: Seat): Promise<Storage> {
  const key = JSON.stringify([spec, credentials]);
  let storage = storages.get(key);
  if (!storage) storages.set(key, (storage = openStorage(spec, credentials, setup.limits.multipart, sync)));
  return storage;
}

let ready: Promise<void> | undefined;

/** Several of these may come to one thread: they wait without standing still, so that the others are started as well. */
async function warmUp({ threads }: WarmUpMessage): Promise<undefined> {
  await (ready ??= getReady());
  const up = new Int32Array(setup.shared.ready);
  const giveUpAtMs = performance.now() + WARM_UP_TIMEOUT_MS;
  while (Atomics.load(up, 0) < threads && performance.now() < giveUpAtMs) await sleep(LOOK_MS);
  return undefined;
}

async function getReady(): Promise<void> {
  // What sends in parts is S3; where a statement mounts some later, its first task waits for this.
  if (setup.limits.multipart) await loadS3();
  await rehearse(setup, threadId, seats[0]!);
  Atomics.add(new Int32Array(setup.shared.ready), 0, 1);
}
