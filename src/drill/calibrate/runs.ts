import path from 'node:path';
import { DrillError, revive } from '../../base/errors.js';
import { generateCatalog, type LoadedScenario, type Scenario } from '../../scenario/index.js';
import { prepareDataset } from '../../world/real/dataset.js';
import type { RunResult } from '../../world/result.js';
import { machine } from '../machine.js';
import { runDrill } from '../run-drill.js';
import { setRunsAside, workspaceFor } from '../workspace.js';
import type { Effort } from './effort.js';
import { timeInMs } from './fit.js';
import type { Places } from './places.js';
import { interrupted } from './prober.js';
import { median } from '../../base/statistics.js';
import { shardsFor, trialScenario, type Expectation, type Shape } from './trials.js';

/** A shape with what its runs took. */
export interface TrialRuns {
  readonly shape: Shape;
  readonly scenario: Scenario;
  /** Median time in UPLOADING. */
  readonly measuredMs: number;
  /** Median time in SNAPSHOTING. */
  readonly snapshotingMs: number;
  readonly runs: number;
}

export interface RunTrialsOptions {
  readonly shapes: readonly Shape[];
  readonly expected: Expectation;
  readonly places: Places;
  readonly effort: Effort;
  /** Called before each run, when its data is there: brings what was written to the disk. */
  readonly settle: () => void | Promise<void>;
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
    uploadingsMs: [] as number[],
    snapshotingsMs: [] as number[],
  }));
  let count = 0;
  for (let round = 0; round < effort.runs; round++) {
    if (round > 0 && performance.now() - startMs > effort.repeatWithinMs) break;
    for (const { shape, shards, uploadingsMs, snapshotingsMs } of found) {
      onStep(`run ${++count} of ${shapes.length * effort.runs}: ${shape.name}`);
      const name = `run-${count}`;
      const run = await runOnce(trialScenario(shape, shards, places.storage(name)), name, options);
      uploadingsMs.push(timeInMs('UPLOADING', run));
      snapshotingsMs.push(timeInMs('SNAPSHOTING', run));
    }
  }
  return found.map(({ shape, shards, uploadingsMs, snapshotingsMs }) => ({
    shape,
    scenario: onlyVariant(trialScenario(shape, shards, places.storage('run'))),
    measuredMs: median(uploadingsMs),
    snapshotingMs: median(snapshotingsMs),
    runs: uploadingsMs.length,
  }));
}

const onlyVariant = ({ variants }: LoadedScenario): Scenario => variants[0]!.scenario;

const nothing = (): void => undefined;

async function runOnce(
  loaded: LoadedScenario,
  name: string,
  { places, settle, signal }: RunTrialsOptions,
): Promise<RunResult> {
  const workDirectory = path.join(places.work, 'drill');
  const { storage } = onlyVariant(loaded).repository;
  const own = places.storage(name);
  try {
    await makeData(loaded, workDirectory, signal);
    await settle();
    if (signal.aborted) throw interrupted();
    const { variants } = await runDrill(loaded, {
      workDirectory,
      ...(storage.kind === 'local' && own.kind === 'local' ? { repositoryDirectory: own.directory } : {}),
      prove: false,
      leaveClusters: true,
      command: 'drill calibrate',
      signal,
      listener: { onPhase: nothing, onProgress: nothing },
    });
    if (signal.aborted) throw interrupted();
    const run = variants[0]!.measured!;
    if (run.job.error) throw revive(run.job.error);
    return run;
  } catch (error) {
    // However deep it came from: what was interrupted is the calibration.
    if (signal.aborted && error instanceof DrillError) throw interrupted();
    throw error;
  } finally {
    setRunsAside(workDirectory);
    await places.empty(name);
  }
}

/** Where the run looks for it: it is not to be written while the run waits for the same disk. */
async function makeData(
  { variants }: LoadedScenario,
  workDirectory: string,
  signal: AbortSignal,
): Promise<void> {
  const { name, scenario } = variants[0]!;
  await prepareDataset({
    catalog: generateCatalog(scenario),
    seed: scenario.seed,
    dataDirectory: workspaceFor(workDirectory, scenario.name, name).data,
    threads: machine().cores,
    signal,
    onProgress: nothing,
  });
}
