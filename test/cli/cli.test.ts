import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { VERSION } from '../../src/base/version.js';
import { drill, lastLine, MAIN } from '../fixtures/command.js';

const SMALL = 'scenarios/exclude-partitions.yaml';

async function withDirectory(use: (directory: string) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(path.join(tmpdir(), 'drill-cli-'));
  try {
    await use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const filesBelow = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' });

test('the version is that of package.json', async (t) => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  t.is(VERSION, version);
  t.is((await drill(['--version'])).stdout.trim(), version);
});

for (const command of ['', 'run', 'plan', 'verify', 'schema', 'clean']) {
  test(`drill ${command} --help shows how, and exits with 0`, async (t) => {
    const { code, stdout } = await drill([...(command === '' ? [] : [command]), '--help']);
    t.is(code, 0);
    t.regex(stdout, /Usage: drill/);
    t.regex(stdout, /Examples?/);
  });
}

test('a plan has the same report each time', async (t) => {
  const [first, second] = await Promise.all(
    [1, 2].map(() => drill(['plan', 'scenarios/scale-nodes.yaml', '--json'])),
  );
  t.is(first!.code, 0);
  // Lines on progress, which come before, have times of this machine in them.
  const [report, again] = [first!, second!].map(({ stdout }) => lastLine(stdout)) as [
    { type: string; machine?: unknown; variants: unknown[] },
    object,
  ];
  t.deepEqual(report, again);
  t.is(report.type, 'report');
  t.is(report.variants.length, 4);
  t.is(report.machine, undefined);
});

test('drill schema prints JSON', async (t) => {
  const { code, stdout } = await drill(['schema']);
  t.is(code, 0);
  t.true('properties' in (JSON.parse(stdout) as object));
});

test('a prediction that does not fit the window has its own exit code', async (t) => {
  t.is((await drill(['plan', SMALL, '--set', 'window=1 h', '-q'])).code, 0);
  const { code, stdout } = await drill(['plan', SMALL, '--set', 'window=1 ms', '-q']);
  t.is(code, 3);
  t.regex(stdout, /Does not fit/);
});

const WRONG: readonly (readonly [what: string, args: readonly string[], code: number, says: RegExp])[] = [
  ['no command', ['pln', SMALL], 2, /Did you mean plan/],
  ['no scenario', ['plan'], 2, /missing required argument/],
  ['no such file', ['plan', 'nope.yaml'], 2, /SCENARIO_UNREADABLE/],
  ['a directory', ['plan', 'scenarios'], 2, /it is a directory/],
  ['a missing unit', ['plan', SMALL, '--set', 'window=10'], 2, /10 what\? write/],
  ['an unknown key', ['plan', SMALL, '--set', 'cluster.nodez=3'], 2, /did you mean nodes\?/],
  ['a setting without a value', ['plan', SMALL, '--set', 'cluster.nodes'], 2, /write key=value/],
  ['too many replicas', ['plan', SMALL, '--set', 'cluster.replication=12'], 2, /cannot hold 12 copies/],
  [
    'another repository',
    ['plan', SMALL, '--set', 'repository.name=other'],
    2,
    /yaml:\d+:\d+: there is no repository/,
  ],
  [
    'a real run of S3 nowhere',
    ['run', 'scenarios/fleet-100.yaml'],
    2,
    /does not say where its S3 repository is/,
  ],
  [
    'a repository that is a file',
    ['run', SMALL, '-q', '--repository', 'package.json'],
    1,
    /REPOSITORY_UNWRITABLE/,
  ],
  ['nothing to verify', ['verify', 'scenarios'], 1, /REPOSITORY_UNREADABLE/],
  ['nowhere to verify', ['verify', 'nowhere'], 1, /there is no directory nowhere/],
];

for (const [what, args, code, says] of WRONG) {
  test(`wrong input, ${what}: exit code ${code} and a clear error`, async (t) => {
    await withDirectory(async (directory) => {
      const finished = await drill(args[0] === 'run' ? [...args, '--work-dir', directory] : args);
      t.is(finished.code, code);
      t.regex(finished.stderr, says);
      t.notRegex(finished.stderr, /should not happen|at .*\.js:\d+/);
    });
  });
}

test('an error of a --json run is a JSON line, too', async (t) => {
  const { code, stdout } = await drill(['plan', SMALL, '--json', '--set', 'repository.name=other']);
  t.is(code, 2);
  t.like(lastLine(stdout), { type: 'error', code: 'REPOSITORY_UNKNOWN' });
});

test.serial('run, verify, damage, verify again, clean', async (t) => {
  await withDirectory(async (directory) => {
    const html = path.join(directory, 'report.html');
    const run = await drill(['run', SMALL, '--work-dir', directory, '--json', '--html', html]);
    t.is(run.code, 0, run.stderr);
    const lines = run.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; phase?: string });
    t.deepEqual(
      lines.filter(({ type }) => type === 'phase').map(({ phase }) => phase),
      ['data', 'backup', 'verify', 'restore', 'compare'],
    );
    const report = lines.at(-1) as unknown as { variants: [{ measured: object; restore: object }] };
    t.like(report.variants[0].measured, { world: 'real', job: { state: 'FINISHED' } });
    t.like(report.variants[0].restore, { problems: [], differences: [] });
    t.regex(readFileSync(html, 'utf8'), /^<!doctype html>/i);

    const repository = path.join(directory, 'runs/exclude-partitions/run/repository');
    const fine = await drill(['verify', repository, '-q']);
    t.is(fine.code, 0, fine.stderr);
    t.regex(fine.stdout, /All is well/);

    const victim = filesBelow(repository).find((name) => /\.dat\.[0-9a-f]{32}$/.test(name))!;
    const bytes = readFileSync(path.join(repository, victim));
    bytes[0]! ^= 1;
    writeFileSync(path.join(repository, victim), bytes);
    const damaged = await drill(['verify', repository, '--json']);
    t.is(damaged.code, 1);
    const result = JSON.parse(damaged.stdout.trim().split('\n').at(-1)!) as {
      problems: { kind: string; path: string }[];
    };
    t.deepEqual(
      result.problems.map(({ kind, path: where }) => [kind, where]),
      [['corrupt', victim]],
    );

    t.is((await drill(['clean', '--work-dir', directory])).code, 0);
    t.deepEqual(readdirSync(directory), ['report.html']);
  });
});

test.serial('Ctrl-C cancels the job, leaves nothing half done, and has its own exit code', async (t) => {
  await withDirectory(async (directory) => {
    const slow = ['--set', 'repository.latency=300 ms', '--work-dir', directory];
    const { code, stdout, stderr } = await drill(['run', SMALL, '--json', ...slow], {
      interruptAt: '"state":"UPLOADING"',
    });
    t.is(code, 130, stderr);
    t.like(JSON.parse(stdout.trim().split('\n').at(-1)!), { type: 'report' });
    const left = filesBelow(path.join(directory, 'runs'));
    t.deepEqual(
      left.filter((name) => /\.part$|__info_|\/cluster|\/restored/.test(name)),
      [],
    );
    t.true(existsSync(path.join(directory, 'data')));
  });
});

test('clean removes what drills made, and nothing else', async (t) => {
  await withDirectory(async (directory) => {
    for (const name of ['data', 'runs/mine/run']) mkdirSync(path.join(directory, name), { recursive: true });
    writeFileSync(path.join(directory, 'data/thesis.txt'), 'years of work');
    writeFileSync(path.join(directory, 'runs/mine/run/notes.txt'), 'more of it');
    t.is((await drill(['clean', '--work-dir', directory])).code, 0);
    t.true(existsSync(path.join(directory, 'data/thesis.txt')));
    t.true(existsSync(path.join(directory, 'runs/mine/run/notes.txt')));
  });
});

test('a run touches no directory that no drill made, and no repository in its own', async (t) => {
  await withDirectory(async (directory) => {
    const run = path.join(directory, 'runs/exclude-partitions/run');
    mkdirSync(run, { recursive: true });
    writeFileSync(path.join(run, 'mine'), '');
    const foreign = await drill(['run', SMALL, '-q', '--work-dir', directory]);
    t.is(foreign.code, 2);
    t.regex(foreign.stderr, /no drill made it/);
    const inside = await drill([
      'run',
      SMALL,
      '-q',
      '--work-dir',
      directory,
      '--repository',
      path.join(run, 'repository'),
    ]);
    t.is(inside.code, 2);
    t.regex(inside.stderr, /which every run empties/);
    t.true(existsSync(path.join(run, 'mine')));
  });
});

test('two drills in one work directory: the second is told of the first', async (t) => {
  await withDirectory(async (directory) => {
    const run = path.join(directory, 'runs/exclude-partitions/run');
    mkdirSync(path.dirname(run), { recursive: true });
    writeFileSync(`${run}.lock`, String(process.pid));
    const second = await drill(['run', SMALL, '-q', '--work-dir', directory]);
    t.is(second.code, 2);
    t.regex(second.stderr, new RegExp(`another drill \\(process ${process.pid}\\)`));
  });
});

test.serial('output that nobody reads ends the run quietly, and cleans up', async (t) => {
  await withDirectory(async (directory) => {
    const command = `"${process.execPath}" "${MAIN}" run ${SMALL} --json --work-dir "${directory}" --set 'repository.latency=100 ms' | head -1`;
    const child = spawn('sh', ['-c', command], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    await new Promise((resolve) => child.on('close', resolve));
    t.notRegex(stderr, /EPIPE|at .*\.js/);
    t.deepEqual(
      filesBelow(path.join(directory, 'runs')).filter((name) => /\/cluster|\.lock$|__info_/.test(name)),
      [],
    );
  });
});

test.serial('metadata only, damaged data and an interrupt of a slow repository', async (t) => {
  await withDirectory(async (directory) => {
    const statement = `statement=BACKUP SNAPSHOT example_db.meta TO example_repo PROPERTIES ("content" = "metadata_only")`;
    const scenario = path.join(directory, 'meta.yaml');
    writeFileSync(scenario, META_ONLY);
    const meta = await drill(['run', scenario, '-q', '--work-dir', directory, '--set', statement]);
    t.is(meta.code, 0, `${meta.stdout}${meta.stderr}`);

    const [digest] = readdirSync(path.join(directory, 'data'));
    const data = path.join(directory, 'data', digest!);
    const victim = filesBelow(data).find((name) => name.endsWith('.dat'))!;
    writeFileSync(path.join(data, victim), 'short');
    const mended = await drill(['run', scenario, '-q', '--work-dir', directory]);
    t.is(mended.code, 0, `${mended.stdout}${mended.stderr}`);

    const startMs = performance.now();
    const slow = ['--set', 'repository.latency=1 h', '--json', '--work-dir', directory];
    const interrupted = await drill(['run', scenario, ...slow], { interruptAt: '"phase":"backup"' });
    t.is(interrupted.code, 130, interrupted.stderr);
    // Not a measurement: an hour of simulated latency must not be waited for.
    t.true(performance.now() - startMs < 600_000);
  });
});

const META_ONLY = `
cluster: { nodes: 2, replication: 1 }
databases: [{ name: example_db, tables: [{ name: t, buckets: 3, filesPerShard: 2, fileSize: 4 KiB }] }]
engine: { uploadWorkers: 1, downloadWorkers: 1 }
restore: { nodes: 1 }
statement: BACKUP SNAPSHOT example_db.l TO example_repo
`;
