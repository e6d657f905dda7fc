/** One benchmark: what it does, and how much of what it does per run. */
export interface Case {
  readonly name: string;
  readonly run: () => Promise<void> | void;
  /** Before and after each run, and not part of its time. */
  readonly before?: () => Promise<void> | void;
  readonly after?: () => Promise<void> | void;
  readonly amount: number;
  /** Of `amount` per second. */
  readonly unit: string;
  /** Quick and steady enough for the regression gate, which runs it hundreds of times. */
  readonly gate?: true;
}

/** Where and how much a suite may do. */
export interface SuiteContext {
  readonly isQuick: boolean;
  /** Only what the gate runs is needed. */
  readonly isGate: boolean;
  /** A directory for files, which outlives the process in the gate: what takes long to make is kept there. */
  readonly workDirectory: string;
}

/** Benchmarks that together show whether a hypothesis holds. */
export interface Suite {
  readonly name: string;
  readonly hypothesis: string;
  readonly cases: (context: SuiteContext) => Promise<readonly Case[]> | readonly Case[];
  readonly tearDown?: () => Promise<void> | void;
}
