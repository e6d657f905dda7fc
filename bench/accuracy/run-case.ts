import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import path from 'node:path';
import { interrupted, machine, runDrill, setRunsAside, settle } from '../../src/drill/index.js';
import { generateCatalog, type Scenario } from '../../src/scenario/index.js';
import { prepareDataset } from '../../src/world/real/dataset.js';
import type { RunResult } from '../../src/world/result.js';
import type { Case } from './cases.js';
import type { S3Place } from './s3-place.js';

export interface RunOptions {
  readonly workDirectory: string;
  /** Needed by cases of kind `s3` only. */
  readonly s3: S3Place | undefined;
  readonly signal: AbortSignal;
}

/** Memory that a run's threads need, and a server beside them, besides what the run writes: see `settle`. */
const THREADS_BYTES = 512 * 2 ** 20;

const nothing = (): void => undefined;

/** Makes a case's data, unless it is there, and returns where it is. Throws INTERRUPTED. */
export function makeData({ scenario }: Case, { workDirectory, signal }: RunOptions): Promise<string> {
  return prepareDataset({
    catalog: generateCatalog(scenario),
    seed: scenario.seed,
    dataDirectory: path.join(workDirectory, 'data'),
    threads: machine().cores,
    signal,
    onProgress: nothing,
  });
}

/**
 * Runs a case for real, once. All data is read before, so that it comes from memory in every run as far as it fits there, and
 * what was written before is on the disk; what the run wrote is emptied afterwards. Throws if the job fails, and INTERRUPTED.
 */
export async function runCase(one: Case, round: number, options: RunOptions): Promise<RunResult> {
  const dataBytes = readAll(await makeData(one, options));
  const { workDirectory, signal } = options;
  const storage = one.kind === 's3' ? options.s3!.at(`${one.name}-${round}`) : undefined;
  const scenario: Scenario = storage
    ? { ...one.scenario, repository: { ...one.scenario.repository, storage, isPlaced: true } }
    : one.scenario;
  await settle(workDirectory, 2 * dataBytes + THREADS_BYTES, signal);
  try {
    const { variants } = await runDrill(
      { ...one.loaded, variants: [{ name: one.loaded.variants[0]!.name, scenario }] },
      {
        workDirectory,
        prove: false,
        leaveClusters: true,
        command: 'accuracy',
        signal,
        listener: { onPhase: nothing, onProgress: nothing },
      },
    );
    if (signal.aborted) throw interrupted();
    const { measured } = variants[0]!;
    if (measured?.job.state !== 'FINISHED') {
      throw new Error(measured?.job.error?.message ?? 'its job was cancelled');
    }
    return measured;
  } finally {
    setRunsAside(workDirectory);
    if (storage) await options.s3!.empty(storage);
  }
}

const buffer = new Uint8Array(1024 * 1024);

/** Returns how many bytes there are. */
function readAll(directory: string): number {
  let totalBytes = 0;
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = openSync(path.join(entry.parentPath, entry.name), 'r');
    for (let bytes = readSync(file, buffer); bytes > 0; bytes = readSync(file, buffer)) totalBytes += bytes;
    closeSync(file);
  }
  return totalBytes;
}
