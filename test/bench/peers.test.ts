import test from 'ava';
import * as fc from 'fast-check';
import {
  comparisonTable,
  disagreement,
  markdownTable,
  speedup,
  type CaseResult,
} from '../../bench/peers/comparison.js';
import { formatInput, inputOf, parseInput, type PeerInput } from '../../bench/peers/input.js';
import { FILES_PER_SHARD, MODELS, scenarioOf, type PeerCase } from '../../bench/peers/models.js';
import type { Measurement } from '../../bench/peers/simulators.js';
import { simulate } from '../../src/planner/index.js';
import { generateCatalog } from '../../src/scenario/index.js';

const limit = fc.oneof(
  fc.constant(Number.POSITIVE_INFINITY),
  fc.double({ min: 1e-3, max: 1e15, noNaN: true }),
);

const input: fc.Arbitrary<PeerInput> = fc.record({
  workers: fc.integer({ min: 1, max: 1024 }),
  latencySec: fc.double({ min: 0, max: 1e3, noNaN: true }),
  repositoryBytesPerSec: limit,
  nodes: fc.array(
    fc.record({
      diskBytesPerSec: limit,
      cardBytesPerSec: limit,
      tasks: fc.array(fc.array(fc.nat({ max: Number.MAX_SAFE_INTEGER }), { maxLength: 5 }), { maxLength: 5 }),
    }),
    { maxLength: 5 },
  ),
});

const peerCase: fc.Arbitrary<PeerCase> = fc.record({
  model: fc.constantFrom(...MODELS),
  nodes: fc.integer({ min: 1, max: 7 }),
  workers: fc.integer({ min: 1, max: 4 }),
  filesPerNode: fc.integer({ min: 1, max: 4 }).map((shards) => shards * FILES_PER_SHARD),
  seed: fc.nat({ max: 1000 }),
});

/** The makespan by the closed form that holds with one worker a node and no limit that nodes share. */
function closedFormSec({ latencySec, nodes }: PeerInput): number {
  const busySec = nodes.map(({ diskBytesPerSec, cardBytesPerSec, tasks }) =>
    tasks
      .flat()
      .reduce((sec, bytes) => sec + bytes / diskBytesPerSec + latencySec + bytes / cardBytesPerSec, 0),
  );
  return Math.max(...busySec);
}

function uploadingSec(of: PeerCase): number {
  const { states } = simulate(scenarioOf(of));
  return states.find(({ state }) => state === 'UPLOADING')!.durationMs / 1000;
}

test('an input reads back as it was written', (t) => {
  fc.assert(fc.property(input, (written) => t.deepEqual(parseInput(formatInput(written)), written)));
});

test('an input that is cut off or of another format is refused', (t) => {
  t.throws(() => parseInput('peers 2\n'), { message: /version/ });
  t.throws(() => parseInput('peers 1\nworkers 4\n'), { message: /expected latency/ });
});

test('an input has every file of the catalog once, on the node that has its replica', (t) => {
  fc.assert(
    fc.property(peerCase, (of) => {
      const scenario = scenarioOf(of);
      const catalog = generateCatalog(scenario);
      const { nodes } = inputOf(scenario, catalog);
      t.is(nodes.length, of.nodes);
      for (const [node, { tasks }] of nodes.entries()) {
        const shards = Array.from({ length: catalog.shards.count }, (_, shard) => shard);
        const own = shards.filter((shard) => catalog.shards.replicaNodesOf(shard)[0] === node);
        t.deepEqual(
          tasks.map((sizes) => sizes.length),
          own.map((shard) => catalog.shards.fileCount(shard)),
        );
      }
      t.is(catalog.shards.totalFiles, of.nodes * of.filesPerNode);
      const sum = (sizes: Iterable<number>): number => [...sizes].reduce((total, size) => total + size, 0);
      const inCatalog = sum(catalog.shards.sizeBytes.subarray(0, catalog.shards.count));
      t.is(sum(nodes.flatMap(({ tasks }) => tasks.flat())), inCatalog);
    }),
    { numRuns: 30 },
  );
});

test('of the models takes time what they say, and nothing else', (t) => {
  fc.assert(
    fc.property(peerCase, (any) => {
      // A pipeline's or a network's repository does not bind with one node of these.
      const of = { ...any, workers: 1, nodes: any.model === 'disk' ? any.nodes : 1 };
      const scenario = scenarioOf(of);
      const all = inputOf(scenario, generateCatalog(scenario));
      // One node is a slow one, whose card sends more than its share of the repository in the pipeline.
      const cardBytesPerSec = Math.min(all.nodes[0]!.cardBytesPerSec, all.repositoryBytesPerSec);
      const expected = closedFormSec({
        ...all,
        nodes: all.nodes.map((node) => ({ ...node, cardBytesPerSec })),
      });
      const off = Math.abs(uploadingSec(of) / expected - 1);
      t.true(off < 1e-9, `${JSON.stringify(of)}: off by ${off}`);
    }),
    { numRuns: 50 },
  );
});

test('with mixed cards the repository binds for a part of the time', (t) => {
  for (const model of ['network', 'pipeline'] as const) {
    const of: PeerCase = { model, nodes: 10, workers: 4, filesPerNode: 200, seed: 1 };
    const scenario = scenarioOf(of);
    const uploadingMs = (bandwidthBytesPerSec: number): number => {
      const { repository } = scenario;
      const limits = { ...repository.limits, bandwidthBytesPerSec };
      const { states } = simulate({ ...scenario, repository: { ...repository, limits } });
      return states.find(({ state }) => state === 'UPLOADING')!.durationMs;
    };
    const { bandwidthBytesPerSec } = scenario.repository.limits;
    const asIs = uploadingMs(bandwidthBytesPerSec);
    t.true(uploadingMs(Number.POSITIVE_INFINITY) < asIs, `${model}: never binds`);
    const bytes = simulate(scenario).totals.movedBytes;
    t.true((bytes / bandwidthBytesPerSec) * 1000 < asIs * 0.99, `${model}: always binds`);
  }
});

const run = (simulatedSec: number, runSec: number): Measurement => ({
  simulatedSec,
  setUpSec: 0,
  runSec,
  cpuSec: 2 * runSec,
  version: '1',
});

test('peers are compared round by round', (t) => {
  const result: CaseResult = {
    peerCase: { model: 'disk', nodes: 2, workers: 3, filesPerNode: 10, seed: 1 },
    ours: { name: 'ours', runs: [run(100, 1), run(100, 4), run(100, 1)] },
    peers: [{ name: 'peer', runs: [run(100, 5), run(99, 80), run(100.5, 6)] }],
  };
  t.is(speedup(result, result.peers[0]!, 'runSec'), 6);
  t.is(disagreement(result, result.peers[0]!), -0.010000000000000009);
  t.regex(comparisonTable([result]), /\| disk +\| 2 × 3 +\| 20 /);
});

test('tables are laid out as the formatter would', (t) => {
  t.is(
    markdownTable(
      ['a', 'number'],
      [
        ['long text', '1'],
        ['', '20'],
      ],
      1,
    ),
    [
      '| a         | number |',
      '| --------- | -----: |',
      '| long text |      1 |',
      '|           |     20 |',
    ].join('\n'),
  );
});
