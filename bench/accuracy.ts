import { DrillError } from '../src/base/errors.js';
import { accuracy } from './accuracy/main.js';

try {
  process.exitCode = await accuracy(process.argv.slice(2));
} catch (error) {
  const { message } = error as Error;
  const hint = error instanceof DrillError && error.hint !== undefined ? `\n  hint: ${error.hint}` : '';
  process.stderr.write(`accuracy: ${message}${hint}\n`);
  process.exitCode = 1;
}
