import type { RunResult, VariantReport } from '../world/result.js';
import { failedIn, hasFailed } from './facts.js';
import { plainText } from './text.js';

/** A job that failed, in the words of its error. */
export interface Failure {
  readonly title: string;
  /** By lines. */
  readonly message: readonly string[];
  /** The offending lines with a caret under them, if the error has a place. */
  readonly frame: readonly string[];
  readonly hint?: string;
  readonly code: string;
}

/** What failed in a variant: the measured run, or the prediction where nothing was measured. */
export function failuresOf(variant: VariantReport): readonly Failure[] {
  const { measured, predicted } = variant;
  return [measured, predicted].flatMap((run) => {
    if (run === undefined || !hasFailed(run)) return [];
    return [describe(run, plainText(variant.name), run === predicted && measured !== undefined)];
  });
}

function describe(run: RunResult, variant: string, onlyPredicted: boolean): Failure {
  const { error, label, database } = run.job;
  const state = failedIn(run);
  const what = run.kind === 'backup' ? 'Backup' : 'Restore';
  const prefix = variant === '' ? '' : `${variant}: `;
  const where = state === undefined ? '' : ` in ${plainText(state)}`;
  const how =
    run.world === 'virtual' ? (onlyPredicted ? ' was predicted to fail' : ' would fail') : ' failed';
  return {
    title: `${prefix}${what} ${plainText(database)}.${plainText(label)}${how}${where}`,
    message: error ? linesOf(error.message) : ['It was cancelled, and no reason was given.'],
    frame: error?.frame === undefined ? [] : linesOf(error.frame),
    ...(error?.hint === undefined ? {} : { hint: plainText(error.hint) }),
    code: error?.code ?? 'none',
  };
}

const linesOf = (text: string): string[] => text.split(/\r?\n/).map(plainText);
