import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { DrillError } from '../../base/errors.js';
import { median } from '../../base/statistics.js';
import { VERSION } from '../../base/version.js';
import type { Benchmark, Commit, Kind, ResultFile } from '../../regression/index.js';
import { machine } from '../machine.js';
import { PACKAGE_ROOT } from '../package-root.js';
import { checkOut, commitOf, type Checkout } from './checkout.js';
import { requireMeasurable } from './exact.js';
import { startMeasurer, type Side } from './measurer.js';
import { measurePairs } from './pairs.js';
import type { ExactRequest } from './protocol.js';

export interface BenchOptions {
  readonly kinds: readonly Kind[];
  /** A built directory or a git ref to compare with. */
  readonly base?: string | undefined;
  readonly scenarios: ExactRequest['scenarios'];
  /** Pairs of processes for times of a clock. */
  readonly rounds: number;
  readonly workDirectory: string;
  readonly command: string;
  readonly signal: AbortSignal;
  readonly onStage: (what: string) => void;
  readonly onRound: (done: number, rounds: number) => void;
}

export interface BenchResults {
  readonly head: ResultFile;
  readonly base?: ResultFile;
}

/**
 * Measures this program, and another version of it if asked: what is exact once, what a clock tells in turns. Throws
 * BENCHMARK_FAILED, USAGE for a base that is not there, INTERRUPTED, and what is wrong with a scenario. Leaves nothing behind.
 */
export async function bench(options: BenchOptions): Promise<BenchResults> {
  const { base: what, signal, onStage } = options;
  requireMeasurable(options);
  mkdirSync(options.workDirectory, { recursive: true });
  const workDirectory = mkdtempSync(path.resolve(options.workDirectory, 'bench-'));
  let checkout: Checkout | undefined;
  try {
    if (what !== undefined) checkout = await checkOut({ what, workDirectory, signal, onStage });
    const head: Side = {
      name: 'head',
      directory: PACKAGE_ROOT,
      workDirectory: path.join(workDirectory, 'head'),
    };
    const base: Side | undefined = checkout && {
      name: 'base',
      directory: checkout.directory,
      workDirectory: path.join(workDirectory, 'base'),
    };
    const ofHead = await exact(head, options);
    const ofBase = base ? await exact(base, options) : [];
    const timed = options.kinds.includes('wall') ? await times(base, head, options) : NO_TIMES;
    if (signal.aborted) throw new DrillError('INTERRUPTED', 'the benchmarks were interrupted');
    const session = randomUUID();
    const commit = await commitOf(PACKAGE_ROOT);
    const result = (
      side: 'base' | 'head',
      of: Commit | undefined,
      benchmarks: readonly Benchmark[],
    ): ResultFile => ({
      format: 'backup-drill-benchmarks',
      formatVersion: 1,
      tool: { name: 'backup-drill', version: VERSION },
      createdAt: new Date().toISOString(),
      command: options.command,
      ...(of ? { commit: of } : {}),
      machine: machine(),
      ...(base ? { session, side } : {}),
      benchmarks: [...benchmarks],
    });
    return {
      head: result('head', commit, [...ofHead, ...timed.head]),
      ...(base ? { base: result('base', checkout!.commit, [...ofBase, ...timed.base]) } : {}),
    };
  } finally {
    await checkout?.remove();
    rmSync(workDirectory, { recursive: true, force: true });
  }
}

const NO_TIMES: Record<'base' | 'head', readonly Benchmark[]> = { base: [], head: [] };

/** What is exact is measured by one process of the side. */
async function exact(side: Side, options: BenchOptions): Promise<readonly Benchmark[]> {
  const { scenarios, signal, onStage } = options;
  const kinds = options.kinds.filter((kind) => kind !== 'wall');
  if (kinds.length === 0 || scenarios.length === 0) return [];
  const measurer = await startMeasurer(side, undefined);
  const stop = (): void => measurer.kill();
  signal.addEventListener('abort', stop);
  // Nobody tells of what was before.
  if (signal.aborted) stop();
  try {
    const all: Benchmark[] = [];
    for (const scenario of scenarios) {
      onStage(`${side.name}: ${kinds.join(' and ')} figures of ${scenario.file}`);
      all.push(...(await measurer.exact({ kinds, scenarios: [scenario] })));
    }
    await measurer.end();
    return all;
  } catch (error) {
    if (signal.aborted)
      throw new DrillError('INTERRUPTED', 'the benchmarks were interrupted', { cause: error });
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    measurer.kill();
  }
}

/** Times of a clock; without a base, the head is its own. */
async function times(
  base: Side | undefined,
  head: Side,
  options: BenchOptions,
): Promise<Record<'base' | 'head', readonly Benchmark[]>> {
  const { rounds, signal, onRound } = options;
  options.onStage(base ? 'times, in turns' : 'times');
  const other = base ?? { ...head, workDirectory: `${head.workDirectory}-again` };
  const pairs = await measurePairs({ base: other, head, rounds, signal, onRound, seed: randomUUID() });
  const benchmark = (name: string, samples: readonly number[]): Benchmark => ({
    name,
    kind: 'wall',
    unit: 'ms',
    better: 'smaller',
    value: median(samples),
    samples: [...samples],
  });
  return {
    base: base ? pairs.map((pair) => benchmark(pair.name, pair.base)) : [],
    head: pairs.map((pair) => benchmark(pair.name, pair.head)),
  };
}
