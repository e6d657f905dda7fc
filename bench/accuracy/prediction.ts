import { simulate } from '../../src/planner/index.js';
import { loadMeasured, withHardware, type MeasuredHardware } from '../../src/scenario/index.js';
import type { RunResult } from '../../src/world/result.js';
import type { Case, RepositoryKind } from './cases.js';
import type { Recording } from './recording.js';

export interface Prediction {
  /** With what was measured of the machine, where it was. */
  readonly predicted: RunResult;
  /** By the scenario's limits alone. */
  readonly byLimitsAlone: RunResult;
}

/** Predicts cases: a pure function of the scenario and of the texts of files of measured hardware. */
export function predictor(hardware: Recording['hardware']): (one: Case) => Prediction {
  const measured = new Map(
    Object.entries(hardware).map(([kind, text]) => {
      const known = loadMeasured(text, `hardware for ${kind}`);
      return [kind as RepositoryKind, withoutJournal(known)];
    }),
  );
  return ({ scenario, kind }) => {
    const known = measured.get(kind);
    const byLimitsAlone = simulate(scenario, { asRun: true });
    return {
      predicted: known ? simulate(withHardware(scenario, known), { asRun: true }) : byLimitsAlone,
      byLimitsAlone,
    };
  };
}

/** The suite's runs have their journal in memory, where it costs nothing. */
const withoutJournal = (measured: MeasuredHardware): MeasuredHardware => ({
  ...measured,
  coordinator: { ...measured.coordinator, persistMs: 0 },
});
