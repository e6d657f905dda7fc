import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { MUTATIONS, type Mutation } from './mutations.js';

/*
 * Plants each mutation into a scratch copy of this checkout's commit, and has the fuzzer look for it.
 *
 *   npm run mutate                  all of them, two at a time
 *   npm run mutate -- release       those whose name has that in it
 *   FROM=25 npm run mutate          those from the 25th on
 *   SEEDS=50000 npm run mutate      how many seeds one may take; default 20,000
 */

interface Found {
  readonly seed: number | null;
  readonly checker?: string;
  readonly message?: string;
}

const AT_ONCE = 2;
const SEEDS = process.env['SEEDS'] ?? '20000';
/** A mutant may run in circles: that is found as well, if in another way. */
const TIMEOUT_MS = 20 * 60_000;
const root = process.cwd();
const run = promisify(execFile);

const wanted = process.argv.slice(2);
const firstIndex = Number(process.env['FROM'] ?? 1) - 1;
const queue = MUTATIONS.slice(firstIndex).filter(({ name }) => wanted.every((word) => name.includes(word)));
const rows = new Map<Mutation, string>();
const sound = new Set<string>();
let survived = 0;
await Promise.all(
  Array.from({ length: AT_ONCE }, (_, worker) => work(path.join(root, '.drill', `mutant-${worker}`))),
);
console.log('\n| mutation | because of it | found at seed | by |\n| --- | --- | ---: | --- |');
for (const mutation of MUTATIONS) if (rows.has(mutation)) console.log(rows.get(mutation));
console.log(`\n${rows.size - survived} of ${rows.size} found`);
process.exitCode = survived > 0 ? 1 : 0;

async function work(scratch: string): Promise<void> {
  makeCopy(scratch);
  try {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const found = await hunt(scratch, next);
      if (found.seed === null) survived++;
      const by = next.test === undefined ? found.checker : `the test ${found.checker}`;
      const where = found.seed === null ? '**survived**' : next.test === undefined ? found.seed : '';
      const row = `| ${next.name} | ${next.because} | ${where} | ${by ?? ''} |`;
      rows.set(next, row);
      console.log(`${next.name}: ${found.seed ?? 'SURVIVED'} ${found.checker ?? ''} ${found.message ?? ''}`);
    }
  } finally {
    execFileSync('git', ['worktree', 'remove', '--force', scratch], { cwd: root });
  }
}

function makeCopy(scratch: string): void {
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(path.dirname(scratch), { recursive: true });
  const git = (...args: string[]): void => void execFileSync('git', args, { cwd: root, stdio: 'pipe' });
  git('worktree', 'prune');
  git('worktree', 'add', '--detach', '--force', scratch, 'HEAD');
  symlinkSync(path.join(root, 'node_modules'), path.join(scratch, 'node_modules'));
}

/** Plants one, builds, looks for it, and takes it back. */
async function hunt(scratch: string, { file, from, to, test }: Mutation): Promise<Found> {
  const place = path.join(scratch, file);
  const text = readFileSync(place, 'utf8');
  if (test !== undefined) await requireSound(scratch, test);
  if (text.split(from).length !== 2) throw new Error(`${file} does not have this just once: ${from}`);
  writeFileSync(
    place,
    text.replace(from, () => to),
  );
  try {
    await build(scratch);
    if (test !== undefined) return await runTest(scratch, test);
    const { stdout } = await run(process.execPath, ['dist/test/mutations/hunt.js', SEEDS], {
      cwd: scratch,
      timeout: TIMEOUT_MS,
    });
    return JSON.parse(stdout.trim().split('\n').at(-1)!) as Found;
  } catch (error) {
    const { killed, message } = error as Error & { readonly killed?: boolean };
    if (killed === true) return { seed: NaN, checker: `it did not end in ${TIMEOUT_MS / 60_000} min` };
    throw new Error(`a mutant cannot be tried: ${message}`, { cause: error });
  } finally {
    writeFileSync(place, text);
  }
}

/** A test that fails without any mistake finds none. */
async function requireSound(scratch: string, test: string): Promise<void> {
  if (sound.has(test)) return;
  await build(scratch);
  if ((await runTest(scratch, test)).seed !== null) throw new Error(`${test} fails without any mistake`);
  sound.add(test);
}

/** A test has no seeds: it finds the mistake, or it does not. */
async function runTest(scratch: string, test: string): Promise<Found> {
  const name = test.replace(/^dist\/test\/(.*)\.test\.js$/, '$1');
  try {
    await run('npx', ['ava', '--timeout=10m', test], { cwd: scratch, timeout: TIMEOUT_MS });
    return { seed: null, checker: name };
  } catch {
    return { seed: 0, checker: name };
  }
}

/** A mutant that the compiler does not like is written all the same. */
async function build(scratch: string): Promise<void> {
  await run('npx', ['tsc', '-p', 'tsconfig.json'], { cwd: scratch }).catch(() => undefined);
}
