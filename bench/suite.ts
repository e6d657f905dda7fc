/** One benchmark: what it does, and how much of what it does per run. */
export interface Case {
  readonly name: string;
  readonly run: () => Promise<void> | void;
  readonly amount: number;
  /** Of `amount` per second. */
  readonly unit: string;
}

/** Benchmarks that together show whether a hypothesis holds. */
export interface Suite {
  readonly name: string;
  readonly hypothesis: string;
  readonly cases: (isQuick: boolean) => Promise<readonly Case[]> | readonly Case[];
  readonly tearDown?: () => Promise<void> | void;
}
