import { availableParallelism } from 'node:os';
import { Option, type Command } from 'commander';
import { countUpTo, shareOf } from './arguments.js';
import { commandLine } from './command-line.js';
import { onInterrupt } from './interrupt.js';
import type { Printer } from './output.js';
import { repeatable, withReportOptions, type ReportOptions } from './report-options.js';

interface PlanCommandOptions extends ReportOptions {
  readonly window?: string;
  readonly confidence?: number;
  readonly repetitions?: number;
  readonly advise?: boolean;
  readonly fit?: string;
  readonly threads?: number;
}

const EXAMPLES = `
Examples:
  $ npx drill plan scenarios/fleet-100.yaml
  $ npx drill plan scenarios/quickstart.yaml --window 3s --advise
  $ npx drill plan scenarios/quickstart.yaml --window 2s --fit cluster.nodes --confidence 99%
  $ npx drill plan scenarios/quickstart.yaml --sweep cluster.nodes=3..24 --html scale.html
  $ npx drill plan scenarios/quickstart.yaml --set cluster.nodes=12 --set engine.preset=doris
  $ npx drill plan scenarios/fleet-100.yaml --hardware measured.yaml

Where anything in the scenario is random, it is run again with other seeds until its duration is known well, or some five
million files were simulated; --repetitions says how often instead. What would help (--advise) is told unasked where that
takes some seconds. The exit code is 3 where the window is not met as surely as --confidence says, or no value fits.`;

/** More repetitions than these tell nobody more. */
const MOST_REPETITIONS = 10_000;
const MOST_THREADS = 1024;

export function addPlan(program: Command): void {
  const command = program
    .command('plan')
    .description(
      'predict how long a backup takes, how surely, and what would help, in virtual time; needs no cluster and no data',
    )
    .argument('<scenario>', 'scenario file (YAML)')
    .option('--window <duration>', 'the time it has, as in 4h; instead of the scenario’s window')
    .addOption(new Option('--confidence <share>', 'how surely it is to fit, as in 95%').argParser(shareOf))
    .addOption(
      new Option('--repetitions <count>', 'run it so often, with other seeds each time').argParser(
        countUpTo(MOST_REPETITIONS),
      ),
    )
    .option('--advise', 'say what would help, however long that takes')
    .option('--no-advise', 'do not')
    .option('--fit <knob>', 'find the smallest value of a knob, as in cluster.nodes, with which it fits')
    .addOption(
      new Option(
        '--sweep <knob=values>',
        'plan it for several values: 1..64 (doubling), 1..10/1 or 1,2,4; given twice, for all pairs',
      ).argParser(repeatable),
    )
    .addOption(
      new Option('--threads <count>', 'simulations at once; changes nothing else').argParser(
        countUpTo(MOST_THREADS),
      ),
    )
    .addHelpText('after', EXAMPLES)
    .action(doPlan);
  withReportOptions(command);
}

async function doPlan(file: string, options: PlanCommandOptions): Promise<void> {
  // Here as in the other commands, what it takes is loaded when it is needed: help and mistakes answer at once.
  const { planAhead } = await import('../planner/index.js');
  const { openPlanRunner } = await import('../drill/index.js');
  const { readHardware, reportOn } = await import('./scenario-command.js');
  const hardware = readHardware(options);
  const interrupt = onInterrupt('ending the simulations');
  let printer: Printer | undefined;
  const runner = openPlanRunner({
    threads: options.threads ?? availableParallelism(),
    signal: interrupt.signal,
    onProgress: (progress) => printer?.onRuns(progress),
  });
  try {
    process.exitCode = await reportOn(file, withWindow(options), (loaded, speaker) => {
      printer = speaker;
      let variant = '';
      return planAhead(loaded, commandLine(), runner, {
        hardware,
        wanted: options.confidence,
        repetitions: options.repetitions,
        advise: options.advise,
        fit: options.fit,
        onVariant: (name, i, count) => {
          variant = count > 1 ? `${name} (${i + 1} of ${count}): ` : '';
        },
        onStage: (stage) => speaker.onStage(`${variant}${stage}`),
      });
    });
  } finally {
    await runner.close();
    interrupt.dispose();
  }
}

const withWindow = (options: PlanCommandOptions): ReportOptions =>
  options.window === undefined
    ? options
    : { ...options, set: [...(options.set ?? []), `window=${options.window}`] };
