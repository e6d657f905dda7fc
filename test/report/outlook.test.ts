import test from 'ava';
import { renderHtml, renderMarkdown, renderTerminal } from '../../src/report/index.js';
import type { DrillReport } from '../../src/world/result.js';
import {
  fitFound,
  fitNone,
  HOUR_MS,
  MINUTE_MS,
  plannedReport,
  plannedSweep,
  type ForecastShape,
} from '../fixtures/outlook.js';
import { faultsOfHtml } from './html-check.js';

const plain = (report: DrillReport): string => renderTerminal(report, { color: false, width: 200 });
/** What comes before the heading, without its breaks. */
const answerOf = (report: DrillReport): string => plain(report).split('\n\n')[0]!.replaceAll(/\n +/g, ' ');
const answer = (shape: ForecastShape, more: Parameters<typeof plannedReport>[1] = {}): string =>
  answerOf(plannedReport(shape, more));

for (const [what, shape, says] of [
  [
    'fits',
    { windowMs: 4 * HOUR_MS },
    /^✔ Fits 4 h \(9\d % sure\): 2 h 51 min \(p50\), .* \(p95\), .* to spare\. Bound by/,
  ],
  ['misses', { windowMs: HOUR_MS }, /^✖ Does not fit 1 h: .* too long; .*\(p95\)\. Bound by/],
  ['is unsure', { windowMs: 171 * MINUTE_MS }, /^▲ Fits 2 h 51 min in \d+ % of 100 runs: /],
  ['has no window', {}, /^✔ Takes 2 h 51 min \(p50\), .* \(p95\)\. Bound by/],
  [
    'is not random',
    { exact: true, windowMs: 4 * HOUR_MS },
    /^✔ Fits 4 h \(always\): 2 h 51 min, .* to spare\./,
  ],
  ['is often cancelled', { cancelled: 40 }, /^▲ Finishes in 60 % of 100 runs: /],
  ['is always cancelled', { cancelled: 100 }, /^✖ Predicted to fail in all 100 runs/],
] as const)
  test(`the first line of a plan that ${what} says so`, (t) => {
    t.regex(answer(shape), says);
  });

test('what binds is named, with its node', (t) => {
  const line = answer({
    causes: { workers: 0.9, disk: 0.1 },
    criticalNodes: [{ name: 'be-7', share: 0.9 }],
  });
  t.regex(
    line,
    /Bound by upload workers on be-7, whose .* (?:does|do) all hashing and sending \(90 % of the time\)/,
  );
});

test('an answer to --fit comes first, and as it is comes after', (t) => {
  const said = answer({ windowMs: 2 * HOUR_MS }, { fit: fitFound });
  t.regex(said, /^✔ 160 nodes fit 2 h with 95 %: .* As it is: does not fit 2 h/);
  const none = answer({ windowMs: HOUR_MS }, { fit: fitNone });
  t.regex(none, /^✖ No number of nodes fits 1 h with 95 %: even with 100,000 nodes/);
});

test('several variants: how many fit, the best and the worst', (t) => {
  t.regex(
    answerOf(plannedSweep()),
    /^▲ 2 of 3 variants fit 4 h: best cluster\.nodes = 200 .*, worst cluster\.nodes = 50/,
  );
});

test('the page of a plan has its charts, in words as well, and nothing is wrong with it', (t) => {
  for (const report of [
    plannedReport(),
    plannedReport({ exact: true }),
    plannedSweep(),
    plannedReport({ windowMs: HOUR_MS }, { fit: fitNone }),
  ]) {
    const html = renderHtml(report);
    t.deepEqual(faultsOfHtml(html), []);
    t.is(html.match(/<svg [^>]*role="img"/g)?.length, html.match(/<desc /g)?.length);
  }
  const html = renderHtml(plannedReport());
  for (const title of [
    'How long the runs took',
    'Where the time of the critical path goes',
    'What turning each knob saves',
  ])
    t.true(html.includes(`<h3>${title}</h3>`), title);
  t.notRegex(renderHtml(plannedReport({ exact: true })), /How long the runs took/);
});

test('a report that went through JSON reads the same: null is what never ends', (t) => {
  for (const report of [
    plannedReport(),
    plannedReport({ cancelled: 10, windowMs: HOUR_MS }),
    plannedSweep(),
  ]) {
    const again = JSON.parse(JSON.stringify(report)) as DrillReport;
    t.is(plain(again), plain(report));
    t.is(renderMarkdown(again), renderMarkdown(report));
    t.is(renderHtml(again), renderHtml(report));
  }
});

test('an interval without an end says what is known of it', (t) => {
  const report = plannedReport();
  const [variant] = report.variants;
  const { forecast } = variant!.outlook!;
  const open = { ...forecast, p99Ms: { ...forecast.p99Ms, high: Infinity } };
  const text = plain({
    ...report,
    variants: [{ ...variant!, outlook: { ...variant!.outlook!, forecast: open } }],
  });
  t.regex(text, /99 % \(p99\) .* at least /);
});
