import test from 'ava';
import { drill, lastLine } from '../fixtures/command.js';
import type { DrillReport } from '../../src/world/result.js';

const SCENARIO = 'scenarios/quickstart.yaml';

const planned = async (...args: readonly string[]): Promise<{ code: number | null; report: DrillReport }> => {
  const { code, stdout } = await drill(['plan', SCENARIO, '--json', ...args]);
  return { code, report: lastLine(stdout) as DrillReport };
};

test('the answer is the same with any number of threads', async (t) => {
  const [one, three] = await Promise.all(
    ['1', '3'].map((threads) => planned('--repetitions', '30', '--threads', threads)),
  );
  const strip = ({ report }: { report: DrillReport }): unknown => report.variants;
  t.deepEqual(strip(one!), strip(three!));
  t.is(one!.report.variants[0]!.outlook!.forecast.runs, 30);
});

test('the exit code says whether it fits as surely as was asked', async (t) => {
  const quick = ['--repetitions', '40', '--no-advise'];
  const { report } = await planned(...quick);
  const { durationsMs } = report.variants[0]!.outlook!.forecast;
  const inOrder = durationsMs.map((ms) => ms!).toSorted((a, b) => a - b);
  // A window that three of four runs meet.
  const window = `${(inOrder[29]! + inOrder[30]!) / 2} ms`;
  const [unsure, sure] = await Promise.all(
    ['90%', '0.6'].map((share) => planned(...quick, '--window', window, '--confidence', share)),
  );
  t.is(unsure!.code, 3);
  t.is(sure!.code, 0);
  t.is(sure!.report.variants[0]!.outlook!.forecast.fits!.value, 0.75);
  t.is(sure!.report.variants[0]!.outlook!.forecast.wanted, 0.6);
});

for (const [option, value, says] of [
  ['--confidence', '100%', /less than 100 %/],
  ['--confidence', 'sure', /as in 95%/],
  ['--repetitions', '0', /1 or more/],
  ['--repetitions', '10001', /at most 10000/],
  ['--threads', '1.5', /whole number/],
  ['--window', '4', /4 what\?/],
] as const)
  test(`${option} ${value} is refused, with what would be right`, async (t) => {
    const { code, stderr } = await drill(['plan', SCENARIO, option, value]);
    t.is(code, 2);
    t.regex(stderr, says);
  });

test('Ctrl-C ends a plan at once', async (t) => {
  const many = ['--repetitions', '10000', '--json'];
  const { code, stdout } = await drill(['plan', SCENARIO, ...many], { interruptAt: '"type":"runs"' });
  t.is(code, 130);
  t.like(lastLine(stdout), { type: 'error', code: 'INTERRUPTED' });
});

test('a knob that is none is refused before anything is simulated', async (t) => {
  const { code, stdout, stderr } = await drill([
    'plan',
    SCENARIO,
    '--json',
    '--window',
    '2s',
    '--fit',
    'cluster.node',
  ]);
  t.is(code, 2);
  t.regex(stderr, /did you mean cluster\.nodes\?/);
  t.notRegex(stdout, /"type":"runs"/);
});
