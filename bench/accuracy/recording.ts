import type { Machine } from '../../src/drill/machine.js';
import type { RunResult } from '../../src/world/result.js';
import type { Case, RepositoryKind } from './cases.js';
import type { Failure } from './schedule.js';

/** What was measured, with all that a prediction needs: the part of a result that cannot be computed anew. */
export interface Recording {
  readonly version: string;
  readonly machine: Machine;
  readonly repetitions: number;
  /** A third of the cases, for a first look. */
  readonly isQuick: boolean;
  /** Where the S3 scenarios wrote. */
  readonly s3?: string;
  /** The text of a file of measured hardware for each kind of repository. */
  readonly hardware: Readonly<Partial<Record<RepositoryKind, string>>>;
  readonly cases: readonly RecordedCase[];
  readonly failures: readonly Failure[];
}

export interface RecordedCase {
  readonly name: string;
  /** Of the scenario's text: what was measured of one scenario says nothing of another. */
  readonly digest: string;
  readonly runs: readonly RunResult[];
}

/**
 * The recorded runs of each case. Throws if the recording has a case that is not there any more, or another than it was: then
 * it has to be measured again.
 */
export function runsOf(
  recording: Recording,
  cases: readonly Case[],
): ReadonlyMap<string, readonly RunResult[]> {
  const known = new Map(cases.map((one) => [one.name, one]));
  const stale = recording.cases.filter(({ name, digest }) => known.get(name)?.digest !== digest);
  if (stale.length > 0) {
    const names = stale.map(({ name }) => name).join(', ');
    throw new Error(`these scenarios are not what they were when they were measured: ${names}`);
  }
  return new Map(recording.cases.map(({ name, runs }) => [name, runs]));
}

/** Why a result may not be published: empty if it may. `wanted` are those of all cases that are in the report. */
export function faultsOf(
  recording: Recording,
  cases: readonly Case[],
  wanted: readonly Case[] = cases,
): string[] {
  const complete = new Set(
    recording.cases.filter(({ runs }) => runs.length >= LEAST_REPETITIONS).map(({ name }) => name),
  );
  const missing = cases.filter(({ name }) => !complete.has(name));
  const kinds = [...new Set(cases.map(({ kind }) => kind))];
  const unknown = kinds.filter((kind) => recording.hardware[kind] === undefined);
  return [
    ...(recording.isQuick ? ['it was only a quick look'] : []),
    ...(wanted.length < cases.length ? ['only some scenarios were asked for'] : []),
    ...(missing.length > 0
      ? [`of ${missing.length} scenarios there are fewer than ${LEAST_REPETITIONS} runs`]
      : []),
    ...(unknown.length > 0 ? [`hardware was not measured for ${unknown.join(', ')}`] : []),
    ...recording.failures.map(({ name, message }) => `${name} failed: ${message}`),
  ];
}

/** Fewer runs than this have no middle one. */
export const LEAST_REPETITIONS = 3;
