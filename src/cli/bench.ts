import { Option, type Command } from 'commander';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { DrillError } from '../base/errors.js';
import { PACKAGE_ROOT } from '../drill/package-root.js';
import type { Kind } from '../regression/index.js';
import { countUpTo } from './arguments.js';
import { commandLine } from './command-line.js';
import { readScenarioFile, writeReport } from './files.js';
import { onInterrupt } from './interrupt.js';
import { createPrinter, terminalWidth, useColor } from './output.js';
import { filesOf, flagOf, requireOwnFiles, withResultOptions, type ResultOptions } from './result-options.js';

interface BenchCommandOptions extends ResultOptions {
  readonly base?: string;
  readonly rounds?: number;
  readonly output?: string;
  readonly baseOutput?: string;
}

const EXAMPLES = `
Examples:
  $ npx drill bench                                                exact figures of the scenarios that come with it
  $ npx drill bench scenarios/quickstart.yaml --output head.json   to compare with another file: drill compare
  $ npx drill bench --base main                                    against a git ref, times included
  $ npx drill bench --base main --kinds wall --rounds 30 --markdown comment.md

Virtual figures are durations and counts in virtual time, counted ones what a real run asks of nodes, repository and file
system: both are exact. Times of a clock (wall) are measured with --base only, in turns with the base, since a machine is not the
same from one minute to the next. The exit code is 4 where anything is worse.`;

/** Pairs of processes: enough that the rank test can tell of eight benchmarks together. */
const ROUNDS = 14;
const MOST_ROUNDS = 500;

export function addBench(program: Command): void {
  const command = program
    .command('bench')
    .description('measure this version, and compare it with another one')
    .argument('[scenarios...]', 'scenario files (YAML), for exact figures; default: those that come with it')
    .option('--base <ref>', 'a git ref, or a directory that holds a built checkout')
    .addOption(
      new Option('--rounds <count>', `pairs of processes for times (default: ${ROUNDS})`).argParser(
        countUpTo(MOST_ROUNDS),
      ),
    )
    .option('--output <file>', 'write the results, for drill compare')
    .option('--base-output <file>', 'write those of the base as well')
    .addHelpText('after', EXAMPLES)
    .action(doBench);
  withResultOptions(command);
}

async function doBench(files: readonly string[], options: BenchCommandOptions): Promise<void> {
  const { bench } = await import('../drill/index.js');
  const { compare, renderResults } = await import('../regression/index.js');
  const { tell, writeExports } = await import('./comparison-output.js');
  refuseWithoutBase(options);
  requireOwnFiles({ output: options.output, baseOutput: options.baseOutput, ...filesOf(options) }, files);
  const kinds = options.kinds ?? defaultKinds(options.base);
  const scenarios = (files.length > 0 ? files : bundledScenarios()).map((file) => ({
    file: path.relative('.', file),
    text: readScenarioFile(file),
  }));
  const interrupt = onInterrupt('ending the benchmarks');
  const printer = await createPrinter({ json: options.json ?? false, quiet: options.quiet ?? false });
  try {
    const { head, base } = await bench({
      kinds,
      base: options.base,
      scenarios,
      rounds: options.rounds ?? ROUNDS,
      workDirectory: '.drill',
      command: commandLine(),
      signal: interrupt.signal,
      onStage: (what) => printer.onStep(what),
      onRound: (done, rounds) => printer.onStep(`times, in turns: ${done} of ${rounds} rounds`),
    });
    const comparison =
      base &&
      compare({ name: options.base!, results: base }, { name: 'this version', results: head }, options);
    // What took minutes to measure first.
    const written: string[] = [];
    for (const [file, results] of [[options.output, head] as const, [options.baseOutput, base] as const]) {
      if (file === undefined || !results) continue;
      writeReport(file, `${JSON.stringify(results, null, 2)}\n`);
      written.push(file);
    }
    printer.done();
    if (comparison) process.exitCode = tell(comparison, options);
    else if (options.json) printer.result(JSON.stringify({ type: 'results', ...head }));
    else printer.result(renderResults(head.benchmarks, { color: useColor(), width: terminalWidth() }));
    written.push(...writeExports(options, head, comparison));
    for (const file of written) printer.note(`Written: ${file}`);
  } finally {
    interrupt.dispose();
  }
}

/** What is of a comparison. */
const OF_COMPARISON = ['baseOutput', 'markdown', 'junit', 'strict'] as const;

/** A gate that has lost its base is to fail, and not to pass. */
function refuseWithoutBase(options: BenchCommandOptions): void {
  const given = OF_COMPARISON.find((name) => options[name] !== undefined);
  if (options.base !== undefined || given === undefined) return;
  throw new DrillError(
    'USAGE',
    `${flagOf(given)} is of a comparison, and there is no --base to compare with`,
    { hint: 'drill compare compares with a file that drill bench --output has written' },
  );
}

/** Small scenarios that together do all that a backup does. */
function bundledScenarios(): string[] {
  const directory = path.join(PACKAGE_ROOT, 'scenarios/bench');
  return readdirSync(directory)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => path.join(directory, name));
}

/** Times alone, of no base, tell nothing: they are measured if they are asked for. */
const defaultKinds = (base: string | undefined): readonly Kind[] =>
  base === undefined ? ['virtual', 'counted'] : ['virtual', 'counted', 'wall'];
