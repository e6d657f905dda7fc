import path from 'node:path';
import { DrillError, revive } from '../../base/errors.js';
import type { LoadedScenario, Scenario } from '../../scenario/index.js';
import type { RunResult } from '../../world/result.js';
import { runDrill } from '../run-drill.js';
import { settleDisk } from '../settle-disk.js';
import type { Effort } from './effort.js';
import { uploadingMs } from './fit.js';
import type { Places } from './places.js';
import { interrupted } from './prober.js';
import { median } from './statistics.js';
import { shardsFor, trialScenario, type Expectation, type Shape } from './trials.js';

/** A shape with what its runs took. */
export interface TrialRuns {
  readonly shape: Shape;
  readonly scenario: Scenario;
  /** Median time in UPLOADING. */
  readonly measuredMs: number;
  /** Median time that a thread took for a shard's snapshot. */
  readonly snapshotMs: number;
  readonly runs: number;
}

export interface RunTrialsOptions {
  readonly shapes: readonly Shape[];
  readonly expected: Expectation;
  readonly places: Places;
  readonly effort: Effort;
  readonly signal: AbortSignal;
  readonly onStep: (what: string) => void;
}

/** Runs small backups of each shape for real, in turn, so that a disturbance does not fall on one of them alone. */
export async function runTrials(options: RunTrialsOptions): Promise<readonly TrialRuns[]> {
  const { shapes, expected, places, effort, onStep } = options;
  const startMs = performance.now();
  const found = shapes.map((shape) => ({
    shape,
    shards: shardsFor(shape, expected, effort),
    samplesMs: [] as number[],
    snapshotsMs: [] as number[],
  }));
  let count = 0;
  for (let round = 0; round < effort.runs; round++) {
    if (round > 0 && performance.now() - startMs > effort.repeatWithinMs) break;
    for (const { shape, shards, samplesMs, snapshotsMs } of found) {
      onStep(`run ${++count} of ${shapes.length * effort.runs}: ${shape.name}`);
      const name = `run-${count}`;
      const run = await runOnce(trialScenario(shape, shards, places.storage(name)), name, options);
      samplesMs.push(uploadingMs(run));
      snapshotsMs.push(snapshotMs(run, shards / (shape.nodes * shape.workers)));
    }
  }
  return found.map(({ shape, shards, samplesMs, snapshotsMs }) => ({
    shape,
    scenario: onlyVariant(trialScenario(shape, shards, places.storage('run'))),
    measuredMs: median(samplesMs),
    snapshotMs: median(snapshotsMs),
    runs: samplesMs.length,
  }));
}

const snapshotMs = ({ states }: RunResult, shardsPerThread: number): number =>
  states.find(({ state }) => state === 'SNAPSHOTING')!.durationMs / Math.max(1, shardsPerThread);

const onlyVariant = ({ variants }: LoadedScenario): Scenario => variants[0]!.scenario;

const nothing = (): void => undefined;

async function runOnce(
  loaded: LoadedScenario,
  name: string,
  { places, signal }: RunTrialsOptions,
): Promise<RunResult> {
  if (signal.aborted) throw interrupted();
  const { storage } = onlyVariant(loaded).repository;
  const own = places.storage(name);
  settleDisk();
  try {
    const { variants } = await runDrill(loaded, {
      workDirectory: path.join(places.work, 'drill'),
      ...(storage.kind === 'local' && own.kind === 'local' ? { repositoryDirectory: own.directory } : {}),
      prove: false,
      command: 'drill calibrate',
      signal,
      listener: { onPhase: nothing, onProgress: nothing },
    });
    if (signal.aborted) throw interrupted();
    const { job, ...run } = variants[0]!.measured!;
    if (job.error) throw revive(job.error);
    return { job, ...run };
  } catch (error) {
    // However deep it came from: what was interrupted is the calibration.
    if (signal.aborted && error instanceof DrillError) throw interrupted();
    throw error;
  } finally {
    await places.empty(name);
  }
}
