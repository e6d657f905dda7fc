import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { countedBenchmarks, virtualBenchmarks } from '../../../src/drill/bench/exact.js';
import type { Benchmark } from '../../../src/regression/index.js';
import { loadScenario, type LoadedScenario } from '../../../src/scenario/index.js';

const load = (changes = ''): LoadedScenario =>
  loadScenario(
    `
name: counted
cluster: { nodes: 3, replication: 2 }
databases:
  - name: db
    tables: [{ name: t, partitions: 2, buckets: 3, filesPerShard: { uniform: { min: 1, max: 4 } }, fileSize: 8 KiB }]
${changes}
statement: BACKUP SNAPSHOT db.counted TO example_repo
`,
    'counted.yaml',
  );

const signal = new AbortController().signal;

/** Counts a run in a directory of its own, of which nothing but the data may be left. */
async function counted(loaded: LoadedScenario): Promise<Map<string, Benchmark>> {
  const workDirectory = mkdtempSync(path.join(tmpdir(), 'counted-'));
  try {
    const benchmarks = await countedBenchmarks(loaded, { workDirectory, signal });
    const runs = path.join(workDirectory, 'runs', 'counted');
    if (existsSync(path.join(runs, 'run', 'cluster'))) throw new Error(readdirSync(runs).join());
    return byName(benchmarks);
  } finally {
    rmSync(workDirectory, { recursive: true, force: true });
  }
}

const byName = (benchmarks: readonly Benchmark[]): Map<string, Benchmark> =>
  new Map(benchmarks.map((benchmark) => [benchmark.name.split('/').at(-1)!, benchmark]));

const sumOf = (parts: Readonly<Record<string, number>>): number =>
  Object.values(parts).reduce((sum, times) => sum + times, 0);

for (const [what, changes] of [
  ['', 'engine: { preset: tuned }'],
  [', of bundles too', 'engine: { preset: tuned }\nrepository: { bundleFilesBelow: 1 MiB }'],
  [
    ', of bundles that are read twice',
    'engine: { preset: doris, tick: none }\nrepository: { bundleFilesBelow: 9 KiB }',
  ],
] as const)
  test(`a real run and virtual time count the same operations, requests and bytes${what}`, async (t) => {
    const loaded = load(changes);
    const virtual = byName(virtualBenchmarks(loaded));
    const real = await counted(loaded);
    for (const figure of ['requests', 'bytes sent'])
      t.is(real.get(figure)!.value, virtual.get(figure)!.value, figure);
    // Scans, syncs and reports take no virtual time, and are not told of there.
    const { scan, sync, report, ...others } = real.get('operations')!.parts!.operation!;
    t.deepEqual(others, virtual.get('operations')!.parts!.operation);
    t.is(scan, 6);
    t.is(sync, 6);
    t.true(report! > 0);
  });

test('what is counted is the same in every run, call by call', async (t) => {
  const loaded = load('engine: { preset: tuned, uploadWorkers: 3 }');
  const first = await counted(loaded);
  t.deepEqual(await counted(loaded), first);
  t.true(first.get('file calls')!.value > 100);
});

test('parts add up to what they are parts of', async (t) => {
  const loaded = load('engine: { preset: doris }');
  const measured = [...virtualBenchmarks(loaded), ...(await counted(loaded)).values()];
  for (const { name, value, parts = {} } of measured) {
    for (const [dimension, split] of Object.entries(parts)) {
      // When each node was done is no part of when all were.
      if (dimension === 'node' && name.endsWith('duration')) continue;
      t.true(
        Math.abs(sumOf(split) - value) <= 1e-9 * value,
        `${name} by ${dimension}: ${sumOf(split)} of ${value}`,
      );
    }
  }
});

test('per file: one rename with rename, none without hashing before', async (t) => {
  const files = 240;
  const tuned = await counted(load('engine: { preset: tuned }'));
  t.is(tuned.get('renames per file')!.value, 1);
  const calls = tuned.get('file calls')!;
  t.is(calls.parts!.operation!['rename'], tuned.get('operations')!.parts!.operation!['rename']);
  t.true(calls.value < files * 30);
});

test('variants of one scenario have names of their own', (t) => {
  const benchmarks = virtualBenchmarks(
    load('variants: [{ name: few, set: { engine.uploadWorkers: 1 } }, { name: many, set: {} }]'),
  );
  t.is(new Set(benchmarks.map(({ name }) => name)).size, benchmarks.length);
  t.true(
    benchmarks.some(({ name }) => name === 'counted (few)/virtual/duration'),
    benchmarks[0]!.name,
  );
});
