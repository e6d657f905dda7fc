import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { NodeThreads } from '../../../src/world/real/node-threads.js';
import { startThreads } from '../../../src/world/real/threads.js';

const WORKER = new URL('../../../src/world/real/worker.js', import.meta.url);
const STARTS = 40;
const LONGEST_MS = 160;

// Node aborts the whole process when a thread ends while it `require`s an ES module: one run of the tests was lost to
// it. The moments are spread over the time that a thread takes to load.
test('threads may be ended at any time, while they start as well', async (t) => {
  for (let start = 0; start < STARTS; start++) {
    const threads = startThreads(WORKER, { minThreads: 2, maxThreads: 2 });
    threads.on('error', () => undefined);
    await sleep((start / STARTS) * LONGEST_MS);
    await threads.destroy();
  }
  t.pass();
});

test('a module that cannot be loaded fails the task, and says which', async (t) => {
  const threads = startThreads(new URL('./no-such-module.js', import.meta.url), {
    minThreads: 1,
    maxThreads: 1,
  });
  const error = await new Promise<Error>((resolve) => {
    threads.run({}).catch(resolve);
    threads.on('error', resolve);
  });
  t.regex(error.message, /no-such-module/);
  await threads.destroy();
});

/** Tasks that say so when they begin, and never end by themselves. */
const ENDLESS = new URL('./endless-task.js', import.meta.url);

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(5);
}

test("a node's threads that die are replaced, also one that dies while it starts, and tasks never wait for nobody", async (t) => {
  const start = (): ReturnType<typeof startThreads> =>
    startThreads(ENDLESS, { minThreads: 2, maxThreads: 2 });
  const threads = new NodeThreads(start, 2, 3);
  const begun = new Int32Array(new SharedArrayBuffer(4));
  const outcomes = [1, 2, 3].map(() =>
    threads.run(begun).then(
      () => 'done',
      () => 'rejected',
    ),
  );
  await until(() => Atomics.load(begun, 0) === 2);
  const [first, second] = threads.threads;
  await first!.terminate();
  t.is(threads.threads.length, 2);
  const starting = threads.threads.find((thread) => thread !== second)!;
  await starting.terminate();
  t.deepEqual(await Promise.all(outcomes), ['rejected', 'rejected', 'rejected']);
  const later = threads.run(begun).catch(() => undefined);
  await until(() => Atomics.load(begun, 0) >= 3 && threads.threads.length === 2);
  await threads.destroy();
  await later;
  t.pass();
});

test('a node has no more tasks under way than workers, though its threads have seats for more', async (t) => {
  const ends: (() => void)[] = [];
  const pool = {
    threads: [],
    on: () => undefined,
    run: () => new Promise<void>((resolve) => ends.push(resolve)),
    destroy: async () => undefined,
  };
  const threads = new NodeThreads(() => pool as unknown as ReturnType<typeof startThreads>, 2, 3);
  const tasks = Array.from({ length: 5 }, () => threads.run(undefined));
  await sleep(1);
  t.is(ends.length, 3);
  ends[0]!();
  await tasks[0];
  await sleep(1);
  t.is(ends.length, 4);
  for (let i = 1; i < 5; i++) {
    ends[i]!();
    await tasks[i];
    await sleep(1);
  }
});
