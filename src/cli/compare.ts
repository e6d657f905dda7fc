import type { Command } from 'commander';
import { DrillError } from '../base/errors.js';
import type { NamedResults } from '../regression/index.js';
import { readResults } from './files.js';
import { tellHistory, type HistoryOptions } from './history.js';
import { filesOf, requireOwnFiles, withResultOptions } from './result-options.js';

const EXAMPLES = `
Examples:
  $ npx drill bench scenarios/quickstart.yaml --output head.json
  $ npx drill compare base.json head.json
  $ npx drill compare base.json head.json --strict --junit results.xml --markdown comment.md
  $ npx drill compare --history results/ --html trend.html

Exact figures (virtual, counted) are compared exactly, and a difference is explained by its states, operations and nodes. Times
of a clock are compared where both files are of one drill bench --base. The exit code is 4 where anything is worse.

With --history, many files are looked at in the order of their commits: which benchmarks changed, and with which commit. It looks
back, and is no gate: the exit code is 0 whatever it finds.`;

export function addCompare(program: Command): void {
  const command = program
    .command('compare')
    .description('compare two files of benchmark results, say what is worse and why')
    .argument('[base]', 'result file, as drill bench --output writes it')
    .argument('[head]', 'the other one')
    .option('--history <dir>', 'instead of two files: all result files of a directory')
    .option('--html <file>', 'with --history: also write it as a page with charts')
    .addHelpText('after', EXAMPLES)
    .action(doCompare);
  withResultOptions(command);
}

interface CompareCommandOptions extends HistoryOptions {
  readonly history?: string;
}

async function doCompare(
  baseFile: string | undefined,
  headFile: string | undefined,
  options: CompareCommandOptions,
): Promise<void> {
  if (options.history !== undefined) {
    if (baseFile !== undefined) throw usage('--history takes all files of its directory, and no others');
    return tellHistory(options.history, options);
  }
  if (baseFile === undefined || headFile === undefined)
    throw usage('two result files are compared, base and head');
  if (options.html !== undefined)
    throw usage('--html is written of a --history only; --markdown is of two files');
  // Loaded when it is needed: help and mistakes answer at once.
  const { compare, onlyKinds, parseResultFile } = await import('../regression/index.js');
  const { tell, writeExports } = await import('./comparison-output.js');
  requireOwnFiles(filesOf(options), [baseFile, headFile]);
  const read = (file: string): NamedResults => ({
    name: file,
    results: onlyKinds(parseResultFile(readResults(file), file), options.kinds),
  });
  const head = read(headFile);
  const comparison = compare(read(baseFile), head, options);
  // The answer first: it does not hang on what else can be written.
  process.exitCode = tell(comparison, options);
  const written = writeExports(options, head.results, comparison);
  if (options.json || options.quiet) return;
  for (const file of written) process.stderr.write(`Written: ${file}\n`);
}

const usage = (message: string): DrillError =>
  new DrillError('USAGE', message, { hint: 'drill compare --help has examples' });
