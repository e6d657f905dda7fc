import type { FuzzCase, SeedsResult, Violation } from '../fuzz/index.js';

/** What a thread of the fuzzer is given: seeds to run, or a case to make smaller. */
export type FuzzTask =
  | { readonly kind: 'seeds'; readonly from: number; readonly to: number }
  | {
      readonly kind: 'shrink';
      readonly seed: number;
      readonly violation: Violation;
      readonly mostRuns: number;
    };

export type FuzzAnswer =
  | { readonly kind: 'seeds'; readonly result: SeedsResult }
  | {
      readonly kind: 'shrunk';
      readonly case: FuzzCase;
      readonly violation: Violation;
      readonly runs: number;
    };
