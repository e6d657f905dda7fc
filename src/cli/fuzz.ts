import { availableParallelism } from 'node:os';
import path from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { VERSION } from '../base/version.js';
import { formatCount, formatDuration } from '../base/units.js';
import type { FuzzFailure, FuzzOutcome, FuzzProgress } from '../drill/index.js';
import { countUpTo } from './arguments.js';
import { EXIT } from './exit-codes.js';
import { readScenarioFile, writeReport } from './files.js';
import { onInterrupt } from './interrupt.js';
import { createPrinter, type Printer } from './output.js';

interface FuzzCommandOptions {
  readonly seeds?: SeedRange;
  readonly minutes?: number;
  readonly threads?: number;
  readonly replay?: string;
  readonly output: string;
  readonly keepGoing?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

interface SeedRange {
  readonly from: number;
  readonly to: number;
}

const EXAMPLES = `
Examples:
  $ npx drill fuzz                                  a short search
  $ npx drill fuzz --seeds 1..100000
  $ npx drill fuzz --minutes 10
  $ npx drill fuzz --seeds 4711..4711               one case again, as a failure prints it
  $ npx drill fuzz --replay fuzz-4711.yaml          the smallest case that was found for it
  $ npx drill fuzz --replay scenario.yaml           a scenario of one's own, its faults included, through the checkers

A case is a small cluster, what goes wrong in it, and what its user does, all drawn from the seed. It is run in virtual time,
then everything that failed is mended, and whatever was asked for must come to its end, leave nothing behind and be right.
A failure is made as small as it will go and written to --output. The exit code is 1 where anything failed.`;

const DEFAULT_SEEDS: SeedRange = { from: 1, to: 10_000 };
const MOST_SEEDS = 2_000_000_000;
const MOST_MINUTES = 10_080;
const MOST_THREADS = 1024;
const MS_PER_MIN = 60_000;
const PROGRESS_MS = 1000;

export function addFuzz(program: Command): void {
  program
    .command('fuzz')
    .description(
      'search for faults of the engine: random clusters, statements and failures, judged by checkers',
    )
    .addOption(new Option('--seeds <a..b>', 'seeds of the cases (default: 1..10000)').argParser(seedsOf))
    .addOption(
      new Option('--minutes <count>', 'stop after so long; without --seeds, at nothing else').argParser(
        countUpTo(MOST_MINUTES),
      ),
    )
    .addOption(
      new Option('--threads <count>', 'cases at once (default: all cores); changes nothing else').argParser(
        countUpTo(MOST_THREADS),
      ),
    )
    .option(
      '--replay <file or seed>',
      'run one case: of a file that a failure was written to, of a scenario, or of a seed',
    )
    .option('--output <directory>', 'where failing cases are written', '.drill/fuzz')
    .option('--keep-going', 'go on after a failure')
    .option('--json', 'progress and result as JSON lines')
    .option('-q, --quiet', 'the result alone')
    .addHelpText('after', EXAMPLES)
    .action(doFuzz);
}

async function doFuzz(options: FuzzCommandOptions): Promise<void> {
  const seed =
    options.replay !== undefined && /^\d+$/.test(options.replay) ? Number(options.replay) : undefined;
  if (options.replay !== undefined && seed === undefined) return replay(options.replay, options);
  const { checkoutCommit, fuzz } = await import('../drill/index.js');
  const { from, to } = seed === undefined ? rangeOf(options) : { from: seed, to: seed };
  const interrupt = onInterrupt('ending the search');
  const printer = await createPrinter({ json: options.json ?? false, quiet: options.quiet ?? false });
  try {
    const outcome = await fuzz({
      from,
      to,
      forMs: options.minutes === undefined ? undefined : options.minutes * MS_PER_MIN,
      threads: options.threads ?? availableParallelism(),
      keepGoing: options.keepGoing ?? false,
      signal: interrupt.signal,
      onProgress: teller(printer),
      onShrinking: (failing) =>
        printer.onStep(`seed ${failing} fails; looking for the smallest case that does`),
    });
    await conclude(outcome, `version ${VERSION}, commit ${checkoutCommit() ?? 'unknown'}`, printer, options);
  } finally {
    interrupt.dispose();
  }
}

const rangeOf = ({ seeds, minutes }: FuzzCommandOptions): SeedRange =>
  seeds ?? (minutes === undefined ? DEFAULT_SEEDS : { from: 1, to: MOST_SEEDS });

async function conclude(
  outcome: FuzzOutcome,
  build: string,
  printer: Printer,
  options: FuzzCommandOptions,
): Promise<void> {
  const { failureText, fuzzReport, RUNS_FOR_COVERAGE } = await import('./fuzz-report.js');
  const { missingOf } = await import('../fuzz/index.js');
  const files = await Promise.all(outcome.failures.map((failure) => writeCase(failure, options.output)));
  printer.done();
  if (options.json) {
    const failures = outcome.failures.map(({ seed, violations }, i) => ({
      seed,
      violations,
      file: files[i],
    }));
    printer.result(JSON.stringify({ type: 'fuzz', build, ...outcome, failures }));
  } else {
    for (const [i, failure] of outcome.failures.entries())
      printer.result(failureText(failure, build, files[i]));
    printer.result(fuzzReport(outcome, build));
  }
  const isThin = outcome.tally.runs >= RUNS_FOR_COVERAGE && missingOf(outcome.tally).length > 0;
  if (outcome.failures.length > 0 || isThin) process.exitCode = EXIT.failed;
  else if (outcome.ended === 'interrupted') process.exitCode = EXIT.interrupted;
}

/** Writes the smallest case of a failure. */
async function writeCase({ seed, shrunk }: FuzzFailure, directory: string): Promise<string | undefined> {
  if (!shrunk) return undefined;
  const { caseFile, violationOf } = await import('../fuzz/index.js');
  const { faultedCluster } = await import('../planner/index.js');
  const { violation } = shrunk;
  const { extension, text } = caseFile(shrunk.case, violation, (read) => {
    return violationOf(read, faultedCluster, violation.checker) !== undefined;
  });
  const file = path.join(directory, `fuzz-${seed}.${extension}`);
  writeReport(file, text);
  return file;
}

/** Runs one case of a file. */
async function replay(file: string, options: FuzzCommandOptions): Promise<void> {
  const { casesOf, runCase } = await import('../fuzz/index.js');
  const { faultedCluster } = await import('../planner/index.js');
  const cases = casesOf(readScenarioFile(file), file);
  const printer = await createPrinter({ json: options.json ?? false, quiet: options.quiet ?? false });
  for (const fuzzCase of cases) {
    const { violations, tally, hash } = runCase(fuzzCase, { open: faultedCluster, hash: true });
    if (violations.length > 0) process.exitCode = EXIT.failed;
    if (options.json) printer.result(JSON.stringify({ type: 'replay', file, violations, tally, hash }));
    else {
      for (const { checker, atMs, message } of violations)
        printer.result(`${checker}, at ${formatDuration(atMs)}: ${message}`);
      const found = violations.length === 0 ? 'nothing is wrong' : 'fails';
      printer.result(
        `${file}: ${found}; ${tally.jobs} jobs, ${tally.operations} operations, trace ${hash?.join('/')}`,
      );
    }
  }
}

/** Says how far it is, about once a second. */
function teller(printer: Printer): (progress: FuzzProgress) => void {
  let lastMs = -Infinity;
  return ({ runs, failures, elapsedMs, share }) => {
    if (elapsedMs - lastMs < PROGRESS_MS) return;
    lastMs = elapsedMs;
    const perSec = formatCount(Math.round((1000 * runs) / elapsedMs));
    const leftMs = share > 0 ? (elapsedMs * (1 - share)) / share : undefined;
    const left = leftMs === undefined ? '' : `, ${formatDuration(leftMs)} left`;
    const found = failures === 0 ? 'no failure' : `${failures} failing`;
    printer.onStep(`${formatCount(runs)} runs, ${perSec} a second, ${found}${left}`);
  };
}

function seedsOf(text: string): SeedRange {
  const match = /^(\d+)(?:\.\.(\d+))?$/.exec(text.trim());
  const from = Number(match?.[1]);
  const to = Number(match?.[2] ?? match?.[1]);
  if (match && from <= to && to <= MOST_SEEDS) return { from, to };
  throw new InvalidArgumentError(
    `It is a range of whole numbers up to ${MOST_SEEDS}, the lower one first, as in 1..100000.`,
  );
}
