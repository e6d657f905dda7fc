import test from 'ava';
import { renderHtml, renderMarkdown, renderTerminal } from '../../src/report/index.js';
import type { DrillReport } from '../../src/world/result.js';
import { failedReport, planReport, singleRunReport, sweepReport } from '../fixtures/report.js';

const plain = (report: DrillReport, width = 100): string => renderTerminal(report, { color: false, width });

test('the page asks for nothing from elsewhere, runs no script, and lets no name break out', (t) => {
  const hostile = '"><script>alert(1)</script><img src=x onerror=alert(1)>';
  const report = singleRunReport({ name: hostile, description: hostile, seed: hostile });
  const html = renderHtml({ ...report, command: hostile });
  t.notRegex(html, /<script|<img|<link|<iframe|javascript:/i);
  t.notRegex(html, /(?:src|href|xlink:href)\s*=\s*["']?(?:https?:)?\/\//i);
  t.notRegex(html, /url\(\s*["']?(?:https?:)?\/\//i);
});

test('colors come only where they are wanted', (t) => {
  t.true(renderTerminal(singleRunReport(), { color: true, width: 100 }).includes('\u001b['));
  t.false(plain(singleRunReport()).includes('\u001b'));
});

test('a page is the same byte for byte each time', (t) => {
  for (const make of [singleRunReport, planReport, sweepReport, failedReport]) {
    t.is(renderHtml(make()), renderHtml(make()));
    t.is(plain(make()), plain(make()));
  }
});

test('lines fit the terminal', (t) => {
  for (const report of [singleRunReport(), planReport(1000), sweepReport(), failedReport()]) {
    for (const width of [60, 80, 100, 120]) {
      for (const line of plain(report, width).split('\n'))
        t.true(line.length <= width, `${line.length} > ${width}: ${line}`);
    }
  }
});

/** The first lines, without their breaks. */
const answerOf = (report: DrillReport): string =>
  plain(report).split('\n').slice(0, 5).join(' ').replaceAll(/ +/g, ' ');

test('the answer comes first', (t) => {
  t.regex(answerOf(singleRunReport()), /Backed up .* restored into 3 nodes and found/);
  t.regex(answerOf(planReport(100, 4 * 3_600_000)), /fits the window of 4 h/);
  t.regex(answerOf(planReport(100, 3_600_000)), /does not fit the window of 1 h/);
  t.regex(answerOf(failedReport()), /failed in UPLOADING/);
  t.regex(answerOf(failedReport()), /DISK_FULL/);
});

test('where the machine was the limit, a prediction that did not know it says how to let it know', (t) => {
  const report = singleRunReport();
  const [variant] = report.variants;
  const { totals } = variant!.measured!;
  const predictedIn = (durationMs: number): DrillReport => ({
    ...report,
    variants: [{ ...variant!, predicted: { ...variant!.predicted, totals: { ...totals, durationMs } } }],
  });
  const hint = /drill calibrate measures that, and --hardware/;
  t.notRegex(answerOf(predictedIn(totals.durationMs * 0.95)), hint);
  t.regex(answerOf(predictedIn(totals.durationMs * 0.8)), hint);
  t.notRegex(answerOf(predictedIn(totals.durationMs * 1.2)), hint);
  const hardware = { file: 'measured.yaml', about: 'this machine' };
  t.notRegex(answerOf({ ...predictedIn(totals.durationMs * 0.8), hardware }), hint);
});

test('a proof that found something wrong is no success', (t) => {
  const report = singleRunReport();
  const [variant] = report.variants;
  const restore = { ...variant!.restore!, differences: ['t.p1.t bucket 3 on restore-1: a.dat differs'] };
  const bad = { ...report, variants: [{ ...variant!, restore }] };
  t.notRegex(plain(bad), /✔ Backed up/);
  t.regex(plain(bad), /a\.dat differs/);
  t.regex(renderHtml(bad), /a\.dat differs/);
  t.regex(renderMarkdown(bad), /a\.dat differs|1 difference/);
});

test('a sweep has one row a variant, with its speed-up', (t) => {
  const text = plain(sweepReport());
  for (const nodes of [1, 2, 4, 8]) t.regex(text, new RegExp(`^ +${nodes} .*320 MB`, 'm'));
  t.regex(text, /6\.00×/);
});

test('a long name costs a table none of its columns', (t) => {
  const report = sweepReport();
  const variants = report.variants.map((variant) => ({
    ...variant,
    name: `${variant.name} ${'x'.repeat(200)}`,
  }));
  const heads = plain({ ...report, variants }, 100)
    .split('\n')
    .find((line) => line.includes('predicted  measured'));
  t.regex(heads ?? '', /error +MB\/s +speed-up/);
});
