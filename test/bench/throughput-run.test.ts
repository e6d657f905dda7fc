import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import type { Recording } from '../../bench/throughput/report.js';

const RUN = fileURLToPath(new URL('../../bench/throughput/run.js', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the whole of it; `onStderr` may interrupt it. */
function run(
  args: readonly string[],
  onStderr: (said: string, interrupt: () => void) => void = () => undefined,
): Promise<Ended> {
  const child = spawn(process.execPath, [RUN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Uint8Array) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk: Uint8Array) => {
    stderr += String(chunk);
    onStderr(stderr, () => child.kill('SIGINT'));
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

function scratch(t: ExecutionContext): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'drill-throughput-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const ofMedium = (workDir: string, ...args: string[]): string[] => [
  '--quick',
  '--sets=medium',
  '--places=local',
  `--work-dir=${workDir}`,
  ...args,
];

test('ours and the limit are measured there and back, and nothing is left', async (t) => {
  const workDir = scratch(t);
  const ended = await run(ofMedium(workDir, '--tools=backup-drill,limit by writing', '--json'));
  t.is(ended.code, 0, ended.stderr);
  const { sets, isQuick } = JSON.parse(ended.stdout) as Recording;
  t.true(isQuick);
  t.deepEqual(
    sets[0]!.tools.map(({ name, backup, restore }) => [name, backup.length, restore.length]),
    [
      ['backup-drill', 1, 1],
      ['limit by writing', 1, 1],
    ],
  );
  for (const { backup, restore } of sets[0]!.tools) {
    for (const { wallSec, ownSec } of [...backup, ...restore]) t.true(0 < ownSec! && ownSec! < wallSec);
  }
  t.deepEqual(readdirSync(workDir), []);
});

test('an interrupt ends it, and nothing is left', async (t) => {
  const workDir = scratch(t);
  let isInterrupted = false;
  const ended = await run(ofMedium(workDir), (said, interrupt) => {
    if (isInterrupted || !said.includes('Making set')) return;
    isInterrupted = true;
    interrupt();
  });
  t.is(ended.code, 130, ended.stderr);
  t.is(ended.stdout, '');
  t.deepEqual(readdirSync(workDir), []);
});

test('a mistake in the command line is told in a line', async (t) => {
  const ended = await run(['--sets', 'huge']);
  t.is(ended.code, 1);
  t.regex(ended.stderr, /^bench:throughput: .*there is no set huge: large, medium, small\n$/);
});
