import { Command, InvalidArgumentError, Option } from 'commander';
import type { RepositoryKind } from './cases.js';

export interface Options {
  /** Cases or scenarios to run; none: all. */
  readonly names: readonly string[];
  readonly repetitions: number;
  readonly quick: boolean;
  readonly write: boolean;
  readonly json: string | undefined;
  /** A result of an earlier run, to be predicted anew. */
  readonly from: string | undefined;
  /** Files of measured hardware. */
  readonly hardware: ReadonlyMap<RepositoryKind, string>;
  readonly calibrate: boolean;
  readonly workDir: string;
}

const DEFAULT_REPETITIONS = 3;
const KINDS: readonly RepositoryKind[] = ['local', 'local-durable', 's3'];

const EXAMPLES = `
Examples:
  $ npm run accuracy -- --write --json accuracy.json        measure, publish, and keep what was measured
  $ npm run accuracy -- --from accuracy.json --write        predict the same runs anew, after the model has changed
  $ npm run accuracy -- --quick                             a first look
  $ npm run accuracy -- quickstart 'skew-replicas: balanced' --repetitions 5
  $ npm run accuracy -- --hardware local=hardware.yaml      what is given is not calibrated again

S3 scenarios use a server that the suite starts, or the one that DRILL_S3_ENDPOINT, DRILL_S3_BUCKET and DRILL_S3_REGION
name. Ctrl-C cancels what runs and removes what was made.`;

/** Reads the command line; ends the process where it is wrong, or asks for help. */
export function readOptions(argv: readonly string[]): Options {
  const command = new Command('accuracy')
    .description('runs scenarios for real, predicts the same, and reports how far off the predictions are')
    .argument('[names...]', 'scenarios, or single variants of them; default: all')
    .option('--repetitions <count>', 'runs of each', positive, DEFAULT_REPETITIONS)
    .option('--quick', 'one run each of a third of the scenarios; nothing is published', false)
    .option('--write', 'publish the result in docs/accuracy.md', false)
    .option('--json <file>', 'write everything there, after each round')
    .option('--from <file>', 'run nothing: take the runs of a --json of before, and predict them anew')
    .addOption(
      new Option('--hardware <kind=file>', `measured hardware for ${KINDS.join(', ')}; may be repeated`)
        .argParser(hardware)
        .default(new Map(), 'what is calibrated at the beginning'),
    )
    .option('--no-calibrate', 'where no hardware is given, predict by the limits of the scenario alone')
    .option('--work-dir <directory>', 'for data sets, clusters and repositories', '.drill')
    .addHelpText('after', EXAMPLES)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
  command.parse(argv, { from: 'user' });
  const options = command.opts<Omit<Options, 'names'>>();
  const repetitions = options.quick ? 1 : options.repetitions;
  return { ...options, repetitions, names: command.args };
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('it must be a whole number from 1.');
  return value;
}

function hardware(
  text: string,
  before: ReadonlyMap<RepositoryKind, string>,
): ReadonlyMap<RepositoryKind, string> {
  const [, name, file] = /^([\w-]+)=(.+)$/.exec(text) ?? [];
  const kind = KINDS.find((known) => known === name);
  if (kind === undefined || file === undefined) {
    throw new InvalidArgumentError(`write kind=file, with a kind of ${KINDS.join(', ')}.`);
  }
  return new Map([...before, [kind, file]]);
}
