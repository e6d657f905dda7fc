import type { Series } from '../../world/result.js';

/** `[from, to, value]`: times in milliseconds, and what the value was between them. */
export type Step = readonly [number, number, number];

/**
 * A series as rates (bytes a second) of at most `most` steps: neighbouring buckets are merged, whole ones only, so
 * that no peak is made up. The last bucket is as long as the run lasted in it.
 */
export function rateSteps(series: Series, durationMs: number, most: number): readonly Step[] {
  const perStep = Math.max(1, Math.ceil(series.bytes.length / most));
  const stepMs = series.bucketMs * perStep;
  const steps: Step[] = [];
  for (let first = 0; first < series.bytes.length; first += perStep) {
    const startMs = first * series.bucketMs;
    const endMs = Math.min(startMs + stepMs, durationMs);
    if (!(endMs > startMs)) break;
    const moved = series.bytes.slice(first, first + perStep).reduce((sum, bytes) => sum + bytes, 0);
    steps.push([startMs, endMs, (moved * 1000) / (endMs - startMs)]);
  }
  return mergeStub(steps, stepMs);
}

/** A sliver of a last step is a rate over next to no time: it joins the one before. */
function mergeStub(steps: readonly Step[], stepMs: number): readonly Step[] {
  const last = steps.at(-1);
  const before = steps.at(-2);
  if (!last || !before || last[1] - last[0] > stepMs / 4) return steps;
  const beforeMs = before[1] - before[0];
  const lastMs = last[1] - last[0];
  const mean = (before[2] * beforeMs + last[2] * lastMs) / (beforeMs + lastMs);
  return [...steps.slice(0, -2), [before[0], last[1], mean]];
}

/** Milliseconds that one step of rateSteps averages over. */
export const stepLengthMs = (series: Series, most: number): number =>
  series.bucketMs * Math.max(1, Math.ceil(series.bytes.length / most));

/** Shares (0 to 1) in at most `most` buckets: means of whole buckets. */
export function meanShares(shares: readonly number[], perStep: number): readonly number[] {
  const means: number[] = [];
  for (let first = 0; first < shares.length; first += perStep) {
    const part = shares.slice(first, first + perStep);
    means.push(part.reduce((sum, share) => sum + share, 0) / part.length);
  }
  return means;
}
