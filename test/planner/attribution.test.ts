import test from 'ava';
import * as fc from 'fast-check';
import { fixed } from '../../src/base/distribution.js';
import { HEADER_FILE_BYTES } from '../../src/catalog/index.js';
import { simulate } from '../../src/planner/index.js';
import { simulateAttributed } from '../../src/planner/summary.js';
import type { Scenario } from '../../src/scenario/index.js';
import { UNLIMITED_NODE } from '../../src/world/hardware.js';
import { CAUSES, type Cause } from '../../src/world/outlook.js';
import {
  arbitraryScenario,
  engine,
  FREE_COORDINATOR,
  LIMITS,
  nodes,
  olapTable,
  placed,
  scenario,
} from '../fixtures/scenarios.js';
import { arbitraryPricedScenario } from '../reference/arbitrary-scenarios.js';

/** DRILL_PROPERTY_RUNS raises it for a deeper search. */
const RUNS = Number(process.env['DRILL_PROPERTY_RUNS'] ?? 150);

const sumOf = (causeMs: Readonly<Record<Cause, number>>): number =>
  CAUSES.reduce((sum, cause) => sum + causeMs[cause], 0);

const every = fc.oneof(
  arbitraryScenario().map((made) => made.scenario),
  arbitraryPricedScenario(),
);

/** Accounts are kept up to each moment that is asked about: sums of more parts differ in their last digits. */
function isAlike(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number')
    return a === b || Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a));
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b);
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => isAlike((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
  );
}

test('each millisecond has one cause: they sum to the duration, and asking changes nothing', (t) => {
  fc.assert(
    fc.property(every, (spec) => {
      const { result, attribution } = simulateAttributed(spec);
      t.true(isAlike(result, simulate(spec)), 'asking changes something');
      const { causeMs } = attribution;
      for (const cause of CAUSES) t.true(causeMs[cause] >= -1e-6, `${cause}: ${causeMs[cause]}`);
      const { durationMs } = result.totals;
      t.true(Math.abs(sumOf(causeMs) - durationMs) <= 1e-9 * Math.max(1, durationMs));
    }),
    { numRuns: RUNS },
  );
});

test('nothing is charged to what has no limit and costs nothing', (t) => {
  fc.assert(
    fc.property(every, (spec) => {
      const { causeMs } = simulateAttributed(spec).attribution;
      const { cluster, repository } = spec;
      const { limits } = repository;
      const none = (cause: Cause, isFree: boolean): void => {
        if (isFree) t.true(causeMs[cause] < 1e-6, `${cause}: ${causeMs[cause]}`);
      };
      const all = (key: 'diskBytesPerSec' | 'nicBytesPerSec'): boolean =>
        cluster.nodes.every(({ hardware }) => hardware[key] === Infinity);
      none('disk', all('diskBytesPerSec') && cluster.host.diskBytesPerSec === Infinity);
      none('nic', all('nicBytesPerSec'));
      none('cpu', cluster.host.cores === Infinity);
      none('bandwidth', limits.bandwidthBytesPerSec === Infinity);
      none('connection', limits.perConnectionBytesPerSec === Infinity);
      none('requestRate', limits.requestsPerSec === Infinity);
      none('latency', limits.latencyMs.kind === 'fixed' && limits.latencyMs.value === 0);
      none(
        'snapshot',
        cluster.nodes.every(({ hardware }) => hardware.linkMs + hardware.snapshotMs === 0),
      );
      none('imbalance', cluster.nodes.length === 1 && spec.engine.uploadWorkers === 1);
    }),
    { numRuns: RUNS },
  );
});

const FREE = UNLIMITED_NODE;

interface Known {
  readonly cause: Cause;
  readonly hardware?: Partial<typeof FREE>;
  readonly limits?: Partial<typeof LIMITS>;
  readonly cluster?: Partial<Scenario['cluster']>;
  readonly engine?: Parameters<typeof engine>[1];
  readonly tables?: Scenario['databases'][number]['tables'];
}

const even = olapTable('t', { partitions: 1, buckets: 64, files: 4, sizeBytes: fixed(1e6) });
const many = olapTable('t', { partitions: 1, buckets: 256, files: 4, sizeBytes: fixed(1e6) });

/** Four nodes, 64 shards, and one thing that is slow. */
const KNOWN: Readonly<Record<string, Known>> = {
  'a slow disk': { cause: 'disk', hardware: { diskBytesPerSec: 10e6 } },
  'a slow disk of a host': {
    cause: 'disk',
    cluster: { host: { nodesPerHost: 2, cores: Infinity, diskBytesPerSec: 20e6 } },
  },
  'two cores for four nodes with four workers each': {
    cause: 'cpu',
    hardware: { hashBytesPerSec: 20e6 },
    cluster: { host: { nodesPerHost: 4, cores: 2, diskBytesPerSec: Infinity } },
  },
  'a thread that hashes slowly, with cores to spare': {
    cause: 'workers',
    hardware: { hashBytesPerSec: 5e6 },
  },
  'hashing and sending in turn, with cores to spare': {
    cause: 'workers',
    hardware: { hashBytesPerSec: 5e6 },
    engine: { hashing: 'separate', uploadWorkers: 1 },
  },
  'a slow card': { cause: 'nic', hardware: { nicBytesPerSec: 10e6 } },
  'slow connections': { cause: 'connection', limits: { perConnectionBytesPerSec: 2e6 } },
  'a slow repository': { cause: 'bandwidth', limits: { bandwidthBytesPerSec: 20e6 } },
  'a slow repository, for large files in parts': {
    cause: 'bandwidth',
    limits: { bandwidthBytesPerSec: 20e6, multipart: { partBytes: 200_000, parallel: 3 } },
    engine: { hashing: 'separate' },
  },
  'a distant repository': { cause: 'latency', limits: { latencyMs: fixed(50) }, tables: [many] },
  'few requests': { cause: 'requestRate', limits: { requestsPerSec: 100, requestBurst: 1 } },
  'a client that costs threads': {
    cause: 'workers',
    limits: { client: { requestMs: 5, directoryMs: 0, bytesPerSec: Infinity } },
  },
  'slow links': { cause: 'snapshot', hardware: { linkMs: 20 } },
  'messages that take long': {
    cause: 'coordinator',
    cluster: { coordinator: { ...FREE_COORDINATOR, messageMs: 500 } },
  },
  'a tick of three seconds': { cause: 'coordinator', engine: { tickMs: 3000 } },
  'one huge shard': {
    cause: 'imbalance',
    hardware: { nicBytesPerSec: 100e6 },
    tables: [
      olapTable('small', { partitions: 1, buckets: 16, files: 1, sizeBytes: fixed(1e4) }),
      olapTable('huge', { partitions: 1, buckets: 1, files: 1, sizeBytes: fixed(1e9) }),
    ],
  },
};

const scenarioOf = ({ hardware, limits, cluster, engine: settings, tables = [even] }: Known): Scenario =>
  scenario({
    cluster: { ...nodes(4, { ...FREE, ...hardware }), coordinator: FREE_COORDINATOR, ...cluster },
    repository: {
      name: 'example_repo',
      type: 's3',
      readOnly: false,
      limits: { ...LIMITS, bandwidthBytesPerSec: Infinity, latencyMs: fixed(0), ...limits },
      ...placed('s3'),
    },
    databases: [{ name: 'example_db', tables }],
    engine: engine('tuned', settings),
  });

for (const [name, known] of Object.entries(KNOWN)) {
  test(`a cause known by construction: ${name}`, (t) => {
    const { result, attribution } = simulateAttributed(scenarioOf(known));
    const share = attribution.causeMs[known.cause] / result.totals.durationMs;
    t.true(share > 0.9, `${known.cause}: ${(share * 100).toFixed(1)} %, ${JSON.stringify(attribution)}`);
  });
}

test('one node of four at a quarter of the speed: what it takes longer than the mean is imbalance', (t) => {
  const spec = scenarioOf({ cause: 'nic', hardware: { nicBytesPerSec: 10e6 } });
  const slow = spec.cluster.nodes.map((node, i) =>
    i === 2 ? { ...node, hardware: { ...node.hardware, nicBytesPerSec: 2.5e6 } } : node,
  );
  const { result, attribution } = simulateAttributed({
    ...spec,
    cluster: { ...spec.cluster, nodes: slow },
  });
  t.is(attribution.critical?.name, 'be-3');
  // Four times as long as each of the others: a mean of 7/16 of its time.
  const share = attribution.causeMs.imbalance / result.totals.durationMs;
  t.true(Math.abs(share - 9 / 16) < 0.02, String(share));
  t.true(Math.abs(attribution.causeMs.nic / result.totals.durationMs - 7 / 16) < 0.02);
});

test('what a repository holds back is its own, and what a card holds back the card’s: half of the time each', (t) => {
  // Two nodes with cards of 10 MB/s behind 15 MB/s, one with twice as much to send: then its card is all that limits it.
  const one = olapTable('t', { partitions: 1, buckets: 3, files: 1, sizeBytes: fixed(7.5e6) });
  const spec = scenarioOf({ cause: 'nic', hardware: { nicBytesPerSec: 10e6 }, tables: [one] });
  const { attribution, result } = simulateAttributed({
    ...spec,
    cluster: { ...spec.cluster, nodes: spec.cluster.nodes.slice(0, 2) },
    repository: { ...spec.repository, limits: { ...spec.repository.limits, bandwidthBytesPerSec: 15e6 } },
    engine: engine('tuned', { uploadWorkers: 1 }),
  });
  // 1 s at 7.5 MB/s, then 0.75 s at 10 MB/s; the mean worker had 3/4 of what this one had (and a header file each).
  const { bandwidth, nic, imbalance } = attribution.causeMs;
  t.true(Math.abs(bandwidth / nic - 1 / 0.75) < 0.01, JSON.stringify(attribution));
  t.true(Math.abs(bandwidth + nic + imbalance - result.totals.durationMs) < 1);
});

test('parts that are sent at once take their file’s time, and not each its own', (t) => {
  const one = olapTable('t', { partitions: 1, buckets: 1, files: 1, sizeBytes: fixed(12e6) });
  const spec = scenarioOf({ cause: 'connection', limits: { perConnectionBytesPerSec: 1e6 }, tables: [one] });
  const { limits } = spec.repository;
  const { attribution, result } = simulateAttributed({
    ...spec,
    cluster: { ...nodes(1, FREE), coordinator: { ...FREE_COORDINATOR, messageMs: 1000 } },
    repository: { ...spec.repository, limits: { ...limits, multipart: { partBytes: 1e6, parallel: 4 } } },
    engine: engine('tuned', { hashing: 'separate', uploadWorkers: 1 }),
  });
  // Twelve parts of a second each, four at once; and the header file.
  const sendingMs = 3000 + HEADER_FILE_BYTES / 1000;
  const { connection, coordinator } = attribution.causeMs;
  t.true(Math.abs(connection - sendingMs) < 1e-6, JSON.stringify(attribution));
  t.true(Math.abs(coordinator - (result.totals.durationMs - sendingMs)) < 1e-6);
});
