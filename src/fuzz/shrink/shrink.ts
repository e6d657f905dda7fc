import type { Violation } from '../checker.js';
import type { FuzzCase } from '../fuzz-case.js';
import { consistent } from './consistent.js';
import {
  fewerFaults,
  fewerNodes,
  fewerRestoreFaults,
  fewerStatements,
  fewerTables,
  simplerEngine,
  simplerHardware,
  simplerStatement,
  simplerTimes,
  smallerTables,
  type Candidates,
} from './simpler.js';

export interface Shrunk {
  readonly case: FuzzCase;
  readonly violation: Violation;
  readonly runs: number;
}

/** What takes most away comes first. */
const PASSES: readonly Candidates[] = [
  fewerRestoreFaults,
  fewerFaults,
  fewerStatements,
  fewerTables,
  fewerNodes,
  smallerTables,
  simplerStatement,
  simplerEngine,
  simplerHardware,
  simplerTimes,
];

/**
 * Makes a case that fails smaller for as long as it fails in the same way: `fails` says how it does, if it does. After at most
 * `mostRuns` runs, whatever is smallest by then is it.
 */
export function shrink(
  fuzzCase: FuzzCase,
  violation: Violation,
  fails: (fuzzCase: FuzzCase) => Violation | undefined,
  mostRuns: number,
): Shrunk {
  let best: { readonly case: FuzzCase; readonly violation: Violation } = { case: fuzzCase, violation };
  let runs = 0;
  /** Takes the first candidate that still fails. */
  const improve = (pass: Candidates): boolean => {
    for (const candidate of pass(best.case)) {
      if (runs >= mostRuns) return false;
      runs++;
      const fitting = consistent(candidate);
      const still = fails(fitting);
      if (!still) continue;
      best = { case: fitting, violation: still };
      return true;
    }
    return false;
  };
  const improveAll = (): boolean => {
    let isSmaller = false;
    for (const pass of PASSES) while (improve(pass)) isSmaller = true;
    return isSmaller;
  };
  while (improveAll());
  return { ...best, runs };
}
