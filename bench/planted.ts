import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/*
 * Regressions planted into a scratch copy of this checkout's commit, each of which `drill bench --base` has to find and explain; and
 * the commit against itself, of which it must say nothing.
 *
 *   npm run bench:planted [name…]
 */

interface Planted {
  readonly name: string;
  /** A file, what is written there, and what is written instead. */
  readonly change?: readonly [file: string, from: string, to: string];
  readonly kinds: string;
  /** What has to be in the output: that it was found, and why. */
  readonly said: readonly RegExp[];
}

const PLANTED: readonly Planted[] = [
  {
    name: 'unchanged',
    kinds: 'virtual,counted,wall',
    said: [/No regression/],
  },
  {
    name: 'an extra rename per file',
    change: [
      'src/repository/storage/local.ts',
      'renameSync(source, target)',
      '{ renameSync(source, `${target}~`); renameSync(`${target}~`, target); }',
    ],
    kinds: 'virtual,counted',
    said: [/Regression/, /file calls per file/, /call rename: 240 → 480/],
  },
  {
    name: 'lost parallelism',
    change: ['src/job/backup-job.ts', 'settings.uploadWorkers + 1', '1'],
    kinds: 'virtual,counted',
    said: [/Regression/, /bench-small-files\/virtual\/duration +slower/, /state UPLOADING/],
  },
  {
    name: 'a hash that is 5 % slower',
    change: [
      'src/world/real/transfer.ts',
      'md5.update(buffer.subarray(0, bytes));',
      "md5.update(buffer.subarray(0, bytes)); createHash('md5').update(buffer.subarray(0, bytes / 20)).digest();",
    ],
    kinds: 'wall',
    said: [/Regression/, /checksum\/512 KiB +slower/],
  },
];

const root = process.cwd();
const scratch = path.join(root, '.drill', 'planted');
const git = (...args: string[]): void => void execFileSync('git', args, { cwd: root, stdio: 'pipe' });
const wanted = process.argv.slice(2);
let failed = 0;
for (const planted of PLANTED) {
  if (wanted.length > 0 && !wanted.includes(planted.name)) continue;
  const startMs = performance.now();
  const missing = find(planted);
  if (missing.length > 0) failed++;
  const verdict = missing.length === 0 ? 'as it should be' : `NOT SAID: ${missing.join(', ')}`;
  console.log(`${planted.name}: ${verdict} (${Math.round((performance.now() - startMs) / 1000)} s)\n`);
}
process.exitCode = failed > 0 ? 1 : 0;

/** Plants it, measures, and gives what was not said of it. */
function find({ change, kinds, said }: Planted): readonly RegExp[] {
  rmSync(scratch, { recursive: true, force: true });
  git('worktree', 'prune');
  mkdirSync(path.dirname(scratch), { recursive: true });
  git('worktree', 'add', '--detach', '--force', scratch, 'HEAD');
  try {
    if (change) plant(change);
    symlinkSync(path.join(root, 'node_modules'), path.join(scratch, 'node_modules'));
    execFileSync('npm', ['run', '--silent', 'build'], {
      cwd: scratch,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const args = ['dist/drill/main.js', 'bench', '--base', 'HEAD', '--kinds', kinds, '--quiet'];
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { cwd: scratch, encoding: 'utf8' });
    console.log(`${stdout}${stderr}`);
    const code = change ? 4 : 0;
    return [
      ...said.filter((pattern) => !pattern.test(stdout)),
      ...(status === code ? [] : [new RegExp(`exit code ${code}, and not ${status}`)]),
    ];
  } finally {
    git('worktree', 'remove', '--force', scratch);
  }
}

function plant([file, from, to]: NonNullable<Planted['change']>): void {
  const place = path.join(scratch, file);
  const text = readFileSync(place, 'utf8');
  if (text.split(from).length !== 2) throw new Error(`${file} does not have ${from} just once`);
  writeFileSync(
    place,
    text.replace(from, () => to),
  );
}
