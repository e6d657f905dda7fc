import test from 'ava';
import * as fc from 'fast-check';
import { z } from 'zod';
import {
  bencherMetricFormat,
  compare,
  COMMENT_MARKER,
  githubActionBenchmark,
  junit,
  longCsv,
  markdownComment,
  wideCsv,
  type Benchmark,
  type Comparison,
} from '../../../src/regression/index.js';
import { arbitraryBenchmarks, exact, resultFile, wall } from '../../fixtures/benchmarks.js';

const COMMIT = {
  id: '0123456789abcdef',
  subject: 's',
  committedAt: '2026-11-23T10:00:00.000Z',
  dirty: false,
};

const comparisonOf = (base: readonly Benchmark[], head: readonly Benchmark[]): Comparison =>
  compare(
    { name: 'main', results: resultFile(base, { session: 's', commit: COMMIT }) },
    { name: 'head', results: resultFile(head, { session: 's', commit: COMMIT }) },
  );

/** Pairs of files that share some benchmarks. */
const arbitraryComparison = fc
  .tuple(arbitraryBenchmarks, arbitraryBenchmarks)
  .map(([base, head]) =>
    comparisonOf([...base], [...head, ...base.filter(({ name }) => !head.some((h) => h.name === name))]),
  );

/**
 * What benchmark-action/github-action-benchmark takes as `customBiggerIsBetter` and `customSmallerIsBetter`: its README, "Custom
 * benchmark", and what it reads of each entry (name, unit, value, range, extra).
 */
const actionEntry = z.strictObject({
  name: z.string().min(1),
  unit: z.string(),
  value: z.number(),
  range: z.string().optional(),
  extra: z.string().optional(),
});

test('github-action-benchmark: each benchmark is in the file of its direction, and nothing else', (t) => {
  fc.assert(
    fc.property(arbitraryBenchmarks, (benchmarks) => {
      const entries = (['smaller', 'bigger'] as const).flatMap((better) => {
        const own = z
          .array(actionEntry)
          .parse(JSON.parse(JSON.stringify(githubActionBenchmark(resultFile(benchmarks), better))));
        t.true(own.every(({ name }) => benchmarks.find((b) => b.name === name)!.better === better));
        return own;
      });
      t.deepEqual(
        entries.map(({ name, value }) => `${value} ${name}`).toSorted((a, b) => (a < b ? -1 : 1)),
        benchmarks.map(({ name, value }) => `${value} ${name}`).toSorted((a, b) => (a < b ? -1 : 1)),
      );
    }),
    { numRuns: 50 },
  );
});

/** Bencher Metric Format, by its reference: names to measures to metrics, whose bounds are optional. Slugs by its API's rule. */
const bencherFile = z.record(
  z.string().min(1),
  z.record(
    z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
    z.strictObject({
      value: z.number(),
      lower_value: z.number().optional(),
      upper_value: z.number().optional(),
    }),
  ),
);

test('Bencher: times are nanoseconds of its latency, with the least and greatest sample around them', (t) => {
  const read = bencherFile.parse(
    bencherMetricFormat(
      resultFile([wall('a', [2, 1, 3]), exact('b', 7), exact('c', 0.5, { unit: 'MB/s', better: 'bigger' })]),
    ),
  );
  t.deepEqual(read, {
    a: { latency: { value: 2e6, lower_value: 1e6, upper_value: 3e6 } },
    b: { calls: { value: 7 } },
    c: { 'mb-s': { value: 0.5 } },
  });
  fc.assert(
    fc.property(arbitraryBenchmarks, (benchmarks) => {
      const file = bencherFile.parse(JSON.parse(JSON.stringify(bencherMetricFormat(resultFile(benchmarks)))));
      t.is(Object.keys(file).length, benchmarks.length);
    }),
    { numRuns: 50 },
  );
});

interface Element {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: Element[];
  text: string;
}

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', '#39': "'" };
const unescape = (raw: string): string =>
  raw.replace(/&([^;]*);/g, (_, name: string) => ENTITIES[name] ?? assertFails(`entity ${name}`));
function assertFails(what: string): never {
  throw new Error(`not well formed: ${what}`);
}

/** Reads XML of elements, attributes and text; throws where it is not well formed. */
function readXml(xml: string): Element {
  const root: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  const body = xml.replace(/^<\?xml version="1.0" encoding="UTF-8"\?>\n/, '');
  let end = 0;
  for (const match of body.matchAll(/<(\/?)([a-z]+)((?: [a-z]+="[^"<]*")*)(\/?)>/g)) {
    const between = body.slice(end, match.index);
    if (between.includes('<')) assertFails(between);
    open.at(-1)!.text += unescape(between);
    end = match.index + match[0].length;
    const [, closes, name = '', attributes = '', isEmpty] = match;
    if (closes) {
      if (open.pop()!.name !== name) assertFails(`</${name}>`);
      continue;
    }
    const element: Element = {
      name,
      attributes: Object.fromEntries(
        [...attributes.matchAll(/ ([a-z]+)="([^"]*)"/g)].map(([, key, value]) => [key!, unescape(value!)]),
      ),
      children: [],
      text: '',
    };
    open.at(-1)!.children.push(element);
    if (!isEmpty) open.push(element);
  }
  if (open.length !== 1 || body.slice(end).trim() !== '') assertFails('the end');
  return root.children[0]!;
}

test('JUnit: well formed, of the elements that its readers know, with counts that add up', (t) => {
  fc.assert(
    fc.property(arbitraryComparison, fc.boolean(), (comparison, strict) => {
      const xml = junit(comparison, { strict });
      // The characters that XML 1.0 allows: section 2.2 of its specification.
      // oxlint-disable-next-line no-control-regex
      t.notRegex(xml, /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u);
      const suites = readXml(xml);
      t.is(suites.name, 'testsuites');
      const cases = suites.children.flatMap((suite) => {
        t.is(suite.name, 'testsuite');
        checkCounts(suite, suite.children);
        return suite.children;
      });
      checkCounts(suites, cases);
      t.is(cases.length, comparison.benchmarks.length);
      const failed = cases.filter(({ children }) => children[0]?.name === 'failure').length;
      t.true(strict ? failed >= comparison.counts.slower : failed === comparison.counts.slower);
    }),
    { numRuns: 60 },
  );

  function checkCounts({ attributes }: Element, cases: readonly Element[]): void {
    const having = (name: string): number =>
      cases.filter(({ children }) => children.some((child) => child.name === name)).length;
    t.is(Number(attributes['tests']), cases.length);
    t.is(Number(attributes['failures']), having('failure'));
    t.is(Number(attributes['skipped']), having('skipped'));
    t.is(attributes['errors'], '0');
    for (const testCase of cases) {
      t.is(testCase.name, 'testcase');
      t.truthy(testCase.attributes['classname']);
      t.not(testCase.attributes['name'], undefined);
      t.true(testCase.children.length <= 1);
      for (const { name, attributes: own } of testCase.children) {
        t.true(['failure', 'skipped'].includes(name));
        t.truthy(own['message']);
      }
    }
  }
});

/** RFC 4180, read one character after the other. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (quoted) {
      if (character !== '"') field += character;
      else if (text[i + 1] === '"') field += text[++i]!;
      else quoted = false;
    } else if (character === '"' && field === '') quoted = true;
    else if (character === ',') {
      row.push(field);
      field = '';
    } else if (character === '\r' && text[i + 1] === '\n') {
      rows.push([...row, field]);
      row = [];
      field = '';
      i++;
    } else field += character;
  }
  return rows;
}

test('CSV: every sample is a row, and every row has as many fields as the first', (t) => {
  fc.assert(
    fc.property(arbitraryBenchmarks, (benchmarks) => {
      const [head, ...rows] = readCsv(longCsv(resultFile(benchmarks, { commit: COMMIT })));
      t.true(rows.every((row) => row.length === head!.length));
      t.deepEqual(
        rows.map((row) => Number(row.at(-1))),
        benchmarks.flatMap(({ samples, value }) => samples ?? [value]),
      );
      for (const [, , name] of rows) t.notRegex(name!, /^[=+\-@]/);
    }),
    { numRuns: 50 },
  );
});

test('CSV for change points: a row a commit, a column a benchmark, nothing where there is nothing', (t) => {
  const files = [
    resultFile([exact('a', 1)], { commit: COMMIT }),
    resultFile([exact('b,"c"', 2), exact('a', 3)]),
  ];
  t.deepEqual(readCsv(wideCsv(files)), [
    ['time', 'commit', 'a', 'b,"c"'],
    [COMMIT.committedAt, COMMIT.id, '1', ''],
    [files[1]!.createdAt, '', '3', '2'],
  ]);
});

test('a comment says the answer first, why, and fits, however many benchmarks there are', (t) => {
  const many = Array.from({ length: 3000 }, (_, i) => exact(`benchmark | number <${i}>`, 1));
  const base = [exact('renames', 240, { parts: { operation: { rename: 240 } } }), ...many];
  const head = [exact('renames', 480, { parts: { operation: { rename: 480 } } }), ...many];
  const comment = markdownComment(comparisonOf(base, head));
  const [marker, , answer] = comment.split('\n');
  t.is(marker, COMMENT_MARKER);
  t.regex(answer!, /Regression: 1 of 3,001 benchmarks worse: renames/);
  t.true(comment.includes('call rename: 240 → 480 (+240)'), comment.slice(0, 2000));
  t.true(comment.length <= 65_536);
  t.regex(comment, /more than a comment can hold/);
  t.false(markdownComment(comparisonOf(base.slice(0, 3), base.slice(0, 3))).includes('can hold'));
});

test('a comment shows names as they are, and none of them ends a table or opens an element', (t) => {
  fc.assert(
    fc.property(arbitraryComparison, (comparison) => {
      const comment = markdownComment(comparison);
      let bars = 0;
      for (const line of comment.split('\n')) {
        if (!line.startsWith('|')) continue;
        // Times have one column more. Each table begins with its head, whose text is ours.
        if (line.startsWith('| benchmark |')) bars = line.includes('| pairs |') ? 7 : 6;
        t.is([...line.matchAll(/(?<!\\)\|/g)].length, bars, line);
      }
      t.notRegex(
        comment.replaceAll(/<\/?(?:details|summary|sub)>|<!-- backup-drill benchmarks -->/g, ''),
        /</,
      );
    }),
    { numRuns: 50 },
  );
});
