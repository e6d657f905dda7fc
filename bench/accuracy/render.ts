import { formatError } from '../../src/report/numbers.js';
import type { CaseClass } from './cases.js';
import { STATES, type ClassSummary, type Row, type StateError } from './comparison.js';
import type { Recording } from './recording.js';

/** A row with what the limits alone would have given. */
export type ReportRow = Row & { readonly byLimitsAloneMs: number };

export interface Report {
  readonly recording: Pick<Recording, 'machine' | 'repetitions' | 'isQuick' | 's3' | 'hardware' | 'failures'>;
  readonly rows: readonly ReportRow[];
  readonly summaries: readonly ClassSummary[];
}

const TITLES: Readonly<Record<CaseClass, string>> = {
  limited: 'Under explicit limits',
  unlimited: 'Limited by the machine only, calibrated',
};

/** The measured part of docs/accuracy.md. */
export function renderReport(report: Report): string {
  const { recording, summaries, rows } = report;
  const blocks = [
    ...(recording.isQuick
      ? ['**A quick look: one run each of a third of the scenarios, not for publication.**']
      : []),
    conditions(recording),
    summaryTable(summaries),
    ...recording.failures.map(({ name, message }) => `**${name} failed: ${message}**`),
    ...summaries.flatMap((summary) => {
      const own = rows.filter((row) => row.class === summary.class);
      return [`### ${TITLES[summary.class]}`, totalsTable(own), statesTable(own, summary)];
    }),
  ];
  return blocks.join('\n\n');
}

function conditions({ machine, repetitions, s3, hardware }: Report['recording']): string {
  const times = repetitions === 1 ? 'once' : `${repetitions} times, in rounds; of the runs, the median one`;
  const kinds = Object.keys(hardware);
  const calibrated = kinds.length > 0 ? `calibrated for ${kinds.join(', ')}` : '**not calibrated**';
  const where = s3 === undefined ? '' : `; S3 is ${s3}`;
  return `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}; ${calibrated}${where}. Each scenario ${times}.`;
}

function summaryTable(summaries: readonly ClassSummary[]): string {
  const cells = summaries.map((summary) => [
    summary.class,
    String(summary.count),
    withGoal(summary.median, summary.goal.median, summary.missed.median),
    withGoal(summary.p90, summary.goal.p90, summary.missed.p90),
    `${percent(summary.worst)} (${summary.worstName})`,
    formatError(summary.bias * 100),
    `${summary.withinSpread} of ${summary.count}`,
  ]);
  const head = ['class', 'runs', 'median error', '90th percentile', 'worst', 'bias', 'among their runs'];
  return table(['class', 'scenarios', ...head.slice(2)], cells);
}

function withGoal(value: number, goal: number, missed: number): string {
  const verdict = missed === 0 ? 'met' : `**missed by ${(missed * 100).toFixed(1)} points**`;
  return `${percent(value)}, goal ${percent(goal, 0)}: ${verdict}`;
}

function totalsTable(rows: readonly ReportRow[]): string {
  const cells = rows.map(({ name, measuredMs, predictedMs, byLimitsAloneMs, error, spread }) => [
    name,
    milliseconds(measuredMs),
    milliseconds(predictedMs),
    formatError(error * 100),
    `${formatError(spread.least * 100)} … ${formatError(spread.greatest * 100)}`,
    milliseconds(byLimitsAloneMs),
  ]);
  return table(
    ['scenario', 'measured', 'predicted', 'error', 'spread of the runs', 'by its limits alone'],
    cells,
  );
}

function statesTable(rows: readonly ReportRow[], { states }: ClassSummary): string {
  const cells = rows.map(({ name, states: errors }) => [name, ...errors.map(stateCell)]);
  const mean = (of: 'absolute' | 'bias', format: (share: number) => string): string[] =>
    states.map((state) => format(state[of]));
  return table(
    ['error in', ...STATES],
    [
      ...cells,
      ['_mean, absolute_', ...mean('absolute', (share) => percent(share))],
      ['_mean, signed_', ...mean('bias', (share) => formatError(share * 100))],
    ],
  );
}

/** In milliseconds, and as a part of the measured total. */
function stateCell({ errorMs, share }: StateError): string {
  const rounded = Math.round(errorMs);
  if (rounded === 0) return '0';
  return `${rounded > 0 ? '+' : ''}${rounded} ms (${formatError(share * 100)})`;
}

const percent = (share: number, digits = 1): string => `${(share * 100).toFixed(digits)} %`;
const milliseconds = (ms: number): string => `${ms.toFixed(0)} ms`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
