import { Command } from 'commander';
import { DrillError } from '../../src/base/errors.js';
import { addSql } from '../../src/cli/sql.js';

/*
 * `drill sql` as a program of its own, so that its tests need nothing of the other commands. Errors that the command
 * throws come out as their code, which src/cli/main.ts makes an exit code of.
 */

const program = new Command('drill');
addSql(program);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof DrillError)) throw error;
  process.stderr.write(`${error.format()}\n`);
  process.exitCode = 99;
}
