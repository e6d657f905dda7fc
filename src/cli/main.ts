#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import type { ErrorCode } from '../base/error-codes.js';
import { DrillError } from '../base/errors.js';
import { VERSION } from '../base/version.js';
import { EXIT } from './exit-codes.js';
import { printable } from './printable.js';
import { addBench } from './bench.js';
import { addCalibrate } from './calibrate.js';
import { addCompare } from './compare.js';
import { addFuzz } from './fuzz.js';
import { addImport } from './import.js';
import { addPlan } from './plan.js';
import { addRun } from './run.js';
import { addSchema } from './schema.js';
import { addServe } from './serve.js';
import { addSql } from './sql.js';
import { addClean } from './clean.js';
import { addVerify } from './verify.js';

const EXIT_CODES = `
Exit codes: 0 fine, 1 failed, 2 wrong command line, scenario or statement, 3 does not fit the window, 4 regression
found, 130 interrupted.

Examples:
  $ npx drill run scenarios/quickstart.yaml                     a real backup, proved by a restore, with its prediction
  $ npx drill plan scenarios/fleet-100.yaml --html plan.html    how long would it take?
  $ npx drill verify .drill/runs/quickstart/run/repository      is every byte of a repository what it should be?`;

/** Errors of what a person wrote: nothing was done yet. */
const USERS_FAULTS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'USAGE',
  'SQL_SYNTAX',
  'SQL_PROPERTY',
  'SCENARIO_SYNTAX',
  'SCENARIO_INVALID',
  'SCENARIO_UNREADABLE',
  'IMPORT_UNREADABLE',
  'BENCHMARKS_UNREADABLE',
  'DATABASE_UNKNOWN',
  'TABLE_UNKNOWN',
  'TABLE_TYPE_UNSUPPORTED',
  'PARTITION_UNKNOWN',
  'REPOSITORY_UNKNOWN',
  'REPOSITORY_READ_ONLY',
  'NAME_INVALID',
  'LABEL_EXISTS',
  'SNAPSHOT_UNKNOWN',
  'NOT_SUPPORTED',
  'REPOSITORY_EXISTS',
  'JOURNAL_FOREIGN',
  'JOURNAL_FORMAT',
  'JOURNAL_LOCKED',
  'SERVER_RUNNING',
]);

const program = new Command('drill')
  .description(
    "Rehearse a cluster's backup before you run it: Doris's BACKUP SNAPSHOT, for real and in virtual time.",
  )
  .version(VERSION)
  .showHelpAfterError('(drill --help tells more)')
  .showSuggestionAfterError()
  .addHelpText('after', EXIT_CODES)
  .exitOverride();

for (const add of [
  addRun,
  addServe,
  addSql,
  addPlan,
  addImport,
  addCalibrate,
  addVerify,
  addBench,
  addCompare,
  addFuzz,
  addSchema,
  addClean,
])
  add(program);

// `drill … | head`: whoever read our output has had enough, and there is nobody left to complain to.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') {
      process.exitCode ??= EXIT.failed;
      return;
    }
    process.exitCode = EXIT.failed;
    if (stream !== process.stderr) process.stderr.write(`drill: cannot write its output: ${error.message}\n`);
  });
}

// Not awaited: the bundled command is no ES module, see `start`.
program.parseAsync().catch((error: unknown) => {
  process.exitCode = fail(error);
});

/** Says what went wrong, and returns the exit code that fits. */
function fail(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (!(error instanceof DrillError)) {
    process.stderr.write(
      `drill: this should not happen: ${error instanceof Error ? error.stack : String(error)}\n`,
    );
    return EXIT.failed;
  }
  if (process.argv.includes('--json'))
    process.stdout.write(`${JSON.stringify({ type: 'error', ...error.toJSON() })}\n`);
  process.stderr.write(`drill: ${printable(error.format())}\n`);
  if (error.code === 'INTERRUPTED') return EXIT.interrupted;
  return USERS_FAULTS.has(error.code) ? EXIT.usage : EXIT.failed;
}
