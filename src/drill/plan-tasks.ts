import type { SerializedError } from '../base/errors.js';
import type { AttributedRun } from '../planner/index.js';
import type { Scenario } from '../scenario/index.js';
import type { RunSummary } from '../world/outlook.js';

/** One simulation for a thread: with all that there is to say of it, or with what repetitions keep. */
export interface PlanTask {
  readonly kind: 'summary' | 'detail';
  readonly scenario: Scenario;
}

export type PlanAnswer =
  | { readonly ok: true; readonly value: RunSummary | AttributedRun }
  | { readonly ok: false; readonly error: SerializedError };
