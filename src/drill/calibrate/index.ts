import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { DrillError } from '../../base/errors.js';
import { VERSION } from '../../base/version.js';
import {
  loadMeasured,
  printMeasured,
  type MeasuredHardware,
  type MeasuredTrial,
} from '../../scenario/index.js';
import { onDisk } from '../../world/real/errno.js';
import { requireSpace } from '../../world/real/dataset.js';
import { machine } from '../machine.js';
import { settle } from '../settle.js';
import type { S3Place } from '../storage-at.js';
import { QUICK, THOROUGH, type Effort } from './effort.js';
import { bestLatency, fitHardware, predictMs, withRoundFigures } from './fit.js';
import {
  commentsOf,
  expectationOf,
  figuresOf,
  hardwareOf,
  latencyForms,
  type Figures,
} from './hardware-of.js';
import { MACHINE_PROBE_BYTES, probeMachine } from './machine-probes.js';
import { openPlaces, type Places } from './places.js';
import { interrupted, Prober } from './prober.js';
import { runTrials, type TrialRuns } from './runs.js';
import { fitSnapshotMs, type SnapshotTrial } from './snapshots.js';
import { MOST_THREADS, probeStorage, STORAGE_PROBE_BYTES } from './storage-probes.js';
import { mostRunBytes, SHAPES, shapesFor, type Shape } from './trials.js';

export interface CalibrateOptions extends S3Place {
  /** For whatever is written besides the repository. */
  readonly workDirectory: string;
  /** The place of the repository to measure: a directory, or `s3://bucket/prefix`. Default: under the work directory. */
  readonly repository?: string | undefined;
  /** Of a local repository: whether files must be on the disk itself before they count. Default: they must. */
  readonly durable?: boolean | undefined;
  /** Less of everything: some ten seconds instead of minutes. */
  readonly quick: boolean;
  readonly signal: AbortSignal;
  /** Told what is being done now. */
  readonly onStep: (what: string) => void;
}

export interface Calibration {
  /** The file of measured hardware. */
  readonly text: string;
  /** What is in it. */
  readonly hardware: MeasuredHardware;
}

/**
 * Measures what this machine and a repository give, fits the model's parameters to a few real runs, and holds the result
 * against others. Whatever it writes is removed. Throws INTERRUPTED, DISK_FULL, and what is wrong with the repository.
 */
export async function calibrate(
  options: CalibrateOptions,
  effort: Effort = options.quick ? QUICK : THOROUGH,
  usualShapes: readonly Shape[] = SHAPES,
): Promise<Calibration> {
  const { signal, onStep } = options;
  if (signal.aborted) throw interrupted();
  const places = openPlaces(options);
  try {
    requireRoom(places, effort, usualShapes);
    const figures = await probe(places, effort, options);
    const requestsPerFile = places.type === 'local' ? 2 : 1;
    const expected = expectationOf(figures, availableParallelism(), requestsPerFile);
    const shapes = shapesFor(usualShapes, expected, effort);
    const runs = await runTrials({
      shapes,
      expected,
      places,
      effort,
      settle: () => settle(places.work, memoryBytes(effort), signal),
      signal,
      onStep,
    });
    onStep('fitting the model to the runs');
    const hardware = await fit(figures, runs, places, effort, signal);
    return written(hardware, figures, runs, places);
  } finally {
    await places.close();
  }
}

async function probe(places: Places, effort: Effort, { signal, onStep }: CalibrateOptions): Promise<Figures> {
  const prober = new Prober(MOST_THREADS, signal);
  try {
    onStep('this machine: reading, hashing, linking, messages, journal');
    const directory = path.join(places.work, 'probe');
    onDisk(`creating ${directory}`, () => mkdirSync(directory));
    const machineFigures = await probeMachine(prober, directory, effort);
    onStep('the repository: requests, files, more and more at once');
    const storage = await probeStorage(prober, places, effort, availableParallelism());
    return { machine: machineFigures, storage };
  } finally {
    await prober.close();
  }
}

/** What a run may use at most: what it writes, the same in a server beside it, and what its threads need. */
const memoryBytes = (effort: Effort): number => 2 * mostRunBytes(effort) + THREADS_BYTES;

const THREADS_BYTES = 256 * 2 ** 20;

/** The most that there may be at one time. Data sets stay until the end, a run's files until it is over. */
function requireRoom(places: Places, effort: Effort, shapes: readonly Shape[]): void {
  const largeRuns = shapes.filter(
    ({ medianBytes, filesPerShard }) => medianBytes * filesPerShard > effort.runBytes / effort.runFiles,
  );
  const work = largeRuns.length * mostRunBytes(effort) + Math.max(MACHINE_PROBE_BYTES, memoryBytes(effort));
  const repository = Math.max(STORAGE_PROBE_BYTES, mostRunBytes(effort));
  try {
    requireSpace(places.work, work + repository, 'calibrating');
    if (places.repositoryDirectory !== undefined)
      requireSpace(places.repositoryDirectory, repository, 'calibrating');
  } catch (error) {
    if (!(error instanceof DrillError) || error.code !== 'DISK_FULL') throw error;
    throw new DrillError('DISK_FULL', error.message, {
      hint: 'make room, choose another --work-dir or --repository, or use --quick, which needs less',
      cause: error,
    });
  }
}

async function fit(
  figures: Figures,
  runs: readonly TrialRuns[],
  places: Places,
  effort: Effort,
  signal: AbortSignal,
): Promise<MeasuredHardware> {
  const trials = runs.filter(({ shape }) => shape.use === 'fitted');
  const probed = withSnapshots(hardwareOf(figures, availableParallelism(), places), trials);
  const fitted = await fitHardware(probed, trials, {
    evaluations: effort.evaluations,
    async onEvaluation() {
      await setImmediate();
      if (signal.aborted) throw interrupted();
    },
  });
  return bestLatency(fitted, latencyForms(figures.storage.latencyMs), trials).hardware;
}

function withSnapshots(
  probed: Omit<MeasuredHardware, 'origin'>,
  trials: readonly SnapshotTrial[],
): MeasuredHardware {
  const hardware = { ...probed, origin: { figures: {}, fit: [] } };
  const { node } = hardware;
  return withRoundFigures({ ...hardware, node: { ...node, snapshotMs: fitSnapshotMs(hardware, trials) } });
}

const HEADER = `# What this machine and this repository gave when they were measured, by drill calibrate. For predictions:
#   npx drill plan <scenario> --hardware <this file>
# Real runs take no notice of it. Under measured: how the figures varied, and how far predictions were off.
`;

function written(
  hardware: MeasuredHardware,
  figures: Figures,
  runs: readonly TrialRuns[],
  places: Places,
): Calibration {
  const { cpu, cores, node, platform } = machine();
  const origin = {
    date: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
    by: `backup-drill ${VERSION}`,
    machine: { cpu, cores, node, platform },
    repository: `${places.type}: ${places.about}`,
    figures: figuresOf(figures),
    fit: runs.map((run) => trialOf(run, hardware)),
  };
  const text = HEADER + printMeasured({ ...hardware, origin }, commentsOf(figures));
  return { text, hardware: loadMeasured(text, 'calibration') };
}

function trialOf({ shape, scenario, measuredMs }: TrialRuns, hardware: MeasuredHardware): MeasuredTrial {
  const predictedMs = predictMs(scenario, hardware);
  const percent = (predictedMs / measuredMs - 1) * 100;
  const round = (ms: number): number => Number(ms.toFixed(1));
  return {
    scenario: shape.name,
    use: shape.use,
    measured: round(measuredMs),
    predicted: round(predictedMs),
    error: `${percent < 0 ? '' : '+'}${percent.toFixed(1)} %`,
  };
}
