import { STATES } from '../../bench/accuracy/comparison.js';
import type { RunResult, StateSpan } from '../../src/world/result.js';
import { runResult } from '../fixtures/report.js';

/** A run that was in each of STATES for so many milliseconds. */
export function runWith(inStatesMs: readonly number[]): RunResult {
  const base = runResult({ nodes: 1, filesPerNode: 1, bytesPerNode: 1000, bytesPerSecPerNode: 1000 });
  let startMs = 0;
  const states = STATES.map((state, i): StateSpan => {
    const durationMs = inStatesMs[i]!;
    const span = { state, startMs, durationMs };
    startMs += durationMs;
    return span;
  });
  return { ...base, states, totals: { ...base.totals, durationMs: startMs } };
}
