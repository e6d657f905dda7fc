import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { DrillError } from '../base/errors.js';

/** Asks for a line on the terminal, and shows nothing of it. Throws USAGE where nobody can be asked. */
export async function askSecret(question: string): Promise<string> {
  if (!process.stdin.isTTY)
    throw new DrillError('USAGE', 'there is no terminal to ask for a password on', {
      hint: 'use DRILL_IMPORT_PASSWORD or --password-file',
    });
  process.stderr.write(question);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    return await lines.question('');
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}
