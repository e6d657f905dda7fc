import test from 'ava';
import * as fc from 'fast-check';
import { DrillError } from '../../src/base/errors.js';
import { loadScenario, withSettings, withSweeps } from '../../src/scenario/index.js';
import { changed, loadOne, SAMPLE } from './sample.js';

const namesOf = (text: string): readonly string[] =>
  loadScenario(text, 'sample.yaml').variants.map(({ name }) => name);

const usageOf = (sweeps: readonly string[]): string => {
  const error = t0(() => withSweeps(SAMPLE, sweeps));
  if (error.code !== 'USAGE') throw error;
  return error.message;
};

function t0(act: () => unknown): DrillError {
  try {
    act();
  } catch (error) {
    if (error instanceof DrillError) return error;
    throw error;
  }
  throw new Error('this was expected to fail');
}

test('two knobs are all pairs of their values, the second turning fastest', (t) => {
  const some = fc.uniqueArray(fc.integer({ min: 2, max: 40 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(some, some, (nodes, workers) => {
      const text = `${SAMPLE}sweep:\n  cluster.nodes: [${nodes.join(', ')}]\n  engine.uploadWorkers: [${workers.join(', ')}]\n`;
      const pairs = nodes.flatMap((n) => workers.map((w) => [n, w] as const));
      const { variants } = loadScenario(text, 'sample.yaml');
      t.deepEqual(
        variants.map(({ name }) => name),
        pairs.map(([n, w]) => `cluster.nodes = ${n}, engine.uploadWorkers = ${w}`),
      );
      for (const [i, { scenario }] of variants.entries()) {
        const [n, w] = pairs[i]!;
        t.deepEqual(
          scenario,
          loadOne(`${changed('nodes: 4', `nodes: ${n}`)}engine: { uploadWorkers: ${w} }\n`),
        );
      }
    }),
    { numRuns: 10 },
  );
});

test('a range in the scenario is the list that it stands for', (t) => {
  const ranges = `${SAMPLE}sweep:\n  cluster.nodes: 2..16\n  repository.bandwidth: 100 MB/s..300 MB/s/100 MB/s\n`;
  const lists = `${SAMPLE}sweep:\n  cluster.nodes: [2, 4, 8, 16]\n  repository.bandwidth: [100 MB/s, 200 MB/s, 300 MB/s]\n`;
  t.deepEqual(loadScenario(ranges, 'sample.yaml'), loadScenario(lists, 'sample.yaml'));
});

test('a sweep of the command line is that of a scenario', (t) => {
  const sweep = 'sweep:\n  cluster.nodes: 2..8\n  engine.preset: [tuned, doris]\n';
  t.deepEqual(
    loadScenario(withSweeps(SAMPLE, ['cluster.nodes=2..8', 'engine.preset = tuned, doris']), 'sample.yaml'),
    loadScenario(SAMPLE + sweep, 'sample.yaml'),
  );
  t.is(withSweeps(SAMPLE, []), SAMPLE);
});

test('a sweep of the command line goes instead of the sweep or the variants of the scenario', (t) => {
  const expected = ['seed = 1', 'seed = 2'];
  t.deepEqual(namesOf(withSweeps(`${SAMPLE}sweep: { cluster.nodes: [4, 8] }\n`, ['seed=1,2'])), expected);
  const variants = `${SAMPLE}variants: [{ name: a, set: {} }, { name: b, set: { seed: 9 } }]\n`;
  t.deepEqual(namesOf(withSweeps(variants, ['seed=1,2'])), expected);
});

test('settings and sweeps of the command line go together', (t) => {
  const text = withSweeps(withSettings(SAMPLE, { 'cluster.replication': '1' }), ['cluster.nodes=1..4']);
  const { variants } = loadScenario(text, 'sample.yaml');
  t.deepEqual(
    variants.map(({ scenario }) => [scenario.cluster.nodes.length, scenario.cluster.replication]),
    [
      [1, 1],
      [2, 1],
      [4, 1],
    ],
  );
});

test('what cannot be read on the command line is said as it was written there', (t) => {
  t.regex(usageOf(['cluster.nodes']), /^--sweep cluster\.nodes: write knob=values/);
  t.regex(usageOf(['=1..4']), /write knob=values/);
  t.regex(usageOf(['cluster.nodes=']), /^--sweep cluster\.nodes=: a value is missing/);
  t.regex(usageOf(['cluster.nodes=8..1']), /ends before it begins/);
  t.regex(usageOf(['seed=1..2', 'seed=3..4']), /values of seed already/);
  t.regex(usageOf(['a=1', 'b=1', 'c=1']), /^--sweep c=1: a sweep turns one knob or two/);
});

test('knobs and values that the scenario has no use for are said when it is loaded', (t) => {
  const load = (sweep: string): DrillError =>
    t0(() => loadScenario(withSweeps(SAMPLE, [sweep]), 'sample.yaml'));
  t.regex(load('cluster.node=1,2').format(), /did you mean nodes\?/);
  t.regex(load('cluster.nodes=1..4').message, /1 node cannot hold 2 copies/);
  t.regex(load('name=a,b').message, /the same for all variants/);
});

test('a scenario that is no YAML keeps its own mistake', (t) => {
  const broken = SAMPLE.replace('[p1, p2]', '[p1');
  t.is(withSweeps(broken, ['seed=1,2']), broken);
  t.is(withSweeps('- a\n', ['seed=1,2']), '- a\n');
});
