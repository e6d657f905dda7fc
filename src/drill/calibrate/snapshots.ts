import type { MeasuredHardware, Scenario } from '../../scenario/index.js';
import { predictRun, timeInMs } from './fit.js';

/** A scenario that was run for real, and how long its job was in SNAPSHOTING. */
export interface SnapshotTrial {
  readonly scenario: Scenario;
  readonly snapshotingMs: number;
}

/**
 * What the model has to charge for a shard's snapshot besides its hard links, milliseconds, so that it predicts the times
 * that trials were in SNAPSHOTING. Asks the model itself what else there is (links, messages, shards that a worker takes one
 * after the other), and so is right for any number of workers that the model and the trials have in common.
 */
export function fitSnapshotMs(hardware: MeasuredHardware, trials: readonly SnapshotTrial[]): number {
  const found = trials.flatMap(({ scenario, snapshotingMs: measuredMs }) => {
    const restMs = predictSnapshotingMs(scenario, hardware, 0);
    // Workers have as many shards each, and a snapshot's time is all its own: so the time is a line, of this slope.
    const shardsInARow = predictSnapshotingMs(scenario, hardware, 1) - restMs;
    return shardsInARow > 0 ? [{ eachMs: (measuredMs - restMs) / shardsInARow, shardsInARow }] : [];
  });
  return Math.max(0, leastDeviation(found));
}

const predictSnapshotingMs = (scenario: Scenario, hardware: MeasuredHardware, snapshotMs: number): number =>
  timeInMs('SNAPSHOTING', predictRun(scenario, { ...hardware, node: { ...hardware.node, snapshotMs } }));

/**
 * The time a shard that makes the sum of all deviations, in milliseconds of SNAPSHOTING, least: the median, weighted by
 * shards. A run of few shards says little of one, and a run that was disturbed is not to count more for that.
 */
function leastDeviation(
  found: readonly { readonly eachMs: number; readonly shardsInARow: number }[],
): number {
  const sorted = found.toSorted((a, b) => a.eachMs - b.eachMs);
  const half = sorted.reduce((sum, { shardsInARow }) => sum + shardsInARow, 0) / 2;
  let below = 0;
  for (const { eachMs, shardsInARow } of sorted) {
    below += shardsInARow;
    if (below >= half) return eachMs;
  }
  return 0;
}
