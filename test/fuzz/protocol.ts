/** What a child is to run. */
export interface ChildTask {
  readonly target: string;
  /** Numbers from `first` to `last`, or `only` this one, which may be any text. */
  readonly seeds: { readonly first: number; readonly last: number; readonly only?: string };
  /** A saved input, instead of seeds. */
  readonly inputFile?: string;
  readonly mostMs: number;
  /** Processor time of one call of a reader. */
  readonly mostCpuMs: number;
  /** Where it notes which seed it is at. */
  readonly noteFile: string;
}

/** What a child has done so far. */
export interface ChildReport {
  runs: number;
  accepted: number;
  characters: number;
  readonly outcomes: Record<string, number>;
  slowestMs: number;
  slowestSeed: string;
  peakHeapBytes: number;
  peakHeapSeed: string;
}

export interface ChildMessage {
  readonly report?: ChildReport;
  readonly failure?: { readonly seed: string; readonly message: string };
}
