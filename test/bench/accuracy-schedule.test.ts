import test from 'ava';
import { runInterleaved, type ScheduleOptions } from '../../bench/accuracy/schedule.js';
import { runWith } from './made-up.js';

interface Thing {
  readonly name: string;
}

const CASES: readonly Thing[] = Array.from({ length: 9 }, (_, i) => ({ name: `case-${i}` }));
const RUN = runWith([0, 0, 0, 100, 0, 0]);

function schedule(changes: Partial<ScheduleOptions<Thing>> = {}): {
  readonly options: ScheduleOptions<Thing>;
  readonly order: string[];
  readonly lines: string[];
  readonly rounds: number[];
} {
  const order: string[] = [];
  const lines: string[] = [];
  const rounds: number[] = [];
  const options: ScheduleOptions<Thing> = {
    cases: CASES,
    repetitions: 3,
    signal: new AbortController().signal,
    expectedMs: () => 100,
    run: ({ name }) => {
      order.push(name);
      return Promise.resolve(RUN);
    },
    onRound: ({ runs }) => void rounds.push([...runs.values()].reduce((sum, all) => sum + all.length, 0)),
    say: (line) => void lines.push(line),
    nowMs: () => order.length * 100,
    ...changes,
  };
  return { options, order, lines, rounds };
}

const sorted = (names: readonly string[]): string[] => names.toSorted();

test('each round has every case once, in another order, and is told when it is over', async (t) => {
  const { options, order, lines, rounds } = schedule();
  const { runs, failures } = await runInterleaved(options);
  const all = [0, 1, 2].map((round) => order.slice(round * CASES.length, (round + 1) * CASES.length));
  for (const round of all) t.deepEqual(sorted(round), sorted(CASES.map(({ name }) => name)));
  t.is(new Set(all.map((round) => round.join())).size, 3);
  t.deepEqual(
    [...runs.values()].map((own) => own.length),
    CASES.map(() => 3),
  );
  t.deepEqual(failures, []);
  t.deepEqual(rounds, [9, 18, 27]);
  t.is(lines.length, 27);
  t.regex(lines[0]!, /^case-\d: 100 ms; 1 of 27, about 3 s left$/);
  t.regex(lines.at(-1)!, /27 of 27, about 0 ms left$/);
});

test('a case that fails is told, not run again, and stops no other', async (t) => {
  const { options, order } = schedule();
  const run: typeof options.run = (one, round) =>
    one.name === 'case-4' ? Promise.reject(new Error('no space')) : options.run(one, round);
  const { runs, failures } = await runInterleaved({ ...options, run });
  t.deepEqual(failures, [{ name: 'case-4', message: 'no space' }]);
  t.deepEqual(runs.get('case-4'), []);
  t.is(order.length, (CASES.length - 1) * 3);
});

test('what is left does not count a case that has failed', async (t) => {
  const failing = CASES[4]!.name;
  const { options, lines } = schedule();
  let clockMs = 0;
  const run: typeof options.run = (one) => {
    clockMs += 100;
    return one.name === failing ? Promise.reject(new Error('no space')) : Promise.resolve(RUN);
  };
  await runInterleaved({ ...options, run, nowMs: () => clockMs });
  t.is(lines.length, 25);
  // Nothing is between the runs here, each of which takes as long as was expected: so what is left is known at any time.
  let total = 27;
  lines.forEach((line, i) => {
    if (line.startsWith(failing)) total = 25;
    const leftMs = (total - i - 1) * 100;
    const left = leftMs === 0 ? '0 ms' : `${Math.ceil(leftMs / 1000)} s`;
    const [, said] = / (\d+ of \d+, about .*) left$/.exec(line) ?? [];
    t.is(said, `${i + 1} of ${total}, about ${left}`, line);
  });
  t.regex(
    lines.find((line) => line.startsWith(failing))!,
    /^case-4 FAILED: no space; \d+ of 25/,
  );
});

test('a first run that fails does not spoil what is left', async (t) => {
  const { options, lines } = schedule({ cases: CASES.slice(0, 2) });
  let runs = 0;
  const run: typeof options.run = (one, round) =>
    runs++ === 0 ? Promise.reject(new Error('no space')) : options.run(one, round);
  await runInterleaved({ ...options, run });
  t.regex(lines[0]!, /; 1 of 4, about 1 s left$/);
});

test('an interruption ends it at once', async (t) => {
  const controller = new AbortController();
  const { options, order } = schedule({ signal: controller.signal });
  const run: typeof options.run = (one, round) => {
    if (order.length === 3) controller.abort();
    return options.run(one, round);
  };
  await t.throwsAsync(runInterleaved({ ...options, run }), { code: 'INTERRUPTED' });
  t.is(order.length, 4);
});
