import test from 'ava';
import * as fc from 'fast-check';
import { randomStream } from '../../../src/base/random.js';
import {
  historyOf,
  renderHistory,
  renderHistoryHtml,
  type NamedResults,
} from '../../../src/regression/index.js';
import { sparkline } from '../../../src/regression/history/sparkline.js';
import { exact, resultFile, wall } from '../../fixtures/benchmarks.js';
import { commitOf, dayOf, historyOfDays, normal, pairedDays } from '../../fixtures/histories.js';
import { faultsOfHtml } from '../../report/html-check.js';

test('exact figures: every difference is a change, at its commit, with what it is made of', (t) => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 30 }), (values) => {
      const { trends, points } = historyOf(
        historyOfDays(
          values.map((value) => [exact('x', value, { parts: { operation: { rename: value } } })]),
        ),
      );
      const expected = values.flatMap((value, i) =>
        i > 0 && value !== values[i - 1] ? [{ at: i, from: values[i - 1]!, to: value }] : [],
      );
      const { changes } = trends[0]!;
      t.deepEqual(
        changes.map(({ point, from, to }) => ({ at: point, from, to })),
        expected,
      );
      for (const { point, before, from, to, verdict, reasons } of changes) {
        t.is(points[point]!.commit!.id, commitOf(point).id);
        t.is(before, point - 1);
        t.is(verdict, to > from ? 'slower' : 'faster');
        t.deepEqual(reasons, [{ dimension: 'operation', name: 'rename', base: from, head: to }]);
      }
    }),
  );
});

/** Days with times of several benchmarks around a level of their own, as shares of a base's. */
function noisyDays(
  seed: string,
  days: number,
  levelOf: (name: string, day: number) => number,
): Record<string, number>[] {
  const random = randomStream(seed, 'history');
  return Array.from({ length: days }, (_, day) =>
    Object.fromEntries(
      ['a', 'b', 'c', 'd'].map((name) => [name, levelOf(name, day) * Math.exp(0.02 * normal(random))]),
    ),
  );
}

test('times of one level: at most the share of histories shows a change that was asked for', (t) => {
  const runs = 400;
  const alpha = 0.05;
  let wrong = 0;
  for (let run = 0; run < runs; run++) {
    const { trends } = historyOf(pairedDays(noisyDays(`null ${run}`, 30, () => 100)), {
      alpha,
      smallestEffect: 1e-9,
    });
    if (trends.some(({ changes }) => changes.length > 0)) wrong++;
  }
  t.true(wrong <= runs * alpha + 3 * Math.sqrt(runs * alpha * (1 - alpha)), `${wrong} of ${runs}`);
});

test('times: a step up and a step down are found, each with its commit, and nothing else', (t) => {
  const days = noisyDays('steps', 60, (name, day) => (name === 'b' && day >= 20 && day < 40 ? 115 : 100));
  const { trends } = historyOf(pairedDays(days));
  const changes = trends.flatMap((trend) => trend.changes.map((change) => ({ name: trend.name, ...change })));
  t.deepEqual(
    changes.map(({ name, verdict, point }) => [name, verdict, point]),
    [
      ['b', 'slower', 20],
      ['b', 'faster', 40],
    ],
  );
  for (const { point, between, from, to } of changes) {
    t.true(between!.first <= point && point <= between!.last);
    t.true(Math.abs(Math.max(from, to) / Math.min(from, to) / 1.15 - 1) < 0.02);
  }
});

test('times: a change that is smaller than what matters is none', (t) => {
  const days = noisyDays('small', 80, (_, day) => (day >= 40 ? 104 : 100));
  const found = (smallestEffect: number): number =>
    historyOf(pairedDays(days), { smallestEffect }).trends.flatMap(({ changes }) => changes).length;
  t.true(found(0.02) > 0);
  t.is(found(0.1), 0);
});

test('times: what became slower and fast again is told, for any length of it', (t) => {
  for (const lengths of [
    [40, 30, 60],
    [30, 20, 40],
    [20, 20, 20],
  ]) {
    const starts = lengths
      .map((_, i) => lengths.slice(0, i).reduce((sum, length) => sum + length, 0))
      .slice(1);
    const levelOf = (day: number): number =>
      starts.filter((start) => start <= day).length % 2 === 1 ? 1.5 : 1;
    const days = starts.at(-1)! + lengths.at(-1)!;
    const { trends } = historyOf(
      pairedDays(
        noisyDays(`humps ${lengths.join(' ')}`, days, (name, day) => (name === 'c' ? levelOf(day) : 1)),
      ),
    );
    t.deepEqual(
      trends.flatMap(({ name, changes }) => changes.map(({ point }) => [name, point])),
      starts.map((start) => ['c', start]),
    );
  }
});

test('times: no change that is told is smaller than what matters', (t) => {
  for (let run = 0; run < 30; run++) {
    const random = randomStream(`stairs ${run}`, 'history');
    const levels = [1, 1.03, 1.045, 1.07, 1.085];
    const days = Array.from({ length: 75 }, (_, day) => ({
      x: levels[Math.floor(day / 15)]! * Math.exp(0.004 * normal(random)),
    }));
    const [trend] = historyOf(pairedDays(days)).trends;
    t.true(trend!.changes.length >= 1);
    for (const { from, to } of trend!.changes) t.true(Math.abs(to / from - 1) >= 0.02, `${from} to ${to}`);
  }
});

test('times measured in turns with a base are shares of it: what the machine does cancels out', (t) => {
  const random = randomStream('paired', 'history');
  const base = { id: 'b'.repeat(40), subject: 'Release', committedAt: dayOf(0), dirty: false };
  const files = Array.from({ length: 30 }, (_, day): NamedResults[] => {
    // The machine becomes half as fast in the middle, and the program 5 % slower after that.
    const machine = day >= 12 ? 2 : 1;
    const samples = Array.from({ length: 9 }, () => machine * Math.exp(0.01 * normal(random)));
    const slower = samples.map(
      (sample) => sample * (day >= 20 ? 1.05 : 1) * Math.exp(0.005 * normal(random)),
    );
    const session = `s${day}`;
    return [
      {
        name: `${day}-head.json`,
        results: resultFile([wall('x', slower)], { session, side: 'head', commit: commitOf(day + 1) }),
      },
      {
        name: `${day}-base.json`,
        results: resultFile([wall('x', samples)], { session, side: 'base', commit: base }),
      },
    ];
  }).flat();
  const { trends, points } = historyOf(files);
  t.is(trends.length, 1);
  t.is(points.length, 30);
  const [{ unit, of, changes }] = trends as [(typeof trends)[0]];
  t.is(unit, 'share');
  t.deepEqual(of, { commit: base.id });
  t.deepEqual(
    changes.map(({ point, verdict }) => [points[point]!.commit!.subject, verdict]),
    [['Commit 21', 'slower']],
  );
});

test('times without a base are a trend a machine, and are not judged', (t) => {
  const days = Array.from({ length: 40 }, (_, i) => [wall('x', [i < 20 ? 1 : 2])]);
  const files = historyOfDays(days).map(({ name, results }, i) => ({
    name,
    results: {
      ...results,
      machine: { cpu: i % 2 === 0 ? 'fast' : 'slow', cores: 2, node: '22', platform: 'linux' },
    },
  }));
  const history = historyOf(files);
  t.deepEqual(
    history.trends.map(({ unit, values, changes }) => [unit, values.length, changes.length]),
    [
      ['ms', 20, 0],
      ['ms', 20, 0],
    ],
  );
  t.regex(
    renderHistory(history, { color: false, width: 100 }),
    /2 times without a base: drawn, and\s+not judged/,
  );
});

test('a base whose tree had changes, or that has no commit, is none to be compared with, and never part of a trend', (t) => {
  for (const commit of [undefined, { ...commitOf(0), dirty: true }]) {
    const files = pairedDays(Array.from({ length: 20 }, (_, i) => ({ x: i < 10 ? 1 : 3 }))).map((file) =>
      file.results.side === 'base' ? { ...file, results: { ...file.results, commit } } : file,
    );
    const { trends, points } = historyOf(files);
    t.is(points.length, 20);
    t.deepEqual(
      trends.map(({ unit, values, changes }) => [unit, values.length, changes.length]),
      [['ms', 20, 0]],
    );
  }
});

test('a benchmark that measures something else than before begins anew', (t) => {
  const { trends } = historyOf(
    historyOfDays([[exact('x', 1)], [exact('x', 1)], [exact('x', 5, { revision: 2 })]]),
  );
  t.deepEqual(
    trends.map(({ values, changes }) => [values, changes.length]),
    [
      [[1, 1], 0],
      [[5], 0],
    ],
  );
});

test('the answer is the same whatever the order of the files', (t) => {
  const files = pairedDays(noisyDays('order', 25, (_, day) => (day >= 12 ? 120 : 100)));
  const expected = historyOf(files);
  fc.assert(
    fc.property(fc.shuffledSubarray(files, { minLength: files.length }), (given) => {
      t.deepEqual(historyOf(given), expected);
    }),
    { numRuns: 10 },
  );
});

test('the newest change is told first', (t) => {
  const text = renderHistory(historyOf(historyOfDays([1, 2, 2, 5].map((value) => [exact('x', value)]))), {
    color: false,
    width: 100,
  });
  t.true(text.indexOf('Commit 3\n  benchmark') < text.indexOf('Commit 1\n  benchmark'));
  t.regex(text, /the latest with 0000000003/);
});

test('too few times are said to be too few', (t) => {
  const history = historyOf(pairedDays(noisyDays('few', 5, () => 100)));
  t.true(history.trends.every(({ valuesNeeded }) => valuesNeeded! > 5));
  t.regex(renderHistory(history, { color: false, width: 100 }), /4 times have too few values to\s+tell: \d+/);
});

test('the page is sound, whatever commits and benchmarks are called, and the same each time', (t) => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
    fc.constantFrom(
      '</svg><script>',
      '"onload="',
      '__proto__',
      '\u001b[2J',
      '#01a000',
      '<!--',
      ']]>',
      '&amp;',
    ),
  );
  fc.assert(
    fc.property(
      hostile,
      hostile,
      hostile,
      fc.array(fc.nat(9), { minLength: 1, maxLength: 6 }),
      (...given) => {
        const [name, subject, file, values] = given;
        const files = values.map((value, i) => ({
          name: `${file}${i}`,
          results: resultFile([exact(name, value, { parts: { node: { [`${name} `]: value } } })], {
            commit: { ...commitOf(i), subject },
          }),
        }));
        const page = renderHistoryHtml(historyOf(files), 'backup-drill 1');
        t.deepEqual(faultsOfHtml(page), []);
        t.is(renderHistoryHtml(historyOf(files), 'backup-drill 1'), page);
        const text = renderHistory(historyOf(files), { color: false, width: 80 });
        t.notRegex(text, /[^\P{Cc}\n]/u);
      },
    ),
    { numRuns: 60 },
  );
});

test('a sparkline has a bar a value, and not more than there is room for; its last one is the last value', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 90 }),
      fc.integer({ min: 1, max: 40 }),
      (values, most) => {
        const bars = Array.from(sparkline(values, most));
        t.is(bars.length, Math.min(values.length, most));
        t.true(bars.every((bar) => '▁▂▃▄▅▆▇█'.includes(bar)));
      },
    ),
  );
  t.is(sparkline([1, 2, 3, 4, 5, 6, 7, 8], 8), '▁▂▃▄▅▆▇█');
  t.is(sparkline([5, 5], 8), '▄▄');
  t.is(sparkline([1, 1, 1, 1, 1, 9], 3), '▁▁█');
});
