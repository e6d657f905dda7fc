import test from 'ava';
import * as fc from 'fast-check';
import {
  bencherMetricFormat,
  compare,
  githubActionBenchmark,
  longCsv,
  markdownComment,
  wideCsv,
  type Comparison,
  type ResultFile,
} from '../../../src/regression/index.js';
import { arbitraryBenchmarks, exact, resultFile, wall } from '../../fixtures/benchmarks.js';

/*
 * Rules that consumers have beyond the shape of their formats: what they do with a file that is well formed and still not what
 * they can use. Each says where the rule is from.
 */

const commitAt = (id: string, committedAt: string): NonNullable<ResultFile['commit']> => ({
  id,
  subject: 's',
  committedAt,
  dirty: false,
});

const samples = fc.array(fc.double({ min: 1e-3, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 9 });

/**
 * How github-action-benchmark reads a range (src/extractRangeInfo.ts): a sign of plus and minus, and after it a number that
 * begins with a digit and has at least one character more. One that it cannot read stays as it was where it scales the value.
 */
function rangeAsTheActionReadsIt(range: string): number | undefined {
  const number = /±\s*(\d.+)/.exec(range)?.[1];
  return number === undefined || Number.isNaN(Number(number)) ? undefined : Number(number);
}

test('github-action-benchmark can read every range, also one of a whole number', (t) => {
  const rangeOf = (given: readonly number[]): string =>
    githubActionBenchmark(resultFile([wall('x', given)]), 'smaller')[0]!.range!;
  t.is(rangeAsTheActionReadsIt(rangeOf([2, 8])), 3);
  t.is(rangeAsTheActionReadsIt(rangeOf([5])), 0);
  fc.assert(
    fc.property(samples, (given) => {
      const half = (Math.max(...given) - Math.min(...given)) / 2;
      const read = rangeAsTheActionReadsIt(rangeOf(given));
      t.true(read !== undefined && Math.abs(read - half) <= half * 0.005, `${rangeOf(given)} for ${half}`);
    }),
  );
});

test('github-action-benchmark: exact figures have no range, and both kinds say what they are', (t) => {
  const [counted, timed] = githubActionBenchmark(
    resultFile([exact('a', 1), wall('b', [1, 2, 3])]),
    'smaller',
  );
  t.false('range' in counted!);
  t.regex(counted!.extra!, /exact/);
  t.regex(timed!.extra!, /3 rounds/);
});

/** bencher.dev/docs/reference/bencher-metric-format, "Order of Precedence". */
const LONGEST_MEASURE = 64;

test('Bencher: slugs of measures are within its limit, whatever the unit is', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (unit) => {
      const { x } = bencherMetricFormat(resultFile([exact('x', 1, { unit })]));
      const [slug] = Object.keys(x!);
      t.true(slug!.length <= LONGEST_MEASURE);
      t.regex(slug!, /^[a-z0-9]+(-[a-z0-9]+)*$/);
    }),
  );
  const [long] = Object.keys(
    bencherMetricFormat(resultFile([exact('x', 1, { unit: 'ab '.repeat(99) })]))['x']!,
  );
  t.regex(long!, /^ab(-ab){10,}/);
});

test('Bencher: the bounds of a time are around it', (t) => {
  fc.assert(
    fc.property(samples, (given) => {
      const { x } = bencherMetricFormat(resultFile([wall('x', given)]));
      const { value, lower_value: lower, upper_value: upper } = x!['latency']!;
      t.true(lower! <= value && value <= upper!);
    }),
  );
});

/**
 * What Apache Otava makes of CSV (docs/CSV.md, CsvImporter in otava/importer.py): it takes the first column of each name, wants rows
 * as long as the head, reads times as dates, and every value of a chosen metric as a number, where nothing is none.
 */
function readAsOtava(text: string, metric: string): { readonly times: number[]; readonly values: number[] } {
  const [head, ...rows] = text
    .trimEnd()
    .split('\r\n')
    .map((line) => line.split(','));
  const column = (name: string): number => {
    if (!head!.includes(name)) throw new Error(`Column not found: ${name}`);
    return head!.indexOf(name);
  };
  for (const row of rows) if (row.length < head!.length) throw new Error('a short row');
  return {
    times: rows.map((row) => {
      const time = Date.parse(row[column('time')]!);
      if (Number.isNaN(time)) throw new Error('no date');
      return time;
    }),
    values: rows.map((row) => {
      const value = row[column(metric)]!;
      if (value === '' || Number.isNaN(Number(value))) throw new Error(`not a number: ${value}`);
      return Number(value);
    }),
  };
}

test('Otava gets a series in the order of time, whatever the order of files', (t) => {
  const dates = ['2026-02-28T23:30:00.000Z', '2026-03-01T00:15:00.000Z', '2026-03-01T00:15:00.001Z'];
  const files = dates.map((date, i) =>
    resultFile([exact('renames', i + 1)], { commit: commitAt(`c${i}`, date) }),
  );
  fc.assert(
    fc.property(fc.shuffledSubarray(files, { minLength: 1 }), (given) => {
      const before = [...given];
      const { times, values } = readAsOtava(wideCsv(given), 'renames');
      t.deepEqual(
        times,
        times.toSorted((a, b) => a - b),
      );
      t.deepEqual(
        values,
        values.toSorted((a, b) => a - b),
      );
      t.is(values.length, given.length);
      t.deepEqual(given, before);
    }),
  );
});

test('Otava can use a benchmark that every file has, also where another one came later', (t) => {
  const files = [
    resultFile([exact('old', 1)], { commit: commitAt('a', '2026-01-01T00:00:00.000Z') }),
    resultFile([exact('old', 2), exact('young', 7)], { commit: commitAt('b', '2026-01-02T00:00:00.000Z') }),
  ];
  t.deepEqual(readAsOtava(wideCsv(files), 'old').values, [1, 2]);
  t.throws(() => readAsOtava(wideCsv(files), 'young'), { message: /not a number/ });
});

/** What spreadsheets take for the beginning of a formula: OWASP, "CSV Injection". */
const FORMULA_STARTS = ['=', '+', '-', '@', '\t', '\r', '\n'];

test('no name or unit becomes a formula, also where it reads like a number; numbers stay numbers', (t) => {
  for (const start of FORMULA_STARTS) {
    for (const rest of ['1', 'SUM(A1)', '5e3', 'cmd|x!A0']) {
      const file = resultFile([exact(start + rest, -7, { unit: start + rest })]);
      for (const text of [longCsv(file), wideCsv([file])]) {
        t.true(text.includes(`'${start}${rest}`), JSON.stringify(text));
        for (const opening of [',', '"', '\n']) t.false(text.includes(`${opening}${start}${rest}`));
        t.regex(text, /,-7\r\n/);
      }
    }
  }
});

const comparisonWith = (head: Partial<ResultFile>, smallestEffect = 0.02): Comparison =>
  compare(
    { name: 'main', results: resultFile([exact('x', 1)]) },
    { name: 'head', results: resultFile([exact('x', 1)], head) },
    { smallestEffect, alpha: smallestEffect },
  );

test('a comment: neither a commit nor a machine ends its place in the text', (t) => {
  const hostile = '`</sub><img src=x>`';
  const comment = markdownComment(
    comparisonWith({
      commit: commitAt(hostile, '2026-01-01T00:00:00.000Z'),
      machine: { cpu: hostile, cores: 2, node: hostile, platform: 'linux' },
    }),
  );
  const last = comment.trimEnd().split('\n').at(-1)!;
  // Ten characters of the commit, as code whose fence is longer than what is in it.
  const code = '`` `</sub><im ``';
  t.true(last.includes(`(${code})`), last);
  // Elsewhere there is no tag but ours.
  t.deepEqual(last.replace(code, '').match(/<[^>]*>?/g), ['<sub>', '</sub>']);
});

test('a comment: shares are said as they were given', (t) => {
  for (let thousandths = 1; thousandths < 200; thousandths++) {
    const said = /under ([\d.]+) % never.* at most ([\d.]+) % of/.exec(
      markdownComment(comparisonWith({}, thousandths / 1000)),
    );
    t.deepEqual(said?.slice(1), [String(thousandths / 10), String(thousandths / 10)]);
  }
});

test('exports leave a file as it was', (t) => {
  fc.assert(
    fc.property(arbitraryBenchmarks, (benchmarks) => {
      const file = resultFile(benchmarks);
      const before = JSON.stringify(file);
      bencherMetricFormat(file);
      githubActionBenchmark(file, 'smaller');
      wideCsv([file]);
      longCsv(file);
      t.is(JSON.stringify(file), before);
    }),
    { numRuns: 20 },
  );
});

test('a comment is within what GitHub takes, and still says what differs, however much it is', (t) => {
  for (const [count, nameLength] of [
    [5000, 20],
    [3, 70_000],
    [200, 400],
  ] as const) {
    const of = (value: number): ResultFile =>
      resultFile(Array.from({ length: count }, (_, i) => exact(`${i}-${'n'.repeat(nameLength)}`, value)));
    const comment = markdownComment(
      compare({ name: 'main', results: of(1) }, { name: 'head', results: of(2) }),
    );
    t.true(comment.length <= 65_536, `${comment.length}`);
    t.regex(comment, /Regression: \d+ of/);
    if (nameLength < 100) t.regex(comment, /\| 0-n+ +\|/);
  }
});

test('CSV of a history: results of one commit as they were measured; one column a unit', (t) => {
  const commit = commitAt('c', '2026-01-01T00:00:00.000Z');
  const files = [
    resultFile([exact('x', 3)], { commit, createdAt: '2026-01-02T00:00:00.000Z' }),
    resultFile([exact('x', 30_000, { unit: 'ms' }), exact('y', 1)], {
      commit,
      createdAt: '2026-01-01T00:00:00.000Z',
    }),
  ];
  t.deepEqual(wideCsv(files).trimEnd().split('\r\n'), [
    'time,commit,x (calls),x (ms),y',
    '2026-01-01T00:00:00.000Z,c,,30000,1',
    '2026-01-01T00:00:00.000Z,c,3,,',
  ]);
});
