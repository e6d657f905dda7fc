import test from 'ava';
import * as fc from 'fast-check';
import { randomStream } from '../../src/base/random.js';
import { evenPlacement, randomPlacement } from '../../src/catalog/index.js';

const PLACEMENTS = { evenPlacement, randomPlacement };

const cases = fc.integer({ min: 1, max: 12 }).chain((nodeCount) =>
  fc.record({
    nodeCount: fc.constant(nodeCount),
    seed: fc.string(),
    replications: fc.array(fc.integer({ min: 1, max: nodeCount }), { maxLength: 60 }),
  }),
);

for (const [name, placement] of Object.entries(PLACEMENTS)) {
  test(`${name}: as many nodes as asked for, all distinct, all of the cluster`, (t) => {
    fc.assert(
      fc.property(cases, ({ nodeCount, seed, replications }) => {
        const place = placement(nodeCount, randomStream(seed, 'placement'));
        for (const replication of replications) {
          const nodes = [...place(replication)];
          t.is(nodes.length, replication);
          t.is(new Set(nodes).size, replication);
          t.true(nodes.every((node) => Number.isInteger(node) && node >= 0 && node < nodeCount));
        }
      }),
    );
  });

  test(`${name}: the same seed places alike, another one does not`, (t) => {
    const draw = (seed: string): number[][] => {
      const place = placement(20, randomStream(seed, 'placement'));
      return Array.from({ length: 50 }, () => [...place(3)]);
    };
    t.deepEqual(draw('1'), draw('1'));
    t.notDeepEqual(draw('1'), draw('2'));
  });

  test(`${name}: what it gave out stays as it was`, (t) => {
    const place = placement(5, randomStream('1', 'placement'));
    const first = place(5);
    const copy = [...first];
    for (let i = 0; i < 20; i++) place(5).fill(-1);
    t.deepEqual([...first], copy);
    t.deepEqual(place(5).sort(), Int32Array.of(0, 1, 2, 3, 4));
  });

  test(`${name}: more replicas than nodes are refused`, (t) => {
    t.throws(() => placement(2, randomStream('1', 'placement'))(3), { code: 'INTERNAL' });
  });
}

test('evenPlacement: after each shard, node loads differ by at most one replica', (t) => {
  fc.assert(
    fc.property(cases, ({ nodeCount, seed, replications }) => {
      const place = evenPlacement(nodeCount, randomStream(seed, 'placement'));
      const loads = new Array<number>(nodeCount).fill(0);
      for (const replication of replications) {
        for (const node of place(replication)) loads[node]!++;
        t.true(Math.max(...loads) - Math.min(...loads) <= 1);
      }
    }),
  );
});

test('evenPlacement: no node is always the first replica', (t) => {
  const place = evenPlacement(3, randomStream('1', 'placement'));
  const firsts = new Set(Array.from({ length: 60 }, () => place(3)[0]));
  t.is(firsts.size, 3);
});
