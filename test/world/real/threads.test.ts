import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
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
