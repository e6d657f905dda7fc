#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { DrillError } from '../base/errors.js';
import { VERSION } from '../base/version.js';
import { EXIT } from './exit-codes.js';
import { addPlan } from './plan.js';
import { addRun } from './run.js';
import { addSchema } from './schema.js';
import { addClean } from './clean.js';
import { addVerify } from './verify.js';

const EXIT_CODES = `
Exit codes: 0 fine, 1 failed, 2 wrong command line, scenario or statement, 3 does not fit the window, 130 interrupted.

Examples:
  $ npx drill run scenarios/quickstart.yaml                     a real backup, proved by a restore, with its prediction
  $ npx drill plan scenarios/fleet-100.yaml --html plan.html    how long would it take?
  $ npx drill verify .drill/runs/quickstart/run/repository      is every byte of a repository what it should be?`;

const program = new Command('drill')
  .description(
    "Rehearse a cluster's backup before you run it: Doris's BACKUP SNAPSHOT, for real and in virtual time.",
  )
  .version(VERSION)
  .showHelpAfterError('(drill --help tells more)')
  .showSuggestionAfterError()
  .addHelpText('after', EXIT_CODES)
  .exitOverride();

for (const add of [addRun, addPlan, addVerify, addSchema, addClean]) add(program);

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = fail(error);
}

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
  process.stderr.write(`drill: ${error.format()}\n`);
  if (error.code === 'INTERRUPTED') return EXIT.interrupted;
  return isUsersFault(error) ? EXIT.usage : EXIT.failed;
}

/** Something that a person wrote is wrong, and nothing was done yet. */
function isUsersFault({ code }: DrillError): boolean {
  return code === 'USAGE' || /^(SQL|SCENARIO)_|_UNKNOWN$|_UNSUPPORTED$|^NOT_SUPPORTED$/.test(code);
}
