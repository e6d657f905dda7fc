import { readFileSync } from 'node:fs';
import { calibrate, type CalibrateOptions } from '../../src/drill/index.js';
import type { Case, RepositoryKind } from './cases.js';
import type { Options } from './options.js';
import type { Recording } from './recording.js';
import type { RunOptions } from './run-case.js';

/** The text of a file of measured hardware for each kind of repository that the cases use: given, or calibrated now. */
export async function hardwareFor(
  cases: readonly Case[],
  { hardware: given, calibrate: isWanted, quick }: Pick<Options, 'hardware' | 'calibrate' | 'quick'>,
  options: RunOptions,
  say: (line: string) => void,
): Promise<Recording['hardware']> {
  const texts: Partial<Record<RepositoryKind, string>> = {};
  for (const kind of new Set(cases.map((one) => one.kind))) {
    const file = given.get(kind);
    if (file !== undefined) texts[kind] = readFileSync(file, 'utf8');
    else if (isWanted) texts[kind] = await calibrated(kind, quick, options, say);
  }
  return texts;
}

async function calibrated(
  kind: RepositoryKind,
  quick: boolean,
  { workDirectory, s3, signal }: RunOptions,
  say: (line: string) => void,
): Promise<string> {
  const place = kind === 's3' ? s3!.location('calibration') : {};
  const wanted: CalibrateOptions = {
    workDirectory,
    quick,
    durable: kind !== 'local',
    signal,
    onStep: (what) => say(`Calibrating for ${kind}: ${what}`),
    ...place,
  };
  return (await calibrate(wanted)).text;
}
