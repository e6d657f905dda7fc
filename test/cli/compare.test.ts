import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import {
  parseResultFile,
  type Benchmark,
  type Comparison,
  type History,
} from '../../src/regression/index.js';
import { exact, resultFile, wall } from '../fixtures/benchmarks.js';
import { drill, lastLine } from '../fixtures/command.js';
import { historyOfDays } from '../fixtures/histories.js';

const directory = mkdtempSync(path.join(tmpdir(), 'compare-'));
test.after.always(() => rmSync(directory, { recursive: true, force: true }));

function write(name: string, benchmarks: readonly Benchmark[]): string {
  const file = path.join(directory, name);
  writeFileSync(file, JSON.stringify(resultFile(benchmarks, { session: 's' })));
  return file;
}

const RENAMES = { parts: { operation: { rename: 240 } } };
const base = write('base.json', [exact('renames', 240, RENAMES), exact('requests', 486)]);
const worse = write('worse.json', [
  exact('renames', 480, { parts: { operation: { rename: 480 } } }),
  exact('requests', 486),
]);
const better = write('better.json', [exact('renames', 240, RENAMES), exact('requests', 400)]);

test('a regression is exit code 4, with what it is made of', async (t) => {
  const { code, stdout } = await drill(['compare', base, worse]);
  t.is(code, 4);
  t.regex(stdout, /^✖ Regression: 1 of 2 benchmarks worse: renames\./);
  t.regex(stdout, /call rename: 240 → 480 \(\+240\)/);
});

test('none is exit code 0; an improvement is none, unless nothing may change', async (t) => {
  const same = await drill(['compare', base, base]);
  t.is(same.code, 0);
  t.regex(same.stdout, /No regression in 2 benchmarks/);
  t.is((await drill(['compare', base, better])).code, 0);
  const strict = await drill(['compare', base, better, '--strict']);
  t.is(strict.code, 4);
  t.regex(strict.stdout, /✖ 1 exact figure not as before, and --strict lets none change/);
});

test('every form is written, and the comparison is the last line of JSON', async (t) => {
  const out = path.join(directory, 'out');
  const forms = ['markdown', 'junit', 'csv', 'bencher', 'github-smaller', 'github-bigger'];
  const { code, stdout } = await drill([
    'compare',
    base,
    worse,
    '--json',
    ...forms.flatMap((form) => [`--${form}`, path.join(out, form)]),
  ]);
  t.is(code, 4);
  t.is((lastLine(stdout) as Comparison).counts.slower, 1);
  t.deepEqual(readdirSync(out).toSorted(), forms.toSorted());
  for (const form of forms) t.true(readFileSync(path.join(out, form), 'utf8').length > 1, form);
});

test('kinds can be chosen', async (t) => {
  const slow = write('slow.json', [exact('renames', 480), wall('time', [2, 2, 2, 2])]);
  const { code, stdout } = await drill(['compare', base, slow, '--kinds', 'virtual,wall', '--json']);
  t.is(code, 0);
  t.deepEqual(
    (lastLine(stdout) as Comparison).benchmarks.map(({ name, verdict }) => [name, verdict]),
    [['time', 'new']],
  );
});

for (const [args, says] of [
  [['no-such.json', base], /cannot read benchmark results no-such\.json: there is no such file/],
  [['package.json', base], /package\.json cannot be read: it is not a file of benchmark results/],
  [[base, base, '--kinds', 'wall,other'], /other is no kind; there are virtual, counted, wall/],
  [[base, base, '--alpha', '2'], /less than 100 %/],
] as const) {
  test(`drill compare ${args.join(' ').replaceAll(directory, '')} is refused, and why`, async (t) => {
    const { code, stderr } = await drill(['compare', ...args]);
    t.is(code, 2);
    t.regex(stderr, says);
  });
}

const TINY = path.join(directory, 'tiny.yaml');
writeFileSync(
  TINY,
  `
name: tiny
cluster: { nodes: 2, replication: 1 }
databases: [{ name: db, tables: [{ name: t, buckets: 2, filesPerShard: 1, fileSize: 1 KiB }] }]
engine: { preset: tuned }
statement: BACKUP SNAPSHOT db.tiny TO example_repo
`,
);

test('drill bench writes what drill compare reads, the same each time', async (t) => {
  const files = ['a.json', 'b.json'].map((name) => path.join(directory, name));
  for (const file of files) {
    const { code, stdout } = await drill(['bench', TINY, '--output', file]);
    t.is(code, 0);
    t.regex(stdout, /tiny\/counted\/file calls +\d/);
  }
  const results = files.map((file) => parseResultFile(readFileSync(file, 'utf8'), file));
  t.true(results[0]!.benchmarks.length >= 10);
  t.deepEqual(results[0]!.benchmarks, results[1]!.benchmarks);
  t.is((await drill(['compare', ...files, '--strict'])).code, 0);
});

test('drill bench against a directory: both sides are measured by their own code, and times in pairs', async (t) => {
  const { code, stdout } = await drill(['bench', TINY, '--base', '.', '--rounds', '1', '--json']);
  t.is(code, 0);
  const { benchmarks, counts } = lastLine(stdout) as Comparison;
  const times = benchmarks.filter(({ kind }) => kind === 'wall');
  t.true(times.length >= 5);
  t.true(times.every(({ verdict, pairs }) => verdict === 'unclear' && pairs === 1));
  t.is(counts.slower + counts.faster + counts.incomparable, 0);
});

const scenarioFile = (name: string, text: string): string => {
  const file = path.join(directory, name);
  writeFileSync(file, text);
  return file;
};

for (const [what, args, code, says] of [
  ['a key that is none', [scenarioFile('key.yaml', 'name: x\nfoo: 1\n')], 2, /no key 'foo'/],
  [
    'more threads than there can be',
    ['scenarios/fleet-1000.yaml'].map((file) => path.resolve(file)),
    2,
    /cannot be counted: this scenario needs \d+ worker threads[^]*--kinds virtual/,
  ],
  ['no YAML', [scenarioFile('broken.yaml', 'name: [\n')], 2, /broken\.yaml/],
  [
    'no BACKUP',
    [
      scenarioFile(
        'restore.yaml',
        readFileSync(TINY, 'utf8').replace('BACKUP SNAPSHOT db.tiny TO', 'RESTORE SNAPSHOT db.tiny FROM'),
      ),
    ],
    2,
    /no BACKUP to measure|SNAPSHOT|snapshot/,
  ],
  ['two of one name', [TINY, TINY], 2, /both have a scenario named tiny/],
  [
    'a comparison of nothing',
    [TINY, '--junit', 'x.xml'],
    2,
    /--junit is of a comparison, and there is no --base/,
  ],
  [
    'one file for two things',
    [TINY, '--output', 'x.json', '--csv', './x.json'],
    2,
    /--csv would write over --output: \.\/x\.json/,
  ],
  ['its scenario as output', [TINY, '--output', TINY], 2, /--output would write over what is read/],
] as const) {
  test(`drill bench: ${what} is refused before anything is measured`, async (t) => {
    const { code: given, stderr } = await drill(['bench', ...args], { cwd: directory });
    t.is(given, code);
    t.regex(stderr, says);
    t.notRegex(stderr, /figures of/);
  });
}

test('nodes may be called whatever a cluster calls them', async (t) => {
  const hostile = scenarioFile(
    'hostile.yaml',
    readFileSync(TINY, 'utf8')
      .replace('nodes: 2', 'nodes: [{ names: [constructor, toString] }]')
      .replace('tiny', 'hostile'),
  );
  const file = path.join(directory, 'hostile.json');
  t.is((await drill(['bench', hostile, '--output', file])).code, 0);
  t.is((await drill(['compare', file, file])).code, 0);
  const { benchmarks } = parseResultFile(readFileSync(file, 'utf8'), file);
  const operations = benchmarks.find(({ name }) => name.endsWith('counted/operations'))!;
  const nodes = operations.parts!.node!;
  t.is(nodes['constructor']! + nodes['toString']!, operations.value);
});

test('results are kept, and the answer is given, where another file cannot be written', async (t) => {
  const keep = path.join(directory, 'keep.json');
  const { code, stdout, stderr } = await drill([
    'bench',
    TINY,
    '--kinds',
    'virtual',
    '--csv',
    '/proc/x.csv',
    '--output',
    keep,
  ]);
  t.is(code, 1);
  t.regex(stdout, /tiny\/virtual\/duration/);
  t.regex(stderr, /\/proc\/x\.csv/);
  t.true(parseResultFile(readFileSync(keep, 'utf8'), keep).benchmarks.length > 0);
});

test('exports hold the kinds that were asked for, and no input is written over', async (t) => {
  const mixed = write('mixed.json', [exact('calls', 3), wall('time', [1, 2])]);
  const csv = path.join(directory, 'kinds.csv');
  await drill(['compare', mixed, mixed, '--kinds', 'counted', '--csv', csv]);
  t.regex(readFileSync(csv, 'utf8'), /calls/);
  t.notRegex(readFileSync(csv, 'utf8'), /time,wall|,wall,/);
  const { code, stderr } = await drill(['compare', mixed, base, '--csv', base]);
  t.is(code, 2);
  t.regex(stderr, /--csv would write over what is read/);
});

test('a base that is not there is refused at once', async (t) => {
  const { code, stderr } = await drill(['bench', TINY, '--base', 'no-such-ref']);
  t.is(code, 2);
  t.regex(stderr, /no-such-ref is neither a directory nor a commit that git knows here/);
});

test('Ctrl-C ends the benchmarks and leaves nothing', async (t) => {
  const cwd = mkdtempSync(path.join(directory, 'cwd-'));
  const { code, stdout } = await drill(['bench', TINY, '--base', path.resolve('.'), '--json'], {
    interruptAt: 'times, in turns',
    cwd,
  });
  t.is(code, 130);
  t.like(lastLine(stdout), { type: 'error', code: 'INTERRUPTED' });
  t.deepEqual(readdirSync(path.join(cwd, '.drill')), []);
});

test('a history: what changed, with which commit and why, as text, page, table and JSON', async (t) => {
  const results = mkdtempSync(path.join(directory, 'history-'));
  const files = historyOfDays(
    [240, 240, 480].map((renames) => [
      exact('renames', renames, { parts: { operation: { rename: renames } } }),
    ]),
  );
  for (const { name, results: result } of files)
    writeFileSync(path.join(results, name), JSON.stringify(result));
  const [html, csv] = ['trend.html', 'trend.csv'].map((name) => path.join(directory, name)) as [
    string,
    string,
  ];
  const { code, stdout } = await drill(['compare', '--history', results, '--html', html, '--csv', csv]);
  t.is(code, 0);
  t.regex(stdout, /^1 change in 1 trend over 3 results, 1 for the worse; the latest with 0000000002/);
  t.regex(stdout, /call rename: 240 → 480 \(\+240\)/);
  t.regex(readFileSync(html, 'utf8'), /0000000002 \(2026-01-03\) Commit 2/);
  t.is(readFileSync(csv, 'utf8').trimEnd().split('\r\n').length, 4);
  const { trends } = lastLine((await drill(['compare', '--history', results, '--json'])).stdout) as History;
  t.deepEqual(
    trends[0]!.changes.map(({ point, from, to }) => [point, from, to]),
    [[2, 240, 480]],
  );
});

for (const [args, says] of [
  [[], /two result files are compared/],
  [[base], /two result files are compared/],
  [[base, worse, '--html', 'x.html'], /--html is written of a --history only/],
  [['--history', 'no-such-directory'], /cannot read the history in no-such-directory/],
  [['--history', 'docs'], /there are no result files \(\.json\) in docs/],
  [['--history', '.', base], /--history takes all files of its directory, and no others/],
  [['--history', '.', '--github-bigger', 'x.json'], /--github-bigger is of a comparison of two files/],
  [['--history', '.'], /package-lock\.json cannot be read: it is not a file of benchmark results/],
] as const) {
  test(`drill compare ${args.join(' ').replaceAll(directory, '')} is refused, and says why`, async (t) => {
    const { code, stderr } = await drill(['compare', ...args]);
    t.is(code, 2);
    t.regex(stderr, says);
  });
}
