import { DrillError } from '../../src/base/errors.js';
import { throughput } from './main.js';

try {
  process.exitCode = await throughput(process.argv.slice(2));
} catch (error) {
  const { message } = error as Error;
  const hint = error instanceof DrillError && error.hint !== undefined ? `\n  hint: ${error.hint}` : '';
  process.stderr.write(`bench:throughput: ${message}${hint}\n`);
  process.exitCode = 1;
}
