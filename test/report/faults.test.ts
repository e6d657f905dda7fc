import test from 'ava';
import { renderHtml, renderMarkdown, renderTerminal } from '../../src/report/index.js';
import type { Advice } from '../../src/world/outlook.js';
import type { DrillReport, Incident, VariantReport } from '../../src/world/result.js';
import { plannedReport, plannedSweep } from '../fixtures/outlook.js';
import { failedReport, planReport, singleRunReport } from '../fixtures/report.js';

const FAULTS = [
  'be-2 dies at 10 s, for 30 s, and loses its disk',
  'be-3 is cut off from the repository from 0 ms on',
];

const INCIDENTS: readonly Incident[] = [
  { atMs: 15_000, what: 'node-lost', node: 'be-2', text: 'be-2 is lost' },
  {
    atMs: 15_000,
    what: 'failover',
    node: 'be-2',
    to: 'be-1',
    shards: 5,
    text: '5 shards of be-2 taken from be-1 instead',
  },
  {
    atMs: 15_000,
    what: 'failover',
    node: 'be-2',
    to: 'be-4',
    shards: 7,
    text: '7 shards of be-2 taken from be-4 instead',
  },
  { atMs: 17_000, what: 'retry', node: 'be-3', text: 'a task of be-3 is tried again: no answer' },
  { atMs: 18_000, what: 'hand-over', node: 'be-3', to: 'be-1', shards: 1, text: '1 shard handed over' },
  { atMs: 20_000, what: 'coordinator-restart', text: 'another coordinator took the job up' },
  { atMs: 41_000, what: 'node-back', node: 'be-2', text: 'be-2 is back' },
];

function changed(
  report: DrillReport,
  changes: (variant: VariantReport, i: number) => Partial<VariantReport>,
): DrillReport {
  return {
    ...report,
    variants: report.variants.map((variant, i) => ({ ...variant, ...changes(variant, i) })),
  };
}

const withFaults = (report: DrillReport, incidents = INCIDENTS): DrillReport =>
  changed(report, ({ predicted }) => ({ faults: FAULTS, predicted: { ...predicted, incidents } }));

/** Without line breaks and what pads lines. */
const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ');
const terminal = (report: DrillReport): string => renderTerminal(report, { color: false, width: 100 });
const unescaped = (markdown: string): string => markdown.replaceAll('\\', '');

const FORMS: Readonly<Record<string, (report: DrillReport) => string>> = {
  terminal,
  Markdown: (report) => unescaped(renderMarkdown(report)),
  HTML: (report) => renderHtml(report).replaceAll('&#39;', "'"),
};

for (const [form, render] of Object.entries(FORMS)) {
  test(`${form}: a plan names its faults, and how the job got over them`, (t) => {
    for (const report of [planReport(), plannedReport()]) {
      const text = oneLine(render(withFaults(report)));
      t.true(text.includes(`With 2 faults: ${FAULTS.join('; ')}.`));
      t.true(
        text.includes(
          'Got over: 1 restart of the coordinator, 1 node lost, 1 node back, 12 shards taken from other replicas, 1 shard handed over to idle nodes, 1 task tried again.',
        ),
      );
      t.true(text.includes('What it got over'));
      for (const incident of INCIDENTS) t.true(text.includes(incident.text), incident.text);
      t.regex(text, /17 s[^\d]*a task of be-3/);
    }
  });

  test(`${form}: without faults nothing is said of any`, (t) => {
    for (const report of [planReport(), plannedReport(), singleRunReport(), failedReport(), plannedSweep()]) {
      t.notRegex(render(report), /\bfaults?\b|got over/i);
      t.is(render(changed(report, () => ({ faults: [] }))), render(report));
    }
  });

  test(`${form}: variants with the same faults name them once, others say how many each has`, (t) => {
    const same = oneLine(render(withFaults(plannedSweep())));
    t.is(same.split(FAULTS[0]!).length - 1, 1);
    t.true(same.includes(`Each with 2 faults: ${FAULTS.join('; ')}.`));
    const report = plannedSweep();
    const some = changed(report, (_, i) => (i === 1 ? { faults: FAULTS } : {}));
    const [first, second] = report.variants.map(({ name }) => name);
    t.true(oneLine(render(some)).includes(`Faults by variant: ${first} (none), ${second} (2)`));
  });

  test(`${form}: a real run says once that it left faults out`, (t) => {
    const report = singleRunReport({ faultsLeftOut: 3 });
    const said =
      "The scenario's 3 faults happen in virtual time only: neither this run nor the prediction beside it knows of them.";
    t.is(oneLine(render(report)).split(said).length - 1, 1);
    t.true(
      oneLine(render(singleRunReport({ faultsLeftOut: 1 }))).includes(
        "The scenario's fault happens in virtual",
      ),
    );
  });

  test(`${form}: what saves the job is told as that, and not as a length`, (t) => {
    const gain = { knob: 'engine.failover', label: 'another replica where one fails', from: 'off', to: 'on' };
    const advice: Advice = { baseMs: 1000, gains: [{ ...gain, gainMs: Infinity }], besides: [] };
    const text = oneLine(render(plannedReport({}, { advice })));
    t.true(text.includes('another replica where one fails off → on, without which the job is cancelled.'));
    t.true(text.includes('cancelled without'));
    // As it comes back from JSON.
    const read = JSON.parse(JSON.stringify(plannedReport({}, { advice }))) as DrillReport;
    t.true(oneLine(render(read)).includes('cancelled without'));
  });
}

test('a job that was cancelled did not get over what happened', (t) => {
  const text = oneLine(terminal(withFaults(plannedReport())));
  const failed = changed(withFaults(planReport()), ({ predicted }) => ({
    predicted: { ...predicted, job: { ...predicted.job, state: 'CANCELLED' } },
  }));
  t.regex(text, /Got over: 1 restart/);
  t.regex(oneLine(terminal(failed)), /Happened: 1 restart/);
});

test('many faults and incidents are counted, not all told', (t) => {
  const many = Array.from({ length: 100 }, (_, i): Incident => ({
    atMs: i,
    what: 'retry',
    text: `retry ${i} of it`,
  }));
  const report = changed(withFaults(planReport(), many), () => ({
    faults: Array.from({ length: 9 }, (_, i) => `fault ${i}`),
  }));
  const text = terminal(report);
  t.regex(oneLine(text), /With 9 faults: fault 0; .*fault 5; and 3 more\./);
  t.regex(text, /retry 10 of it\n.*and 89 more/);
  t.notRegex(text, /retry 11 of it/);
  const alike = Array.from({ length: 5 }, (): Incident => ({ atMs: 7, what: 'retry', text: 'again' }));
  const twice = terminal(withFaults(planReport(), [...alike, { ...alike[0]!, atMs: 9 }]));
  t.regex(twice, /7 ms +again \(5 times\)\n +9 ms +again\n/);
});
