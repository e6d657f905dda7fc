import type { Scenario } from '../../scenario/index.js';
import type { Finding, Forecast } from '../../world/outlook.js';
import type { RunResult } from '../../world/result.js';

/** What rules look at: a planned scenario, the run with its own seed, and what its repetitions say. */
export interface FindingFacts {
  readonly scenario: Scenario;
  readonly result: RunResult;
  readonly forecast: Forecast;
  /** The job's timeout, from its statement or its engine. */
  readonly timeoutMs: number;
}

/** Looks for one limit that a backup meets, or comes near to. */
export type Rule = (facts: FindingFacts) => Finding | undefined;

/** A limit is near from this part of it on. */
export const NEAR = 0.5;

/** Milliseconds in which files were sent. */
export function uploadingMs({ nodes }: RunResult): number {
  if (nodes.length === 0) return 0;
  const startMs = Math.min(...nodes.map((node) => node.startMs));
  return Math.max(...nodes.map((node) => node.endMs)) - startMs;
}
