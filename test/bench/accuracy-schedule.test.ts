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
