import test from 'ava';
import * as fc from 'fast-check';
import { randomStream } from '../../src/base/random.js';
import {
  compare,
  isFailure,
  renderComparison,
  type Benchmark,
  type BenchmarkComparison,
  type ResultFile,
} from '../../src/regression/index.js';
import { arbitraryBenchmarks, exact, resultFile, wall } from '../fixtures/benchmarks.js';

const named = (name: string, results: ResultFile): { name: string; results: ResultFile } => ({
  name,
  results,
});

function compared(base: readonly Benchmark[], head: readonly Benchmark[]): readonly BenchmarkComparison[] {
  const session = { session: 's' };
  return compare(named('base', resultFile(base, session)), named('head', resultFile(head, session)))
    .benchmarks;
}

test('whatever is compared with itself is the same', (t) => {
  fc.assert(
    fc.property(arbitraryBenchmarks, (benchmarks) => {
      const own = compared(benchmarks, benchmarks);
      t.deepEqual(
        own.map(({ name }) => name),
        benchmarks.map(({ name }) => name),
      );
      for (const { verdict, reasons } of own) {
        // Two samples or fewer tell nothing, also of what is the same.
        t.true(verdict === 'same' || verdict === 'unclear', verdict);
        t.is(reasons, undefined);
      }
    }),
    { numRuns: 50 },
  );
});

test('any difference of an exact number is found, and which way is worse is what the benchmark says', (t) => {
  const value = fc.double({ min: 1, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(
      value,
      value,
      fc.constantFrom('smaller' as const, 'bigger' as const),
      (before, after, better) => {
        const [found] = compared([exact('x', before, { better })], [exact('x', after, { better })]);
        const isSame = Math.abs(before - after) <= 1e-12 * Math.max(before, after);
        const isWorse = better === 'smaller' ? after > before : after < before;
        t.is(found!.verdict, isSame ? 'same' : isWorse ? 'slower' : 'faster');
      },
    ),
  );
});

test('the reasons of a difference add up to it within each dimension, the greatest first', (t) => {
  const parts = fc.dictionary(fc.constantFrom('put', 'rename', 'link', 'hash', 'list'), fc.nat(1000));
  const sumOf = (given: Record<string, number>): number =>
    Object.values(given).reduce((sum, n) => sum + n, 0);
  fc.assert(
    fc.property(parts, parts, (before, after) => {
      const [found] = compared(
        [exact('x', sumOf(before), { parts: { operation: before } })],
        [exact('x', sumOf(after), { parts: { operation: after } })],
      );
      const reasons = found!.reasons ?? [];
      const differences = reasons.map(({ base, head }) => head - base);
      t.is(
        differences.reduce((sum, n) => sum + n, 0),
        sumOf(after) - sumOf(before),
      );
      t.true(differences.every((difference) => difference !== 0));
      const sizes = differences.map(Math.abs);
      t.deepEqual(
        sizes,
        sizes.toSorted((a, b) => b - a),
      );
    }),
  );
});

test('parts that only differ among themselves are the same in sum, and are told', (t) => {
  const [found] = compared(
    [exact('x', 10, { parts: { operation: { put: 6, rename: 4 } } })],
    [exact('x', 10, { parts: { operation: { put: 5, rename: 5 } } })],
  );
  t.is(found!.verdict, 'same');
  t.is(found!.reasons!.length, 2);
});

test('what only one side has is new or gone, and gone comes last', (t) => {
  const found = compared([exact('a', 1), exact('b', 1)], [exact('c', 1), exact('b', 1)]);
  t.deepEqual(
    found.map(({ name, verdict }) => [name, verdict]),
    [
      ['c', 'new'],
      ['b', 'same'],
      ['a', 'gone'],
    ],
  );
});

/** Pairs of samples: both disturbed alike, the head `slower` by a share, and each a little for itself. */
function pairs(count: number, slower: number, noise: number, seed: string): [base: number[], head: number[]] {
  const random = randomStream(seed, 'pairs');
  const normal = (): number => Array.from({ length: 12 }, random).reduce((sum, n) => sum + n, -6);
  const base = Array.from({ length: count }, () => 10 * Math.exp(normal() * 0.3));
  return [base, base.map((sample) => sample * (1 + slower) * Math.exp(normal() * noise))];
}

function verdictOf(slower: number, noise: number, seed = 'a'): BenchmarkComparison {
  const [base, head] = pairs(14, slower, noise, seed);
  return compared([wall('x', base)], [wall('x', head)])[0]!;
}

test('a slowdown is found in pairs, whatever disturbs both sides of them', (t) => {
  const found = verdictOf(0.1, 0.02);
  t.is(found.verdict, 'slower');
  const { low, high } = found.interval!;
  t.true(low > 0.05 && high < 0.15 && found.pValue! < 0.01, `${low} to ${high}, ${found.pValue}`);
  t.is(verdictOf(-0.1, 0.02).verdict, 'faster');
});

test('a change that is sure and does not matter is the same', (t) => {
  const found = verdictOf(0.01, 0.001);
  t.is(found.verdict, 'same');
  t.true(found.interval!.low > 0 && found.pValue! < 0.01);
});

test('too much noise to tell: how many pairs would is said, and that many do', (t) => {
  const found = verdictOf(0.08, 0.1);
  t.is(found.verdict, 'unclear');
  t.true(found.pairsNeeded! > 14 && found.pairsNeeded! < 1000, String(found.pairsNeeded));
  const [base, head] = pairs(found.pairsNeeded! * 2, 0.08, 0.1, 'b');
  t.is(compared([wall('x', base)], [wall('x', head)])[0]!.verdict, 'slower');
});

test('with base and head swapped, slower is faster', (t) => {
  fc.assert(
    fc.property(fc.double({ min: -0.2, max: 0.2, noNaN: true }), fc.nat().map(String), (slower, seed) => {
      const [base, head] = pairs(14, slower, 0.03, seed);
      const [there] = compared([wall('x', base)], [wall('x', head)]);
      const [back] = compared([wall('x', head)], [wall('x', base)]);
      t.true(Math.abs((1 + there!.change!) * (1 + back!.change!) - 1) < 1e-9);
      t.is(there!.pValue, back!.pValue);
      const other = { slower: 'faster', faster: 'slower' } as const;
      // The smallest change that matters is a share of the base, which is another one when they are swapped.
      if (Math.abs(there!.change!) > 0.025 && (there!.verdict === 'slower' || there!.verdict === 'faster'))
        t.is(back!.verdict, other[there!.verdict]);
    }),
    { numRuns: 20 },
  );
});

test('the more benchmarks, the more each has to show', (t) => {
  const [base, head] = pairs(14, 0.03, 0.015, 'c');
  const alone = compared([wall('x', base)], [wall('x', head)])[0]!;
  const many = Array.from({ length: 40 }, (_, i) => pairs(14, 0, 0.015, `n${i}`));
  const among = compared(
    [wall('x', base), ...many.map(([before], i) => wall(`n${i}`, before))],
    [wall('x', head), ...many.map(([, after], i) => wall(`n${i}`, after))],
  );
  t.true(among[0]!.pValue! > alone.pValue!);
  t.true(among[0]!.interval!.high - among[0]!.interval!.low > alone.interval!.high - alone.interval!.low);
  t.true(among.slice(1).every(({ verdict }) => verdict !== 'slower' && verdict !== 'faster'));
});

test('times of a clock that were not measured side by side are not compared, nor is what became something else', (t) => {
  const before = wall('x', [1, 2, 3]);
  const apart = compare(named('a', resultFile([before])), named('b', resultFile([before])));
  t.is(apart.benchmarks[0]!.verdict, 'incomparable');
  for (const after of [
    exact('x', 1),
    wall('x', [1, 2, 3], { unit: 's' }),
    wall('x', [1, 2, 3], { revision: 2 }),
    wall('x', [1, 2]),
  ]) {
    const [found] = compared([before], [after]);
    t.is(found!.verdict, 'incomparable');
    t.true(found!.note!.length > 10);
  }
});

test('strict: an exact figure may not become better, of other parts, another figure, or go; times may', (t) => {
  const failures = (base: readonly Benchmark[], head: readonly Benchmark[], strict: boolean): number =>
    compare(
      { name: 'base', results: resultFile(base) },
      { name: 'head', results: resultFile(head) },
    ).benchmarks.filter((benchmark) => isFailure(benchmark, strict)).length;
  const parts = (rename: number, open: number): Partial<Benchmark> => ({
    parts: { operation: { rename, open } },
  });
  const x = exact('x', 3, parts(1, 2));
  for (const [base, head, isFailing] of [
    [[x], [x], false],
    [[x], [exact('x', 2, parts(1, 1))], true],
    [[x], [exact('x', 3, parts(2, 1))], true],
    [[x], [{ ...x, unit: 'requests' }], true],
    [[x], [], true],
    [[], [x], false],
    [[wall('y', [2])], [], false],
    // What was exact and became a time cannot be passed over.
    [[x], [{ ...x, kind: 'wall' }], true],
    [[exact('z', 30_855_093_632_409)], [exact('z', 30_855_093_632_410)], true],
  ] as const) {
    t.is(failures(base, head, true), isFailing ? 1 : 0);
    if (head[0]?.name !== 'z') t.is(failures(base, head, false), 0);
  }
});

const one = (base: Benchmark, head: Benchmark): BenchmarkComparison =>
  compare(named('base', resultFile([base])), named('head', resultFile([head]))).benchmarks[0]!;

test('pairs needed: one end of an interval that is far out does not make them many', (t) => {
  // Most pairs are 6 % slower, and some a lot: above, the mean may be anything.
  const logRatios = [0.06, 0.061, 0.059, 0.062, 0.058, 0.063, -0.02, -0.03, 1.2, 1.5, 1.4, 0.06, 0.9, 0.06];
  const { benchmarks } = compare(
    named(
      'base',
      resultFile(
        [
          wall(
            'x',
            logRatios.map(() => 1),
          ),
        ],
        { session: 's' },
      ),
    ),
    named('head', resultFile([wall('x', logRatios.map(Math.exp))], { session: 's' })),
  );
  const { verdict, change, interval, pairsNeeded } = benchmarks[0]!;
  t.is(verdict, 'unclear');
  t.true(interval!.high - change! > 2 * (change! - interval!.low), 'it is far out above');
  t.is(pairsNeeded, Math.ceil(14 * ((change! - interval!.low) / change!) ** 2));
});

test('a part that only one side has is 0 on the other, whatever it is called', (t) => {
  for (const name of ['constructor', 'toString', 'be-9']) {
    const { reasons } = one(
      exact('x', 1, { parts: { node: { 'be-1': 1 } } }),
      exact('x', 2, { parts: { node: { 'be-1': 1, [name]: 1 } } }),
    );
    t.deepEqual(reasons, [{ dimension: 'node', name, base: 0, head: 1 }]);
  }
});

test('sums that were added up in another order are the same, and counts only if they are equal', (t) => {
  t.is(one(exact('x', 0.1 + 0.2 + 0.3), exact('x', 0.3 + 0.2 + 0.1)).verdict, 'same');
  t.is(one(exact('x', 2e12), exact('x', 2e12 + 1)).verdict, 'slower');
});

test('which way is better may not have turned round', (t) => {
  const turned = one(exact('x', 50, { better: 'bigger' }), exact('x', 25, { better: 'smaller' }));
  t.is(turned.verdict, 'incomparable');
  t.is(turned.note, 'bigger was better, and smaller is');
});

test('exact numbers that differ look so, however alike they are', (t) => {
  const shown = (kind: 'virtual' | 'wall'): string =>
    renderComparison(
      compare(
        named(
          'base',
          resultFile([exact('x', 1e10, { kind, unit: 'bytes', samples: [1, 1, 1] })], { session: 's' }),
        ),
        named(
          'head',
          resultFile([exact('x', 1e10 + 1, { kind, unit: 'bytes', samples: [1, 2, 3] })], { session: 's' }),
        ),
      ),
      { color: false, width: 120 },
    );
  t.regex(shown('virtual'), /10000000000 bytes +10000000001 bytes +\+1e-8 %/);
  t.regex(shown('wall'), /10 GB +10 GB/);
});

test('a change has the direction of the difference, and none where it is of nothing', (t) => {
  t.is(one(exact('x', -100), exact('x', -50)).change, 0.5);
  t.is(one(exact('x', 0), exact('x', 5)).change, undefined);
  t.is(one(exact('x', 5e-324), exact('x', 1e308)).change, undefined);
});

test('of too few pairs for an interval, the fewest that could tell are said', (t) => {
  const comparison = compare(
    named('base', resultFile([wall('x', [1])], { session: 's' })),
    named('head', resultFile([wall('x', [3])], { session: 's' })),
  );
  t.is(comparison.benchmarks[0]!.pairsNeeded, 8);
});

test('times are slower only where the rank test and the interval both say so', (t) => {
  const judged = (logRatios: readonly number[]): BenchmarkComparison =>
    compare(
      named(
        'base',
        resultFile(
          [
            wall(
              'x',
              logRatios.map(() => 1),
            ),
          ],
          { session: 's' },
        ),
      ),
      named('head', resultFile([wall('x', logRatios.map(Math.exp))], { session: 's' })),
    ).benchmarks[0]!;
  // Seven of one sign are one chance in 64, however alike they are.
  const few = judged([0.1, 0.1001, 0.1002, 0.1003, 0.1004, 0.1005, 0.1006]);
  t.true(few.interval!.low > 0.02 && few.pValue! > 0.01);
  t.is(few.verdict, 'unclear');
  // All of one sign, but half of them of almost nothing: the mean may be of nothing.
  const uneven = judged(Array.from({ length: 14 }, (_, i) => (i % 2 === 0 ? 1e-5 : 1) * (1 + i / 100)));
  t.true(uneven.pValue! < 0.001 && uneven.interval!.low < 0);
  t.is(uneven.verdict, 'unclear');
  t.is(judged(Array.from({ length: 14 }, (_, i) => 0.1 + i / 1000)).verdict, 'slower');
});
