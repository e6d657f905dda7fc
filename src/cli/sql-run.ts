import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { DrillError } from '../base/errors.js';
import { connect, socketPathFor, type SqlClient } from '../server/index.js';
import { EXIT } from './exit-codes.js';
import { terminalWidth } from './output.js';
import { sqlPrinter, type SqlForm, type SqlOutput, type SqlPrinter } from './sql-printer.js';
import { runPrompt } from './sql-prompt.js';

export interface SqlOptions {
  readonly execute?: string;
  readonly dataDir: string;
  readonly database?: string;
  readonly wait?: boolean;
  readonly json?: boolean;
  readonly tsv?: boolean;
  readonly vertical?: boolean;
  readonly quiet?: boolean;
}

interface Script {
  readonly name: string;
  readonly text: string;
}

/** Sends a script, or what is typed, to the server; sets the exit code where a job failed, and throws all else. */
export async function runSql(file: string | undefined, options: SqlOptions): Promise<void> {
  const form = formOf(options);
  // Before anybody is asked: a script that cannot be read is no matter of the server.
  const script = await scriptOf(file, options);
  const client = await connect(socketPathFor(options.dataDir));
  try {
    if (options.database !== undefined) await use(client, options.database);
    if (script) await runOnce(client, script, options, sqlPrinter(form, OUTPUT, options.quiet === true));
    else {
      const { database, quiet = false, wait = false } = options;
      await runPrompt(client, { form, output: OUTPUT, database, wait, quiet, input: process.stdin });
    }
  } finally {
    client.close();
  }
}

const OUTPUT: SqlOutput = {
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
  terminal: process.stdout.isTTY,
  live: process.stderr.isTTY,
  // Some terminals say that they have no columns.
  width: () => process.stdout.columns || terminalWidth(),
};

function formOf({ json, tsv, vertical }: SqlOptions): SqlForm {
  const wanted = (['json', 'tsv', 'vertical'] as const).filter((form) => ({ json, tsv, vertical })[form]);
  if (wanted.length > 1) {
    throw new DrillError('USAGE', `--${wanted.join(' and --')} do not go together`, {
      hint: 'give one of them',
    });
  }
  return wanted[0] ?? (process.stdout.isTTY ? 'table' : 'tsv');
}

/** What is to be carried out; undefined: whatever a person will type. */
async function scriptOf(file: string | undefined, { execute }: SqlOptions): Promise<Script | undefined> {
  if (file !== undefined && execute !== undefined) {
    throw new DrillError('USAGE', 'a script and -e do not go together', { hint: 'give one of them' });
  }
  if (execute !== undefined) return { name: '-e', text: execute };
  if (file !== undefined && file !== '-') return { name: file, text: readScript(file) };
  if (file === undefined && process.stdin.isTTY) return undefined;
  return { name: '<stdin>', text: await text(process.stdin) };
}

function readScript(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : message;
    throw new DrillError('USAGE', `cannot read script ${file}: ${why}`, {
      hint: "give a file of statements, or -e 'statement'",
      cause,
    });
  }
}

const use = (client: SqlClient, database: string): Promise<void> =>
  client.runScript(`USE \`${database.replaceAll('`', '``')}\``, { name: '--database' });

async function runOnce(
  client: SqlClient,
  script: Script,
  { wait = false }: SqlOptions,
  printer: SqlPrinter,
): Promise<void> {
  const controller = new AbortController();
  const dispose = onSignals(controller);
  let jobFailed = false;
  try {
    await client.runScript(script.text, {
      name: script.name,
      wait,
      signal: controller.signal,
      ...printer,
      onJobEnd(end) {
        jobFailed = end.state === 'CANCELLED';
        printer.onJobEnd(end);
      },
    });
  } catch (error) {
    printer.done();
    // Whatever the code: the statement was right, and its job failed.
    if (!jobFailed || !(error instanceof DrillError)) throw error;
    printer.onError(error);
    process.exitCode = EXIT.failed;
  } finally {
    dispose();
  }
}

/** The first signal ends the script, the second the process; so does the end of whoever reads our output. */
function onSignals(controller: AbortController): () => void {
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort();
  };
  const onBrokenPipe = (): void => controller.abort();
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  process.stdout.on('error', onBrokenPipe);
  return () => {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
    process.stdout.off('error', onBrokenPipe);
  };
}
