import test from 'ava';
import * as fc from 'fast-check';
import { parseResultFile } from '../../src/regression/index.js';
import { arbitraryBenchmarks, exact, resultFile } from '../fixtures/benchmarks.js';

test('a result file comes back as it was written', (t) => {
  fc.assert(
    fc.property(arbitraryBenchmarks, (benchmarks) => {
      const file = resultFile(benchmarks);
      t.deepEqual(parseResultFile(JSON.stringify(file), 'x.json'), file);
    }),
  );
});

const BAD: readonly (readonly [what: string, text: string, said: RegExp])[] = [
  ['no JSON', '{', /it is not JSON/],
  ['null', 'null', /not a file of benchmark results/],
  ['another file', '{"a": 1}', /not a file of benchmark results/],
  ['a newer one', JSON.stringify({ ...resultFile([]), formatVersion: 2 }), /version 2, and 1 is known/],
  ['a value that is none', JSON.stringify(resultFile([exact('x', NaN)])), /benchmarks\.0\.value/],
  ['two of one name', JSON.stringify(resultFile([exact('x', 1), exact('x', 2)])), /two benchmarks named x/],
  [
    'a sample of nothing',
    JSON.stringify(resultFile([exact('x', 1, { kind: 'wall', samples: [0] })])),
    /benchmarks\.0\.samples\.0/,
  ],
];

for (const [what, text, said] of BAD) {
  test(`${what} is refused, and why`, (t) => {
    const error = t.throws(() => parseResultFile(text, 'bad.json'), { code: 'BENCHMARKS_UNREADABLE' });
    t.regex(error.message, said);
    t.regex(error.message, /bad\.json/);
  });
}
