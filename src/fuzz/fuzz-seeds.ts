import type { Violation } from './checker.js';
import { addTally, emptyTally, type Tally } from './coverage.js';
import { drawCase } from './draw/draw-case.js';
import type { FuzzCase } from './fuzz-case.js';
import type { OpenCluster } from './open-cluster.js';
import { runCase } from './run-case.js';
import type { Hash } from './trace-hash.js';

/** A seed whose case broke an invariant. */
export interface SeedFailure {
  readonly seed: number;
  readonly violations: readonly Violation[];
}

export interface SeedsResult {
  readonly tally: Tally;
  readonly failures: readonly SeedFailure[];
}

/** One seed of so many is run twice, and its traces compared. */
const REPLAY_ONE_OF = 16;

/** Runs the cases of all seeds from `from` to `to`, both included. */
export function fuzzSeeds(from: number, to: number, open: OpenCluster): SeedsResult {
  const tally = emptyTally();
  const failures: SeedFailure[] = [];
  for (let seed = from; seed <= to; seed++) {
    const fuzzCase = drawCase(String(seed));
    const isReplayed = seed % REPLAY_ONE_OF === 0;
    const first = runCase(fuzzCase, { open, hash: isReplayed });
    addTally(tally, first.tally);
    const violations = [...first.violations];
    if (isReplayed) {
      const again = runCase(drawCase(String(seed)), { open, hash: true });
      if (isSame(first.hash, again.hash)) tally.replays++;
      else violations.push(unlike(first.hash, again.hash));
    }
    if (violations.length > 0) failures.push({ seed, violations });
  }
  return { tally, failures };
}

/** What is wrong with a case, if anything; of a given checker only, if one is named. */
export function violationOf(fuzzCase: FuzzCase, open: OpenCluster, checker?: string): Violation | undefined {
  const { violations } = runCase(fuzzCase, { open, hash: false });
  return violations.find((violation) => checker === undefined || violation.checker === checker);
}

const isSame = (a: Hash | undefined, b: Hash | undefined): boolean =>
  a !== undefined && a[0] === b?.[0] && a[1] === b[1];

const unlike = (a: Hash | undefined, b: Hash | undefined): Violation => ({
  checker: 'determinism',
  atMs: 0,
  message: `two runs of the same case had the traces ${a?.join('/')} and ${b?.join('/')}`,
});
