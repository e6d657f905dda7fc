import type { Command } from 'commander';
import type { SqlOptions } from './sql-run.js';

/** Where `drill serve` keeps its things when nothing else is said. */
export const DEFAULT_DATA_DIRECTORY = '.drill/serve';

const EXAMPLES = `
Examples:
  $ npx drill sql                                              a prompt; \\q or Ctrl-D ends it
  $ npx drill sql -e 'SHOW BACKUP FROM example_db'
  $ npx drill sql --wait -e 'BACKUP SNAPSHOT example_db.monday TO example_repo'
  $ npx drill sql nightly.sql --wait --database example_db
  $ npx drill sql --tsv -e 'SHOW SNAPSHOT ON example_repo' | cut -f 1
  $ npx drill sql --json < nightly.sql | jq 'select(.type == "row").row'

Rows go to standard output: as a table on a terminal, else as TSV like mysql --batch; all else goes to standard error, but
with --json every line is JSON and on standard output. The first error ends a script. Exit codes: 0 fine, 1 a job failed
or the server is gone, 2 a statement is wrong, 130 interrupted: jobs go on, and CANCEL BACKUP or RESTORE ends them.`;

export function addSql(program: Command): void {
  program
    .command('sql')
    .description(
      'send statements to a running server (drill serve): a script, -e, standard input, or a prompt',
    )
    .argument('[script]', 'file of statements, separated by semicolons')
    .option('-e, --execute <statements>', 'carry these out')
    .option('--data-dir <directory>', "the server's data directory", DEFAULT_DATA_DIRECTORY)
    .option('--database <name>', 'begin with USE of this database')
    .option('--wait', 'wait for the end of each job; one that is cancelled ends the script')
    .option('--json', 'print JSON lines: rows, jobs, progress, errors')
    .option('--tsv', 'print rows as TSV')
    .option('--vertical', 'print rows with a line per column')
    .option('-q, --quiet', 'print rows and errors only')
    .addHelpText('after', EXAMPLES)
    .action(async (script: string | undefined, options: SqlOptions) => {
      const { runSql } = await import('./sql-run.js');
      await runSql(script, options);
    });
}
