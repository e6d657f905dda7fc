import type { Command } from 'commander';
import type { NamedResults } from '../regression/index.js';
import { readResults } from './files.js';
import { withResultOptions, type ResultOptions } from './result-options.js';

const EXAMPLES = `
Examples:
  $ npx drill bench scenarios/quickstart.yaml --output head.json
  $ npx drill compare base.json head.json
  $ npx drill compare base.json head.json --strict --junit results.xml --markdown comment.md

Exact figures (virtual, counted) are compared exactly, and a difference is explained by its states, operations and nodes. Times
of a clock are compared where both files are of one drill bench --base. The exit code is 4 where anything is worse.`;

export function addCompare(program: Command): void {
  const command = program
    .command('compare')
    .description('compare two files of benchmark results, say what is worse and why')
    .argument('<base>', 'result file, as drill bench --output writes it')
    .argument('<head>', 'the other one')
    .addHelpText('after', EXAMPLES)
    .action(doCompare);
  withResultOptions(command);
}

async function doCompare(baseFile: string, headFile: string, options: ResultOptions): Promise<void> {
  // Loaded when it is needed: help and mistakes answer at once.
  const { compare, parseResultFile } = await import('../regression/index.js');
  const { tell, writeExports } = await import('./comparison-output.js');
  const read = (file: string): NamedResults => ({
    name: file,
    results: parseResultFile(readResults(file), file),
  });
  const base = read(baseFile);
  const head = read(headFile);
  const comparison = compare(base, head, options);
  const written = writeExports(options, head.results, comparison);
  process.exitCode = tell(comparison, options);
  if (options.json || options.quiet) return;
  for (const file of written) process.stderr.write(`Written: ${file}\n`);
}
