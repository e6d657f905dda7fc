import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { DrillError } from '../../base/errors.js';
import type { Commit } from '../../regression/index.js';
import { PACKAGE_ROOT } from '../package-root.js';

const execute = promisify(execFile);

/** A version of this program, built. */
export interface Checkout {
  readonly directory: string;
  readonly commit?: Commit;
  /** Removes what was made for it. */
  readonly remove: () => Promise<void>;
}

export interface CheckoutOptions {
  /** A directory that holds a built checkout, or what git knows in the program's own repository. */
  readonly what: string;
  /** Where a work tree may be made. */
  readonly workDirectory: string;
  readonly signal: AbortSignal;
  readonly onStage: (what: string) => void;
}

/**
 * A directory as it is, or a git ref checked out into a work tree of its own and built there. Dependencies are this program's own
 * where the ref locks the same ones, and installed otherwise. Throws BENCHMARK_FAILED, with what the tool said.
 */
export async function checkOut(options: CheckoutOptions): Promise<Checkout> {
  const { what, workDirectory, signal, onStage } = options;
  if (existsSync(what) && statSync(what).isDirectory()) {
    const commit = await commitOf(what);
    return { directory: path.resolve(what), ...(commit ? { commit } : {}), remove: () => Promise.resolve() };
  }
  const run = (command: string, args: readonly string[], cwd: string): Promise<string> =>
    runTool(command, args, cwd, signal);
  const id = await resolveRef(what, run);
  const directory = path.resolve(workDirectory, `checkout-${id.slice(0, 12)}`);
  const remove = async (): Promise<void> => {
    await execute('git', ['worktree', 'remove', '--force', directory], { cwd: PACKAGE_ROOT }).catch(
      () => undefined,
    );
    rmSync(directory, { recursive: true, force: true });
  };
  // What an interrupted run left.
  await remove();
  mkdirSync(workDirectory, { recursive: true });
  try {
    onStage(`checking out ${what}`);
    await run('git', ['worktree', 'add', '--detach', '--force', directory, id], PACKAGE_ROOT);
    await install(directory, run, onStage);
    onStage(`building ${what}`);
    await run('npm', ['run', '--silent', 'build'], directory);
  } catch (error) {
    await remove();
    throw error;
  }
  const commit = await commitOf(directory);
  return { directory, ...(commit ? { commit } : {}), remove };
}

type Run = (command: string, args: readonly string[], cwd: string) => Promise<string>;

async function resolveRef(ref: string, run: Run): Promise<string> {
  try {
    return (
      await run('git', ['rev-parse', '--verify', '--end-of-options', `${ref}^{commit}`], PACKAGE_ROOT)
    ).trim();
  } catch (error) {
    throw new DrillError('USAGE', `${ref} is neither a directory nor a commit that git knows here`, {
      hint: 'a clone of little depth lacks commits: fetch the base first (fetch-depth: 0)',
      cause: error,
    });
  }
}

async function install(directory: string, run: Run, onStage: CheckoutOptions['onStage']): Promise<void> {
  const lockOf = (at: string): string | undefined => {
    const file = path.join(at, 'package-lock.json');
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  };
  const own = path.join(PACKAGE_ROOT, 'node_modules');
  if (existsSync(own) && lockOf(directory) === lockOf(PACKAGE_ROOT)) {
    symlinkSync(own, path.join(directory, 'node_modules'));
    return;
  }
  onStage('installing its dependencies');
  await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], directory);
}

async function runTool(
  command: string,
  args: readonly string[],
  cwd: string,
  signal: AbortSignal,
): Promise<string> {
  try {
    return (await execute(command, args, { cwd, signal, maxBuffer: 2 ** 26 })).stdout;
  } catch (error) {
    if (signal.aborted) throw new DrillError('INTERRUPTED', 'the benchmarks were interrupted');
    const {
      stderr = '',
      stdout = '',
      message,
    } = error as { stderr?: string; stdout?: string; message: string };
    const said = `${stdout}${stderr}`.trim().slice(-1500);
    throw new DrillError('BENCHMARK_FAILED', `${command} ${args.join(' ')} failed: ${said || message}`);
  }
}

/** The commit that a directory is at; undefined where it is no work tree, or git is not there. */
export async function commitOf(directory: string): Promise<Commit | undefined> {
  const git = async (...args: string[]): Promise<string> =>
    (await execute('git', args, { cwd: directory })).stdout.trim();
  try {
    const [id = '', committedAt = '', subject = ''] = (await git('log', '-1', '--format=%H%n%cI%n%s')).split(
      '\n',
    );
    return {
      id,
      committedAt: new Date(committedAt).toISOString(),
      subject,
      dirty: (await git('status', '--porcelain', '--untracked-files=no')) !== '',
    };
  } catch {
    return undefined;
  }
}
