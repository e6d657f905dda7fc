import test from 'ava';
import { fuzz, type FuzzOptions, type FuzzOutcome } from '../../src/drill/index.js';

const options: FuzzOptions = {
  from: 1,
  to: 160,
  forMs: undefined,
  threads: 1,
  keepGoing: true,
  signal: new AbortController().signal,
};

const withoutTime = ({ elapsedMs: _elapsedMs, ...outcome }: FuzzOutcome): object => outcome;

test('what is found does not depend on how many threads look for it', async (t) => {
  const one = await fuzz(options);
  const three = await fuzz({ ...options, threads: 3 });
  t.deepEqual(withoutTime(three), withoutTime(one));
  t.is(one.ended, 'all seeds');
  t.is(one.tally.runs, 160);
});

test('an interrupt ends the search in order, and what was done is told', async (t) => {
  const controller = new AbortController();
  const outcome = await fuzz({
    ...options,
    to: 1_000_000,
    threads: 2,
    signal: controller.signal,
    onProgress: ({ runs }) => {
      if (runs >= 100) controller.abort();
    },
  });
  t.is(outcome.ended, 'interrupted');
  t.true(outcome.tally.runs >= 100 && outcome.tally.runs < 10_000);
});

test('a limit of time is kept', async (t) => {
  const outcome = await fuzz({ ...options, to: 1_000_000, forMs: 1 });
  t.is(outcome.ended, 'time');
});
