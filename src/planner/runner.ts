import type { Scenario } from '../scenario/index.js';
import type { RunSummary } from '../world/outlook.js';
import type { AttributedRun } from './attribution.js';

/**
 * Simulates scenarios and gives their summaries in the order of the scenarios, whatever ran where: here one after the
 * other, on a pool of threads, or on other machines. Throws what is wrong with a statement, and INTERRUPTED.
 */
export type Runner = (scenarios: readonly Scenario[]) => Promise<readonly RunSummary[]>;

/** What a plan runs its simulations with. */
export interface PlanRunner {
  readonly run: Runner;
  /** One simulation, with all that there is to say of it. */
  readonly detail: (scenario: Scenario) => Promise<AttributedRun>;
}
