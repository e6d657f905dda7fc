/** What the exit code says; README and docs/errors.md list them. */
export const EXIT = {
  ok: 0,
  /** The job failed, a repository is damaged, or the run broke down. */
  failed: 1,
  /** The command line, the scenario or the statement is wrong. */
  usage: 2,
  /** The prediction is longer than the scenario's window. */
  doesNotFit: 3,
  /** A comparison found something worse than before. */
  regression: 4,
  /** As shells do for SIGINT. */
  interrupted: 130,
} as const;
