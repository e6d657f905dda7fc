import { existsSync } from 'node:fs';
import { DrillError } from '../base/errors.js';
import { formatDuration } from '../base/units.js';
import { calibrate, type CalibrateOptions } from '../drill/index.js';
import { painter } from '../report/ansi.js';
import { cell } from '../report/table-model.js';
import { terminalTable } from '../report/terminal-table.js';
import type { MeasuredHardware, MeasuredTrial } from '../scenario/index.js';
import { writeReport } from './files.js';
import { createPrinter, terminalWidth } from './output.js';
import { printable } from './printable.js';

export interface CalibrateCommand {
  readonly repository?: string;
  readonly endpoint?: string;
  readonly region?: string;
  readonly durable: boolean;
  readonly output?: string;
  readonly force?: boolean;
  readonly quick?: boolean;
  readonly workDir: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Calibrates, and prints or writes the hardware file. Beside a file, standard output tells how good the fit is. */
export async function calibrateRepository(command: CalibrateCommand, signal: AbortSignal): Promise<void> {
  const { output, quick = false, json = false, quiet = false, workDir: workDirectory } = command;
  if (output !== undefined && existsSync(output) && command.force !== true) {
    throw new DrillError('USAGE', `${output} is there already`, {
      hint: 'choose another --output, or replace it with --force',
    });
  }
  const printer = await createPrinter({ json, quiet });
  const startMs = performance.now();
  const { text, hardware } = await calibrate({
    workDirectory,
    quick,
    signal,
    ...repositoryGiven(command),
    onStep(what) {
      if (json) printer.result(JSON.stringify({ type: 'step', what }));
      else printer.note(`${formatDuration(performance.now() - startMs).padStart(8)}  ${what}`);
    },
  });
  if (output !== undefined) writeReport(output, text);
  if (json) return printer.result(JSON.stringify({ type: 'calibration', text, ...asJson(hardware) }));
  const table = trialsTable(hardware.origin.fit);
  if (output === undefined) {
    printer.note(`\n${table}\n`);
    printer.result(text.trimEnd());
    return printer.note(`\n${OWN_MACHINES}`);
  }
  printer.result(`${table}\n\nHardware file written to ${printable(output)}\n${OWN_MACHINES}`);
}

/** One machine was measured, and the file says that the nodes share it. */
const OWN_MACHINES =
  'Its nodes share this machine, as those of drill run do (host: nodes: all). Before planning a cluster whose nodes have a\nmachine each, make that 1.';

/** What the command says of the repository. Throws USAGE. */
export function repositoryGiven({
  repository,
  endpoint,
  region,
  durable,
}: Pick<CalibrateCommand, 'repository' | 'endpoint' | 'region' | 'durable'>): Pick<
  CalibrateOptions,
  'repository' | 'endpoint' | 'region' | 'durable'
> {
  if (!durable && repository?.startsWith('s3:')) {
    throw new DrillError('USAGE', '--no-durable is for a repository in a directory', {
      hint: 'leave it out: an object store does as it does',
    });
  }
  return {
    ...(repository === undefined ? {} : { repository }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    ...(durable ? {} : { durable }),
  };
}

/** JSON has no Infinity. */
function asJson(hardware: MeasuredHardware): object {
  return JSON.parse(
    JSON.stringify(hardware, (_, value: unknown) => (value === Infinity ? 'unlimited' : value)),
  ) as object;
}

function trialsTable(trials: readonly MeasuredTrial[]): string {
  const title = 'Real runs, and what the file predicts of them: time in UPLOADING';
  const columns = [
    { head: 'run', align: 'left', flexible: true },
    { head: '', align: 'left' },
    { head: 'measured', align: 'right' },
    { head: 'predicted', align: 'right' },
    { head: 'error', align: 'right' },
  ] as const;
  const rows = trials.map(({ scenario, use, measured, predicted, error = '' }) =>
    [scenario, use, formatDuration(measured), formatDuration(predicted), error].map((text) => cell(text)),
  );
  const table = terminalTable({ title, columns, rows }, terminalWidth() - 2, painter(false));
  return [title, table.replace(/^/gm, '  '), ...errorLines(trials)].join('\n');
}

function errorLines(trials: readonly MeasuredTrial[]): string[] {
  return (['fitted', 'held back'] as const).flatMap((use) => {
    const errors = trials
      .filter((trial) => trial.use === use)
      .map(({ measured, predicted }) => Math.abs(predicted / measured - 1) * 100)
      .toSorted((a, b) => a - b);
    if (errors.length === 0) return [];
    const middle = errors[Math.floor((errors.length - 1) / 2)]!;
    return [`  ${use}: error ${middle.toFixed(1)} % (median), ${errors.at(-1)!.toFixed(1)} % (worst)`];
  });
}
