import test from 'ava';
import * as fc from 'fast-check';
import { fixed, mean, sampler, type Distribution } from '../../src/base/distribution.js';
import { randomStream } from '../../src/base/random.js';

const positive = fc.double({ min: 0.001, max: 1e9, noNaN: true });
const range = fc.tuple(positive, positive).map(([a, b]) => ({ min: Math.min(a, b), max: Math.max(a, b) }));

const histogram = fc
  .array(fc.record({ gap: fc.nat(100), width: fc.nat(100), weight: fc.integer({ min: 1, max: 9 }) }), {
    minLength: 1,
    maxLength: 6,
  })
  .map((parts): Distribution => {
    let at = 0;
    const buckets = parts.map(({ gap, width, weight }) => {
      const min = at + gap;
      at = min + width;
      return { min, max: at, weight };
    });
    return { kind: 'histogram', buckets };
  });

const bounded = fc.oneof(
  positive.map(fixed),
  range.map((r): Distribution => ({ kind: 'uniform', ...r })),
  fc
    .tuple(range, fc.double({ min: 0.1, max: 5, noNaN: true }))
    .map(([r, alpha]): Distribution => ({ kind: 'pareto', alpha, min: r.min, max: r.max })),
  histogram,
);

function bounds(distribution: Distribution): [number, number] {
  switch (distribution.kind) {
    case 'fixed':
      return [distribution.value, distribution.value];
    case 'histogram':
      return [distribution.buckets[0]!.min, distribution.buckets.at(-1)!.max];
    case 'lognormal':
      return [0, Infinity];
    default:
      return [distribution.min, distribution.max ?? Infinity];
  }
}

const draws = (distribution: Distribution, count: number, seed: string): number[] => {
  const draw = sampler(distribution, randomStream(seed, 'test'));
  return Array.from({ length: count }, draw);
};

test('draws and the mean stay within the bounds', (t) => {
  fc.assert(
    fc.property(bounded, fc.string(), (distribution, seed) => {
      const [min, max] = bounds(distribution);
      const slack = max * 1e-9;
      for (const value of [...draws(distribution, 50, seed), mean(distribution)]) {
        t.true(value >= min - slack && value <= max + slack, `${value} is not in ${min} … ${max}`);
      }
    }),
  );
});

test('a Pareto between two neighbouring numbers has a mean', (t) => {
  // Found by the property above: 1 - (min / max) ** alpha was 0.
  const [min, max] = [999999999.9999985, 999999999.9999986];
  for (const alpha of [1e-6, 0.5, 1, 3]) {
    const value = mean({ kind: 'pareto', min, max, alpha });
    t.true(value >= min && value <= max, `${alpha}: ${value}`);
  }
});

test('the same seed draws the same values, another seed others', (t) => {
  const wild: Distribution = { kind: 'lognormal', median: 100, sigma: 1 };
  fc.assert(
    fc.property(fc.string(), (seed) => {
      t.deepEqual(draws(wild, 20, seed), draws(wild, 20, seed));
      t.notDeepEqual(draws(wild, 20, seed), draws(wild, 20, `${seed}'`));
    }),
  );
});

test('a uniform draw uses the whole of its range', (t) => {
  const values = draws({ kind: 'uniform', min: 10, max: 20 }, 10_000, 'whole');
  t.true(Math.min(...values) < 10.01 && Math.max(...values) > 19.99);
});

test('the mean of many draws is the mean', (t) => {
  const moderate: readonly Distribution[] = [
    { kind: 'uniform', min: 2, max: 12 },
    { kind: 'lognormal', median: 100, sigma: 0.8 },
    { kind: 'pareto', min: 5, alpha: 3 },
    { kind: 'pareto', min: 5, alpha: 1.1, max: 500 },
    { kind: 'pareto', min: 5, alpha: 1, max: 500 },
    { kind: 'pareto', min: 5, alpha: 0.5, max: 500 },
    {
      kind: 'histogram',
      buckets: [
        { min: 0, max: 10, weight: 9 },
        { min: 100, max: 300, weight: 1 },
      ],
    },
  ];
  for (const distribution of moderate) {
    const values = draws(distribution, 200_000, 'mean');
    const measured = values.reduce((sum, value) => sum + value, 0) / values.length;
    t.true(
      Math.abs(measured / mean(distribution) - 1) < 0.02,
      `${JSON.stringify(distribution)}: ${measured}`,
    );
  }
});

test('half of a lognormal is below its median, and histogram buckets come up by weight', (t) => {
  const below = draws({ kind: 'lognormal', median: 42, sigma: 2 }, 50_000, 'median').filter(
    (v) => v < 42,
  ).length;
  t.true(Math.abs(below / 50_000 - 0.5) < 0.02);
  const buckets = [
    { min: 0, max: 1, weight: 3 },
    { min: 5, max: 6, weight: 1 },
  ];
  const low = draws({ kind: 'histogram', buckets }, 50_000, 'weights').filter((v) => v <= 1).length;
  t.true(Math.abs(low / 50_000 - 0.75) < 0.02);
});

test('a Pareto tail without an end has a mean only above alpha 1', (t) => {
  t.is(mean({ kind: 'pareto', min: 1, alpha: 1 }), Infinity);
  t.is(mean({ kind: 'pareto', min: 3, alpha: 2 }), 6);
});
