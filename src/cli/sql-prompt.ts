import { createInterface, type Interface } from 'node:readline';
import { DrillError } from '../base/errors.js';
import { endsStatement, type SqlClient } from '../server/index.js';
import { printable } from './printable.js';
import { sqlPrinter, type SqlForm, type SqlOutput } from './sql-printer.js';

export interface PromptOptions {
  readonly form: SqlForm;
  readonly output: SqlOutput;
  readonly database: string | undefined;
  readonly wait: boolean;
  readonly quiet: boolean;
  readonly input: NodeJS.ReadableStream;
}

const HELP = `Statements end with ';', or with \\G to see each column on a line of its own.
  \\c  throw away what was typed    \\h  this help    \\q  or Ctrl-D: end
Ctrl-C throws away what was typed; while a job is waited for it ends the wait, and the job goes on.`;

const HISTORY_LINES = 1000;
const GO_VERTICAL = /\\G\s*$/;
const QUIT = /^\s*(?:\\q|exit|quit)\s*;?\s*$/i;

/** Carries out what is typed, until the person has enough. Errors are shown and forgotten, but for a lost server. */
export async function runPrompt(client: SqlClient, options: PromptOptions): Promise<void> {
  const { input, output } = options;
  const screen = output.terminal ? process.stdout : undefined;
  const lines = createInterface({
    input,
    ...(screen && { output: screen, terminal: true }),
    historySize: HISTORY_LINES,
    removeHistoryDuplicates: true,
  });
  const state: PromptState = { database: options.database, typed: '', running: undefined };
  lines.on('SIGINT', () => interrupt(lines, state));
  if (!options.quiet) output.err('Statements end with a semicolon; \\h helps, \\q ends.');
  showPrompt(lines, state);
  try {
    for await (const line of lines) {
      if (state.typed === '' && QUIT.test(line)) return;
      await takeLine(client, options, state, line);
      showPrompt(lines, state);
    }
    // Ctrl-D leaves the cursor behind the prompt.
    if (screen) output.out('');
  } finally {
    lines.close();
  }
}

interface PromptState {
  database: string | undefined;
  /** The lines of a statement that has not ended yet. */
  typed: string;
  running: AbortController | undefined;
}

function showPrompt(lines: Interface, { database, typed }: PromptState): void {
  const name = `drill${database === undefined ? '' : ` [${printable(database)}]`}`;
  lines.setPrompt(typed === '' ? `${name}> ` : `${'->'.padStart(name.length + 1)} `);
  lines.prompt();
}

function interrupt(lines: Interface, state: PromptState): void {
  if (state.running) {
    state.running.abort();
    return;
  }
  state.typed = '';
  lines.write(null, { ctrl: true, name: 'e' });
  lines.write(null, { ctrl: true, name: 'u' });
  showPrompt(lines, state);
}

async function takeLine(
  client: SqlClient,
  options: PromptOptions,
  state: PromptState,
  line: string,
): Promise<void> {
  const command = line.trim();
  if (command === '\\c') {
    state.typed = '';
    return;
  }
  if (command === '\\h' || command === '\\?') {
    options.output.err(HELP);
    return;
  }
  const typed = state.typed === '' ? line : `${state.typed}\n${line}`;
  const vertical = GO_VERTICAL.test(typed) && endsStatement(typed.replace(GO_VERTICAL, ';'));
  const text = vertical ? typed.replace(GO_VERTICAL, ';') : typed;
  state.typed = text.trim() === '' ? '' : text;
  if (!endsStatement(text)) return;
  state.typed = '';
  await carryOut(client, { ...options, form: vertical ? 'vertical' : options.form }, state, text);
}

async function carryOut(
  client: SqlClient,
  { form, output, quiet, wait }: PromptOptions,
  state: PromptState,
  text: string,
): Promise<void> {
  const printer = sqlPrinter(form, output, quiet);
  const controller = new AbortController();
  state.running = controller;
  try {
    await client.runScript(text, {
      name: '',
      wait,
      signal: controller.signal,
      ...printer,
      onReply(reply) {
        if (reply.reply.kind === 'use') state.database = reply.reply.database;
        printer.onReply(reply);
      },
    });
  } catch (error) {
    printer.done();
    if (!(error instanceof DrillError) || error.code === 'SERVER_UNREACHABLE') throw error;
    printer.onError(error);
  } finally {
    state.running = undefined;
  }
}
