import type { PeerCase } from './models.js';
import type { Measurement } from './simulators.js';

/** All runs of one simulator on one case, in the order of the rounds. */
export interface SimulatorRuns {
  readonly name: string;
  readonly runs: readonly Measurement[];
}

/** One case, simulated by ours and by those peers that are here. */
export interface CaseResult {
  readonly peerCase: PeerCase;
  readonly ours: SimulatorRuns;
  readonly peers: readonly SimulatorRuns[];
}

/** Durations that differ by more are a fault of somebody's. */
export const TOLERANCE = 0.001;

export const filesOf = ({ nodes, filesPerNode }: PeerCase): number => nodes * filesPerNode;

/** The simulated duration relative to ours, less 1: the worst of all rounds. */
export function disagreement(result: CaseResult, peer: SimulatorRuns): number {
  const differences = peer.runs.map(({ simulatedSec }, i) => {
    return simulatedSec / result.ours.runs[i]!.simulatedSec - 1;
  });
  return differences.reduce((worst, each) => (Math.abs(each) > Math.abs(worst) ? each : worst), 0);
}

/** How many times as much time a peer takes: within each round, which ran side by side; then the median of the rounds. */
export function speedup(result: CaseResult, peer: SimulatorRuns, time: 'runSec' | 'cpuSec'): number {
  return median(peer.runs.map((run, i) => run[time] / result.ours.runs[i]![time]));
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

const HEADER = [
  'model',
  'nodes × workers',
  'files',
  'simulator',
  'simulated',
  'differs by',
  'set-up',
  'simulation',
  'processor',
  'files/s',
  'ours is faster',
  'by processor',
];
/** Texts to the left, numbers to the right. */
const LEFT_COLUMNS = 4;

/** The comparison as a Markdown table, laid out as the formatter would. */
export function comparisonTable(results: readonly CaseResult[]): string {
  return markdownTable(HEADER, results.flatMap(rowsOf), LEFT_COLUMNS);
}

function rowsOf(result: CaseResult): string[][] {
  const { model, nodes, workers } = result.peerCase;
  const files = filesOf(result.peerCase);
  return [result.ours, ...result.peers].map((simulator, i) => {
    const { runs } = simulator;
    const isOurs = i === 0;
    const runSec = median(runs.map((run) => run.runSec));
    return [
      isOurs ? model : '',
      isOurs ? `${nodes} × ${workers}` : '',
      isOurs ? files.toLocaleString('en-US') : '',
      `${simulator.name} ${runs[0]!.version}`,
      `${runs[0]!.simulatedSec.toFixed(3)} s`,
      isOurs ? '' : `${(disagreement(result, simulator) * 100).toFixed(5)} %`,
      `${median(runs.map((run) => run.setUpSec)).toFixed(2)} s`,
      `${runSec.toFixed(3)} s`,
      `${median(runs.map((run) => run.cpuSec)).toFixed(3)} s`,
      Number((files / runSec).toPrecision(3)).toLocaleString('en-US'),
      isOurs ? '' : `${speedup(result, simulator, 'runSec').toFixed(1)} ×`,
      isOurs ? '' : `${speedup(result, simulator, 'cpuSec').toFixed(1)} ×`,
    ];
  });
}

export function markdownTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  leftColumns: number,
): string {
  const widths = header.map((_, column) => {
    return Math.max(3, ...[header, ...rows].map((row) => row[column]!.length));
  });
  const isLeft = (column: number): boolean => column < leftColumns;
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const padded = (row: readonly string[]): string =>
    line(row.map((cell, i) => (isLeft(i) ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))));
  const rule = widths.map((width, i) => (isLeft(i) ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [padded(header), line(rule), ...rows.map(padded)].join('\n');
}
