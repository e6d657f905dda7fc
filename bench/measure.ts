import { mkdirSync } from 'node:fs';
import { exactBenchmarks } from '../src/drill/bench/exact.js';
import type { FromMeasurer, ToMeasurer } from '../src/drill/bench/protocol.js';
import type { Case, Suite } from './suite.js';
import { SUITES } from './suites.js';

/*
 * One side of a regression benchmark: a process that is told by `drill bench` which case to run, and when. It is the checkout's
 * own, so that a base and a head are each measured by their own code.
 */

/** A case is warm when it has run so often, or so long: by then what matters of it is compiled. */
const WARM_RUNS = 5;
const WARM_MS = 150;

const [workDirectory = '.', handicapText = '0'] = process.argv.slice(2);
/** Share of each run's time that is wasted on top of it: a build that is slower by a known share, to see that it is found. */
const handicap = Number(handicapText);

const interrupt = new AbortController();
// A terminal's Ctrl-C comes to us as well; whoever asked tells us when to end.
process.on('SIGINT', () => interrupt.abort());

mkdirSync(workDirectory, { recursive: true });
const cases = new Map<string, Case>();
for (const suite of SUITES) {
  for (const found of await gatedCases(suite)) cases.set(`${suite.name}/${found.name}`, found);
}

async function gatedCases(suite: Suite): Promise<readonly Case[]> {
  const all = await suite.cases({ isQuick: true, isGate: true, workDirectory });
  return all.filter(({ gate }) => gate);
}

process.on('message', (message: ToMeasurer) => {
  void answer(message).then(
    (reply) => process.send!(reply),
    (error: unknown) => process.send!({ kind: 'failed', message: String(error) } satisfies FromMeasurer),
  );
});
// Whoever asked is gone.
process.on('disconnect', () => process.exit(1));
process.send!({ kind: 'ready', names: [...cases.keys()] } satisfies FromMeasurer);

async function answer(message: ToMeasurer): Promise<FromMeasurer> {
  switch (message.kind) {
    case 'warm-up': {
      const found = cases.get(message.name)!;
      const startMs = performance.now();
      let runMs = Infinity;
      for (let runs = 0; runs < WARM_RUNS || performance.now() - startMs < WARM_MS; runs++)
        runMs = Math.min(runMs, await quickest(found, 1));
      return { kind: 'warm', runMs };
    }
    case 'sample':
      return { kind: 'sampled', runMs: await quickest(cases.get(message.name)!, message.runs) };
    case 'exact':
      return {
        kind: 'measured',
        benchmarks: await exactBenchmarks(message, workDirectory, interrupt.signal),
      };
    case 'end':
      for (const suite of SUITES) await suite.tearDown?.();
      setImmediate(() => process.disconnect());
      return { kind: 'ended' };
  }
}

/**
 * Milliseconds of the quickest of `runs` runs. Whatever else the machine does only adds to a run's time, and seldom to every one:
 * on a busy machine the least is steadier than any mean.
 */
async function quickest({ run, before, after }: Case, runs: number): Promise<number> {
  let leastMs = Infinity;
  for (let i = 0; i < runs; i++) {
    const prepared = before?.();
    if (prepared instanceof Promise) await prepared;
    const startMs = performance.now();
    const result = run();
    if (result instanceof Promise) await result;
    if (handicap > 0) spin(startMs + (performance.now() - startMs) * (1 + handicap));
    leastMs = Math.min(leastMs, performance.now() - startMs);
    const tidied = after?.();
    if (tidied instanceof Promise) await tidied;
  }
  return leastMs;
}

function spin(untilMs: number): void {
  while (performance.now() < untilMs);
}
