import { fork, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { DrillError } from '../../base/errors.js';
import type { Benchmark } from '../../regression/index.js';
import type { ExactRequest, FromMeasurer, ToMeasurer } from './protocol.js';

/** A built checkout that can be measured. */
export interface Side {
  /** As messages call it: `base` or `head`. */
  readonly name: string;
  readonly directory: string;
  /** For data that its processes make once and use again. */
  readonly workDirectory: string;
  /** Share by which it is to be slower than it is, for measuring how well that is found. */
  readonly handicap?: number;
}

const PROGRAM = path.join('dist', 'bench', 'measure.js');

/**
 * What makes one process like another: code is compiled and garbage collected where it is needed, and not on another core
 * whenever that is free; and what V8 draws at random is drawn alike.
 */
const STEADY = ['--single-threaded', '--hash-seed=1', '--random-seed=1'];

/** Of util-linux. */
const PIN = 'taskset';

let pins: boolean | undefined;

/** Whether a process can be held on one core here. */
const canPin = (): boolean =>
  (pins ??= spawnSync(PIN, ['-c', '0', process.execPath, '--version'], { stdio: 'ignore' }).status === 0);

/** A process that runs the cases of one side. */
export interface Measurer {
  /** Of the cases that it has. */
  readonly names: readonly string[];
  /** Milliseconds that a run takes when it is warm. */
  readonly warmUp: (name: string) => Promise<number>;
  /** Milliseconds a run, over `runs` of them. */
  readonly sample: (name: string, runs: number) => Promise<number>;
  readonly exact: (request: Omit<ExactRequest, 'kind'>) => Promise<readonly Benchmark[]>;
  readonly end: () => Promise<void>;
  readonly kill: () => void;
}

/**
 * Starts one, on the processor core of that number where the system can hold it there. Throws BENCHMARK_FAILED where the checkout
 * has no such program, or it does not come up.
 */
export async function startMeasurer(side: Side, core: number | undefined): Promise<Measurer> {
  const program = path.join(side.directory, PROGRAM);
  if (!existsSync(program)) {
    throw new DrillError('BENCHMARK_FAILED', `${side.name} has no benchmarks to run: ${program} is missing`, {
      hint: 'a version from before drill bench cannot be a base',
    });
  }
  const child = fork(program, [side.workDirectory, String(side.handicap ?? 0)], {
    cwd: side.directory,
    // What it prints would be in the way of what we print; what goes wrong comes as a message, or here.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    ...(canPin() && core !== undefined
      ? { execPath: PIN, execArgv: ['-c', String(core), process.execPath, ...STEADY] }
      : { execArgv: STEADY }),
  });
  const ask = asker(side, child);
  const ready = await ask(undefined, 'ready');
  return {
    names: ready.names,
    warmUp: async (name) => (await ask({ kind: 'warm-up', name }, 'warm')).runMs,
    sample: async (name, runs) => (await ask({ kind: 'sample', name, runs }, 'sampled')).runMs,
    exact: async (request) => (await ask({ kind: 'exact', ...request }, 'measured')).benchmarks,
    async end() {
      const exited = new Promise((resolve) => child.once('exit', resolve));
      await ask({ kind: 'end' }, 'ended');
      await exited;
    },
    kill: () => child.kill('SIGKILL'),
  };
}

type Answer<Kind extends FromMeasurer['kind']> = Extract<FromMeasurer, { readonly kind: Kind }>;

/** Questions and answers, one at a time. */
function asker(
  side: Side,
  child: ChildProcess,
): <Kind extends FromMeasurer['kind']>(message: ToMeasurer | undefined, kind: Kind) => Promise<Answer<Kind>> {
  let complaints = '';
  child.stderr!.on('data', (chunk: Buffer) => (complaints = `${complaints}${chunk.toString()}`.slice(-2000)));
  const failed = (why: string): DrillError =>
    new DrillError(
      'BENCHMARK_FAILED',
      `measuring ${side.name} failed: ${why}${complaints && `\n${complaints}`}`,
    );
  return (message, kind) =>
    new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        child.off('message', onMessage);
        child.off('exit', onExit);
        child.off('error', onError);
        act();
      };
      const onMessage = (answer: FromMeasurer): void =>
        settle(() => {
          if (answer.kind === kind) resolve(answer as Answer<typeof kind>);
          else reject(failed(answer.kind === 'failed' ? answer.message : `it said ${answer.kind}`));
        });
      const onExit = (code: number | null, signal: string | null): void =>
        settle(() => reject(failed(`its process ended (${signal ?? `exit code ${code}`})`)));
      const onError = (error: Error): void => settle(() => reject(failed(error.message)));
      child.on('message', onMessage);
      child.on('exit', onExit);
      child.on('error', onError);
      if (message) child.send(message);
    });
}
