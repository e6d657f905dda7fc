import test from 'ava';
import * as fc from 'fast-check';
import { Catalog, chooseReplicas, largestFirst, type ReplicaPolicy } from '../../src/catalog/index.js';

const POLICIES: readonly ReplicaPolicy[] = ['lowest-id', 'balanced'];
const VERSION = 7;

interface Replica {
  readonly node: number;
  readonly healthy: boolean;
  readonly version: number;
}

interface Shape {
  readonly nodeCount: number;
  readonly dead: readonly number[];
  readonly shards: readonly {
    readonly fileSizeBytes: readonly number[];
    readonly replicas: readonly Replica[];
  }[];
}

function catalogOf({ nodeCount, dead, shards }: Shape): Catalog {
  const catalog = new Catalog(Array.from({ length: nodeCount }, (_, i) => `be-${i}`));
  for (const node of dead) catalog.nodeAlive[node] = 0;
  const shard = (bucket: number) => ({
    fileSizeBytes: shards[bucket]!.fileSizeBytes,
    replicaNodes: shards[bucket]!.replicas.map(({ node }) => node),
  });
  const index = { name: 't', base: true, buckets: shards.length, shard };
  catalog.createTable(catalog.createDatabase('db'), {
    name: 't',
    replication: 3,
    partitions: [{ name: 'p', version: VERSION, indexes: [index] }],
  });
  shards
    .flatMap(({ replicas }) => replicas)
    .forEach(({ healthy, version }, r) => {
      catalog.shards.replicaHealthy[r] = healthy ? 1 : 0;
      catalog.shards.replicaVersion[r] = version;
    });
  return catalog;
}

const replica = (node: number, changes: Partial<Replica> = {}): Replica => ({
  node,
  healthy: true,
  version: VERSION,
  ...changes,
});

const shapes = (isSound: boolean): fc.Arbitrary<Shape> =>
  fc.integer({ min: 1, max: 6 }).chain((nodeCount) =>
    fc.record({
      nodeCount: fc.constant(nodeCount),
      dead: isSound ? fc.constant([]) : fc.subarray([...Array(nodeCount).keys()]),
      shards: fc.array(
        fc.record({
          fileSizeBytes: fc.array(fc.nat({ max: 50_000_000 }), { maxLength: 4 }),
          replicas: fc.shuffledSubarray([...Array(nodeCount).keys()], { minLength: 1 }).chain((nodes) =>
            fc.tuple(
              ...nodes.map((node) =>
                fc.record({
                  node: fc.constant(node),
                  healthy: isSound ? fc.constant(true) : fc.boolean(),
                  version: isSound
                    ? fc.constant(VERSION)
                    : fc.integer({ min: VERSION - 1, max: VERSION + 1 }),
                }),
              ),
            ),
          ),
        }),
        { maxLength: 12 },
      ),
    }),
  );

/** The nodes that may back a shard up, in order of replica id; a replica may be ahead of what is visible. */
const candidates = ({ dead, shards }: Shape, shard: number): number[] =>
  shards[shard]!.replicas.filter(
    ({ node, healthy, version }) => healthy && version >= VERSION && !dead.includes(node),
  ).map(({ node }) => node);

const allShards = ({ shards }: Shape): Int32Array => Int32Array.from(shards.keys());

for (const policy of POLICIES) {
  test(`${policy}: one healthy, live, up-to-date replica for each shard, or REPLICA_UNAVAILABLE`, (t) => {
    fc.assert(
      fc.property(shapes(false), (shape) => {
        const catalog = catalogOf(shape);
        const all = allShards(shape);
        const orphan = shape.shards.findIndex((_, shard) => candidates(shape, shard).length === 0);
        if (orphan >= 0) {
          t.throws(() => chooseReplicas(catalog, all, policy), { code: 'REPLICA_UNAVAILABLE' });
        }
        const sound = all.filter((shard) => candidates(shape, shard).length > 0);
        const chosen = chooseReplicas(catalog, sound, policy);
        t.is(chosen.length, sound.length);
        sound.forEach((shard, i) => t.true(candidates(shape, shard).includes(chosen[i]!)));
        if (policy === 'lowest-id') sound.forEach((shard, i) => t.is(chosen[i], candidates(shape, shard)[0]));
        t.deepEqual(chooseReplicas(catalog, sound, policy), chosen);
      }),
    );
  });

  for (const [what, dead, changes] of [
    ['is broken', [], { healthy: false }],
    ['is behind', [], { version: VERSION - 1 }],
    ['is on a dead node', [1], {}],
  ] as const) {
    test(`${policy}: a shard whose only replica ${what} is named with its version`, (t) => {
      const shape = {
        nodeCount: 2,
        dead,
        shards: [
          { fileSizeBytes: [1], replicas: [replica(0)] },
          { fileSizeBytes: [1], replicas: [replica(1, changes)] },
        ],
      };
      const catalog = catalogOf(shape);
      const error = t.throws(() => chooseReplicas(catalog, allShards(shape), policy), {
        code: 'REPLICA_UNAVAILABLE',
      });
      t.regex(
        error.message,
        new RegExp(`shard ${catalog.shards.id[1]} has no healthy replica of version ${VERSION} `),
      );
      t.like(error, { hint: 'wait for repair, or leave its partition out with EXCLUDE' });
      t.deepEqual([...chooseReplicas(catalog, Int32Array.of(0), policy)], [0]);
    });
  }
}

/** A file weighs as much as 256 KiB of data, so that many small files are not thought light. */
const costBytes = (fileSizeBytes: readonly number[]): number =>
  fileSizeBytes.reduce((sum, size) => sum + size + 256 * 1024, 0);

const loadsOf = ({ nodeCount, shards }: Shape, chosen: Int32Array): number[] => {
  const loads = new Array<number>(nodeCount).fill(0);
  chosen.forEach((node, shard) => (loads[node]! += costBytes(shards[shard]!.fileSizeBytes)));
  return loads;
};

test('balanced: a node is busier than another candidate of its smallest shard by no more than that shard', (t) => {
  fc.assert(
    fc.property(shapes(false), (drawn) => {
      const shape = {
        ...drawn,
        shards: drawn.shards.filter((_, shard) => candidates(drawn, shard).length > 0),
      };
      const chosen = chooseReplicas(catalogOf(shape), allShards(shape), 'balanced');
      const loads = loadsOf(shape, chosen);
      for (let node = 0; node < shape.nodeCount; node++) {
        const own = [...chosen.keys()].filter((shard) => chosen[shard] === node);
        const cost = (shard: number): number => costBytes(shape.shards[shard]!.fileSizeBytes);
        // Dealt last: the smallest, of equals the one that comes last.
        const last = own.reduce<number | undefined>(
          (l, s) => (l === undefined || cost(s) <= cost(l) ? s : l),
          undefined,
        );
        if (last === undefined) continue;
        for (const other of candidates(shape, last)) t.true(loads[node]! - cost(last) <= loads[other]!);
      }
    }),
  );
});

test('balanced: where every node holds every shard, the busiest has at most its part and most of a largest shard', (t) => {
  fc.assert(
    fc.property(shapes(true), (drawn) => {
      const everywhere = [...Array(drawn.nodeCount).keys()].map((node) => replica(node));
      const shape = { ...drawn, shards: drawn.shards.map((shard) => ({ ...shard, replicas: everywhere })) };
      const costs = shape.shards.map(({ fileSizeBytes }) => costBytes(fileSizeBytes));
      const total = costs.reduce((sum, cost) => sum + cost, 0);
      const loads = loadsOf(shape, chooseReplicas(catalogOf(shape), allShards(shape), 'balanced'));
      const n = shape.nodeCount;
      t.true(Math.max(...loads) <= total / n + (1 - 1 / n) * Math.max(0, ...costs) + 1e-6);
    }),
  );
});

test('balanced: many small files weigh more than the same bytes in one', (t) => {
  const everywhere = [replica(0), replica(1)];
  const small = Array<number>(100).fill(10_000);
  const shards = [small, [1_000_000], [1_000_000], [1_000_000]].map((fileSizeBytes) => ({
    fileSizeBytes,
    replicas: everywhere,
  }));
  const chosen = chooseReplicas(
    catalogOf({ nodeCount: 2, dead: [], shards }),
    Int32Array.of(0, 1, 2, 3),
    'balanced',
  );
  t.deepEqual([...chosen], [0, 1, 1, 1]);
});

test('largestFirst: positions by falling cost, equals in their order', (t) => {
  fc.assert(
    fc.property(shapes(true), fc.infiniteStream(fc.nat()), (shape, draws) => {
      const shards = allShards(shape).sort(() => ((draws.next().value as number) % 2) - 0.5);
      const positions = [...largestFirst(catalogOf(shape), shards)];
      t.deepEqual(
        positions.toSorted((a, b) => a - b),
        [...shards.keys()],
      );
      const cost = (position: number): number => costBytes(shape.shards[shards[position]!]!.fileSizeBytes);
      for (let i = 1; i < positions.length; i++) {
        const [a, b] = [positions[i - 1]!, positions[i]!];
        t.true(cost(a) > cost(b) || (cost(a) === cost(b) && a < b));
      }
    }),
  );
});
