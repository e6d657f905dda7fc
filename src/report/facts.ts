import type { NodeResult, RestoreReport, RunResult, VariantReport } from '../world/result.js';
import { rateOf, ratio } from './numbers.js';

/** The run a variant is judged by: what was measured, where something was. */
export const mainRun = (variant: VariantReport): RunResult => variant.measured ?? variant.predicted;

export const hasFailed = (run: RunResult): boolean => run.job.state === 'CANCELLED';

/** Bytes a second over the whole job, from the statement's acceptance to its end. */
export const overallRate = (run: RunResult): number | undefined =>
  rateOf(run.totals.movedBytes, run.totals.durationMs);

/** Bytes a second while there were transfers: from the first node's start to the last node's end. */
export function transferRate(run: RunResult): number | undefined {
  let startMs = Infinity;
  let endMs = 0;
  for (const node of run.nodes) {
    startMs = Math.min(startMs, node.startMs);
    endMs = Math.max(endMs, node.endMs);
  }
  return rateOf(run.totals.movedBytes, endMs - startMs);
}

/** Bytes a second of one node, from its first transfer to the end of its last. */
export const nodeRate = (node: NodeResult): number | undefined =>
  rateOf(node.sizeBytes, node.endMs - node.startMs);

/** Share (0 to 1) of a node's worker time that went into transfers, while it had any. */
export const nodeBusy = (node: NodeResult): number | undefined =>
  ratio(node.busyMs, node.workers * (node.endMs - node.startMs));

/** Nodes in the order in which they held the job up: last to end first. */
export const slowestFirst = (run: RunResult): readonly NodeResult[] =>
  run.nodes.toSorted((a, b) => b.endMs - a.endMs || b.sizeBytes - a.sizeBytes || (a.name < b.name ? -1 : 1));

/** Milliseconds spent in each state; a state that was entered twice is summed up. In the order of first entry. */
export function timeInStates(run: RunResult): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const { state, durationMs } of run.states) times.set(state, (times.get(state) ?? 0) + durationMs);
  return times;
}

/** All states of two runs in one order that agrees with both as far as they agree with each other. */
export function statesOf(measured: RunResult | undefined, predicted: RunResult): readonly string[] {
  const order = [...timeInStates(measured ?? predicted).keys()];
  let after = 0;
  for (const state of timeInStates(predicted).keys()) {
    const at = order.indexOf(state);
    if (at < 0) order.splice(after, 0, state);
    after = (at < 0 ? after : at) + 1;
  }
  return order;
}

/** The state that a cancelled job was in when it failed. */
export function failedIn(run: RunResult): string | undefined {
  return run.states.findLast(({ state }) => state !== 'CANCELLED')?.state;
}

export type Proof = 'identical' | 'restore failed' | 'damaged' | 'different' | 'nothing compared' | 'none';

/** What restoring a backup has shown; the gravest finding first. */
export function proofOf(restore: RestoreReport | undefined): Proof {
  if (restore === undefined) return 'none';
  if (restore.problems.length > 0) return 'damaged';
  if (hasFailed(restore.run)) return 'restore failed';
  if (restore.differences.length > 0) return 'different';
  return restore.comparedFiles > 0 ? 'identical' : 'nothing compared';
}

/** Whether a run fits into the window; undefined where there is none, or where the run failed. */
export function fitsWindow(run: RunResult, windowMs: number | undefined): boolean | undefined {
  return windowMs === undefined || hasFailed(run) ? undefined : run.totals.durationMs <= windowMs;
}
