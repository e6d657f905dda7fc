import test from 'ava';
import { openPlanRunner, type RunsProgress } from '../../src/drill/plan-runner.js';
import { forecast, seeded, simulateAttributed, summarise } from '../../src/planner/index.js';
import type { Scenario } from '../../src/scenario/index.js';
import { olapTable, scenario } from '../fixtures/scenarios.js';

const sizeBytes = { kind: 'lognormal', median: 1e6, sigma: 1 } as const;
const withBuckets = (buckets: number): Scenario =>
  scenario({
    databases: [{ name: 'example_db', tables: [olapTable('t', { partitions: 1, buckets, sizeBytes })] }],
  });
const SPEC = withBuckets(300);

const forever = new AbortController().signal;

async function opened<T>(
  threads: number,
  use: (runner: ReturnType<typeof openPlanRunner>) => Promise<T>,
  signal = forever,
  onProgress: (progress: RunsProgress) => void = () => undefined,
  filesInPlace = 0,
): Promise<T> {
  const runner = openPlanRunner({ threads, signal, onProgress, filesInPlace });
  try {
    return await use(runner);
  } finally {
    await runner.close();
  }
}

test('the same forecast, byte for byte, whatever the number of threads', async (t) => {
  const options = { repetitions: 8, windowMs: 100 };
  const here = await forecast(SPEC, async (scenarios) => scenarios.map(summarise), options);
  for (const threads of [1, 2, 3]) {
    const there = await opened(threads, ({ run }) => forecast(SPEC, run, options));
    t.is(JSON.stringify(there), JSON.stringify(here), `${threads} threads`);
  }
});

test('a run in detail is the same on a thread', async (t) => {
  t.deepEqual(await opened(1, ({ detail }) => detail(SPEC)), simulateAttributed(SPEC));
});

test('the first of several errors is thrown, once all have ended', async (t) => {
  const wrong = (table: string): Scenario => ({
    ...SPEC,
    statement: { text: `BACKUP SNAPSHOT example_db.l TO example_repo ON (${table})`, line: 1 },
  });
  const scenarios = Array.from({ length: 8 }, (_, i) => seeded(SPEC, i))
    .with(3, wrong('one'))
    .with(5, wrong('two'));
  const told: RunsProgress[] = [];
  const error = await t.throwsAsync(
    opened(
      2,
      ({ run }) => run(scenarios),
      forever,
      (progress) => told.push(progress),
    ),
  );
  t.regex(error.message, /one/);
  t.like(told.at(-1), { doneRuns: 8, totalRuns: 8 });
});

for (const [name, filesInPlace] of [
  ['threads', 0],
  ['the process itself', Infinity],
] as const)
  test(`an interruption ends ${name} at once`, async (t) => {
    const controller = new AbortController();
    const told: RunsProgress[] = [];
    const onProgress = (progress: RunsProgress): void => {
      told.push(progress);
      if (progress.doneRuns === 2) controller.abort();
    };
    const many = Array.from({ length: 100 }, (_, i) => seeded(SPEC, i));
    const interrupted = opened(2, ({ run }) => run(many), controller.signal, onProgress, filesInPlace);
    await t.throwsAsync(interrupted, { code: 'INTERRUPTED' });
    t.true(told.at(-1)!.doneRuns < 10);
  });
