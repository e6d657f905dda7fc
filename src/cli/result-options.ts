import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Kind } from '../regression/index.js';
import path from 'node:path';
import { DrillError } from '../base/errors.js';
import { alphaOf, shareOf } from './arguments.js';

/** What commands that compare, or measure, have in common. */
export interface ResultOptions {
  readonly kinds?: readonly Kind[];
  readonly alpha?: number;
  readonly smallestEffect?: number;
  readonly strict?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly junit?: string;
  readonly markdown?: string;
  readonly csv?: string;
  readonly bencher?: string;
  readonly githubSmaller?: string;
  readonly githubBigger?: string;
}

const KIND_NAMES: readonly Kind[] = ['virtual', 'counted', 'wall'];

export function withResultOptions(command: Command): Command {
  return command
    .addOption(new Option('--kinds <list>', 'only these, as in virtual,counted').argParser(kindsOf))
    .addOption(
      new Option(
        '--smallest-effect <share>',
        'changes of times under it never count (default: 2%)',
      ).argParser(shareOf),
    )
    .addOption(
      new Option('--alpha <share>', 'wrong alarms that are accepted, of comparisons (default: 1%)').argParser(
        alphaOf,
      ),
    )
    .option('--strict', 'exact figures may not change at all, not even for the better')
    .option('--markdown <file>', 'also write the comparison for a pull request or a job summary')
    .option('--junit <file>', 'also write it as JUnit XML')
    .option('--csv <file>', 'also write the head’s figures as CSV')
    .option('--bencher <file>', 'also write them in Bencher Metric Format')
    .option('--github-smaller <file>', 'also write those of which less is better for github-action-benchmark')
    .option('--github-bigger <file>', 'also write those of which more is better for it')
    .option('--json', 'print JSON lines, the comparison or the results last')
    .option('-q, --quiet', 'no progress');
}

/** `--github-smaller` of `githubSmaller`. */
export const flagOf = (name: string): string =>
  `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Refuses to write two things into one file, or over what is read. Throws USAGE, before anything is measured. */
export function requireOwnFiles(
  written: Readonly<Record<string, string | undefined>>,
  read: readonly string[] = [],
): void {
  const taken = new Map(read.map((file) => [path.resolve(file), 'what is read']));
  for (const [option, file] of Object.entries(written)) {
    if (file === undefined) continue;
    const other = taken.get(path.resolve(file));
    if (other !== undefined)
      throw new DrillError('USAGE', `${flagOf(option)} would write over ${other}: ${file}`);
    taken.set(path.resolve(file), flagOf(option));
  }
}

/** What a comparison and its exports are written to, by option. */
export const filesOf = (options: ResultOptions): Record<string, string | undefined> => ({
  markdown: options.markdown,
  junit: options.junit,
  csv: options.csv,
  bencher: options.bencher,
  githubSmaller: options.githubSmaller,
  githubBigger: options.githubBigger,
});

function kindsOf(text: string): readonly Kind[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !KIND_NAMES.includes(name as Kind));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`${unknown} is no kind; there are ${KIND_NAMES.join(', ')}.`);
  return KIND_NAMES.filter((kind) => names.includes(kind));
}
