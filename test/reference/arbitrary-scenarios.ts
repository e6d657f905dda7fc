import * as fc from 'fast-check';
import { fixed, type Distribution } from '../../src/base/distribution.js';
import type { EngineSettings } from '../../src/job/settings.js';
import type { PresetName, Scenario, TableSpec } from '../../src/scenario/scenario.js';
import type { HostHardware, NodeHardware, RepositoryLimits } from '../../src/world/hardware.js';
import { engine, olapTable, placed, scenario } from '../fixtures/scenarios.js';

/*
 * Numbers are drawn from ranges that have no round ones among them, so that two things hardly ever happen at the same
 * instant unless they have the same cause: in what order they would happen then is for each simulator to choose.
 */
const between = (min: number, max: number): fc.Arbitrary<number> =>
  fc.double({ min, max, noNaN: true }).map((value) => value * 1.000_123_7);

const maybe = <T>(value: fc.Arbitrary<T>, none: T, weight = 1): fc.Arbitrary<T> =>
  fc.oneof({ weight, arbitrary: fc.constant(none) }, { weight: 2, arbitrary: value });

const rate = (min: number, max: number, unlimited = 1): fc.Arbitrary<number> =>
  maybe(between(min, max), Infinity, unlimited);

const arbitraryHardware: fc.Arbitrary<NodeHardware> = fc.record({
  diskBytesPerSec: rate(20e6, 300e6),
  hashBytesPerSec: rate(50e6, 300e6),
  nicBytesPerSec: rate(10e6, 200e6),
  linkMs: maybe(between(0.01, 2), 0),
  snapshotMs: maybe(between(0.01, 5), 0),
});

const arbitraryHost = (nodes: number): fc.Arbitrary<HostHardware> =>
  fc.record({
    nodesPerHost: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.constant(nodes)),
    cores: fc.constantFrom(1, 2, 3, 4, Infinity),
    diskBytesPerSec: rate(20e6, 400e6, 2),
  });

const arbitraryLimits = (type: 'local' | 's3'): fc.Arbitrary<RepositoryLimits> =>
  fc.record({
    bandwidthBytesPerSec: rate(20e6, 400e6),
    perConnectionBytesPerSec: rate(10e6, 100e6),
    latencyMs: maybe(between(0.1, 5), 0).map(fixed),
    requestsPerSec: maybe(between(30, 3000), Infinity, 2),
    requestBurst: fc.integer({ min: 1, max: 20 }),
    multipart:
      type === 'local'
        ? fc.constant(undefined)
        : maybe<RepositoryLimits['multipart']>(
            fc.record({
              partBytes: fc.integer({ min: 100_003, max: 2_000_003 }),
              parallel: fc.integer({ min: 1, max: 4 }),
            }),
            undefined,
          ),
    client: fc.record(
      {
        requestMs: maybe(between(0.05, 3), 0),
        directoryMs: maybe(between(0.05, 3), 0),
        bytesPerSec: rate(30e6, 500e6, 2),
        bundled: fc.record({
          readMs: maybe(between(0.01, 2), 0),
          makeMs: maybe(between(0.01, 2), 0),
          syncMs: maybe(between(0.01, 5), 0),
        }),
      },
      { requiredKeys: ['requestMs', 'directoryMs', 'bytesPerSec'] },
    ),
  });

/** Below which files are bundled, if any are; mostly so that some of a shard's files are, and some not. */
const arbitraryBundling = (mostBytes: number): fc.Arbitrary<{ readonly bundleBelowBytes?: number }> =>
  fc.oneof(
    fc.constant({}),
    fc.integer({ min: 1, max: mostBytes }).map((bundleBelowBytes) => ({ bundleBelowBytes })),
    fc.constant({ bundleBelowBytes: 8 * 2 ** 20 }),
  );

const arbitraryEngine: fc.Arbitrary<Scenario['engine']> = fc
  .record({
    preset: fc.constantFrom<PresetName>('doris-classic', 'doris', 'tuned'),
    changes: fc.record(
      {
        tickMs: fc.constantFrom(0, 0, 100, 3000),
        replicaPolicy: fc.constantFrom('lowest-id', 'balanced'),
        snapshotWorkers: fc.integer({ min: 1, max: 5 }),
        uploadWorkers: fc.integer({ min: 1, max: 4 }),
        batching: fc.record({
          by: fc.constantFrom('tasks', 'shards'),
          count: fc.integer({ min: 1, max: 5 }),
        }),
        dispatch: fc.constantFrom('at-once', 'as-free'),
        order: fc.constantFrom('catalog', 'largest-first'),
        hashing: fc.constantFrom('separate', 'one-pass'),
        probe: fc.constantFrom('always', 'retry'),
      },
      { requiredKeys: [] },
    ) as fc.Arbitrary<Partial<EngineSettings>>,
  })
  // The reference has each node do its own share: what is handed over is left to the fuzzer and to the tests of the task board.
  .map(({ preset, changes }) => engine(preset, { ...changes, handOver: false }));

const arbitrarySizes = (mostBytes: number): fc.Arbitrary<Distribution> =>
  fc.oneof(
    { weight: 1, arbitrary: fc.constant(fixed(0)) },
    {
      weight: 4,
      arbitrary: fc
        .integer({ min: 1, max: mostBytes })
        .map((max) => ({ kind: 'uniform' as const, min: 0, max })),
    },
  );

const arbitraryTable = (mostReplicas: number, mostBytes: number): fc.Arbitrary<TableSpec> =>
  fc
    .record({
      partitions: fc.nat({ max: 2 }),
      buckets: fc.integer({ min: 1, max: 6 }),
      files: fc.nat({ max: 3 }),
      rollups: fc.nat({ max: 1 }),
      replication: fc.integer({ min: 1, max: mostReplicas }),
      sizeBytes: arbitrarySizes(mostBytes),
    })
    .map((shape) => olapTable('t', shape));

/** Nodes in up to three groups, in turns. */
const arbitraryNodes = (count: number): fc.Arbitrary<Scenario['cluster']['nodes']> =>
  fc.array(arbitraryHardware, { minLength: 1, maxLength: 3 }).map((groups) =>
    Array.from({ length: count }, (_, i) => ({
      name: `be-${i + 1}`,
      hardware: groups[i % groups.length]!,
    })),
  );

const arbitraryCluster = (count: number): fc.Arbitrary<Scenario['cluster']> =>
  fc.record({
    nodes: arbitraryNodes(count),
    replication: fc.constant(1),
    placement: fc.constantFrom('even', 'random'),
    coordinator: fc.record({
      messageMs: maybe(between(0.1, 3), 0),
      persistMs: maybe(between(0.1, 20), 0),
      manifestBytesPerSec: rate(1e6, 50e6),
    }),
    host: arbitraryHost(count),
    stragglers: fc.record({ share: fc.constantFrom(0, 0, 0.3, 0.5), slowdown: between(1.1, 5) }),
  });

/** Small random scenarios with every term of the cost model, but for latencies that are drawn. */
export function arbitraryPricedScenario(
  most: { readonly fileBytes: number } = { fileBytes: 5e6 },
): fc.Arbitrary<Scenario> {
  return fc
    .tuple(fc.integer({ min: 1, max: 6 }), fc.constantFrom('local' as const, 's3' as const))
    .chain(([nodeCount, type]) =>
      fc.record({
        seed: fc.nat().map(String),
        type: fc.constant(type),
        cluster: arbitraryCluster(nodeCount),
        engine: arbitraryEngine,
        limits: arbitraryLimits(type),
        bundling: arbitraryBundling(most.fileBytes),
        tables: fc.array(arbitraryTable(Math.min(3, nodeCount), most.fileBytes), { maxLength: 3 }),
      }),
    )
    .map(({ seed, type, cluster, engine: settings, limits, bundling, tables }) => {
      const place = placed(type);
      return scenario({
        seed,
        cluster,
        engine: settings,
        repository: {
          name: 'example_repo',
          type,
          readOnly: false,
          limits,
          ...place,
          storage: { ...place.storage, ...bundling },
        },
        databases: [
          { name: 'example_db', tables: tables.map((table, i) => ({ ...table, name: `t${i + 1}` })) },
        ],
      });
    });
}

/** The same without what scenarios say of hosts, clients, bursts, parts, bundles, and the coordinator's own work. */
export const withDefaultPrices = (priced: Scenario): Scenario => ({
  ...priced,
  cluster: {
    ...priced.cluster,
    host: { nodesPerHost: 1, cores: Infinity, diskBytesPerSec: Infinity },
    coordinator: { ...priced.cluster.coordinator, persistMs: 0, manifestBytesPerSec: Infinity },
  },
  repository: {
    ...priced.repository,
    ...placed(priced.repository.type),
    limits: {
      ...priced.repository.limits,
      requestBurst: 1,
      multipart: undefined,
      client: { requestMs: 0, directoryMs: 0, bytesPerSec: Infinity },
    },
  },
});
