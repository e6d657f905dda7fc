import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A process, from before it is started until it has ended. */
export interface ProcessRun {
  readonly wallSec: number;
  /** Undefined where the system does not say. */
  readonly usage: ProcessUsage | undefined;
  readonly stdout: string;
}

/** What a process and those that it started and waited for took. */
export interface ProcessUsage {
  /** Processor time of all threads, in the system too. */
  readonly cpuSec: number;
  /** Bytes of its reads and writes, of files and of sockets, wherever they came from. */
  readonly readBytes: number;
  readonly writtenBytes: number;
}

export interface ProcessOptions {
  readonly cwd?: string | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly signal: AbortSignal;
}

/** Runs a command to its end. Throws the last line of what it complained of, if it fails. */
export async function runProcess(
  command: string,
  args: readonly string[],
  { cwd, env, signal }: ProcessOptions,
): Promise<ProcessRun> {
  signal.throwIfAborted();
  const before = usageOfChildren();
  const startMs = performance.now();
  const child = spawn(command, args, { cwd, env: env ?? process.env, stdio: ['ignore', 'pipe', 'pipe'] });
  const onAbort = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', onAbort);
  const stdout: Uint8Array[] = [];
  const stderr: Uint8Array[] = [];
  child.stdout.on('data', (chunk: Uint8Array) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Uint8Array) => stderr.push(chunk));
  let endMs = startMs;
  try {
    const why = await new Promise<string | undefined>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', () => (endMs = performance.now()));
      // Only now has all been read that it printed.
      child.once('close', (code, killed) => {
        resolve(code === 0 ? undefined : killed === null ? `exit code ${code}` : killed);
      });
    });
    signal.throwIfAborted();
    if (why !== undefined) throw new Error(failure(command, why, textOf(stderr) || textOf(stdout)));
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
  const usage = before && difference(usageOfChildren()!, before);
  return { wallSec: (endMs - startMs) / 1000, usage, stdout: textOf(stdout) };
}

const textOf = (chunks: readonly Uint8Array[]): string => Buffer.concat(chunks).toString('utf8').trim();

function failure(command: string, why: string, said: string): string {
  const line = said.split('\n').at(-1)!;
  return `${path.basename(command)} failed (${why})${line === '' ? '' : `: ${line}`}`;
}

/** What the system counts processor time in, on every Linux that Node runs on. */
const TICKS_PER_SEC = 100;
const STAT = '/proc/self/stat';
const IO = '/proc/self/io';

/** Of all processes so far that this one has started and that have ended. Linux alone tells. */
function usageOfChildren(): ProcessUsage | undefined {
  if (!existsSync(STAT) || !existsSync(IO)) return undefined;
  // The second field is the command, which may hold anything; after it come the state and fifty numbers.
  const fields = readFileSync(STAT, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
    .map(Number);
  const [USER, SYSTEM] = [13, 14];
  const io = readFileSync(IO, 'utf8');
  const counter = (name: string): number => Number(new RegExp(`^${name}: (\\d+)$`, 'm').exec(io)?.[1]);
  return {
    cpuSec: (fields[USER]! + fields[SYSTEM]!) / TICKS_PER_SEC,
    // With our own, of which there is next to none while a child runs.
    readBytes: counter('rchar'),
    writtenBytes: counter('wchar'),
  };
}

const difference = (after: ProcessUsage, before: ProcessUsage): ProcessUsage => ({
  cpuSec: after.cpuSec - before.cpuSec,
  readBytes: after.readBytes - before.readBytes,
  writtenBytes: after.writtenBytes - before.writtenBytes,
});
