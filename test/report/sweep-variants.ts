import type { Outlook } from '../../src/world/outlook.js';
import type { VariantReport } from '../../src/world/result.js';
import { runResult } from '../fixtures/report.js';

const BYTES = 1e9;

/** A predicted variant that takes so long; undefined for one that fails. */
export function variantOf(name: string, durationMs: number | undefined, nodes = 4): VariantReport {
  const run = runResult({
    world: 'virtual',
    nodes,
    filesPerNode: 4,
    bytesPerNode: BYTES / nodes,
    bytesPerSecPerNode: 1e6,
    ...(durationMs === undefined ? { failure: { code: 'DISK_FULL', message: 'no space' } } : {}),
  });
  const totals = { ...run.totals, movedBytes: BYTES, sizeBytes: BYTES, durationMs: durationMs ?? 1 };
  return { name, nodes, predicted: { ...run, totals } };
}

/** A sweep over nodes with these durations. */
export const nodeSweep = (
  nodes: readonly number[],
  durationMs: (nodes: number) => number | undefined,
): readonly VariantReport[] =>
  nodes.map((count) => variantOf(`cluster.nodes = ${count}`, durationMs(count), count));

/** A sweep over two knobs. */
export const pairSweep = (
  nodes: readonly number[],
  workers: readonly number[],
  durationMs: (nodes: number, workers: number) => number | undefined,
): readonly VariantReport[] =>
  nodes.flatMap((n) =>
    workers.map((w) => variantOf(`cluster.nodes = ${n}, engine.uploadWorkers = ${w}`, durationMs(n, w), n)),
  );

/** The variant with the median of its repetitions, and the chance to fit. */
export function planned(variant: VariantReport, p50Ms: number, chance: number): VariantReport {
  const estimate = (value: number) => ({ value, low: value, high: value });
  const forecast = { p50Ms: estimate(p50Ms), fits: estimate(chance), wanted: 0.9, durationsMs: [] };
  return { ...variant, outlook: { forecast, findings: [] } as unknown as Outlook };
}
