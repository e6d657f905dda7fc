import test from 'ava';
import { format } from 'prettier';
import { loadCases } from '../../bench/accuracy/cases.js';
import { compare, summarizeClass } from '../../bench/accuracy/comparison.js';
import { publishedNames, replaceMeasured } from '../../bench/accuracy/document.js';
import { faultsOf, runsOf, type Recording } from '../../bench/accuracy/recording.js';
import { renderReport, type Report, type ReportRow } from '../../bench/accuracy/render.js';
import { runWith } from './made-up.js';

const measured = [
  runWith([1, 20, 0, 2880, 0, 30]),
  runWith([1, 19, 0, 2970, 0, 30]),
  runWith([1, 19, 0, 2850, 0, 30]),
];
const ROWS: readonly ReportRow[] = [
  {
    ...compare({ name: 'nic-one-node', class: 'limited' }, measured, runWith([0, 2, 0, 2986, 0, 10])),
    byLimitsAloneMs: 2900,
  },
  {
    ...compare(
      { name: 'small-files: files of 16 KiB', class: 'unlimited' },
      measured,
      runWith([0, 0, 0, 1465.5, 0, 0]),
    ),
    byLimitsAloneMs: 0,
  },
];
const RECORDING: Recording = {
  version: '0.0.0',
  machine: { cpu: 'A processor', cores: 2, node: 'v20', platform: 'linux x64' },
  repetitions: 3,
  isQuick: false,
  s3: 'an S3 server in a process of its own',
  hardware: { local: 'cluster: {}' },
  cases: [],
  failures: [],
};
const REPORT: Report = {
  recording: RECORDING,
  rows: ROWS,
  summaries: (['limited', 'unlimited'] as const).flatMap((one) => summarizeClass(one, ROWS) ?? []),
};

test('a made-up result, rendered', (t) => {
  const lines = renderReport(REPORT).split('\n');
  for (const line of [
    'A processor, 2 cores, Node v20; calibrated for local; S3 is an S3 server in a process of its own. Each scenario 3 times, in rounds; of the runs, the median one.',
    '| limited | 1 | 2.3 %, goal 3 %: met | 2.3 %, goal 7 %: met | 2.3 % (nic-one-node) | +2.3 % | 1 of 1 |',
    '| unlimited | 1 | 50.0 %, goal 10 %: **missed by 40.0 points** | 50.0 %, goal 20 %: **missed by 30.0 points** | 50.0 % (small-files: files of 16 KiB) | -50.0 % | 0 of 1 |',
    '| nic-one-node | 2931 ms | 2998 ms | +2.3 % | -1.1 % … +3.0 % | 2900 ms |',
    '| nic-one-node | -1 ms (0.0 %) | -18 ms (-0.6 %) | 0 | +106 ms (+3.6 %) | 0 | -20 ms (-0.7 %) |',
  ])
    t.true(lines.includes(line), `${line}\n is not in\n${lines.join('\n')}`);
});

test('a quick look, a failure and what was not calibrated are said', (t) => {
  const recording = {
    ...RECORDING,
    isQuick: true,
    hardware: {},
    failures: [{ name: 's3-doris', message: 'no space' }],
  };
  const text = renderReport({ ...REPORT, recording });
  t.regex(text, /quick look.*not for publication/);
  t.regex(text, /not calibrated/);
  t.regex(text, /s3-doris failed: no space/);
  t.notRegex(renderReport(REPORT), /quick look|failed|not calibrated/);
});

test('what is written between the markers is found again, and nothing else is touched', async (t) => {
  const document =
    '# Title\n\nBefore.\n\n<!-- measured: begin -->\nold | old\n<!-- measured: end -->\n\nAfter.\n';
  const once = await format(replaceMeasured(document, renderReport(REPORT)), { parser: 'markdown' });
  t.deepEqual(publishedNames(once).toSorted(), ROWS.map(({ name }) => name).toSorted());
  t.true(once.startsWith('# Title\n\nBefore.\n') && once.endsWith('\nAfter.\n'));
  t.notRegex(once, /old \| old/);
  const twice = await format(replaceMeasured(once, renderReport(REPORT)), { parser: 'markdown' });
  t.is(twice, once);
  t.throws(() => replaceMeasured('# no markers', 'text'), { message: /markers/ });
});

const CASES = loadCases();
const COMPLETE: Recording = {
  ...RECORDING,
  hardware: { local: '', 'local-durable': '', s3: '' },
  cases: CASES.map(({ name, digest }) => ({ name, digest, runs: measured })),
};

test('only a whole result may be published', (t) => {
  t.deepEqual(faultsOf(COMPLETE, CASES), []);
  const isRefused = (change: Partial<Recording>, why: RegExp): void => {
    const faults = faultsOf({ ...COMPLETE, ...change }, CASES);
    t.is(faults.length, 1);
    t.regex(faults[0]!, why);
  };
  isRefused({ isQuick: true }, /quick/);
  t.regex(faultsOf(COMPLETE, CASES, CASES.slice(1))[0]!, /only some/);
  isRefused({ cases: COMPLETE.cases.slice(1) }, /of 1 scenario/);
  isRefused(
    { cases: COMPLETE.cases.map((one) => ({ ...one, runs: measured.slice(1) })) },
    /fewer than 3 runs/,
  );
  isRefused({ hardware: { local: '', s3: '' } }, /local-durable/);
  isRefused({ failures: [{ name: 's3-doris', message: 'no space' }] }, /s3-doris failed: no space/);
});

test('runs of a scenario that has changed since are refused', (t) => {
  t.is(runsOf(COMPLETE, CASES).size, CASES.length);
  const [first, ...rest] = COMPLETE.cases;
  const changed = { ...COMPLETE, cases: [{ ...first!, digest: 'another' }, ...rest] };
  t.throws(() => runsOf(changed, CASES), { message: new RegExp(`measured: ${first!.name}$`) });
});
