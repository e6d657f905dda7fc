import { limitsText } from '../base/limits-text.js';
import { formatBytes, formatDuration } from '../base/units.js';
import { listOf } from '../base/text.js';
import type { DrillReport, RunResult } from '../world/result.js';
import { mainRun, nodeBusy, nodeRate, slowestFirst } from './facts.js';
import { formatMegabytes, formatShare, median } from './numbers.js';
import { plainText } from './text.js';

/** Nodes that end within this share of the job's duration ended together. */
const TOGETHER = 0.01;
const MOST_SKIPPED = 40;

/** Which node held the job up, and by how much. */
export function slowestNodeLine(run: RunResult): string | undefined {
  const [slowest, ...others] = slowestFirst(run);
  if (slowest === undefined || others.length === 0) return undefined;
  const spreadMs = slowest.endMs - others.at(-1)!.endMs;
  if (spreadMs <= run.totals.durationMs * TOGETHER) {
    return `All nodes ended within ${formatDuration(spreadMs)}: none held the others up.`;
  }
  const middleMs = median(run.nodes.map((node) => node.endMs))!;
  const rate = nodeRate(slowest);
  const speed = rate === undefined ? '' : ` at ${formatMegabytes(rate)} MB/s`;
  const late = `${formatDuration(slowest.endMs - middleMs)} after the median node`;
  const busy = `its workers busy ${formatShare(nodeBusy(slowest))} of the time`;
  return `Slowest: ${plainText(slowest.name)}, done ${late}, with ${formatBytes(slowest.sizeBytes)}${speed}, ${busy}.`;
}

/** The tables that were left out, by name; nothing where there are none. */
export function skippedTables(runs: readonly RunResult[]): string[] {
  const names = [...new Set(runs.flatMap((run) => run.job.skippedTables))];
  if (names.length === 0) return [];
  const them = listOf(names.map(plainText), 'and', MOST_SKIPPED);
  return [`Left out, being of types that cannot be backed up: ${them}.`];
}

/** What jobs could do at most, a line for each set of limits; nothing where there were none. */
export function limitsOfJobs(runs: readonly RunResult[]): string[] {
  return [...new Set(runs.flatMap(({ job }) => limitsOfJob(job)))];
}

function limitsOfJob({ limits, limitChanges = [] }: RunResult['job']): string[] {
  const first = limits && limitsText(limits);
  if (first === undefined && limitChanges.length === 0) return [];
  const changes = limitChanges.map(
    (change) => ` From ${formatDuration(change.atMs)} on: ${limitsText(change.limits) ?? 'none'}.`,
  );
  return [`Limits of the job: ${first ?? 'none'}.${changes.join('')}`];
}

export interface Fact {
  readonly title: string;
  readonly text: string;
  readonly isCommand?: boolean;
}

/** Everything needed to get the same result again. */
export function whereItRan(report: DrillReport): readonly Fact[] {
  const { scenario, hardware, machine, tool, command, variants } = report;
  const statements = [...new Set(variants.map((variant) => mainRun(variant).statement))];
  const one = statements.length === 1 ? statements[0] : undefined;
  return [
    { title: 'scenario', text: `${plainText(scenario.file)}, preset ${plainText(scenario.preset)}` },
    ...(one === undefined ? [] : [{ title: 'statement', text: plainText(one).replace(/\s+/g, ' ').trim() }]),
    ...(hardware ? [{ title: 'hardware', text: plainText(`${hardware.file} (${hardware.about})`) }] : []),
    { title: 'seed', text: plainText(scenario.seed) },
    { title: 'digest', text: plainText(scenario.digest) },
    { title: 'version', text: `${tool.name} ${plainText(tool.version)}` },
    ...(machine
      ? [
          {
            title: 'machine',
            text: plainText(
              `${machine.cpu}, ${machine.cores} cores, ${machine.platform}, Node ${machine.node}`,
            ),
          },
        ]
      : [{ title: 'machine', text: 'any: a prediction is the same everywhere' }]),
    { title: 'command', text: plainText(command), isCommand: true },
  ];
}
