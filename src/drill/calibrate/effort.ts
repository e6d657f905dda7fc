/** How thoroughly to calibrate. */
export interface Effort {
  /** Of each probe. */
  readonly rounds: number;
  /** How long a round lasts, about. */
  readonly roundMs: number;
  /** When this time has passed, the repository's limits are not tried once more. */
  readonly climbWithinMs: number;
  /** Of each real run. */
  readonly runs: number;
  /** How long a real run should take, about, … */
  readonly runMs: number;
  /** … and the most that it may move. */
  readonly runBytes: number;
  readonly runFiles: number;
  /** When this time has passed, no run is repeated any more: each is made once at least. */
  readonly repeatWithinMs: number;
  /** Predictions that the fit may make of each run. */
  readonly evaluations: number;
}

const MIB = 2 ** 20;

export const THOROUGH: Effort = {
  rounds: 7,
  roundMs: 120,
  climbWithinMs: 8000,
  runs: 3,
  runMs: 700,
  runBytes: 256 * MIB,
  runFiles: 1500,
  repeatWithinMs: 120_000,
  evaluations: 250,
};

export const QUICK: Effort = {
  rounds: 3,
  roundMs: 60,
  climbWithinMs: 1500,
  runs: 1,
  runMs: 300,
  runBytes: 48 * MIB,
  runFiles: 500,
  repeatWithinMs: 0,
  evaluations: 90,
};
